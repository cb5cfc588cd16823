"""Phone numbers: one stored form (E.164, extension as ``;ext=``), the form that people read, and exact refusals."""

from __future__ import annotations

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from zhike.lib.normalise import narrow
from zhike.lib.refusal import Refused

EXTENSION = re.compile(r"\s*(?:;ext=|转|轉|分机|分機|ext\.?|x|#)\s*[:.]?\s*(\d{1,6})\s*$", re.IGNORECASE)
HYPHEN_EXTENSION = re.compile(r"^(\(?0\d{2,3}\)?[-\s]?\d{7,8})-(\d{1,6})$")
SEPARATORS = re.compile(r"[,;/|、，；\n\r\t]+|\s{2,}")
NOT_DIALLED = re.compile(r"[\s\-().·—–‐]+")
MOBILE = re.compile(r"1[3-9]\d{9}")
#: As nearly all numbers are written, which then need no further look.
MOBILE_ALONE = re.compile(r"1[3-9][0-9]{9}")
#: Free and shared-cost numbers, and the short numbers of carriers, banks and authorities.
SERVICE = re.compile(r"[48]00\d{7}|9[56]\d{3,6}|1[02]\d{3}")
#: Area codes of two digits behind the 0 (北京 and the former seats of the great regions); all others have three.
SHORT_AREA = re.compile(r"10|2[0-57-9]")
LOCAL = re.compile(r"[2-8]\d{6,7}")


def parse_phone(text: str, region: str = "CN") -> str:
    """The stored form of one number: "+8613800001234", "+861012345678;ext=12".

    Refuses with "not_a_phone", "too_short" (``missing`` digits), "too_long" (``extra`` digits), "bad_prefix" (``prefix``)
    and "area_code_missing" (a local number without its area code).
    """
    if region == "CN" and MOBILE_ALONE.fullmatch(text):
        return f"+86{text}"
    body, extension = _split_extension(narrow(text).strip().removeprefix("tel:"))
    dialled = NOT_DIALLED.sub("", body)
    if not re.fullmatch(r"\+?\d+", dialled, re.ASCII):
        raise Refused("not_a_phone")
    number = _chinese(dialled) if region == "CN" else None
    return (number or _foreign(dialled, region)) + (f";ext={extension}" if extension else "")


def split_phones(text: str) -> list[str]:
    """The single numbers of a cell such as "13800001234、010-12345678"; nothing is checked yet."""
    if MOBILE_ALONE.fullmatch(text):
        return [text]
    return [part.strip() for part in SEPARATORS.split(narrow(text)) if part.strip()]


def format_phone(number: str) -> str:
    """The stored form as people read it: 138 0000 1234, 010-12345678, 010-12345678-12, +1 202-555-0143."""
    base, _, extension = number.partition(";ext=")
    tail = f"-{extension}" if extension else ""
    if not base.startswith("+86"):
        return _international(base) + (f" x{extension}" if extension else "")
    digits = base[3:]
    if MOBILE.fullmatch(digits):
        return f"{digits[:3]} {digits[3:7]} {digits[7:]}{tail}"
    if SERVICE.fullmatch(digits):
        return (f"{digits[:3]}-{digits[3:6]}-{digits[6:]}" if len(digits) == 10 else digits) + tail
    area = 2 if SHORT_AREA.match(digits) else 3
    return f"0{digits[:area]}-{digits[area:]}{tail}"


def mask_phone(number: str) -> str:
    """The number with its middle hidden: 138****1234; the extension is left out."""
    digits = dialled_digits(number.partition(";")[0])
    return f"{digits[:3]}****{digits[-4:]}" if len(digits) >= 9 else "*" * len(digits)


def dialled_digits(number: str) -> str:
    """The digits that one would dial at home, as they are searched: 13800001234, 01012345678, for others with country code."""
    base = number.partition(";")[0]
    if not base.startswith("+86"):
        return base.removeprefix("+")
    digits = base[3:]
    return digits if MOBILE.fullmatch(digits) or SERVICE.fullmatch(digits) else f"0{digits}"


def _split_extension(text: str) -> tuple[str, str]:
    if match := EXTENSION.search(text):
        return text[: match.start()], match.group(1)
    if match := HYPHEN_EXTENSION.match(text):
        return match.group(1), match.group(2)
    return text, ""


def _chinese(dialled: str) -> str | None:
    """The stored form of a number in China; None when it carries the code of another country."""
    digits = re.sub(r"^(?:\+86|0086)", "", dialled)
    if digits.startswith(("+", "00")):
        return None
    if digits.startswith("86") and MOBILE.fullmatch(digits[2:]):
        digits = digits[2:]
    if MOBILE.fullmatch(digits) or SERVICE.fullmatch(digits):
        return f"+86{digits}"
    if digits.startswith("0") or digits != dialled:
        return "+86" + _landline(digits.removeprefix("0"), dialled)
    return f"+86{_mobile(digits)}"


def _mobile(digits: str) -> str:
    """Refuse what stands without area code and is not a mobile number, with the most helpful reason."""
    if digits.startswith("1") and len(digits) >= 9:
        if not "3" <= digits[1] <= "9":
            raise Refused("bad_prefix", prefix=digits[:3])
        _check_length(digits, 11, 11)
    if LOCAL.fullmatch(digits):
        raise Refused("area_code_missing")
    _check_length(digits, 11, 11)
    raise Refused("bad_prefix", prefix=digits[:3])


def _landline(digits: str, dialled: str) -> str:
    if MOBILE.fullmatch(digits):
        return digits
    if digits.startswith("1") and digits[1:2] in set("3456789"):
        return _mobile(digits)
    area = 2 if SHORT_AREA.match(digits) else 3
    local = digits[area:]
    _check_length(local, 8 if area == 2 else 7, 8)
    if local[0] == "0" or (digits[0] in "01" and area == 3):
        raise Refused("bad_prefix", prefix=("0" + digits)[: area + 2] if dialled[0] == "0" else digits[: area + 1])
    return digits


def _check_length(digits: str, shortest: int, longest: int) -> None:
    if len(digits) < shortest:
        raise Refused("too_short", missing=shortest - len(digits))
    if len(digits) > longest:
        raise Refused("too_long", extra=len(digits) - longest)


def _foreign(dialled: str, region: str) -> str:
    if dialled.startswith("00"):
        dialled = "+" + dialled[2:]
    try:
        number = phonenumbers.parse(dialled, region)
    except phonenumbers.NumberParseException as error:
        raise Refused("not_a_phone") from error
    reason = phonenumbers.is_possible_number_with_reason(number)
    if reason == ValidationResult.TOO_SHORT:
        raise Refused("too_short", missing=1)
    if reason == ValidationResult.TOO_LONG:
        raise Refused("too_long", extra=1)
    if not phonenumbers.is_valid_number(number):
        raise Refused("bad_prefix", prefix=str(number.national_number)[:3])
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def _international(base: str) -> str:
    try:
        return phonenumbers.format_number(phonenumbers.parse(base), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return base
