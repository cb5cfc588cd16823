"""What of a person is handed over: every object with an owner, but for what tells of the past, and what others register."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from zhike.accounts.models import User
from zhike.accounts.rights import on_behalf
from zhike.engines.hand_over.teams import has_team, places_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Label
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.query import Query
from zhike.metadata.saving import context_for

#: Records of other objects that belong to one of these go where it goes.
LEADING = "customer"
#: In place of a field: the person is on the team.
TEAM = "team"


@dataclass(frozen=True, slots=True)
class Part:
    """Records of one object type that name the person in ``field``: the owner, or one of several people."""

    object_key: str
    field: str = "owner"
    #: Only these, in the filter language: what is over stays with whoever did it.
    filter: Mapping[str, Any] | None = None
    #: Else the object type's plural.
    label: Label = ""
    #: Rows that the actor need not see one by one, if the person belongs to their departments: the titles are not shown.
    is_departments: bool = False
    #: The right by which the actor gives away what does not belong to their departments.
    action: str = "assign"
    #: Called with successor by record id and the actor, in the transaction, after the records were written.
    moved: Callable[[Mapping[int, int], Actor], None] | None = None

    @property
    def key(self) -> str:
        return f"{self.object_key}.{self.field}"

    @property
    def is_team(self) -> bool:
        return self.field == TEAM

    @property
    def leads(self) -> bool:
        """Whether other records go where these go."""
        return self.object_key == LEADING and self.field == "owner"

    @property
    def object_type(self) -> ObjectType:
        return registry.get(self.object_key)

    @property
    def name(self) -> Label:
        return self.label or self.object_type.label_plural

    @property
    def follows(self) -> str | None:
        """The field that links to the customer with which the record goes along."""
        if self.object_key == LEADING or self.field != "owner":
            return None
        field = self.object_type.fields.get(LEADING)
        return LEADING if field is not None and field.type.link_targets(field) == LEADING else None

    def query(self, person_id: int, actor: Actor, *, department_id: int | None = None, **more: Any) -> Query:
        """The person's records that the actor may give away."""
        named = {"field": self.field, "op": "eq", "value": person_id}
        conditions = [named, *(found for found in (self.filter, more.pop("filter", None)) if found)]
        who, action = actor, self.action
        if self.is_departments and (department_id in actor.subtree_ids or actor.is_system):
            who, action = on_behalf(actor), "view"
        return Query(self.object_type, who, context_for(actor), filter={"all": conditions}, action=action, **more)


@dataclass(frozen=True, slots=True)
class TeamPart(Part):
    """Records of one type on whose teams the person is."""

    field: str = TEAM
    action: str = "edit"

    @property
    def name(self) -> Label:
        return format_lazy(gettext_lazy("Teams: {objects}"), objects=self.object_type.label_plural)

    def query(self, person_id: int, actor: Actor, *, department_id: int | None = None, **more: Any) -> Query:
        """The records that the actor may edit, which is what changing a team needs."""
        where = places_of(person_id, self.object_type)
        return Query(self.object_type, actor, context_for(actor), where=where, action=self.action, **more)


_registered: dict[str, Part] = {}
_left_out: set[str] = set()


def register(part: Part) -> Part:
    """Add a part, or say what of an object with an owner is handed over."""
    _registered[part.key] = part
    return part


def leave_out(*object_keys: str) -> None:
    """Objects whose owner says who did something, which stays true."""
    _left_out.update(object_keys)


def parts() -> dict[str, Part]:
    """All parts by key: customers first, then what goes along with them, then the rest."""
    found = {
        part.key: part
        for object_type in registry.all_types()
        if is_owned(object_type)
        for part in [Part(object_type.key)]
    }
    found |= {key: part for key, part in _registered.items() if part.object_key in registry.catalogue()}
    found |= {part.key: part for kind in registry.all_types() if has_team(kind) for part in [TeamPart(kind.key)]}
    order = sorted(found.values(), key=lambda part: (part.is_team, not part.leads, part.follows is None, part.key))
    return {part.key: part for part in order}


def is_owned(object_type: ObjectType) -> bool:
    field = object_type.fields.get("owner")
    return field is not None and not field.readonly and not object_type.is_private and object_type.key not in _left_out


def parts_for(actor: Actor) -> dict[str, Part]:
    """The parts of which the actor may give anything away."""
    return {
        key: part
        for key, part in parts().items()
        if policy.may(actor, part.object_type, "view" if part.is_departments else part.action)
    }


def parts_of(person: User, actor: Actor) -> dict[str, Part]:
    """The parts for the person's page: of teams only those that the person is on."""
    on = set(TeamMember.objects.filter(user=person).order_by().values_list("object_key", flat=True).distinct())
    return {key: part for key, part in parts_for(actor).items() if not part.is_team or part.object_key in on}
