"""Migrations without the models of every table built anew after each step.

Where every record has an owner, every model is related to every other through people. Django builds all of them again
for each index that a migration adds, which takes most of the time in which a new installation gets its tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.state import ProjectState

_usual: Any = ProjectState._find_reload_model  # type: ignore[attr-defined]

#: App label and name of a model.
ModelKey = tuple[str, str]


def _to_build(state: Any, app_label: str, model_name: str, delay: bool = False) -> set[ModelKey]:
    """Models to build anew: the changed one alone where its relations stay as they are, or nothing has any to it yet.

    Such a state counts as delayed, so Django builds it whole before code of a migration looks at records.
    """
    is_new = model_name not in state.apps.all_models.get(app_label, {})
    if not delay and not is_new:
        found: set[ModelKey] = _usual(state, app_label, model_name, delay)
        return found
    state.is_delayed = True
    return {(app_label, model_name)}


@contextmanager
def quick_states() -> Iterator[None]:
    """Within it, migrations build only the models that they change."""
    ProjectState._find_reload_model = _to_build  # type: ignore[attr-defined]
    try:
        yield
    finally:
        ProjectState._find_reload_model = _usual  # type: ignore[attr-defined]
