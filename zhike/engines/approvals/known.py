"""What processes keep in mind of flows, so that pages and writes of objects without any ask the database nothing."""

from __future__ import annotations

from dataclasses import dataclass

from zhike.engines.approvals.kinds import all_kinds
from zhike.engines.approvals.models import ApprovalVersion
from zhike.metadata import registry


@dataclass(frozen=True, slots=True)
class Known:
    """Of all versions that there ever were: (object key, kind) for which one was drawn, and object keys of which one covers fields."""

    edition: int
    drawn: frozenset[tuple[str, str]]
    covering: frozenset[str]


_known: Known | None = None


def known() -> Known:
    """Read anew when the metadata change, which saving a version does."""
    global _known  # noqa: PLW0603
    edition = registry.edition()
    if _known is None or _known.edition != edition:
        rows = list(ApprovalVersion.objects.values_list("flow__object_key", "flow__kind", "definition"))
        _known = Known(
            edition,
            frozenset((object_key, kind) for object_key, kind, _stored in rows),
            frozenset(object_key for object_key, _kind, stored in rows if stored.get("covers")),
        )
    return _known


def is_ever_asked(object_key: str, kind: str) -> bool:
    """Whether a flow of the kind was ever drawn for the object."""
    return (object_key, kind) in known().drawn


def is_concerned(object_key: str) -> bool:
    """Whether records of the object are ever asked about on their page."""
    always = any(kind.is_always and object_key in kind.objects for kind in all_kinds())
    return always or any(found == object_key for found, _kind in known().drawn)
