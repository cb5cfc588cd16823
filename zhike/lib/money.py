"""Amounts of money: whole minor units (分) in storage, and the texts that people write and read."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused

#: Decimals of currencies that do not have two (ISO 4217).
DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV"), 0),
    **dict.fromkeys(("XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"), 3),
}
SYMBOLS = {"CNY": "¥", "USD": "US$", "EUR": "€", "GBP": "£", "JPY": "JP¥", "HKD": "HK$", "TWD": "NT$", "KRW": "₩"}
UNITS = {
    "": 1,
    "十": 10,
    "百": 100,
    "千": 1_000,
    "万": 10_000,
    "百万": 1_000_000,
    "千万": 10_000_000,
    "亿": 100_000_000,
}
AMOUNT = re.compile(
    r"(?P<minus>[-−])?(?:[A-Z]{3}|RMB|[^\W\d_]{0,2}[¥$€£₩]|人民币)?\s*(?P<sign>[-−])?"
    r"(?P<number>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)\s*"
    r"(?P<unit>[百千]?万|[十百千亿])?\s*(?:元|圆|块|[A-Z]{3})?整?"
)
#: As programs write amounts: most of a file of a million rows needs no further look.
PLAIN = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,2})?")
#: JSON numbers are exact up to here; beyond it an amount is a mistake.
LARGEST = 2**53 - 1


def currency_decimals(currency: str) -> int:
    return DECIMALS.get(currency, 2)


def parse_amount(text: str, currency: str = "CNY") -> int:
    """Minor units of "¥12,345.60", "1.2万", "(350)" or "350元".

    Refuses with "not_an_amount", "too_many_decimals" (``decimals`` allowed) and "too_large". Nothing is rounded.
    """
    if PLAIN.fullmatch(text) and currency_decimals(currency) == 2:
        whole, _, cents = text.partition(".")
        return int(whole) * 100 + int(cents.ljust(2, "0"))
    plain = narrow(text).strip().upper().replace("，", ",").replace("萬", "万").replace("億", "亿")
    negative = plain.startswith("(") and plain.endswith(")")
    match = AMOUNT.fullmatch(plain[1:-1].strip() if negative else plain)
    if match is None:
        raise Refused("not_an_amount")
    value = Decimal(match["number"].replace(",", "")) * UNITS[match["unit"] or ""]
    if (match["minus"] or match["sign"]) and not negative:
        negative = True
    return minor_units(-value if negative else value, currency)


def minor_units(value: Decimal | int | float | str, currency: str = "CNY") -> int:
    """Minor units of an amount in whole currency units, such as a number from a spreadsheet cell."""
    try:
        # A float stands for the shortest decimal that reads the same: 12.1 is 12.1, not 12.0999….
        scaled = Decimal(str(value)).scaleb(currency_decimals(currency))
    except InvalidOperation as error:
        raise Refused("not_an_amount") from error
    if not scaled.is_finite():
        raise Refused("not_an_amount")
    if abs(scaled) > LARGEST:
        raise Refused("too_large")
    if isinstance(value, float):
        scaled = scaled.quantize(Decimal("0.000001"))
    if scaled != scaled.to_integral_value():
        raise Refused("too_many_decimals", decimals=currency_decimals(currency))
    return int(scaled)


def major_units(minor: int, currency: str = "CNY") -> Decimal:
    return Decimal(minor).scaleb(-currency_decimals(currency))


def format_amount(minor: int, currency: str = "CNY", *, symbol: bool = True) -> str:
    """¥12,345.60; without the symbol 12,345.60. The minus sign stands in front: -¥3.00."""
    mark = SYMBOLS.get(currency, currency + " ") if symbol else ""
    decimals = currency_decimals(currency)
    return f"{'-' if minor < 0 else ''}{mark}{abs(major_units(minor, currency)):,.{decimals}f}"


def plain_amount(minor: int, currency: str = "CNY") -> str:
    """12345.60: for form controls and files, read back by ``parse_amount``."""
    return f"{major_units(minor, currency):.{currency_decimals(currency)}f}"


def short_amount(minor: int, currency: str = "CNY") -> str:
    """Large sums as one says them: ¥123.46万, ¥1.2亿; below 10,000 the exact amount."""
    value = major_units(minor, currency)
    mark = SYMBOLS.get(currency, currency + " ")
    for unit in ("亿", "万"):
        if abs(value) >= UNITS[unit]:
            scaled = f"{abs(value) / UNITS[unit]:,.2f}".rstrip("0").rstrip(".")
            return f"{'-' if value < 0 else ''}{mark}{scaled}{unit}"
    return format_amount(minor, currency)
