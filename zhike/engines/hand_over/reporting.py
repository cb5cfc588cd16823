"""Colleagues who report to the person report to the successor afterwards."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.engines.hand_over.parts import Part, register

REPORTS = register(
    Part(
        "user",
        "manager",
        filter={"field": "is_active", "op": "eq", "value": True},
        label=_("Colleagues who report to the person"),
        is_departments=True,
        action="edit",
    )
)
#: Longer chains are circles already.
LONGEST_CHAIN = 50


def new_managers(given: Mapping[int, int], person_id: int) -> dict[int, int | None]:
    """Whom each colleague reports to: the successor, but the person's own manager where that would make a circle."""
    above: dict[int, int | None] = dict(User.objects.filter(manager__isnull=False).values_list("pk", "manager_id"))
    found: dict[int, int | None] = {}
    for pk, successor in given.items():
        found[pk] = successor if not _reaches(successor, pk, {**above, **found}) else above.get(person_id)
        if found[pk] == pk:
            found[pk] = None
    return found


def _reaches(start: int, wanted: int, above: Mapping[int, int | None]) -> bool:
    """Whether somebody is, or reports at last to, another."""
    place: int | None = start
    for _step in range(LONGEST_CHAIN):
        if place == wanted:
            return True
        if place is None:
            return False
        place = above.get(place)
    return True
