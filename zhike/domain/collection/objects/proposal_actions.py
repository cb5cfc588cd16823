"""Deciding about whole proposals: a button, a bulk choice and an endpoint each."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.models import Proposal, ProposalState, ProposedValue
from zhike.domain.collection.services.proposing import accept, refuse
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.storage import storage

WAITING = {"field": "state", "op": "eq", "value": ProposalState.OPEN.value}
REASON = Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 200})


@registry.action(Proposal, key="accept", label=_("Accept everything"), permission="view", icon="check", when=WAITING)
def proposal_accept(ids: Sequence[int], *, actor: Actor) -> None:
    """Accept every value that waits, of all proposals or of none. Raises Denied, NotFound or Invalid."""
    with storage().write_transaction():
        for pk in ids:
            accept(pk, open_keys(pk), actor=actor)


@registry.action(
    Proposal,
    key="refuse",
    label=_("Refuse everything"),
    permission="view",
    icon="x",
    when=WAITING,
    arguments=(REASON,),
)
def proposal_refuse(ids: Sequence[int], *, actor: Actor, reason: str | None = None) -> None:
    """Refuse every value that waits, with the reason. Raises as ``proposal_accept``."""
    with storage().write_transaction():
        for pk in ids:
            refuse(pk, open_keys(pk), reason or "", actor=actor)


def open_keys(proposal_id: int) -> list[str]:
    rows = ProposedValue.objects.filter(proposal=proposal_id, state=ProposedValue.State.OPEN)
    return list(rows.order_by("pk").values_list("field_key", flat=True))
