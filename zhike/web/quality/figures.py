"""The figures of people's customers as tiles, a table with small charts, and the list of overdue entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.domain.quality.models import QualityScore
from zhike.domain.quality.people import is_manager, names, people_seen
from zhike.domain.quality.scoring import completeness_of
from zhike.domain.quality.snapshots import Figures, course, figures
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.places import list_url, record_url
from zhike.metadata.query import first_rows
from zhike.web.lists.state import ListState
from zhike.web.records.moments import local_day, moment

MOST_OVERDUE = 50
MOST_PEOPLE = 200
#: Size of a small chart.
WIDTH, HEIGHT = 96, 24


def people_table(actor: Actor, context: Context) -> list[dict[str, Any]]:
    """One row a person within reach who has customers, the least complete first."""
    seen = dict(people_seen(actor).values_list("pk", "name")) if is_manager(actor) else {actor.user_id or 0: actor.name}
    found = figures(list(seen))[:MOST_PEOPLE]
    past = course([row.user_id for row in found], local_day(context.now, context))
    rows: list[dict[str, Any]] = [
        {
            "id": row.user_id,
            "name": seen[row.user_id],
            "figures": row,
            "chart": chart([week.completeness for week in past.get(row.user_id, [])]),
            "url": _list([_by("owner", "eq", row.user_id)], sort="completeness"),
        }
        for row in found
    ]
    return sorted(rows, key=lambda row: (row["figures"].completeness is None, row["figures"].completeness or 0))


def chart(values: Sequence[int | None]) -> dict[str, Any] | None:
    """A line of per cents from left to right; None for fewer than two weeks."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return None
    step = WIDTH / (len(known) - 1)
    points = " ".join(
        f"{place * step:.1f},{HEIGHT - 2 - value * (HEIGHT - 4) / 100:.1f}" for place, value in enumerate(known)
    )
    return {
        "points": points,
        "width": WIDTH,
        "height": HEIGHT,
        "said": _("from %(first)s%% to %(last)s%% in %(weeks)s weeks")
        % {"first": known[0], "last": known[-1], "weeks": len(known)},
    }


def tiles(actor: Actor, table: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The sums over the table, each opening the customers behind it."""
    told = [row["figures"] for row in table]
    whole = Figures(
        0,
        *(
            sum(getattr(row, name) for row in told)
            for name in ("customers", "score_sum", "scored", "verified", "reachable", "overdue", "stale")
        ),
    )
    mine = [] if is_manager(actor) else [_by("owner", "eq", "me")]
    return [
        _tile(_("Completeness"), whole.completeness, "%", _list(mine, sort="completeness")),
        _tile(_("Phone or mail verified"), whole.verified_share, "%", _list([*mine, _by("verified_at", "not_empty")])),
        _tile(_("Overdue entries"), whole.overdue, "", "#overdue"),
        _tile(_("To be verified again"), whole.stale, "", _list([*mine, _past("stale_at")], sort="stale_at")),
        _tile(_("Invalid phones"), None, "", _list([*mine, _by("invalid_phones", "eq", True)])),
    ]


def _tile(label: str, value: int | None, unit: str, url: str) -> dict[str, Any]:
    return {"label": label, "value": value, "unit": unit, "url": url}


def _by(field: str, op: str, value: object = None) -> dict[str, Any]:
    return {"field": field, "op": op, "value": value}


def _past(field: str) -> dict[str, Any]:
    return _by(field, "lt", timezone.now().isoformat(timespec="minutes"))


def _list(conditions: list[dict[str, Any]], sort: str = "") -> str:
    columns = ("name", "tier", "completeness", "entry_due_at", "stale_at", "verified_at", "owner")
    state = ListState(filter={"all": conditions}, sort=(sort,) if sort else None, columns=columns)
    return list_url("customer") + state.query_string()


def overdue(actor: Actor, context: Context) -> list[dict[str, Any]]:
    """Customers whose required fields are missing past their time, of the people within reach, the longest overdue first."""
    customer = registry.get("customer")
    late = QualityScore.objects.filter(entry_due_at__lte=context.now, entry_by_id__in=people_seen(actor).values("pk"))
    visible: Any = policy.queryset_for(actor, customer)
    scores = list(late.filter(pk__in=visible.values("pk")).order_by("entry_due_at", "pk")[:MOST_OVERDUE])
    if not scores:
        return []
    rules = customer.field("completeness").options["rules"]
    keys = {item.key for group in rules.groups for item in group.items if item.required}
    rows = first_rows(
        customer,
        visible.filter(pk__in=[score.pk for score in scores]),
        actor=actor,
        context=context,
        columns=["name", "kind", "tier", *sorted(key for key in keys if key in customer.fields)],
    )
    by_id = {row.id: row for row in rows}
    people = names({score.entry_by_id for score in scores})
    found: list[dict[str, Any]] = []
    for score in scores:
        row = by_id.get(score.pk)
        if row is None or score.entry_due_at is None:
            continue
        told = completeness_of(row.values)
        url = record_url("customer", row.id)
        missing = [item for item in (told.missing if told else ()) if item.required]
        found.append(
            {
                "name": row.values.get("name"),
                "url": url,
                "who": people.get(score.entry_by_id or 0, "–"),
                "due": moment(score.entry_due_at, context),
                "missing": [
                    {"label": customer.field(item.key).label, "url": f"{url}#fact-{item.key}"} for item in missing
                ],
            }
        )
    return found
