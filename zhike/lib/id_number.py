"""The number of the identity card (公民身份号码, GB 11643-1999): written form, checksum, exact refusals."""

from __future__ import annotations

import re
from datetime import date

from stdnum.cn import ric

from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused

LENGTH = 18
OLDEST = date(1880, 1, 1)


def parse_id_number(text: str, today: date) -> str:
    """The 18 characters, the last an X where it is one.

    Refuses with "bad_character", "too_short" (``missing``), "too_long" (``extra``), "bad_date" and "bad_checksum". Numbers of 15 digits,
    which are not valid since 2013, are too short.
    """
    number = re.sub(r"[\s\-]", "", narrow(text)).upper()
    if not re.fullmatch(r"\d*X?", number, re.ASCII):
        raise Refused("bad_character")
    if len(number) < LENGTH:
        raise Refused("too_short", missing=LENGTH - len(number))
    if len(number) > LENGTH:
        raise Refused("too_long", extra=len(number) - LENGTH)
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError as error:
        raise Refused("bad_date") from error
    if not OLDEST <= born <= today:
        raise Refused("bad_date")
    if ric.calc_check_digit(number) != number[-1]:
        raise Refused("bad_checksum")
    return number


def mask_id_number(number: str) -> str:
    """110101********0015."""
    return f"{number[:6]}********{number[-4:]}"


def make_id_number(body: str) -> str:
    """A number from its first 17 digits, for demonstration data."""
    return body + str(ric.calc_check_digit(f"{body}0"))
