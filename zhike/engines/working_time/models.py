"""The firm's own days, and the office hours with the years that were entered by hand."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.columns import ChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class DayKind(models.TextChoices):
    OFF = "off", pgettext_lazy("kind of day", "day off")
    WORK = "work", pgettext_lazy("kind of day", "working day")


class CalendarDay(Record):
    """A day that the firm keeps otherwise than the shipped calendar says, or a day of a year that is not shipped."""

    day = models.DateField(_("day"), unique=True)
    kind = ChoiceField(_("kind of day"), choices=DayKind, tones={"off": "red", "work": "blue"})
    name = models.CharField(_("name"), max_length=60)

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        indexes = [bin_index("calendar_day"), *list_indexes("calendar_day", "day", by_department=False)]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class OfficeHours(models.Model):
    """One row: the hours of each weekday, and the years whose days are complete beyond the shipped ones."""

    #: {"0": [["09:00", "18:00"]], …}; Monday is 0, a missing weekday is off.
    hours: Any = models.JSONField(default=dict)
    years: Any = models.JSONField(default=list)
    updated_at = models.DateTimeField()

    def __str__(self) -> str:
        return "office hours"
