"""The task as an object type, and what people do with tasks."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.activities.models import Task
from zhike.domain.activities.preparation import tasks_prepare
from zhike.domain.activities.queries import tasks_by_value_at_stake
from zhike.domain.activities.services.series import series_stop, tasks_skip
from zhike.domain.activities.services.tasks import task_complete, task_reopen, tasks_postpone
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import Section, TimelineSource, Todo
from zhike.metadata.registry import object_type

OPEN = {"field": "status", "op": "eq", "value": "open"}

TASK = registry.add(
    object_type(
        Task,
        icon="checkbox",
        group="activity",
        order=20,
        shortcut="t",
        thumb=4,
        title="title",
        subtitle=("customer", "due_at"),
        columns=("title", "customer", "due_at", "status", "priority", "owner"),
        filters=("status", "due_at", "owner", "kind", "priority", "customer"),
        search=("title",),
        quick=("title", "customer", "due_at", "owner"),
        form=(
            Section(_("Task"), ("title", "kind", "customer", "contact", "opportunity")),
            Section(_("When and who"), ("due_at", "recurs", "remind_at", "owner", "status", "priority", "done_at")),
            Section(_("Note"), ("note",)),
        ),
        board_by="status",
        default_sort="due_at",
        timeline=TimelineSource(subject="customer", at="done_at", title="title", kind="kind", body="note"),
        todo=Todo(
            due="due_at", open=OPEN, done="complete", reopen="reopen", postpone="postpone", rank=tasks_by_value_at_stake
        ),
        prepare=tasks_prepare,
    )
)

registry.action(Task, key="complete", label=_("Complete"), permission="edit", icon="check", when=OPEN)(task_complete)
registry.action(Task, key="reopen", label=_("Open again"), permission="edit", icon="arrow-back-up", when={"not": OPEN})(
    task_reopen
)
RECURRING = {"all": [OPEN, {"field": "recurs", "op": "not_empty"}]}
registry.action(
    Task, key="skip", label=_("Skip this one"), permission="edit", icon="arrow-narrow-right", when=RECURRING
)(tasks_skip)
registry.action(Task, key="stop_series", label=_("Stop the series"), permission="edit", icon="ban", when=RECURRING)(
    series_stop
)
registry.action(
    Task,
    key="postpone",
    label=_("Postpone"),
    permission="edit",
    icon="calendar-due",
    when=OPEN,
    arguments=(
        Field(
            key="days",
            type=field_type("integer"),
            label=_("days"),
            required=True,
            default=1,
            options={"minimum": 1, "maximum": 365},
        ),
    ),
)(tasks_postpone)
