"""Intelligence about key customers, and the competitors that it tells of."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.domain.key_accounts.choices import NoteKind, NoteReliability, NoteSource, NoteState
from zhike.metadata.fields.columns import ChoiceField, LongTextField, UrlField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record

KIND_TONES = {"good_news": "green", "competitor": "red", "person": "amber", "system": "amber"}
RELIABILITY_TONES = {"confirmed": "green", "rumour": "amber"}
STATE_TONES = {"new": "blue", "concluded": "green", "stale": "amber"}


class Competitor(Record):
    """A firm that sells to our customers too."""

    name = models.CharField(_("name"), max_length=120, unique=True)
    website = UrlField(_("website"), null=True, blank=True)
    strengths = LongTextField(_("strengths"), null=True, blank=True)
    weaknesses = LongTextField(_("weaknesses"), null=True, blank=True)
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("competitor")
        verbose_name_plural = _("competitors")
        indexes = [bin_index("competitor"), *list_indexes("competitor", "name")]

    def __str__(self) -> str:
        return self.name


class IntelligenceNote(Record):
    """Something known of a key customer; past ``valid_until`` it asks for confirmation."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="intelligence", db_index=False
    )
    title = models.CharField(_("in short"), max_length=160)
    kind = ChoiceField(_("kind"), choices=NoteKind, tones=KIND_TONES, default=NoteKind.OPERATIONS)
    content = LongTextField(_("content"), null=True, blank=True)
    noted_on = models.DateField(_("known since"))
    source = ChoiceField(_("source"), choices=NoteSource, default=NoteSource.STAFF)
    reliability = ChoiceField(
        _("reliability"), choices=NoteReliability, tones=RELIABILITY_TONES, default=NoteReliability.LIKELY
    )
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    state = ChoiceField(_("state"), choices=NoteState, tones=STATE_TONES, default=NoteState.NEW)
    conclusion = LongTextField(_("conclusion"), null=True, blank=True)
    competitor = models.ForeignKey(
        Competitor, models.PROTECT, verbose_name=_("competitor"), null=True, blank=True, related_name="notes"
    )
    #: The task to congratulate, made once.
    task_id = models.BigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("intelligence note")
        verbose_name_plural = _("intelligence notes")
        indexes = [
            bin_index("intelligence_note"),
            *list_indexes("intelligence_note", "-noted_on", by_department=False),
            models.Index(models.F("customer"), models.F("noted_on").desc(), name="intelligence_note_customer"),
            models.Index(
                fields=("valid_until",),
                condition=models.Q(state__in=("new", "concluded"), deletion__isnull=True),
                name="intelligence_note_valid",
            ),
        ]

    def __str__(self) -> str:
        return self.title
