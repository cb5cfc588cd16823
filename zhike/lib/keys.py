"""Keys for programs out of names for people: 客户等级 becomes ke_hu_deng_ji."""

from __future__ import annotations

import re
from collections.abc import Container

from zhike.lib.normalise import narrow
from zhike.lib.pinyin import syllables

HAN = re.compile(r"[\u3400-\u9fff]+")
OTHER = re.compile(r"[^a-z0-9]+")


def key_from_label(label: str, taken: Container[str], *, fallback: str, longest: int = 40) -> str:
    """A key of small letters, digits and _, beginning with a letter and not among those taken."""
    read = HAN.sub(lambda match: f" {' '.join(syllables(match[0]))} ", narrow(label))
    key = OTHER.sub("_", read.lower()).strip("_")
    if not key or not key[0].isalpha():
        key = f"{fallback}_{key}".rstrip("_")
    key = key[:longest].rstrip("_")
    number, found = 2, key
    while found in taken:
        ending = f"_{number}"
        found = key[: longest - len(ending)].rstrip("_") + ending
        number += 1
    return found
