"""The holidays and make-up workdays of mainland China that the product brings along.

Source: the notices of the State Council (国务院办公厅关于节假日安排的通知), as collected by chinesecalendar 1.11.0 (MIT), 2004 to 2026.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.base import Label

SOURCE = Path(__file__).with_name("data") / "china.csv"
NAMES: Mapping[str, Label] = {
    "New Year's Day": _("New Year's Day"),
    "Spring Festival": _("Spring Festival"),
    "Tomb-sweeping Day": _("Tomb-sweeping Day"),
    "Labour Day": _("Labour Day"),
    "Dragon Boat Festival": _("Dragon Boat Festival"),
    "Mid-autumn Festival": _("Mid-autumn Festival"),
    "National Day": _("National Day"),
    "Anti-Fascist 70th Day": _("Victory Day"),
}


@dataclass(frozen=True, slots=True)
class ShippedDay:
    """A holiday, or a day that makes up for one."""

    is_worked: bool
    name: Label


@cache
def shipped_days() -> Mapping[date, ShippedDay]:
    """Every shipped day that differs from its weekday, or bears the name of a holiday."""
    with SOURCE.open(encoding="utf-8") as rows:
        return {
            date.fromisoformat(row["date"]): ShippedDay(row["kind"] == "work", NAMES[row["holiday"]])
            for row in csv.DictReader(rows)
        }


@cache
def shipped_years() -> frozenset[int]:
    """The years that are known without anybody entering them."""
    return frozenset(day.year for day in shipped_days())
