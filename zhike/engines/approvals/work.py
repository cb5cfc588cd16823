"""Approvals that wait for the reader, on the work page."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.approvals.queries import to_decide
from zhike.engines.work import contributions
from zhike.engines.work.contributions import Suggestion, SuggestionGroup
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import record_url

MOST_SHOWN = 5


@contributions.suggester
def waiting_approvals(actor: Actor, context: Context) -> SuggestionGroup | None:
    """The approvals that time out first."""
    found = list(to_decide(actor)[:MOST_SHOWN])
    if not found:
        return None
    fill_labels({"user": {approval.owner_id for approval in found if approval.owner_id}}, context)
    rows = []
    for approval in found:
        asker = context.labels.get(("user", approval.owner_id or 0), (_("Somebody"), ""))[0]
        said = _("%(name)s asks: %(reason)s") if approval.reason else _("%(name)s asks")
        rows.append(
            Suggestion(
                object_key="approval",
                record_id=approval.pk,
                title=approval.title,
                url=record_url("approval", approval.pk),
                reason=said % {"name": asker, "reason": (approval.reason or "")[:80]},
                icon="message-2",
                act_label=gettext_lazy("Grant"),
                act_url=f"{record_url('approval', approval.pk)}action/grant/",
                act_icon="check",
            )
        )
    return SuggestionGroup(gettext_lazy("Waiting for my decision"), rows, more_url="/approvals/")
