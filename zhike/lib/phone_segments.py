"""Which carrier a Chinese mobile number was given to, by its first digits, and whether a fixed number has an area code that exists.

Segments after the numbering plan of the ministry (工信部, 电信网编号计划) and its later allotments. Customers keep their number
when they change the carrier, so that the carrier is the one of the segment and not always today's.
"""

from __future__ import annotations

import phonenumbers

from zhike.lib.phones import MOBILE, SERVICE

#: Carrier → first digits of its segments; the longest that fits decides.
SEGMENTS: dict[str, tuple[str, ...]] = {
    "mobile": (
        *("134", "135", "136", "137", "138", "139", "150", "151", "152", "157", "158", "159", "172", "178"),
        *("182", "183", "184", "187", "188", "195", "197", "198"),
    ),
    "unicom": ("130", "131", "132", "145", "155", "156", "166", "175", "176", "185", "186", "196"),
    "telecom": ("133", "153", "173", "177", "180", "181", "189", "190", "191", "193", "199"),
    "broadnet": ("192",),
    "virtual": ("162", "165", "167", "170", "171"),
    #: Cards in machines: nobody answers there.
    "machine": ("140", "141", "144", "146", "147", "148", "149"),
    "satellite": ("1349", "174"),
}
#: 147 and 149 began as data cards of people and still ring.
BY_START = {start: carrier for carrier, starts in SEGMENTS.items() for start in starts} | {
    "147": "mobile",
    "149": "telecom",
}


def carrier_of(number: str) -> str | None:
    """Key of the carrier of a stored Chinese mobile number; "" for a segment that nobody was given, None for other numbers."""
    digits = number.partition(";")[0].removeprefix("+86")
    if not number.startswith("+86") or not MOBILE.fullmatch(digits):
        return None
    return BY_START.get(digits[:4]) or BY_START.get(digits[:3]) or ""


def phone_fault(number: str) -> str | None:
    """Why nobody can be reached under a stored number: "no_segment", "machine", "no_such_area"; None when it may well ring."""
    base = number.partition(";")[0]
    carrier = carrier_of(number)
    if carrier is not None:
        return "no_segment" if not carrier else "machine" if carrier == "machine" else None
    if not base.startswith("+86") or SERVICE.fullmatch(base[3:]):
        return None
    try:
        return None if phonenumbers.is_valid_number(phonenumbers.parse(base)) else "no_such_area"
    except phonenumbers.NumberParseException:
        return "no_such_area"
