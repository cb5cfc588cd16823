"""The page of candidate groups: their records side by side with the reasons, the comparison's state, and recent merges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _

from zhike.engines.duplicates.groups import CandidateGroup, candidate_groups, group_count
from zhike.engines.duplicates.kin_pairs import kin_pair_count
from zhike.engines.duplicates.kinship import kin_of
from zhike.engines.duplicates.scanning import latest_scan
from zhike.engines.duplicates.words import reasons_text
from zhike.engines.merging.models import Merge
from zhike.engines.merging.undoing import problem_of
from zhike.lib.enumeration import enumerated
from zhike.metadata import policy
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url
from zhike.metadata.query import PageRow, Query, cell
from zhike.web.background import progress_context

PAGE_SIZE = 20
MOST_MERGES = 10
#: Fields that tell records apart, beside the title.
MOST_FACTS = 4


def candidates_context(object_type: ObjectType, context: Context, *, after: int) -> dict[str, Any]:
    """Context of duplicates/page.html."""
    groups, following = candidate_groups(context.actor, object_type, after=after, limit=PAGE_SIZE)
    job = latest_scan(object_type)
    path = f"{list_url(object_type.key)}duplicates/"
    return {
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "heading": _("Duplicates"),
        "path": path,
        "scan": {**progress_context(job), "url": path} if job else None,
        "count": group_count(context.actor, object_type),
        "across": {"count": kin_pair_count(context.actor, object_type)} if kin_of(object_type) else None,
        "columns": [field.label for field in facts(object_type, context)],
        "groups": drawn_groups(object_type, groups, context),
        "next_url": f"{path}?after={following}" if following else "",
        "merges": recent_merges(object_type, context),
    }


def facts(object_type: ObjectType, context: Context) -> list[Field]:
    """The fields by which a person tells records apart: numbers, codes, addresses, owner."""
    identity = object_type.identity
    if identity is None:
        return []
    keys = [*identity.phones, *([identity.code] if identity.code else []), *identity.emails, *identity.addresses[:1]]
    readable = {field.key: field for field in policy.readable_fields(context.actor, object_type)}
    return [readable[key] for key in [*keys[:MOST_FACTS], "owner", "updated_at"] if key in readable]


def drawn_groups(object_type: ObjectType, groups: Sequence[CandidateGroup], context: Context) -> list[dict[str, Any]]:
    """Groups with their records' cells; one query for all records and one a type of what they link to."""
    ids = sorted({pk for group in groups for pk in group.ids})
    fields = facts(object_type, context)
    columns = [object_type.title, *(field.key for field in fields)]
    query = Query(object_type, context.actor, context, columns=columns, where=Q(pk__in=ids))
    rows = {row.id: row for found in query.each() for row in found} if ids else {}
    owners = {owner for row in rows.values() if (owner := row.values.get("owner")) is not None}
    fill_labels({"user": owners}, context)
    path = list_url(object_type.key)
    return [
        {
            "key": group.key,
            "ids": group.ids,
            "reasons": reasons_text(group.reasons),
            "percent": round(group.score * 100),
            "merge_url": f"{path}merge/?ids={','.join(str(pk) for pk in group.ids)}",
            "rows": [drawn_row(object_type, rows[pk], fields, context) for pk in group.ids if pk in rows],
        }
        for group in groups
    ]


def drawn_row(object_type: ObjectType, row: PageRow, fields: Sequence[Field], context: Context) -> dict[str, Any]:
    return {
        "url": record_url(object_type.key, row.id),
        "title": cell(row, object_type.field(object_type.title), context),
        "cells": [cell(row, field, context) for field in fields],
    }


def recent_merges(object_type: ObjectType, context: Context) -> list[dict[str, Any]]:
    """The latest merges into records that the reader may merge."""
    within = policy.queryset_for(context.actor, object_type, "merge").values("pk")
    rows = list(Merge.objects.filter(object_key=object_type.key, survivor_id__in=within).order_by("-pk")[:MOST_MERGES])
    fill_labels(
        {object_type.key: {row.survivor_id for row in rows}, "user": {row.actor_id for row in rows if row.actor_id}},
        context,
    )
    return [
        {
            "url": f"/merges/{row.pk}/",
            "at": row.at,
            "who": context.labels.get(("user", row.actor_id or 0), ("—", ""))[0],
            "title": context.labels.get((object_type.key, row.survivor_id), ("", ""))[0],
            "merged": enumerated(title for _pk, title in row.merged),
            "is_undone": row.undone_at is not None,
            "is_open": problem_of(row) is None,
        }
        for row in rows
    ]
