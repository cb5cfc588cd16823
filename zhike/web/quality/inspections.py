"""Inspections as pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db.models import Count
from django.urls import reverse

from zhike.domain.quality.inspecting import error_rate, items_seen
from zhike.domain.quality.models import Inspection, InspectionItem, Verdict
from zhike.domain.quality.people import is_manager, names
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.places import record_url
from zhike.metadata.saving import context_for
from zhike.web.records.moments import moment

TONES = {Verdict.RIGHT: "green", Verdict.WRONG: "red", Verdict.UNKNOWN: "", Verdict.OPEN: ""}


def listed(rows: Iterable[Any], context: Context) -> list[dict[str, Any]]:
    """Inspections for the list."""
    found = list(rows)
    people = names({pk for row in found for pk in (row.user_id, row.by_id)})
    return [
        {
            "url": reverse("inspection", kwargs={"inspection_id": row.pk}),
            "who": people.get(row.user_id, "–"),
            "by": people.get(row.by_id, "–"),
            "at": moment(row.created_at, context),
            "size": row.size,
            "population": row.population,
            "open": row.still_open,
            "rate": error_rate(row.found_right, row.found_wrong),
        }
        for row in found
    ]


def inspection_context(found: Inspection, actor: Actor) -> dict[str, Any]:
    """Context of quality/inspection.html: the customers of the sample that the actor sees, each with its fields."""
    context = context_for(actor)
    people = names({found.user_id, found.by_id})
    may_judge = is_manager(actor) and found.user_id != actor.user_id
    groups: dict[int, dict[str, Any]] = {}
    for seen in items_seen(found, actor=actor):
        pk = seen.item.customer_id
        group = groups.setdefault(pk, {"title": seen.customer, "url": record_url("customer", pk), "rows": []})
        group["rows"].append(_told(seen.item, seen.field, context))
    counts = dict.fromkeys(Verdict.values, 0)
    counts |= {
        verdict: int(count)
        for verdict, count in found.items.order_by().values_list("verdict").annotate(count=Count("pk"))
    }
    return {
        "heading": people.get(found.user_id, "–"),
        "inspection": found,
        "at": moment(found.created_at, context),
        "by": people.get(found.by_id, "–"),
        "customers": list(groups.values()),
        "counts": counts,
        "rate": error_rate(counts[Verdict.RIGHT], counts[Verdict.WRONG]),
        "may_judge": may_judge,
    }


def _told(item: InspectionItem, field: Any, context: Context) -> dict[str, Any]:
    try:
        value = field.type.from_json(item.value, field)
        shown = field.type.text(value, field, context)
    except (ValueError, TypeError, KeyError):
        # The field has become another kind since.
        shown = str(item.value)
    verdict = Verdict(item.verdict)
    return {
        "id": item.pk,
        "label": field.label,
        "shown": shown,
        "verdict": verdict.value,
        "said": verdict.label,
        "tone": TONES[verdict],
        "url": reverse("inspection_item", kwargs={"inspection_id": item.inspection_id, "item_id": item.pk}),
    }
