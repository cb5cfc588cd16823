"""The tree of departments, kept per process and read again when a department was changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from zhike.accounts.models import Department


@dataclass(frozen=True)
class DepartmentTree:
    """Parents by department id; departments in the recycle bin stay, for records still carry them."""

    parents: Mapping[int, int | None]

    @cached_property
    def children(self) -> Mapping[int, tuple[int, ...]]:
        found: dict[int, list[int]] = {}
        for child, parent in self.parents.items():
            if parent is not None:
                found.setdefault(parent, []).append(child)
        return {parent: tuple(children) for parent, children in found.items()}

    def subtree(self, roots: Iterable[int]) -> frozenset[int]:
        """The departments and all below them; a circle, should one ever be stored, ends the walk instead of the server."""
        seen: set[int] = set()
        waiting = [root for root in roots if root in self.parents]
        while waiting:
            current = waiting.pop()
            if current not in seen:
                seen.add(current)
                waiting.extend(self.children.get(current, ()))
        return frozenset(seen)

    def ancestors(self, department_id: int) -> tuple[int, ...]:
        """The department's parents, nearest first, without itself."""
        found: list[int] = []
        parent = self.parents.get(department_id)
        while parent is not None and parent not in found:
            found.append(parent)
            parent = self.parents.get(parent)
        return tuple(found)


_kept: tuple[object, DepartmentTree] | None = None


def department_tree(signature: object) -> DepartmentTree:
    """The tree as of ``signature``, which changes whenever a department does (see ``actors.Stamps``)."""
    global _kept  # noqa: PLW0603
    if _kept is None or _kept[0] != signature:
        _kept = (signature, DepartmentTree(dict(Department.objects.values_list("id", "parent_id"))))
    return _kept[1]
