"""The merge page: records side by side, a value of each field preselected with the reason, and what hangs on them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _, gettext_lazy

from zhike.engines.merging.choosing import ALL, Candidate, Proposal, Why, best_survivor, proposals
from zhike.engines.merging.links import attached_count
from zhike.engines.merging.models import Merge
from zhike.engines.merging.undoing import Difference, plan, problem_of
from zhike.lib.enumeration import enumerated
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url, record_url
from zhike.metadata.undo import stored
from zhike.web.records.subject import Wanted, want_values

WHY = {
    Why.SAME: gettext_lazy("the same in all"),
    Why.ONLY: gettext_lazy("the only value"),
    Why.TOGETHER: gettext_lazy("all values together"),
    Why.STAYS: gettext_lazy("of the record that stays"),
    Why.LONGEST: gettext_lazy("the most complete"),
    Why.LATEST: gettext_lazy("of the record changed last"),
    Why.STRICTEST: gettext_lazy("the strictest counts"),
}


def candidates_for(
    object_type: ObjectType, ids: Sequence[int], context: Context
) -> tuple[list[Candidate], dict[int, int]]:
    """The records with all their values, and their versions by id. Raises NotFound for what the reader may not merge."""
    rows = policy.queryset_for(context.actor, object_type, "merge").filter(pk__in=list(ids))
    found = {pk: (version, at) for pk, version, at in rows.values_list("pk", "version", "updated_at")}
    for pk in ids:
        if pk not in found:
            raise NotFound(object_type.key, pk)
    values = stored(object_type, list(found))
    candidates = [Candidate(pk, values[pk], found[pk][1]) for pk in ids]
    return candidates, {pk: version for pk, (version, _at) in found.items()}


def merge_context(
    object_type: ObjectType, ids: Sequence[int], context: Context, data: QueryDict, problems: Sequence[Any] = ()
) -> dict[str, Any]:
    """Context of merging/page.html; what ``data`` chooses stands, everything else is proposed."""
    candidates, versions = candidates_for(object_type, ids, context)
    survivor = number(data.get("survivor", "")) or best_survivor(object_type, candidates)
    if survivor not in versions:
        survivor = candidates[0].id
    found = [
        entry
        for entry in proposals(object_type, candidates, survivor)
        if is_readable(object_type, entry.field, context)
    ]
    wanted: Wanted = {}
    for candidate in candidates:
        want_values(wanted, object_type, candidate.values)
    fill_labels(wanted, context)
    rows = [field_row(entry, candidates, context, data) for entry in found]
    counts = {candidate.id: attached(object_type, candidate.id, context) for candidate in candidates}
    return {
        "heading": _("Merge records"),
        "object": {
            "label": object_type.label,
            "label_plural": object_type.label_plural,
            "url": list_url(object_type.key),
        },
        "action": f"{list_url(object_type.key)}merge/",
        "problems": problems,
        "ids": ",".join(str(pk) for pk in ids),
        "records": [
            {
                "id": candidate.id,
                "title": candidate.values.get(object_type.title) or f"#{candidate.id}",
                "url": record_url(object_type.key, candidate.id),
                "updated_at": candidate.updated_at,
                "version": versions[candidate.id],
                "is_survivor": candidate.id == survivor,
                "attached": counts[candidate.id],
            }
            for candidate in candidates
        ],
        "open_rows": [row for row in rows if row["is_open"]],
        "settled_rows": [row for row in rows if not row["is_open"]],
    }


def number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None


def is_readable(object_type: ObjectType, field: Field, context: Context) -> bool:
    """Fields that the reader does not see in full are merged as proposed and not shown."""
    return policy.access(context.actor, object_type, field) >= FieldAccess.READ_ONLY


def field_row(entry: Proposal, candidates: Sequence[Candidate], context: Context, data: QueryDict) -> dict[str, Any]:
    """One field with a cell a record; ``chosen`` marks what is preselected."""
    field = entry.field
    chosen = data.get(f"c_{field.key}", str(entry.source))
    return {
        "key": field.key,
        "label": field.label,
        "why": WHY[entry.why],
        "is_open": entry.is_open,
        "cells": [
            {
                "source": candidate.id,
                "html": field.type.cell(candidate.values.get(field.key), field, context)
                if candidate.values.get(field.key) is not None
                else "",
                "chosen": chosen == str(candidate.id),
            }
            for candidate in candidates
        ],
        "all": {"chosen": chosen == ALL} if field.type.multiple else None,
    }


def attached(object_type: ObjectType, pk: int, context: Context) -> str:
    """What hangs on a record in words: 联系人 3、跟进 12."""
    told = []
    for key, count in attached_count(object_type, [pk]).items():
        found = registry.get(key)
        if policy.may(context.actor, found, "view"):
            told.append(f"{found.label} {count}")
    return enumerated(told)


def choices_of(object_type: ObjectType, data: QueryDict) -> dict[str, int | str]:
    """What the form says about each field."""
    found: dict[str, int | str] = {}
    for field in object_type.writable_fields:
        text = data.get(f"c_{field.key}", "")
        if text == ALL and field.type.multiple:
            found[field.key] = ALL
        elif (pk := number(text)) is not None:
            found[field.key] = pk
    return found


def versions_of(data: QueryDict) -> dict[int, int]:
    """The versions that the page was made from."""
    pairs = ((number(name.removeprefix("v_")), number(data.get(name, ""))) for name in data if name.startswith("v_"))
    return {pk: version for pk, version in pairs if pk is not None and version is not None}


# Taking back ------------------------------------------------------------------------------------------------------


def undo_context(merge: Merge, context: Context, problems: Sequence[Any] = ()) -> dict[str, Any]:
    """Context of merging/merge.html."""
    object_type = registry.get(merge.object_key)
    problem = problem_of(merge)
    fill_labels({"user": {merge.actor_id} if merge.actor_id else set(), merge.object_key: {merge.survivor_id}}, context)
    title, url = context.labels.get((merge.object_key, merge.survivor_id), ("", ""))
    differences = (
        []
        if problem is not None
        else [
            row
            for row in plan(merge).differences
            if is_readable(row.object_type, row.object_type.field(row.key), context)
        ]
    )
    return {
        "heading": _("Merge"),
        "object": {"label_plural": object_type.label_plural, "url": f"{list_url(object_type.key)}duplicates/"},
        "merge": merge,
        "who": context.labels.get(("user", merge.actor_id or 0), ("—", ""))[0],
        "survivor": {"title": title, "url": url},
        "merged": [title for _pk, title in merge.merged],
        "problem": problem.message if problem else "",
        "problems": problems,
        "differences": drawn_differences(differences, context),
        "action": f"/merges/{merge.pk}/",
    }


def drawn_differences(found: Sequence[Difference], context: Context) -> list[dict[str, Any]]:
    """Fields changed since, with the value before the merge and today's, in words."""
    wanted: Wanted = {}
    for row in found:
        for value in (row.before, row.now):
            want_values(wanted, row.object_type, {row.key: value})
        wanted.setdefault(row.object_type.key, set()).add(row.record_id)
    fill_labels(wanted, context)
    return [difference_row(row, context) for row in found]


def difference_row(row: Difference, context: Context) -> dict[str, Any]:
    field = row.object_type.field(row.key)
    return {
        "place": f"{row.object_type.key}.{row.record_id}.{row.key}",
        "title": context.labels.get((row.object_type.key, row.record_id), (f"#{row.record_id}", ""))[0],
        "label": field.label,
        "before": field.type.text(row.before, field, context) if row.before is not None else "—",
        "now": field.type.text(row.now, field, context) if row.now is not None else "—",
    }
