"""Requests that wait for the reader, on the work page."""

from __future__ import annotations

from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.requests.queries import to_decide
from zhike.engines.work import contributions
from zhike.engines.work.contributions import Suggestion, SuggestionGroup
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import record_url

MOST_SHOWN = 5


@contributions.suggester
def waiting_requests(actor: Actor, context: Context) -> SuggestionGroup | None:
    """The requests that time out first."""
    found = list(to_decide(actor)[:MOST_SHOWN])
    if not found:
        return None
    fill_labels({"user": {request.owner_id for request in found if request.owner_id}}, context)
    rows = []
    for request in found:
        asker = context.labels.get(("user", request.owner_id or 0), (_("Somebody"), ""))[0]
        said = _("%(name)s asks: %(reason)s") if request.reason else _("%(name)s asks")
        rows.append(
            Suggestion(
                object_key="request",
                record_id=request.pk,
                title=request.title,
                url=record_url("request", request.pk),
                reason=said % {"name": asker, "reason": (request.reason or "")[:80]},
                icon="message-2",
                act_label=gettext_lazy("Grant"),
                act_url=f"{record_url('request', request.pk)}action/grant/",
                act_icon="check",
            )
        )
    return SuggestionGroup(gettext_lazy("Waiting for my decision"), rows, more_url="/requests/")
