"""The page of pairs across types: both records with what tells them apart, the reasons, and what can be done about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.engines.duplicates.kin_pairs import kin_pair_count, kin_pairs_page
from zhike.engines.duplicates.kinship import Kin, kin_of
from zhike.engines.duplicates.models import KinPair
from zhike.engines.duplicates.scanning import latest_scan
from zhike.engines.duplicates.words import reasons_text
from zhike.lib.enumeration import enumerated
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url
from zhike.metadata.query import PageRow, Query, cell
from zhike.web.background import progress_context
from zhike.web.lists.candidates import facts

PAGE_SIZE = 20


def kin_context(object_type: ObjectType, context: Context, *, after: int) -> dict[str, Any]:
    """Context of duplicates/across.html."""
    pairs, following = kin_pairs_page(context.actor, object_type, after=after, limit=PAGE_SIZE)
    job = latest_scan(object_type)
    path = f"{list_url(object_type.key)}duplicates/"
    return {
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "heading": _("Duplicates across types"),
        "path": path,
        "scan": {**progress_context(job), "url": path} if job else None,
        "count": kin_pair_count(context.actor, object_type),
        "others": enumerated(str(kin.other(object_type).label_plural) for kin in kin_of(object_type)),
        "pairs": drawn_pairs(object_type, pairs, context),
        "next_url": f"{path}across/?after={following}" if following else "",
    }


def drawn_pairs(object_type: ObjectType, pairs: Sequence[KinPair], context: Context) -> list[dict[str, Any]]:
    """Pairs with the cells of both records; one query a type, and one a type of what they link to."""
    ids: dict[str, set[int]] = defaultdict(set)
    for pair in pairs:
        ids[pair.left_key].add(pair.left_id)
        ids[pair.right_key].add(pair.right_id)
    drawn: dict[tuple[str, int], dict[str, Any]] = {}
    for key, listed in ids.items():
        drawn.update(_drawn_records(registry.get(key), sorted(listed), context))
    kin = {(found.left.key, found.right.key): found for found in kin_of(object_type)}
    return [
        {
            "id": pair.pk,
            "reasons": reasons_text(pair.reasons),
            "percent": round(pair.score * 100),
            "records": [
                drawn[side]
                for side in ((pair.left_key, pair.left_id), (pair.right_key, pair.right_id))
                if side in drawn
            ],
            "offer": offer(kin[pair.left_key, pair.right_key], pair, context.actor),
        }
        for pair in pairs
    ]


def _drawn_records(object_type: ObjectType, ids: list[int], context: Context) -> dict[tuple[str, int], dict[str, Any]]:
    fields = facts(object_type, context)
    columns = [object_type.title, *(field.key for field in fields)]
    query = Query(object_type, context.actor, context, columns=columns, where=Q(pk__in=ids))
    rows = [row for found in query.each() for row in found]
    fill_labels({"user": {owner for row in rows if (owner := row.values.get("owner")) is not None}}, context)
    return {(object_type.key, row.id): _drawn(object_type, row, columns[1:], context) for row in rows}


def _drawn(object_type: ObjectType, row: PageRow, columns: Sequence[str], context: Context) -> dict[str, Any]:
    told = ((object_type.field(key), row.values.get(key)) for key in columns)
    return {
        "kind": object_type.label,
        "url": record_url(object_type.key, row.id),
        "title": cell(row, object_type.field(object_type.title), context),
        "facts": [
            {"label": field.label, "cell": cell(row, field, context)}
            for field, value in told
            if not field.type.is_empty(value)
        ],
    }


def offer(kin: Kin, pair: KinPair, actor: Actor) -> dict[str, str] | None:
    """The action that joins both, with the other record filled in: None where the rule names none or the actor may not."""
    action = kin.left.actions.get(kin.rule.action) if kin.rule.action else None
    if action is None or not policy.may(actor, kin.left, action.permission):
        return None
    address = f"{record_url(kin.left.key, pair.left_id)}action/{action.key}/?{kin.rule.argument}={pair.right_id}"
    return {"url": address, "label": str(action.label)}
