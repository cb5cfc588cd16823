"""Who is away, and who stands in for them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date

from django.db.models import Q

from zhike.accounts.models import Absence, User

#: A substitute who is away has a substitute in turn; a circle ends here.
MOST_HOPS = 5


def absent(people: Collection[int], day: date) -> dict[int, int | None]:
    """Those who are away on the day, with their substitute or None; one query."""
    rows = Absence.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day),
        owner_id__in=list(people),
        starts_on__lte=day,
        deletion__isnull=True,
    )
    found: dict[int, int | None] = {}
    for person, deputy in rows.order_by("pk").values_list("owner_id", "substitute_id"):
        if person is not None:
            found[person] = deputy if deputy is not None else found.get(person)
    return found


def substitutes(people: Collection[int], day: date) -> dict[int, int | None]:
    """By each absent person who is here in their place: the substitute, that one's substitute, … ; None where nobody is."""
    away = absent(people, day)
    found = dict(away)
    for _hop in range(MOST_HOPS):
        deputies = {deputy for deputy in found.values() if deputy is not None}
        if not deputies:
            break
        rows = {user.pk: user for user in User.objects.filter(pk__in=deputies, deletion__isnull=True)}
        gone = absent(deputies, day)
        found = {
            person: None
            if deputy is None or deputy not in rows or not rows[deputy].is_usable()
            else gone.get(deputy, deputy)
            for person, deputy in found.items()
        }
        if not gone:
            break
    else:
        # Still somebody who is away: a circle of substitutes.
        gone = absent({deputy for deputy in found.values() if deputy is not None}, day)
        found = {person: None if deputy in gone else deputy for person, deputy in found.items()}
    return found
