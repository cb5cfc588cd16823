"""Web forms: what is asked, by which versions, who gets the arrivals, and how often the page was seen."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.customers.choices import CustomerKind, Source
from zhike.metadata.fields.columns import ChoiceField, LongTextField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class FormState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("form", "draft")
    OPEN = "open", pgettext_lazy("form", "open")
    CLOSED = "closed", pgettext_lazy("form", "closed")


class Assignment(models.TextChoices):
    PERSON = "person", pgettext_lazy("form", "one person")
    ROUND = "round", pgettext_lazy("form", "the people of a department in turn")
    POOL = "pool", pgettext_lazy("form", "the public pool")


TONES = {"open": "green", "closed": "amber"}


class WebForm(Record):
    """A form that anybody with its address can fill in. What it shows stands in its versions."""

    name = models.CharField(_("name"), max_length=80)
    state = ChoiceField(_("state"), choices=FormState, tones=TONES, default=FormState.DRAFT)
    opens_on = models.DateField(_("open from"), null=True, blank=True)
    closes_on = models.DateField(_("last day"), null=True, blank=True)
    customer_kind = ChoiceField(
        _("who fills it in"),
        choices=CustomerKind,
        default=CustomerKind.COMPANY,
        help_text=_("The kind of customer that arrivals become, unless the form asks for it."),
    )
    source = ChoiceField(_("source given to arrivals"), choices=Source, default=Source.WEBSITE)
    tag = models.ForeignKey(
        "customers.Tag",
        models.PROTECT,
        verbose_name=_("tag given to arrivals"),
        null=True,
        blank=True,
        related_name="+",
    )
    assignment = ChoiceField(_("arrivals go to"), choices=Assignment, default=Assignment.PERSON)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        verbose_name=_("person"),
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Also looks after what nobody else gets."),
    )
    team = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        verbose_name=_("department that takes turns"),
        null=True,
        blank=True,
        related_name="+",
    )
    pool = models.ForeignKey(
        "pools.Pool", models.PROTECT, verbose_name=_("public pool"), null=True, blank=True, related_name="+"
    )
    sites = LongTextField(
        _("sites that may embed it"),
        null=True,
        blank=True,
        help_text=_("One address a line, such as https://www.example.cn; no other site may show it in a frame."),
    )
    most_per_address = models.PositiveIntegerField(
        _("arrivals per address and hour"),
        default=60,
        help_text=_("A hall full of people may share one address of the network."),
    )
    most_per_hour = models.PositiveIntegerField(_("arrivals per hour"), default=1000)
    #: The last part of its public address; guessing it is hopeless (128 bits).
    secret = models.CharField(_("public address"), max_length=40, unique=True, null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("web form")
        verbose_name_plural = _("web forms")
        indexes = [bin_index("webform"), *list_indexes("webform", "-updated_at", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(closes_on__isnull=True)
                | models.Q(opens_on__isnull=True)
                | models.Q(closes_on__gte=models.F("opens_on")),
                name="webform_closes_after_opening",
                violation_error_message=_("The last day lies before the first."),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class FormVersion(models.Model):
    """What visitors saw from a moment on, the consent text among it. Only ever appended to."""

    form = models.ForeignKey(WebForm, models.CASCADE, related_name="versions")
    number = models.PositiveIntegerField()
    #: See ``face.py``.
    face: Any = models.JSONField()
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=("form", "number"), name="form_version_once")]

    def __str__(self) -> str:
        return f"{self.form_id} v{self.number}"


class FormDay(models.Model):
    """How often a form was looked at on a day, by the clock of the installation."""

    form = models.ForeignKey(WebForm, models.CASCADE, related_name="+")
    day = models.DateField()
    views = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("form", "day"), name="form_day_once")]

    def __str__(self) -> str:
        return f"{self.form_id} {self.day}: {self.views}"


class FormTurn(models.Model):
    """Whose turn it was last among the people of a form's department."""

    form = models.OneToOneField(WebForm, models.CASCADE, primary_key=True, related_name="+")
    user_id = models.BigIntegerField()

    def __str__(self) -> str:
        return f"{self.form_id}: {self.user_id}"
