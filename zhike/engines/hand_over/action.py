"""Handing over as an action on people: everything of one person to one successor, for the API and from the list."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.engines.hand_over.parts import parts_for
from zhike.engines.hand_over.planning import Rule
from zhike.engines.hand_over.services import hand_over_start
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field

TO = Field(key="to", type=field_type("user"), label=_("successor"), required=True)
REASON = Field(key="reason", type=field_type("text"), label=_("reason"), required=True)


@registry.action(
    User,
    key="hand_over",
    label=_("Hand everything over"),
    permission="view",
    icon="switch-horizontal",
    arguments=(TO, REASON),
    is_rare=True,
    page="/people/hand-over/",
)
def user_hand_over(ids: Sequence[int], *, actor: Actor, to: int, reason: str) -> None:
    """Start a hand-over of each person to the successor. Raises Denied for who may assign no customers."""
    for user_id in ids:
        hand_over_start(user_id, Rule("evenly", (to,)), list(parts_for(actor)), reason=reason, actor=actor)
