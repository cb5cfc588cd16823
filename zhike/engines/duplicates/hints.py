"""What somebody who types a record is told about those that are there already, as far as they may know it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from zhike.engines.duplicates.finding import Found, duplicates_of
from zhike.engines.duplicates.scoring import Reason
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.columns import plain_values
from zhike.metadata.fields.base import Context
from zhike.metadata.labels import fill_labels
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import record_url


@dataclass(frozen=True, slots=True)
class Hint:
    """A record that is the same as what is being typed; of one out of reach the title is masked and ``url`` empty."""

    record_id: int
    title: str
    url: str
    reasons: tuple[Reason, ...]
    score: float
    owner_id: int | None
    #: "" where nobody owns it.
    owner: str
    is_own: bool
    #: What it is, where that is another type than the one being typed.
    kind: str = ""

    @property
    def is_masked(self) -> bool:
        return not self.url


def hints(
    object_type: ObjectType, values: Mapping[str, Any], *, context: Context, besides: Collection[int] = ()
) -> list[Hint]:
    """The matches of plain values, the best first; four queries beside one a key."""
    found = duplicates_of(object_type, values, actor=context.actor, besides=besides)
    return shown_hits(object_type, found, context) if found else []


def shown_hits(object_type: ObjectType, found: Collection[Found], context: Context) -> list[Hint]:
    """Matches with what the reader may know of each."""
    actor, ids = context.actor, [hit.record_id for hit in found]
    seen = set(policy.queryset_for(actor, object_type).filter(pk__in=ids).values_list("pk", flat=True))
    title = object_type.field(object_type.title)
    rows = policy.every_record(object_type).filter(pk__in=ids)
    told = {row["id"]: row for row in rows.values("id", "owner_id", "custom", title.column or "id")}
    # Whom to ask is told to everybody who may see colleagues.
    fill_labels({"user": {row["owner_id"] for row in told.values() if row["owner_id"]}}, context)
    return [
        _hint(object_type, hit, told[hit.record_id], actor, context, is_seen=hit.record_id in seen)
        for hit in found
        if hit.record_id in told
    ]


def _hint(
    object_type: ObjectType, hit: Found, row: dict[str, Any], actor: Actor, context: Context, *, is_seen: bool
) -> Hint:
    field = object_type.field(object_type.title)
    value = plain_values(object_type, row).get(field.key)
    text = str(policy.shown(actor, object_type, field, value) if is_seen else masked(str(value or "")))
    owner = context.labels.get(("user", row["owner_id"] or 0), ("", ""))[0]
    return Hint(
        record_id=hit.record_id,
        title=text,
        url=record_url(object_type.key, hit.record_id) if is_seen else "",
        reasons=hit.match.reasons,
        score=hit.match.score,
        owner_id=row["owner_id"],
        owner=owner,
        is_own=row["owner_id"] is not None and row["owner_id"] == actor.user_id,
    )


def masked(title: str) -> str:
    """苏州恒泰精密模具有限公司 → 苏州****公司; 王建国 → 王**."""
    if len(title) < 6:
        return title[:1] + "*" * max(len(title) - 1, 1)
    return f"{title[:2]}****{title[-2:]}"
