"""Filling columns of readings for rows that were there before the column: for migrations."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from zhike.lib.reading_order import order_key
from zhike.metadata.storage import storage

AT_ONCE = 5_000


def filling(app_label: str, *models: str) -> Callable[[Any, Any], None]:
    """A step of a migration that reads the names of all rows of the models, range by range."""

    def fill(apps: Any, _editor: Any) -> None:
        for name in models:
            _fill(apps.get_model(app_label, name))

    return fill


def _fill(model: Any) -> None:
    last = 0
    while rows := list(model._default_manager.filter(pk__gt=last).order_by("pk").values_list("name", "pk")[:AT_ONCE]):
        last = rows[-1][1]
        read = [(order_key(name or ""), pk) for name, pk in rows]
        storage().update_rows(model._meta.db_table, ["name_reading"], read)


def nothing(_apps: Any, _editor: Any) -> None:
    """Backwards there is nothing to do: the column goes."""
