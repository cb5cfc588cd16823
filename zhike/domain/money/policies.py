"""The rules of credit and payment in force on a day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from zhike.domain.money.choices import Strictness
from zhike.domain.money.models import CreditPolicy


@dataclass(frozen=True, slots=True)
class Rules:
    """What holds; the values are those of an installation that never wrote rules."""

    payment_days: int = 30
    on_hold: Strictness = Strictness.BLOCK
    over_limit: Strictness = Strictness.ASK
    dunning_days: tuple[int, ...] = (1, 15, 30, 60)


def days_of(text: str) -> tuple[int, ...]:
    """Days out of "1,15,30"; raises ValueError for anything that is no list of rising days from 1 to 3,660."""
    days = tuple(int(part) for part in text.replace("，", ",").split(",") if part.strip())
    if not days or list(days) != sorted(set(days)) or days[0] < 1 or days[-1] > 3_660:
        raise ValueError(text)
    return days


def rules_on(day: date) -> Rules:
    """The latest version that is in force on the day."""
    found = CreditPolicy.objects.filter(starts_on__lte=day, deletion__isnull=True).order_by("-starts_on").first()
    if found is None:
        return Rules()
    return Rules(
        found.payment_days, Strictness(found.on_hold), Strictness(found.over_limit), days_of(found.dunning_days)
    )
