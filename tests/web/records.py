"""Records for tests of pages, written through the write path like everything else."""

from __future__ import annotations

from typing import Any

from zhike.accounts.models import User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import Row, save


def customers(owner: User, *names: str, **values: Any) -> list[int]:
    """Customers of one owner, in their department; ids in the order of the names."""
    return records("customer", [{"name": name, "owner": owner.pk, "kind": "company", **values} for name in names])


def records(key: str, rows: list[dict[str, Any]]) -> list[int]:
    """Records of any object type; every one must be accepted."""
    result = save(registry.get(key), [Row(row) for row in rows], actor=SYSTEM)
    assert result.ok, [row.problems for row in result.rows if row.problems][:3]
    return [row.id or 0 for row in result.rows]
