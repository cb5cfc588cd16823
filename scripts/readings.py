"""Writes the readings of Chinese characters and words that the product needs, from pypinyin's books (MIT licence).

Importing pypinyin itself would keep 58 MB in every process. ``python -m scripts.readings`` after an upgrade of pypinyin.
"""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from pathlib import Path

from pypinyin.constants import PHRASES_DICT, PINYIN_DICT

from zhike.lib.pinyin import IN_NAMES, LONGEST_WORD, PLACES

DATA = Path("zhike/lib/data")


def bare(syllable: str) -> str:
    """chóng → chong, lǚ → lv."""
    plain = unicodedata.normalize("NFD", syllable).replace("u\u0308", "v")
    return "".join(letter for letter in plain if letter.isascii())


def characters() -> dict[str, str]:
    """Character → its commonest syllable."""
    return {chr(code): bare(read.split(",")[0]) for code, read in PINYIN_DICT.items()}


def words() -> dict[str, tuple[str, ...]]:
    """Words of the phrase book with their syllables."""
    return {
        word: tuple(bare(readings[0]) for readings in syllables)
        for word, syllables in PHRASES_DICT.items()
        if len(word) == len(syllables) <= LONGEST_WORD
    }


def telling(found: dict[str, tuple[str, ...]], alone: dict[str, str]) -> dict[str, tuple[str, ...]]:
    """The words with a heteronym: a character that any word reads otherwise than the character alone."""
    changing = {
        character
        for word, syllables in found.items()
        for character, syllable in zip(word, syllables, strict=True)
        if syllable != alone.get(character)
    }
    return {word: syllables for word, syllables in found.items() if not changing.isdisjoint(word)}


def write() -> None:
    """Write both files: ``syllable<TAB>characters`` and ``word<TAB>syllables``, sorted."""
    alone = characters()
    by_syllable: dict[str, list[str]] = defaultdict(list)
    for character, syllable in alone.items():
        by_syllable[syllable].append(character)
    lines = [f"{syllable}\t{''.join(sorted(found))}\n" for syllable, found in sorted(by_syllable.items()) if syllable]
    (DATA / "pinyin_characters.txt").write_text("".join(lines), "utf-8")
    told = sorted(telling(words() | PLACES, alone | IN_NAMES).items())
    (DATA / "pinyin_words.txt").write_text("".join(f"{word}\t{' '.join(read)}\n" for word, read in told), "utf-8")


if __name__ == "__main__":
    write()
