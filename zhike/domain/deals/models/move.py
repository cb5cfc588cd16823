"""The way of a deal through its stages: one row a move, added and never changed."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.deals.choices import STATE_TONES, DealState
from zhike.metadata.fields.columns import ChoiceField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class StageMove(Record):
    """A deal came into ``stage``; ``owner`` moved it. ``seconds`` is how long it had stood where it came from."""

    opportunity = models.ForeignKey(
        "deals.Opportunity", models.PROTECT, verbose_name=_("opportunity"), related_name="moves", db_index=False
    )
    from_stage = ChoiceField(_("from stage"), max_length=60, null=True, blank=True)
    stage = ChoiceField(_("to stage"), max_length=60)
    state = ChoiceField(pgettext_lazy("deal", "state"), choices=DealState, tones=STATE_TONES)
    moved_at = models.DateTimeField(_("moved at"))
    seconds = models.BigIntegerField(_("seconds in the stage before"), null=True, blank=True)

    class Meta:
        verbose_name = _("stage move")
        verbose_name_plural = _("stage moves")
        indexes = [
            bin_index("stage_move"),
            *list_indexes("stage_move", "-moved_at", by_department=False),
            models.Index(fields=("opportunity", "-id"), name="stage_move_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.opportunity_id}: {self.from_stage} → {self.stage}"
