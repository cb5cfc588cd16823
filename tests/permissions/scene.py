"""The records of the matrix: for one actor and object, one of each relation, live and deleted."""

from __future__ import annotations

from dataclasses import dataclass, field as dataclass_field
from typing import Any

from tests.cast import Cast
from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import CustomField, CustomObject
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import delete, record_save

RELATIONS = ("own", "team", "other")


@dataclass(slots=True)
class Scene:
    """Ids by (relation, is deleted), and values for two new records of the actor's own."""

    object_type: ObjectType
    user: User
    ids: dict[tuple[str, bool], int] = dataclass_field(default_factory=dict)
    new: dict[str, Any] = dataclass_field(default_factory=dict)
    more: dict[str, Any] = dataclass_field(default_factory=dict)

    @property
    def changed_title(self) -> str:
        """Another value of the field that names the record."""
        return "competitor" if self.object_type.key == "relation" else "改过"


def vehicle_type() -> None:
    """A custom object with a unique field, as an administrator would make it."""
    if not CustomObject.objects.filter(key="x_vehicle").exists():
        CustomObject.objects.create(key="x_vehicle", label="车辆")
        CustomField.objects.create(object_key="x_vehicle", key="plate", kind="text", label="车牌", unique=True)
    registry.touch()


def people(cast: Cast, user: User) -> dict[str, tuple[User, int]]:
    """Owner and department by relation, as the user sees them."""
    home = user.department_id or cast.first.pk
    colleague = next(
        found
        for found in cast.people().values()
        if found.pk != user.pk and found.is_active and found.username != "expired"
    )
    stranger = cast.charlie if user.pk != cast.charlie.pk else cast.bob
    elsewhere = cast.second.pk if home != cast.second.pk else cast.first.pk
    return {"own": (user, home), "team": (colleague, home), "other": (stranger, elsewhere)}


def build(cast: Cast, object_key: str, user: User) -> Scene:
    """Make the records; deleted ones go into the bin on their own."""
    if object_key == "x_vehicle":
        vehicle_type()
    object_type = registry.get(object_key)
    scene = Scene(object_type, user)
    for relation, (owner, department) in people(cast, user).items():
        for is_deleted in (False, True):
            pk = _record(object_key, f"{relation}-{is_deleted}-{user.username}", owner, department)
            scene.ids[relation, is_deleted] = pk
            if is_deleted:
                delete(object_type, [pk], actor=SYSTEM)
    scene.new = _values(object_key, f"新的{user.username}", user.pk, user.department_id)
    scene.more = _values(object_key, f"再来{user.username}", user.pk, user.department_id)
    return scene


def _record(object_key: str, name: str, owner: User, department: int) -> int:
    values = _values(object_key, name, owner.pk, department)
    return record_save(registry.get(object_key), values, actor=SYSTEM)


def _values(object_key: str, name: str, owner: int, department: int | None) -> dict[str, Any]:
    held = {"owner": owner, "department": department}
    if object_key == "customer":
        return {"name": name, "kind": "company", "code": f"C-{name}", **held}
    if object_key == "task":
        return {"title": name, "due_at": "2026-03-02T01:30:00Z", **held}
    if object_key == "x_vehicle":
        return {"name": name, "plate": f"P-{name}", **held}
    customer = _customer(f"{name}的客户", held)
    if object_key == "interaction":
        happened = "2026-03-02T01:30:00Z"
        return {"content": name, "customer": customer, "channel": "call", "happened_at": happened, **held}
    if object_key == "relation":
        return {"customer": customer, "kind": "partner", "other": _customer(f"{name}的伙伴", held), **held}
    return {"name": name, "customer": customer, **held}


def _customer(name: str, held: dict[str, Any]) -> int:
    return record_save(registry.get("customer"), {"name": name, "kind": "company", **held}, actor=SYSTEM)
