"""What the bar below a list offers for the chosen rows."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType
from zhike.web.lists.listing import Listing
from zhike.web.lists.table import editable_keys

#: So many actions of an object type have a button of their own.
SHOWN = 2


def bulk_actions(listing: Listing) -> list[dict[str, Any]]:
    """Buttons in the order of how often they are needed; only what the actor may do with such records at all."""
    object_type, actor, base = listing.object_type, listing.actor, f"{listing.path}bulk/"
    editable = editable_keys(object_type, listing.context)
    found = []
    if editable:
        found.append(_button(_("Edit a field"), "edit", f"{base}edit/", dialog=True))
    if "owner" in editable and policy.may(actor, object_type, "assign"):
        found.append(_button(_("Assign"), "user", f"{base}assign/", dialog=True))
    if any(is_taggable(field) for field in object_type.writable_fields if field.key in editable):
        found.append(_button(_("Tags"), "tags", f"{base}tags/", dialog=True))
    found += own_actions(listing)[:SHOWN]
    if object_type.identity is not None and policy.may(actor, object_type, "merge"):
        found.append(_button(_("Merge"), "git-merge", f"{listing.path}merge/", dialog=False))
    if policy.may(actor, object_type, "export"):
        found.append(_button(_("Export"), "file-export", f"{listing.path}export/", dialog=True))
    if policy.may(actor, object_type, "delete"):
        found.append({**_button(_("Delete"), "trash", f"{base}delete/", dialog=False), "danger": True})
    return found


def more_actions(listing: Listing) -> list[dict[str, Any]]:
    """Actions of the object type for which the bar has no room; they stand in its menu."""
    found = own_actions(listing)[SHOWN:]
    may_ask = all(policy.may(listing.actor, listing.object_type, action) for action in ("edit", "export"))
    if listing.object_type.key == "customer" and may_ask:
        found.append(_button(_("Links to check the data"), "link", reverse("check_links"), dialog=False))
    return found


def own_actions(listing: Listing) -> list[dict[str, Any]]:
    object_type, base = listing.object_type, f"{listing.path}bulk/action/"
    return [
        _button(
            str(action.label), action.icon, f"{base}{action.key}/", dialog=bool(action.arguments) and not action.page
        )
        for action in object_type.actions.values()
        if policy.may(listing.actor, object_type, action.permission)
    ]


def is_taggable(field: Field) -> bool:
    """Links to tags, which are added and removed rather than replaced."""
    return field.type.multiple and field.type.link_targets(field) == "tag"


def _button(label: str, icon: str, url: str, *, dialog: bool) -> dict[str, Any]:
    return {"label": label, "icon": icon, "url": url, "dialog": dialog, "danger": False}


def may_bulk(actor: Actor, object_type: ObjectType) -> bool:
    return any(policy.may(actor, object_type, action) for action in ("edit", "delete", "assign"))
