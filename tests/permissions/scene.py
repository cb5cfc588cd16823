"""The records of the matrix: for one actor and object, one of each relation, live and deleted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from tests.cast import Cast
from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import CustomField, CustomObject
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Row, delete, save

RELATIONS = ("own", "team", "other")
#: Objects whose records belong to a customer.
BELONGING = ("contact", "interaction", "relation")


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
    """Make the records, in one batch; deleted ones go into the bin on their own."""
    if object_key == "x_vehicle":
        vehicle_type()
    object_type = registry.get(object_key)
    scene = Scene(object_type, user)
    new = tuple((f"{word}{user.username}", user.pk, user.department_id) for word in ("新的", "再来"))
    cells = {
        (relation, is_deleted): (f"{relation}-{is_deleted}-{user.username}", owner.pk, department)
        for relation, (owner, department) in people(cast, user).items()
        for is_deleted in (False, True)
    }
    scene.new, scene.more, *values = _values(object_key, [*new, *cells.values()])
    scene.ids = dict(zip(cells, _saved(object_key, values), strict=True))
    for (_relation, is_deleted), pk in scene.ids.items():
        if is_deleted:
            delete(object_type, [pk], actor=SYSTEM)
    return scene


#: Name, owner and department.
Held = tuple[str, int, int | None]


def _saved(object_key: str, rows: Iterable[Mapping[str, Any]]) -> list[int]:
    saved = save(registry.get(object_key), [Row(values) for values in rows], actor=SYSTEM)
    assert not any(row.problems for row in saved.rows), saved.rows
    return [row.id or 0 for row in saved.rows]


def _values(object_key: str, rows: Sequence[Held]) -> list[dict[str, Any]]:
    """Values for one record each; what they belong to is saved."""
    customers = _customers(rows, "的客户") if object_key in BELONGING else [0] * len(rows)
    others = _customers(rows, "的伙伴") if object_key == "relation" else customers
    return [
        {**_own_values(object_key, name, customer, other), "owner": owner, "department": department}
        for (name, owner, department), customer, other in zip(rows, customers, others, strict=True)
    ]


def _own_values(object_key: str, name: str, customer: int, other: int) -> dict[str, Any]:
    if object_key == "customer":
        return {"name": name, "kind": "company", "code": f"C-{name}"}
    if object_key == "task":
        return {"title": name, "due_at": "2026-03-02T01:30:00Z"}
    if object_key == "x_vehicle":
        return {"name": name, "plate": f"P-{name}"}
    if object_key == "interaction":
        return {"content": name, "customer": customer, "channel": "call", "happened_at": "2026-03-02T01:30:00Z"}
    if object_key == "relation":
        return {"customer": customer, "kind": "partner", "other": other}
    return {"name": name, "customer": customer}


def _customers(rows: Sequence[Held], word: str) -> list[int]:
    return _saved(
        "customer",
        [
            {"name": f"{name}{word}", "kind": "company", "owner": owner, "department": department}
            for name, owner, department in rows
        ],
    )
