"""Departments: the tree that decides how far people see."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.accounts.department_tree import DepartmentTree
from zhike.accounts.models import Department
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Panel, Section, Values
from zhike.metadata.storage import storage

CIRCLE = Problem("circle", _("A department cannot belong to itself or to a department below it."))


def refuse_circles(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> dict[int, dict[str, Problem]]:
    """Problems of rows whose new parent is the department itself or one below it, the whole batch taken together."""
    moved = {index: values["parent"] for index, values in enumerate(rows) if "parent" in values and index in existing}
    if not moved:
        return {}
    # Two moves at once could each be sound and together make a circle.
    storage().lock_key("departments")
    parents = dict(Department.objects.values_list("id", "parent_id"))
    parents |= {existing[index]["id"]: parent for index, parent in moved.items()}
    tree = DepartmentTree(parents)
    return {
        index: {"parent": CIRCLE}
        for index, parent in moved.items()
        if parent is not None and _is_circular(tree, existing[index]["id"])
    }


def _is_circular(tree: DepartmentTree, department_id: int) -> bool:
    return department_id in tree.ancestors(department_id)


DEPARTMENT = registry.add(
    registry.object_type(
        Department,
        exclude=("owner", "department"),
        icon="building",
        group="team",
        order=20,
        title="name",
        columns=("name", "parent", "head", "code"),
        filters=("parent", "head"),
        search=("name", "code"),
        quick=("name", "parent"),
        form=(Section(_("Department"), ("name", "code", "parent", "head")),),
        panels=(
            Panel("user", via="department", columns=("name", "job_title", "phones"), label=_("People")),
            Panel("department", via="parent", columns=("name", "head"), label=_("Departments below")),
        ),
        import_keys=("code", "name"),
        default_sort="name",
        prepare=refuse_circles,
        permissions=("view", "create", "edit", "delete", "restore", "purge", "export", "import"),
    )
)


def department_type() -> Any:
    """The object type with the fields that administrators added."""
    return registry.get("department")
