"""From a figure to the rows it was computed from."""

from __future__ import annotations

from zhike.engines.figures.figure import Figure, Rows
from zhike.engines.figures.figure_table import Column, column_of
from zhike.engines.figures.registration import figures_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType


def rows_behind(actor: Actor, object_type: ObjectType, key: str, record_id: int) -> Rows | None:
    """Where the figure of a record that the actor sees comes from.

    None for fields that are no figures, figures hidden or masked for the actor, and rows of which the actor may see none.
    """
    single = next((figure for figure in figures_of(object_type.key) if figure.key == key), None)
    found: Figure | Column | None = single or column_of(object_type.key, key)
    if found is None or not policy.comparable(actor, object_type, object_type.field(key)):
        return None
    rows = found.rows(record_id)
    return rows if policy.may(actor, registry.get(rows.object_key), "view") else None
