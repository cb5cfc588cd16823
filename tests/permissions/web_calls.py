"""Every address of the pages that stands on records or object types, with the action that it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.urls import reverse

from tests.permissions.expected import EVERY
from tests.permissions.scene import Scene
from zhike.metadata import policy
from zhike.metadata.actor import SYSTEM
from zhike.metadata.saving import context_for

Form = Callable[[Scene, int], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class WebCall:
    """A call with a form; ``name`` is the address's name, ``given`` what else the address or the query holds.

    ``record_id`` and ``slug`` come from the scene. Who lacks the action on a record in sight is answered 403, on any
    other record 404.
    """

    name: str
    method: str
    action: str
    form: Form | None = None
    #: The answer to whoever may.
    status: int = 200
    given: Mapping[str, str | int] = dataclass_field(default_factory=dict)
    query: str = ""
    #: Works on records in the bin; seen there by whoever may ``action``.
    deleted: bool = False
    #: The record stands in the form: the answer is the same, but nothing may happen to it.
    inside: bool = False
    #: Writes contacts down, which needs a right of its own.
    writes_down: bool = False
    #: Says 410 of records in the bin to those who would see them.
    tells_gone: bool = False
    objects: tuple[str, ...] = EVERY

    def url(self, scene: Scene, pk: int | None = None) -> str:
        record = {} if pk is None or self.inside else {"record_id": pk}
        given = {key: scene.object_type.title if value == "TITLE" else value for key, value in self.given.items()}
        query = self.query.replace("TITLE", scene.object_type.title)
        return reverse(self.name, kwargs={"slug": scene.object_type.slug, **record, **given}) + query


def nothing(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {}


def title(scene: Scene, _pk: int) -> dict[str, Any]:
    return {scene.object_type.title: scene.changed_title}


def whole(scene: Scene, pk: int) -> dict[str, Any]:
    """The edit form as it came, with another title."""
    record: Any = policy.every_record(scene.object_type).filter(pk=pk).first()
    values = {"owner": record.owner_id, "department": record.department_id, **title(scene, pk)}
    customer = {"customer": getattr(record, "customer_id", None)}
    more: dict[str, Any] = {"customer": {"kind": "company"}, "contact": customer}
    more["interaction"] = {**customer, "channel": "call", "happened_at": "2026-03-02 09:30"}
    more["relation"] = {**customer, "other": getattr(record, "other_id", None)}
    more["task"] = {"status": "open", "priority": "normal", "kind": "call"}
    return {**values, **more.get(scene.object_type.key, {})}


def new(scene: Scene, _pk: int) -> dict[str, Any]:
    return {key: value for key, value in scene.new.items() if value is not None}


def teammate(scene: Scene, _pk: int) -> dict[str, Any]:
    return {"user": scene.user.pk, "access": "view"}


def comment(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {"body": "打过电话"}


def conversation(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {"channel": "call", "content": "谈了价格"}


def chosen(scene: Scene, pk: int) -> dict[str, Any]:
    return {"ids": [pk]}


def chosen_title(scene: Scene, pk: int) -> dict[str, Any]:
    return {"ids": [pk], "field": scene.object_type.title, "bulk_value": scene.changed_title}


def chosen_owner(scene: Scene, pk: int) -> dict[str, Any]:
    colleagues = type(scene.user).objects.filter(is_active=True).exclude(pk=scene.user.pk)
    owner = policy.every_record(scene.object_type).values_list("owner_id", flat=True).get(pk=pk)
    return {"ids": [pk], "bulk_value": colleagues.exclude(pk=owner).order_by("pk")[0].pk}


def view_name(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {"name": "新视图", "shared": "private"}


def another_column(scene: Scene, _pk: int) -> dict[str, Any]:
    return {"value": {"customer": "active", "contact": "gatekeeper", "task": "cancelled"}[scene.object_type.key]}


def another_day(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {"day": "2026-11-30"}


def typed_title(scene: Scene, pk: int) -> dict[str, Any]:
    record = policy.every_record(scene.object_type).filter(pk=pk).first()
    field = scene.object_type.field(scene.object_type.title)
    value = getattr(record, scene.object_type.title, None)
    return {"confirm": field.type.text(value, field, context_for(SYSTEM)) if value else ""}


def csv_file(_scene: Scene, _pk: int) -> dict[str, Any]:
    return {"format": "csv"}


TITLE = {"key": "TITLE"}
COMPLETE = {"key": "complete"}
HAVE_TEAMS = ("customer", "task", "x_vehicle")
HAVE_COMMENTS = ("customer", "contact", "task", "interaction", "x_vehicle")
HAVE_BOARDS = ("customer", "contact", "task")

RECORD_CALLS = (
    WebCall("record_detail", "GET", "view", tells_gone=True),
    WebCall("record_peek", "GET", "view"),
    WebCall("record_timeline", "GET", "view"),
    WebCall("record_opened", "POST", "view", nothing, 204),
    WebCall("record_follow", "POST", "view", nothing),
    WebCall("record_edit", "GET", "edit"),
    WebCall("record_edit", "POST", "edit", whole, 302),
    WebCall("record_fact", "GET", "edit", given=TITLE),
    WebCall("record_fact", "POST", "edit", title, given=TITLE),
    WebCall("cell_edit", "GET", "edit", given=TITLE),
    WebCall("cell_edit", "POST", "edit", title, given=TITLE),
    WebCall("record_action", "GET", "edit", given=COMPLETE, objects=("task",)),
    WebCall("record_action", "POST", "edit", nothing, 204, given=COMPLETE, objects=("task",)),
    WebCall("record_delete", "POST", "delete", nothing, 204),
    WebCall("record_restore", "POST", "restore", nothing, 204, deleted=True),
    WebCall("record_history", "GET", "view"),
    WebCall("record_team", "GET", "view", objects=HAVE_TEAMS),
    WebCall("record_team", "POST", "edit", teammate, objects=HAVE_TEAMS),
    WebCall("record_team_remove", "POST", "edit", nothing, given={"user_id": 1}, objects=HAVE_TEAMS),
    WebCall("record_sources", "GET", "view"),
    WebCall("record_band", "GET", "view"),
    WebCall("record_why", "GET", "view"),
    WebCall("record_tiers", "GET", "view", objects=("customer",)),
    WebCall("record_log", "POST", "view", conversation, 204, writes_down=True, objects=("customer",)),
    WebCall("mentionable", "GET", "view", query="?q=a", objects=HAVE_COMMENTS),
    WebCall("comment_add", "POST", "view", comment, 204, objects=HAVE_COMMENTS),
    WebCall("board_move", "POST", "edit", another_column, objects=HAVE_BOARDS),
    WebCall("calendar_move", "POST", "edit", another_day, 204, query="?dates=due_at", objects=("task",)),
    WebCall("bin_restore", "POST", "restore", nothing, 204, deleted=True),
    WebCall("bin_purge", "GET", "purge", deleted=True),
    WebCall("bin_purge", "POST", "purge", typed_title, 204, deleted=True),
    WebCall("bulk_edit", "POST", "edit", chosen_title, 204, inside=True),
    WebCall("bulk_assign", "POST", "assign", chosen_owner, 204, inside=True, objects=HAVE_TEAMS),
    WebCall("bulk_delete", "POST", "delete", chosen, 204, inside=True),
    WebCall("bulk_action", "POST", "edit", chosen, 204, given=COMPLETE, inside=True, objects=("task",)),
)

#: Addresses of an object type, for which a right over any record is enough.
TYPE_CALLS = (
    WebCall("record_list", "GET", "view"),
    WebCall("record_count", "GET", "view"),
    WebCall("board", "GET", "view", objects=HAVE_BOARDS),
    WebCall("board_filter", "GET", "view", objects=HAVE_BOARDS),
    WebCall("board_columns", "GET", "view", objects=HAVE_BOARDS),
    WebCall("board_more", "GET", "view", objects=HAVE_BOARDS),
    WebCall("calendar", "GET", "view"),
    WebCall("calendar_filter", "GET", "view"),
    WebCall("calendar_columns", "GET", "view"),
    WebCall("bin", "GET", "restore"),
    WebCall("export_list", "GET", "export"),
    WebCall("export_list", "POST", "export", csv_file),
    WebCall("import_page", "GET", "import"),
    WebCall("import_template", "GET", "import"),
    WebCall("filter_builder", "GET", "view"),
    WebCall("columns", "GET", "view"),
    WebCall("picker", "GET", "view"),
    WebCall("view_new", "GET", "view"),
    WebCall("view_new", "POST", "view", view_name, 204),
    WebCall("views_order", "GET", "view"),
    WebCall("record_new", "GET", "create"),
    WebCall("record_new", "POST", "create", new, 302),
    WebCall("bulk_edit", "GET", "edit"),
    WebCall("bulk_control", "GET", "edit", query="?field=TITLE"),
    WebCall("bulk_assign", "GET", "assign", objects=HAVE_TEAMS),
    WebCall("bulk_tags", "GET", "edit", objects=("customer", "contact")),
    WebCall("bulk_action", "GET", "edit", given=COMPLETE, objects=("task",)),
)
