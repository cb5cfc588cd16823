"""Numbers and addresses that look right and reach nobody: phones, mails, credit codes.

Mobile numbers carry 00 after their prefix, which no operator has assigned; mail domains end in example.com.
"""

from __future__ import annotations

from random import Random

from zhike.domain.demo.vocabulary import City, Name, Trade, one_of
from zhike.lib.credit_code import make_credit_code

#: 29 real prefixes; a prime number of them, so that ``mobile`` repeats no number below 29 million.
PREFIXES = (
    "138", "139", "136", "137", "135", "158", "159", "150", "151", "188", "187", "182", "183", "130", "131", "132",
    "155", "156", "185", "186", "133", "153", "180", "181", "189", "177", "176", "173", "199",
)  # fmt: skip
SEVEN_DIGIT_AREAS = frozenset({"0572", "0553", "0550", "0592"})
ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
#: Coprime to a million, so that consecutive serials give scattered and different endings.
SCATTER = 610_639


def mobile(serial: int) -> str:
    """A mobile number, another one for each serial below 29 million."""
    return f"{PREFIXES[serial * 7 % len(PREFIXES)]}00{(serial * SCATTER + 5_566) % 1_000_000:06d}"


def landline(city: City, rng: Random) -> str:
    """A landline with its area code, one in eight with an extension."""
    digits = 7 if city.area_code in SEVEN_DIGIT_AREAS else 8
    number = f"{one_of('5678', rng)}{int(rng.random() * 10 ** (digits - 1)):0{digits - 1}d}"
    extension = f" 转 {int(rng.random() * 900) + 100}" if rng.random() < 0.125 else ""
    return f"{city.area_code}-{number}{extension}"


def credit_code(trade: Trade, division: str, serial: int) -> str:
    """A valid 统一社会信用代码 (GB 32100-2015) around an organisation code (GB 11714-1997); unique by serial."""
    digits = []
    rest = serial * 7_368_787 % 31**7 + 31**7
    for _place in range(8):
        rest, digit = divmod(rest, 31)
        digits.append(ALPHABET[digit])
    organisation = "".join(reversed(digits))
    return make_credit_code(f"{trade.prefix}{division}{organisation}{_organisation_check(organisation)}")


def _organisation_check(organisation: str) -> str:
    values = (int(character, 36) for character in organisation)
    total = sum(value * weight for value, weight in zip(values, ORGANISATION_WEIGHTS, strict=True))
    return "0123456789X0"[11 - total % 11]


def firm_domain(brand: tuple[Name, Name]) -> str:
    return f"{brand[0].pinyin}{brand[1].pinyin}.example.com"


def person_mail(name: tuple[Name, Name], domain: str, serial: int) -> str:
    return f"{name[0].pinyin}.{name[1].pinyin}{serial % 97}@{domain}"


def wechat(name: tuple[Name, Name], serial: int) -> str:
    return f"{name[0].pinyin}_{name[1].pinyin}{serial % 9973}"
