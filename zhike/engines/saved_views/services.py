"""Saving, renaming, sharing, ordering and deleting views."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.engines.saved_views.definition import Definition, from_json
from zhike.engines.saved_views.models import SavedView
from zhike.engines.saved_views.views import may_edit, may_share, visible
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

UNNAMED = Problem("required", _("Give the view a name."))
TOO_LONG = Problem("too_long", _("A name has at most 60 characters."))
TAKEN = Problem("taken", _("You have a view with this name already."))
NOT_SHARABLE = Problem("not_permitted", _("You may not share a view that far."))

LONGEST_NAME = 60


def view_create(
    object_type: ObjectType,
    *,
    name: str,
    definition: Definition,
    actor: Actor,
    shared: str = SavedView.Shared.PRIVATE,
) -> SavedView:
    """Save a view at the end of the tabs. Raises Denied, Invalid or BadQuery."""
    policy.require(actor, object_type, "view")
    if actor.user_id is None:
        raise Denied(object_type.key, "save a view")
    definition.check(object_type, context_for(actor))
    last = SavedView.objects.filter(object_key=object_type.key).order_by("-position").first()
    row = SavedView(
        object_key=object_type.key,
        owner_id=actor.user_id,
        name=checked_name(name),
        definition=definition.to_json(),
        position=last.position + 1 if last else 1,
    )
    _share(row, object_type, shared, actor)
    return _store(row)


def view_update(view_id: int, *, definition: Definition, actor: Actor) -> SavedView:
    """Replace what the view says. Raises NotFound, Denied or BadQuery."""
    row = editable(view_id, actor)
    definition.check(registry.get(row.object_key), context_for(actor))
    row.definition = definition.to_json()
    return _store(row)


def view_rename(view_id: int, *, name: str, actor: Actor) -> SavedView:
    """Raises NotFound, Denied or Invalid."""
    row = editable(view_id, actor)
    row.name = checked_name(name)
    return _store(row)


def view_share(view_id: int, *, shared: str, actor: Actor) -> SavedView:
    """Raises NotFound, Denied or Invalid."""
    row = editable(view_id, actor)
    _share(row, registry.get(row.object_key), shared, actor)
    return _store(row)


def view_duplicate(view_id: int, *, name: str, actor: Actor) -> SavedView:
    """Make a private copy of any view that the actor sees. Raises NotFound, Denied, Invalid or BadQuery."""
    row = visible(actor).filter(pk=view_id).first()
    if row is None:
        raise NotFound("saved_view", view_id)
    return view_create(registry.get(row.object_key), name=name, definition=from_json(row.definition), actor=actor)


def view_delete(view_id: int, *, actor: Actor) -> None:
    """Raises NotFound or Denied."""
    editable(view_id, actor).delete()


def views_order(object_type: ObjectType, ids: Sequence[int], *, actor: Actor) -> None:
    """Put the actor's own views into this order; others keep their places."""
    own = SavedView.objects.filter(object_key=object_type.key, owner_id=actor.user_id)
    rows = {row.pk: row for row in own}
    places = sorted(row.position for row in rows.values())
    listed = [rows[pk] for pk in ids if pk in rows]
    with transaction.atomic():
        for row, place in zip(listed, places, strict=False):
            row.position = place
            row.save(update_fields=["position"])


def editable(view_id: int, actor: Actor) -> SavedView:
    """The view if the actor may change it; one that they may not even see is not found."""
    row = visible(actor).filter(pk=view_id).first()
    if row is None:
        raise NotFound("saved_view", view_id)
    if not may_edit(actor, row):
        raise Denied(row.object_key, "edit a shared view")
    return row


def checked_name(name: str) -> str:
    """The name without outer spaces; raises Invalid."""
    tidy = " ".join(name.replace("\x00", "").split())
    if not tidy:
        raise Invalid({"name": [UNNAMED]})
    if len(tidy) > LONGEST_NAME:
        raise Invalid({"name": [TOO_LONG]})
    return tidy


def _share(row: SavedView, object_type: ObjectType, shared: str, actor: Actor) -> None:
    if shared not in SavedView.Shared.values or not may_share(actor, object_type, shared):
        raise Invalid({"shared": [NOT_SHARABLE]})
    row.shared = shared
    row.department_id = actor.department_id if shared == SavedView.Shared.DEPARTMENT else None


def _store(row: SavedView) -> SavedView:
    row.updated_at = timezone.now()
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as failure:
        raise Invalid({"name": [TAKEN]}) from failure
    return row
