"""Search: what an actor finds by a few characters, grouped by object type."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from zhike.engines.search.index import search_index
from zhike.engines.search.index.base import Question
from zhike.engines.search.vocabulary import reach, readable_prefixes
from zhike.lib.normalise import normalised
from zhike.lib.search_tokens import Query, query_terms
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.columns import is_links, plain_values
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels, record_url
from zhike.metadata.object_type import ObjectType, UnknownObject, Values
from zhike.metadata.saving import context_for

#: How many candidates the index gives for each hit wanted, at first and when the policy let too few of them pass.
CANDIDATES = 3
MORE_CANDIDATES = 40
FEWEST_CANDIDATES = 20


@dataclass(frozen=True, slots=True)
class Hit:
    """A record that was found, as the actor may see it."""

    object_key: str
    id: int
    title: str
    subtitle: str
    url: str


@dataclass(frozen=True, slots=True)
class Group:
    """Hits of one object type, best first; ``more`` says that there are further ones."""

    object_type: ObjectType
    hits: list[Hit]
    more: bool


@dataclass(slots=True)
class _Sought:
    """One object type being searched."""

    object_type: ObjectType
    question: Question
    candidates: list[int] = dataclass_field(default_factory=list)
    rows: dict[int, Values] = dataclass_field(default_factory=dict)

    def asked(self, limit: int) -> Question:
        q = self.question
        return Question(q.object_key, q.terms, q.prefixes, q.reach, q.title, limit)


def search(
    actor: Actor,
    text: str,
    *,
    object_keys: Sequence[str] | None = None,
    limit: int = 5,
    context: Context | None = None,
) -> list[Group]:
    """Groups with at least one hit, in the order of navigation; at most ``limit`` hits each.

    The index gives candidates within the actor's reach; ``policy.queryset_for`` decides. Unknown object keys raise
    UnknownObject; a query without letters or digits finds nothing.
    """
    terms = query_terms(text)
    if not terms:
        return []
    sought = [_Sought(found, _question(actor, found, terms, text)) for found in searchable(actor, object_keys)]
    sought = [one for one in sought if one.question.prefixes]
    _look(actor, sought, max(CANDIDATES * limit, FEWEST_CANDIDATES))
    short = [one for one in sought if len(one.rows) <= limit and len(one.candidates) > len(one.rows)]
    if short := [one for one in short if len(one.candidates) >= max(CANDIDATES * limit, FEWEST_CANDIDATES)]:
        _look(actor, short, MORE_CANDIDATES * limit)
    context = context or context_for(actor)
    return _groups(actor, [one for one in sought if one.rows], limit, context)


def candidates(actor: Actor, object_type: ObjectType, text: str, *, limit: int) -> list[int] | None:
    """Ids that the index finds, for a list to narrow itself to; the list applies the rights.

    None where the index cannot tell: the type is not searched, the text has no letters or digits, or too many match.
    """
    terms = query_terms(text)
    if not terms or not object_type.search:
        return None
    one = _Sought(object_type, _question(actor, object_type, terms, text))
    if not one.question.prefixes:
        return None
    ids = [record_id for _key, record_id in search_index().ask([one.asked(limit + 1)])]
    return ids if len(ids) <= limit else None


def searchable(actor: Actor, object_keys: Iterable[str] | None = None) -> list[ObjectType]:
    """The types that can be searched, or those of the given ones, as far as the actor may see such records at all."""
    if object_keys is None:
        types = [found for found in registry.all_types() if found.search]
    else:
        types = [registry.get(key) for key in object_keys]
        for found in types:
            if not found.search:
                raise UnknownObject(found.key)
    return sorted((found for found in types if policy.may(actor, found, "view")), key=lambda found: found.order)


def _question(actor: Actor, object_type: ObjectType, terms: Query, text: str) -> Question:
    title = object_type.field(object_type.title)
    # Ranking by a title that is hidden from the reader would tell what it holds.
    ranked = normalised(text) if policy.comparable(actor, object_type, title) else ""
    return Question(
        object_key=object_type.key,
        terms=terms,
        prefixes=readable_prefixes(actor, object_type),
        reach=reach(actor, object_type),
        title=ranked,
        limit=0,
    )


def _look(actor: Actor, sought: Sequence[_Sought], limit: int) -> None:
    """Fetch candidates of all types at once, then the rows among them that the policy lets through."""
    by_key = {one.object_type.key: one for one in sought}
    for one in sought:
        one.candidates = []
    for object_key, record_id in search_index().ask(one.asked(limit) for one in sought):
        by_key[object_key].candidates.append(record_id)
    for one in sought:
        if one.candidates:
            one.rows = _visible(actor, one.object_type, one.candidates)


def _visible(actor: Actor, object_type: ObjectType, ids: Sequence[int]) -> dict[int, Values]:
    """Plain values of title and subtitle by id, in the order of ``ids``, of the records that the actor may see."""
    columns = {"pk", "custom"} | {field.column for field in _shown_fields(object_type) if field.column}
    rows = policy.queryset_for(actor, object_type).filter(pk__in=list(ids)).values(*columns)
    found = {row["pk"]: plain_values(object_type, row) for row in rows}
    return {pk: found[pk] for pk in ids if pk in found}


def _shown_fields(object_type: ObjectType) -> list[Field]:
    keys = [object_type.title, *object_type.subtitle]
    fields = [object_type.fields[key] for key in keys if key in object_type.fields]
    return [field for field in fields if field.computed is None and not is_links(object_type, field)]


def _groups(actor: Actor, sought: Sequence[_Sought], limit: int, context: Context) -> list[Group]:
    wanted: dict[str, set[int]] = {}
    for one in sought:
        one.rows = {pk: _seen(actor, one.object_type, values) for pk, values in one.rows.items()}
        for values in list(one.rows.values())[:limit]:
            for field in _shown_fields(one.object_type):
                target, value = field.type.link_targets(field), values.get(field.key)
                if target is not None and value is not None:
                    wanted.setdefault(target, set()).update(field.type.link_ids(value))
    fill_labels(wanted, context)
    return [
        Group(
            one.object_type,
            [_hit(one.object_type, pk, values, context) for pk, values in list(one.rows.items())[:limit]],
            len(one.rows) > limit,
        )
        for one in sought
    ]


def _seen(actor: Actor, object_type: ObjectType, values: Values) -> Values:
    return {
        field.key: policy.shown(actor, object_type, field, values.get(field.key))
        for field in _shown_fields(object_type)
    }


def _hit(object_type: ObjectType, pk: int, values: Values, context: Context) -> Hit:
    def text(field: Field) -> str:
        value: Any = values.get(field.key)
        return "" if value is None else field.type.text(value, field, context)

    title = object_type.field(object_type.title)
    others = [text(field) for field in _shown_fields(object_type) if field.key != object_type.title]
    return Hit(
        object_key=object_type.key,
        id=pk,
        title=text(title) or f"#{pk}",
        subtitle=" · ".join(part for part in others if part),
        url=record_url(object_type, pk),
    )
