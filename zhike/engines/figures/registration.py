"""All figures by object type, and the fields that they become."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from zhike.engines.figures.figure import Figure
from zhike.engines.figures.rollup import FUNCTIONS, Rollup, stored_key
from zhike.engines.figures.value import figure_value
from zhike.metadata import registry
from zhike.metadata.custom_sql import checked_key
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType

_figures: dict[str, dict[str, Figure]] = {}


def add(figure: Figure) -> Figure:
    """Register a figure; it becomes a read-only field of its object type in lists, filters, exports and the API."""
    checked_key(figure.key)
    of_type = _figures.setdefault(figure.object_key, {})
    if figure.key in of_type:
        raise ValueError(f"figure {figure.object_key}.{figure.key} is registered already")
    of_type[figure.key] = figure
    registry.forget()
    return figure


def remove(figure: Figure) -> None:
    """Take a figure out again (an app that is switched off)."""
    _figures[figure.object_key].pop(figure.key, None)
    registry.forget()


def registered(object_key: str) -> tuple[Figure, ...]:
    """The figures of an object type that apps registered, in that order."""
    return tuple(_figures.get(object_key, {}).values())


def figures_of(object_key: str) -> tuple[Figure, ...]:
    """The figures of an object type: those that apps registered, then the roll-ups of administrators."""
    object_type = registry.catalogue().get(object_key)
    made = () if object_type is None else object_type.active_fields
    own = tuple(_rollup(object_key, field) for field in made if "rollup" in field.options)
    return (*(figure for figure in registered(object_key) if not is_hidden(figure, object_type)), *own)


def is_hidden(figure: Figure, object_type: ObjectType | None) -> bool:
    """Whether an administrator made a field under the key of the figure."""
    field = None if object_type is None else object_type.fields.get(figure.key)
    return field is not None and field.custom_id is not None


def object_keys() -> tuple[str, ...]:
    """Object types that have figures."""
    rolled = {
        found.key for found in registry.all_types() for field in found.fields.values() if "rollup" in field.options
    }
    return tuple(dict.fromkeys([*(key for key, found in _figures.items() if found), *sorted(rolled)]))


def _rollup(object_key: str, field: Field) -> Figure:
    """The figure that computes a roll-up."""
    found: Rollup = field.options["rollup"]
    return Figure(
        key=field.key,
        object_key=object_key,
        label=field.label,
        type=field.type.key,
        compute=found.compute,
        sources={found.object_key: found.via},
        rows=found.rows,
        default=FUNCTIONS[found.function].default,
        stored_as=stored_key(field.custom_id or 0, found),
    )


@registry.extend
def figure_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """Figures as fields. A field that an administrator made under the same key hides the figure."""
    return {found.key: _field(found) for found in registered(object_type.key) if found.key not in object_type.fields}


def _field(figure: Figure) -> Field:
    kind = field_type(figure.type)
    return Field(
        key=figure.key,
        type=kind,
        label=figure.label,
        help=figure.help,
        readonly=True,
        options=figure.options,
        computed=partial(figure_value, figure.object_key, figure.key, kind, figure.default),
    )
