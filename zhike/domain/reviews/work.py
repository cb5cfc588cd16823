"""The review on the work page: how much is left, and the customers that come first."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy

from zhike.domain.reviews.asking import own_due
from zhike.engines.work import contributions
from zhike.engines.work.contributions import Suggestion, SuggestionGroup
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context

MOST_SHOWN = 3


@contributions.suggester
def reviews_due(actor: Actor, _context: Context) -> SuggestionGroup | None:
    """Own customers to review, the first to fall due first."""
    if actor.user_id is None or not policy.may(actor, registry.get("review"), "confirm"):
        return None
    rows = own_due(actor).values_list("pk", "due_on", "customer__name")[:MOST_SHOWN]
    found = [
        Suggestion(
            object_key="review",
            record_id=pk,
            title=name,
            url=f"/reviews/{pk}/",
            reason=_("Review overdue") if due_on < timezone.localdate() else _("To be reviewed"),
            icon="clipboard-list",
            act_label=gettext_lazy("Review"),
            act_url=f"/reviews/{pk}/",
            act_icon="clipboard-list",
            note=date_format(due_on, "MONTH_DAY_FORMAT"),
        )
        for pk, due_on, name in rows
    ]
    return SuggestionGroup(gettext_lazy("Archive review"), found)
