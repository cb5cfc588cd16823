"""Pages in the navigation that are no lists of records: each says beside its view where it stands and who sees it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Label
from zhike.metadata.navigation import GROUPS
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import list_url

#: Groups of pages without a title, before and behind the others.
TOP, END = "top", "end"
#: What the templates show: label, url, icon, and where they apply key, thumb, is_dialog, counts_unread and count_url.
Entry = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the navigation. ``address`` is the name of its address, ``group`` one of the groups, ``TOP`` or ``END``."""

    address: str
    label: Label
    group: str
    icon: str
    order: int = 100
    #: Actions by object type that a person must be allowed; all of them.
    needs: Mapping[str, str] = field(default_factory=dict)
    #: Privileges of which the person must have one.
    privileges: tuple[str, ...] = ()
    #: What goes behind the address, for a list of some object type.
    slug: str = ""
    #: See ``ObjectType.shortcut`` and ``ObjectType.thumb``.
    shortcut: str = ""
    thumb: int = 0
    #: Opens above the page that one is on, and stands in the phone's bar alone.
    is_dialog: bool = False
    #: Makes something new: stands in the menu for new records alone.
    makes: bool = False
    #: Name of an address that answers with the number of what waits there; the rail fetches it by itself.
    count: str = ""
    #: Shows how many messages are unread.
    counts_unread: bool = False

    def is_open_to(self, actor: Actor) -> bool:
        """Whether the person may open it."""
        if self.privileges and not any(actor.has(privilege) for privilege in self.privileges):
            return False
        return all(policy.may(actor, registry.get(key), action) for key, action in self.needs.items())


PLACES: list[Place] = []


def add(place: Place) -> Place:
    """Put a page into the navigation."""
    if place.group not in {*GROUPS, TOP, END}:
        raise ValueError(f"{place.address!r} belongs to no group of the navigation")
    PLACES.append(place)
    return place


def entries(actor: Actor) -> dict[str, list[Entry]]:
    """By group what the person may open, lists of records and other pages alike, in order."""
    pages = (place for place in _open_to(actor) if not place.is_dialog and not place.makes)
    return _in_order([*_lists(actor), *((place.group, place.order, _of_page(place)) for place in pages)])


def makings(actor: Actor) -> dict[str, list[Entry]]:
    """By group what the person may make new, in order."""
    found = [
        (object_type.group, object_type.order, _of_new(object_type))
        for object_type in registry.all_types()
        if object_type.group and object_type.creatable and policy.may(actor, object_type, "create")
    ]
    pages = (place for place in _open_to(actor) if place.makes)
    return _in_order([*found, *((place.group, place.order, _of_page(place)) for place in pages)])


def thumb_entries(actor: Actor, most: int) -> list[Entry]:
    """What the person uses most, for the phone's bar."""
    lists = [entry for _group, _order, entry in _lists(actor)]
    found = [entry for entry in (*lists, *map(_of_page, _open_to(actor))) if entry["thumb"]]
    return sorted(found, key=lambda entry: int(entry["thumb"]))[:most]


def _in_order(found: list[tuple[str, int, Entry]]) -> dict[str, list[Entry]]:
    by_group: dict[str, list[Entry]] = {}
    for group, _order, entry in sorted(found, key=lambda row: row[1]):
        by_group.setdefault(group, []).append(entry)
    return by_group


def _open_to(actor: Actor) -> Iterator[Place]:
    return (place for place in PLACES if place.is_open_to(actor))


def _lists(actor: Actor) -> Iterator[tuple[str, int, Entry]]:
    for object_type in registry.all_types():
        if object_type.group and policy.may(actor, object_type, "view"):
            yield object_type.group, object_type.order, _of_list(object_type)


def _of_list(object_type: ObjectType) -> Entry:
    return {
        "label": object_type.label_plural,
        "url": list_url(object_type.key),
        "icon": object_type.icon,
        "key": object_type.shortcut,
        "thumb": object_type.thumb,
    }


def _of_new(object_type: ObjectType) -> Entry:
    label = format_lazy(_("New {object}"), object=object_type.label)
    return {"label": label, "url": f"{list_url(object_type.key)}new/", "icon": object_type.icon}


def _of_page(place: Place) -> Entry:
    return {
        "label": place.label,
        "url": reverse(place.address, args=[place.slug] if place.slug else []),
        "icon": place.icon,
        "key": place.shortcut,
        "thumb": place.thumb,
        "is_dialog": place.is_dialog,
        "counts_unread": place.counts_unread,
        "count_url": reverse(place.count) if place.count else "",
    }
