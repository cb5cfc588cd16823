"""Tells owner and manager that a key customer has fallen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Customer
from zhike.domain.tiers.definition import Definition
from zhike.domain.tiers.models import TierScheme
from zhike.metadata import notices
from zhike.metadata.notices import Notice, NoticeKind

if TYPE_CHECKING:
    from zhike.domain.tiers.regrading import Move

FALL = notices.register(
    NoticeKind(
        "tier_fall",
        _("A key customer falls to a lower tier"),
        _("%(title)s fell from “%(old)s” to “%(new)s” (%(scheme)s)."),
        icon="trending-down",
    )
)


def tell_of_falls(scheme: TierScheme, definition: Definition, moves: Sequence[Move]) -> None:
    """Notices to the owners of key customers who fell, and to the heads of their departments."""
    key_grades = {grade.key for grade in definition.grades if grade.is_key}
    fallen = {
        move.customer: move
        for move in moves
        if move.old in key_grades and definition.place(move.grade) > definition.place(move.old or "")
    }
    rows = Customer.objects.filter(pk__in=fallen).values_list("pk", "owner_id", "department__head_id")
    notices.send(
        [
            Notice(
                FALL.key,
                tuple({person for person in people if person is not None}),
                "customer",
                pk,
                params={
                    "old": definition.label(fallen[pk].old or "", "zh-hans"),
                    "new": definition.label(fallen[pk].grade, "zh-hans") or "–",
                    "scheme": scheme.name,
                },
            )
            for pk, *people in rows
        ]
    )
