"""Sentences for what the plain parsers of ``zhike.lib`` refuse: what is wrong and what to do."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.refusal import Refused
from zhike.metadata.fields.base import Label, ValueRefused

PHONE: Mapping[str, Label] = {
    "not_a_phone": _("This is not a phone number; write digits such as 138 0000 1234 or 010-12345678."),
    "too_short": _("Digits missing from the phone number: {missing}. Check the last four."),
    "too_long": _("Digits too many in the phone number: {extra}. Check the last four."),
    "bad_prefix": _("No phone number begins with {prefix}: check the first digits."),
    "area_code_missing": _("The area code is missing: write it in front, such as 010-12345678."),
}
MONEY: Mapping[str, Label] = {
    "not_an_amount": _("Write an amount in digits, such as 12345.60 or 1.2万."),
    "too_many_decimals": _("The amount has at most {decimals} decimals: round it."),
    "too_large": _("The amount is too large: check the number of digits."),
}
DATE: Mapping[str, Label] = {
    "not_a_date": _("Write the date as year, month and day, such as 2024-05-01."),
    "no_such_day": _("There is no such day: {day}. Check month and day."),
    "implausible_year": _("The year {year} cannot be right: write all four digits."),
    "ambiguous_date": _("It is not clear which number is the month: write the year first, such as 2024-05-01."),
    "not_a_time": _("Write date and time such as 2024-05-01 14:30."),
    "not_a_birthday": _("Write the birthday such as 1985-03-12, 3月12日 or 农历八月十五."),
    "in_the_future": _("The birthday lies in the future: check the year."),
}


def refusal(error: Refused, sentences: Mapping[str, Label], prefix: str = "") -> ValueRefused:
    """The refusal as fields raise it; ``prefix`` keeps codes of one meaning apart from those of another."""
    sentence = sentences[error.code]
    message = format_lazy(cast(str, sentence), **error.params) if error.params else sentence
    return ValueRefused(prefix + error.code, message)
