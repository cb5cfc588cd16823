"""The ledger as an object type: seen by who sees the customer, written by the system alone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.pools.models import Custody
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Section, TimelineSource, Values

WRITTEN_BY_ITSELF = Problem("read_only", _("The ledger writes itself when a customer changes hands."))


def refuse_hands(rows: list[Values], _existing: Mapping[int, Values], actor: Actor) -> Found:
    """Nobody but the system writes into the ledger."""
    if not actor.is_system:
        return {index: {"": WRITTEN_BY_ITSELF} for index in range(len(rows))}
    for row in rows:
        row.setdefault("at", timezone.now())
    return {}


CUSTODY = registry.add(
    registry.object_type(
        Custody,
        slug="custody",
        exclude=("owner", "department", "batch_id", "updated_at", "updated_by"),
        icon="switch-horizontal",
        title="reason",
        columns=("at", "customer", "kind", "from_user", "to_user", "pool", "reason", "created_by"),
        filters=("at", "kind", "from_user", "to_user", "pool"),
        form=(Section(_("Change of hands"), ("customer", "at", "kind", "from_user", "to_user", "pool", "reason")),),
        default_sort="-at",
        scope_from="customer",
        timeline=TimelineSource(
            subject="customer", at="at", title="reason", kind="kind", more=("from_user", "to_user", "pool")
        ),
        permissions=("view", "export"),
        prepare=refuse_hands,
        creatable=False,
        customisable=False,
        has_comments=False,
    )
)
