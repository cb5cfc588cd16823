"""The words that targets are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Measure(models.TextChoices):
    """What counts towards a target."""

    ORDERS = "orders", pgettext_lazy("target", "orders less returns")
    RECEIPTS = "receipts", pgettext_lazy("target", "receipts less refunds")
    WON = "won", pgettext_lazy("target", "deals won")


class Level(models.TextChoices):
    """For whom a target is."""

    COMPANY = "company", pgettext_lazy("target", "whole firm")
    DEPARTMENT = "department", pgettext_lazy("target", "department")
    PERSON = "person", pgettext_lazy("target", "person")


class Span(models.TextChoices):
    """The part of a year."""

    YEAR = "year", _("whole year")
    Q1 = "q1", _("1st quarter")
    Q2 = "q2", _("2nd quarter")
    Q3 = "q3", _("3rd quarter")
    Q4 = "q4", _("4th quarter")
    M01 = "m01", pgettext_lazy("span", "January")
    M02 = "m02", pgettext_lazy("span", "February")
    M03 = "m03", pgettext_lazy("span", "March")
    M04 = "m04", pgettext_lazy("span", "April")
    M05 = "m05", pgettext_lazy("span", "May")
    M06 = "m06", pgettext_lazy("span", "June")
    M07 = "m07", pgettext_lazy("span", "July")
    M08 = "m08", pgettext_lazy("span", "August")
    M09 = "m09", pgettext_lazy("span", "September")
    M10 = "m10", pgettext_lazy("span", "October")
    M11 = "m11", pgettext_lazy("span", "November")
    M12 = "m12", pgettext_lazy("span", "December")


LEVEL_TONES = {"company": "violet", "department": "blue", "person": "teal"}
MEASURE_TONES = {"orders": "blue", "receipts": "green", "won": "teal"}
