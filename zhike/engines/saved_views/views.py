"""The views that a person finds as tabs over a list: those that every object has, their own, and shared ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.engines.saved_views.definition import Definition, from_json
from zhike.engines.saved_views.models import SavedView
from zhike.metadata import policy
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.conditions import YES, conditions_for
from zhike.metadata.fields.base import Label
from zhike.metadata.object_type import ObjectType

ALL = "all"
MINE = "mine"
DEPARTMENT = "department"
#: Tabs beyond this many would be no help to anybody.
MOST_VIEWS = 60
NOTHING_SAID = Definition()


@dataclass(frozen=True, slots=True)
class View:
    """One tab; ``key`` stands in addresses: a word for views that every object has, the number of a saved one."""

    key: str
    label: Label
    definition: Definition = NOTHING_SAID
    saved: SavedView | None = None
    #: The actor may change, rename, share and delete it.
    is_editable: bool = False


def views_for(object_type: ObjectType, actor: Actor) -> list[View]:
    """All views of the object type that the actor may use, in the order of the tabs; one query."""
    rows = visible(actor).filter(object_key=object_type.key)[:MOST_VIEWS]
    return [*standard_views(object_type, actor), *(saved_view(row, actor) for row in rows)]


def find(views: Sequence[View], key: str) -> View | None:
    return next((view for view in views if view.key == key), None)


def saved_view(row: SavedView, actor: Actor) -> View:
    return View(str(row.pk), row.name, from_json(row.definition), row, may_edit(actor, row))


def visible(actor: Actor) -> QuerySet[SavedView]:
    """Saved views that the actor may use."""
    shared = Q(shared=SavedView.Shared.EVERYONE)
    departments = actor.department_ids | actor.subtree_ids
    if departments:
        shared |= Q(shared=SavedView.Shared.DEPARTMENT, department_id__in=sorted(departments))
    return SavedView.objects.filter(shared | Q(owner_id=actor.user_id))


def may_edit(actor: Actor, row: SavedView) -> bool:
    """Its owner; a shared one also whoever keeps the settings of the installation."""
    return row.owner_id == actor.user_id or (row.shared != SavedView.Shared.PRIVATE and actor.has("settings"))


def may_share(actor: Actor, object_type: ObjectType, shared: str) -> bool:
    """Everybody may share with their department; beyond it only who sees beyond it or keeps the settings."""
    if shared == SavedView.Shared.EVERYONE:
        scope = actor.scope(object_type.key, "view")
        return actor.has("settings") or scope >= Scope.DEPARTMENT_AND_BELOW
    if shared == SavedView.Shared.DEPARTMENT:
        return actor.department_id is not None
    return True


def standard_views(object_type: ObjectType, actor: Actor) -> list[View]:
    """All, mine, and my department's, as far as they differ for the actor."""
    found = [View(ALL, format_lazy(_("All {objects}"), objects=object_type.label_plural))]
    if object_type.is_private or actor.is_system:
        return found
    scope = actor.scope(object_type.key, "view")
    follows_parent = object_type.scope_from is not None
    if _compares(object_type, actor, "owner") and (follows_parent or scope > Scope.OWN):
        mine = Definition(filter={"all": [{"field": "owner", "op": "eq", "value": "me"}]})
        found.append(View(MINE, format_lazy(_("My {objects}"), objects=object_type.label_plural), mine))
    if _compares(object_type, actor, "department") and scope > Scope.DEPARTMENT_AND_BELOW:
        ours = Definition(filter={"all": [{"field": "department", "op": "eq", "value": "my_department_and_below"}]})
        found.append(View(DEPARTMENT, _("My department"), ours))
    for named in conditions_for(object_type, actor).values():
        if named.view and named.has_view(object_type):
            held = Definition(filter={"all": [{"field": named.key, "op": YES.key}]})
            found.append(View(named.key, named.view, held))
    return found


def _compares(object_type: ObjectType, actor: Actor, key: str) -> bool:
    field = object_type.fields.get(key)
    return field is not None and not field.retired and policy.comparable(actor, object_type, field)
