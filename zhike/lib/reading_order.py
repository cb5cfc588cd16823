"""The order of Chinese texts: a key that sorts them as a phone book does, by how they are read.

Each Chinese character counts as its syllable and then itself, so that 张 stands before 章 and all of one surname stay together;
Latin letters stand among the syllables, whatever their case. Keys are stored: whoever changes how they are made adds a migration
that fills them anew.
"""

from __future__ import annotations

import re

from zhike.lib.normalise import narrow
from zhike.lib.pinyin import heteronyms, name_readings, syllables
from zhike.lib.surnames import SURNAMES

#: Characters that decide; texts that agree in all of them stand in the order of their ids.
LONGEST = 40
#: "zhuang", a blank, and the character.
LONGEST_KEY = LONGEST * 8
HAN = re.compile("([\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]+)")
#: Instead of a syllable: what nobody knows how to read comes last.
UNREAD = "~"
#: Characters of a person's name after the surname.
LONGEST_GIVEN_NAME = 2


class _Alone(dict[int, str]):
    """Code point → what the character counts as where nothing around it decides, filled as characters come up."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        found = _counted(syllables(character)[0], character) if HAN.match(character) else character
        self[code] = found
        return found


_ALONE = _Alone()


def order_key(text: str) -> str:
    """What a text is sorted by, at most ``LONGEST_KEY`` characters; to be compared code point by code point."""
    told = (narrow(text).casefold().replace("\0", ""))[:LONGEST]
    if heteronyms().isdisjoint(told) and not _begins_with_surname(told):
        return told.translate(_ALONE)
    parts = HAN.split(told)
    for place in range(1, len(parts), 2):
        read = _read(parts[place], is_first=place == 1 and not parts[0])
        parts[place] = "".join(map(_counted, read, parts[place]))
    return "".join(parts)


def _counted(syllable: str, character: str) -> str:
    return f"{syllable or UNREAD} {character}"


def _begins_with_surname(text: str) -> bool:
    return text[:1] in SURNAMES or text[:2] in SURNAMES


def _read(han: str, *, is_first: bool) -> list[str]:
    """Syllables; what can be a person's name has its surname's own reading, anything longer is read as words are."""
    surname = next((size for size in (2, 1) if han[:size] in SURNAMES), 0)
    if is_first and surname and 0 < len(han) - surname <= LONGEST_GIVEN_NAME:
        return name_readings(han)[0]
    return syllables(han)
