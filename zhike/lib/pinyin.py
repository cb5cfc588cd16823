"""How Chinese names are read: syllables without tones, the special readings of surnames, initials."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from sys import intern

from zhike.lib.surnames import SURNAMES

#: Written by ``scripts/readings.py`` from pypinyin's books.
DATA = Path(__file__).parent / "data"
#: Places whose name the phrase book reads as the ordinary word or not at all.
PLACES = {
    "朝阳": ("chao", "yang"), "大埔": ("da", "bu"), "铅山": ("yan", "shan"), "泊头": ("bo", "tou"), "六合": ("lu", "he"), "闵行": ("min", "hang"),
    "洪洞": ("hong", "tong"), "单县": ("shan", "xian"), "什邡": ("shi", "fang"), "商行": ("shang", "hang"), "车行": ("che", "hang"),
}  # fmt: skip
#: What a character is read in names that no word decides; alone it is read otherwise (长 as zhǎng, 都 as dōu).
IN_NAMES = {"长": "chang", "都": "du", "佛": "fo", "泊": "bo", "什": "shi", "似": "si", "卜": "bu", "勒": "le"}
#: Longer entries of the phrase book are proverbs.
LONGEST_WORD = 4


def _lines(name: str) -> list[list[str]]:
    return [line.split("\t") for line in (DATA / name).read_text("utf-8").splitlines()]


class _Readings(dict[str, str]):
    """Character → its commonest syllable, "" for what is not read."""

    def __missing__(self, character: str) -> str:
        return ""


@cache
def _characters() -> _Readings:
    found = {
        character: intern(syllable) for syllable, listed in _lines("pinyin_characters.txt") for character in listed
    }
    return _Readings(found | IN_NAMES)


@cache
def _words() -> dict[str, tuple[str, ...]]:
    """Words that hold a heteronym, with their syllables.

    A heteronym is a character that any word reads otherwise than the character alone. Looking these few thousand words up
    is an order of magnitude faster than ``lazy_pinyin`` and reads the same.
    """
    return {word: tuple(map(intern, read.split(" "))) for word, read in _lines("pinyin_words.txt")}


@cache
def heteronyms() -> frozenset[str]:
    """Characters that some word reads otherwise than they are read alone."""
    alone = _characters()
    return frozenset(
        character
        for word, syllables in _words().items()
        for character, syllable in zip(word, syllables, strict=True)
        if syllable != alone[character]
    )


def syllables(han: str) -> list[str]:
    """One syllable a character, in words read as the word is: 重庆 → chong qing; ü is v."""
    alone = _characters()
    read = [alone[character] for character in han]
    several = heteronyms()
    if not several.isdisjoint(han):
        done = 0
        for place, character in enumerate(han):
            if place >= done and character in several:
                done = _read_word(han, place, done, read)
    return read


def _read_word(han: str, place: int, done: int, read: list[str]) -> int:
    """Read the longest known word around ``place`` that begins at ``done`` or later; returns where it ends."""
    words = _words()
    for length in range(LONGEST_WORD, 1, -1):
        for start in range(max(done, place - length + 1), place + 1):
            word = words.get(han[start : start + length])
            if word is not None:
                read[start : start + length] = word
                return start + length
    return place + 1


def name_readings(han: str) -> list[list[str]]:
    """All readings of a name of Chinese characters, the one with the surname's own reading first: 单强 → shan qiang, dan qiang."""
    plain = syllables(han)
    readings: list[list[str]] = []
    for surname in (han[:2], han[:1]):
        for reading in SURNAMES.get(surname, ()):
            named = [*reading, *plain[len(surname) :]]
            if named not in readings:
                readings.append(named)
    if plain not in readings:
        readings.append(plain)
    return readings


def full_pinyin(han: str) -> str:
    """A Chinese name as it is sorted: 张三 → zhangsan."""
    return "".join(name_readings(han)[0])


def initials(han: str) -> str:
    """张三 → zs; with the surname's own reading: 单强 → sq."""
    return "".join(syllable[:1] for syllable in name_readings(han)[0])
