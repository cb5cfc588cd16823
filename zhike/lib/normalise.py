"""One written form for texts that mean the same: width, case, traditional characters, white space."""

from __future__ import annotations

import unicodedata
from functools import cache

from opencc import OpenCC


@cache
def _converter() -> OpenCC:
    return OpenCC("t2s")


class _SimplifiedCharacters(dict[int, str]):
    """Code point → simplified character, filled as characters come up.

    Character by character on purpose: OpenCC's phrase tables turn the same character into different ones by its
    neighbours (乾隆 but 干燥), so a piece of a text would no longer match the whole.
    """

    def __missing__(self, code: int) -> str:
        character = chr(code)
        simplified = character if code < 0x2E80 else _converter().convert(character)
        self[code] = simplified
        return simplified


_SIMPLIFIED = _SimplifiedCharacters()


def narrow(text: str) -> str:
    """Full-width letters, digits and punctuation in their ordinary form (NFKC)."""
    return text if text.isascii() else unicodedata.normalize("NFKC", text)


def simplified(text: str) -> str:
    """Traditional characters as simplified ones, each by itself."""
    return text if text.isascii() else text.translate(_SIMPLIFIED)


def is_han(text: str) -> bool:
    """Whether Chinese characters are among it."""
    return any("\u4e00" <= character <= "\u9fff" for character in text)


def one_line(text: str) -> str:
    """White space of any kind and length as single blanks, none at the ends."""
    return " ".join(text.split())


def normalised(text: str) -> str:
    """The form in which texts are compared and searched."""
    if text.isascii():
        return one_line(text.lower())
    return one_line(unicodedata.normalize("NFKC", text).casefold().translate(_SIMPLIFIED))
