"""Titles and addresses of linked records, fetched set-wise and only as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

from zhike.metadata import policy, registry
from zhike.metadata.fields.base import Context
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import ObjectType

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
        rows = policy.queryset_for(context.actor, target).filter(pk__in=missing)
        for pk, text in rows.values_list("pk", title.column):
            shown = policy.shown(context.actor, target, title, text)
            context.labels[key, pk] = (str(shown or f"#{pk}"), record_url(target, pk))


def visible_ids(key: str, ids: Collection[int], context: Context) -> set[int]:
    """Those of the linked records, files … that exist and that the reader may see; one query."""
    if key in _providers:
        return set(_providers[key](ids, context))
    rows = policy.queryset_for(context.actor, registry.get(key)).filter(among("pk", ids))
    return set(rows.values_list("pk", flat=True))
