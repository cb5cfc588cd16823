"""The unified social credit code (统一社会信用代码) of firms: written form, checksum, exact refusals."""

from __future__ import annotations

import re

from stdnum.cn import uscc

from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused

LENGTH = 18
#: GB 32100-2015 leaves out I, O, S, V and Z.
ALPHABET = re.compile(r"[0-9A-HJ-NP-RTUW-Y]*")


def parse_credit_code(text: str) -> str:
    """The 18 characters in capitals.

    Refuses with "too_short" (``missing``), "too_long" (``extra``), "bad_character" (``character``) and "bad_checksum".
    """
    code = re.sub(r"[\s\-]", "", narrow(text)).upper()
    good = ALPHABET.match(code)
    if good is None or good.end() < len(code):
        raise Refused("bad_character", character=code[good.end() if good else 0])
    if len(code) < LENGTH:
        raise Refused("too_short", missing=LENGTH - len(code))
    if len(code) > LENGTH:
        raise Refused("too_long", extra=len(code) - LENGTH)
    if not uscc.is_valid(code):
        raise Refused("bad_checksum")
    return code


def make_credit_code(body: str) -> str:
    """A valid code from its first 17 characters, for demonstration data."""
    return body + str(uscc.calc_check_digit(body))
