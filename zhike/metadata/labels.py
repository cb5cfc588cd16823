"""Titles and addresses of linked records, fetched set-wise and only as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import Any

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.kept import kept_for
from zhike.metadata.listed_ids import among, among_given, given_ids
from zhike.metadata.object_type import ObjectType
from zhike.metadata.prepared import NO_RECORDS, PreparedValues

#: Gives (title, URL) by id of what the reader may see.
Provider = Callable[[Collection[int], Context], Mapping[int, tuple[str, str]]]
_providers: dict[str, Provider] = {}


def provider(key: str) -> Callable[[Provider], Provider]:
    """Register titles of things that fields may link to and that are no object types, such as files."""

    def register(function: Provider) -> Provider:
        _providers[key] = function
        return function

    return register


def record_url(object_type: ObjectType, record_id: int) -> str:
    """Address of a record's page."""
    return f"/o/{object_type.slug}/{record_id}/"


def fill_labels(wanted: Mapping[str, Iterable[int]], context: Context) -> None:
    """Put (title, URL) of the wanted ids by object key into ``context.labels``; one query an object type."""
    for key, ids in wanted.items():
        missing = [pk for pk in ids if (key, pk) not in context.labels]
        if not missing:
            continue
        if key in _providers:
            context.labels.update({(key, pk): label for pk, label in _providers[key](missing, context).items()})
            continue
        target = registry.get(key)
        title = target.field(target.title)
        if not policy.may(context.actor, target, "view") or title.column is None:
            continue
        for row in _titles(target, title.column, context.actor).ask(given_ids(missing)):
            pk, shown = row["pk"], policy.shown(context.actor, target, title, row[title.column])
            context.labels[key, pk] = (str(shown or f"#{pk}"), record_url(target, pk))


def _titles(target: ObjectType, column: str, actor: Actor) -> PreparedValues[Any]:
    """The question for the titles of given records, as far as the actor sees them."""

    def prepared() -> PreparedValues[Any]:
        place = given_ids(NO_RECORDS)
        rows = policy.queryset_for(actor, target).filter(among_given(place))
        return PreparedValues(rows.values("pk", column), place=place)

    return kept_for(actor, target, "titles", prepared)


def visible_ids(key: str, ids: Collection[int], context: Context) -> set[int]:
    """Those of the linked records, files … that exist and that the reader may see; one query."""
    if key in _providers:
        return set(_providers[key](ids, context))
    rows = policy.queryset_for(context.actor, registry.get(key)).filter(among("pk", ids))
    return set(rows.values_list("pk", flat=True))
