"""Fields from the columns of Django models: what a column says already is not said again."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED

from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs
from zhike.metadata.fields.columns import FilterField, MoneyField, readings_of
from zhike.metadata.fields.integer import LARGEST, SMALLEST

#: Django columns and the kind that each is, the most special ones first.
KINDS: tuple[tuple[type[Any], str], ...] = (
    (models.BooleanField, "boolean"),
    (models.IntegerField, "integer"),
    (models.DecimalField, "decimal"),
    (models.DateTimeField, "datetime"),
    (models.DateField, "date"),
    (models.URLField, "url"),
    (models.CharField, "text"),
    (models.TextField, "long_text"),
)


def field_from_column(column: Any) -> Field | None:
    """The field that a model column means, or None where it is none (such as a bare JSON column)."""
    kind = kind_of(column)
    if kind is None or kind not in FIELD_TYPES:
        return None
    many = isinstance(column, models.ManyToManyField)
    return Field(
        key=column.name,
        type=field_type(kind),
        label=column.verbose_name,
        column=column.name if many else column.attname,
        help=column.help_text,
        required=is_required(column),
        unique=bool(column.unique) and not column.primary_key,
        readonly=not column.editable,
        indexed=is_indexed(column),
        reading=reading_of(column),
        sensitive=bool(getattr(column, "sensitive", False)),
        default=default_of(column),
        options=options_of(column, kind),
    )


def kind_of(column: Any) -> str | None:
    """Key of the field type for the column."""
    own = getattr(column, "zhike_type", None)
    if own is not None:
        return str(own)
    if isinstance(column, models.ManyToManyField):
        return "links"
    if isinstance(column, models.ForeignKey):
        return "user" if target_of(column) == "user" else "link"
    if column.choices:
        return "choice"
    return next((kind for found, kind in KINDS if isinstance(column, found)), None)


def is_required(column: Any) -> bool:
    """Whether a record cannot be saved without it; a default fills the gap, so it does not count."""
    if isinstance(column, models.BooleanField) or column.has_default():
        return False
    return not column.blank and not column.null


def is_indexed(column: Any) -> bool:
    return bool(getattr(column, "db_index", False) or column.unique)


def reading_of(column: Any) -> str | None:
    """The column that says how the texts of this one are read."""
    found = readings_of(column.model).get(column.name)
    return None if found is None else found.attname


def default_of(column: Any) -> Any:
    """The plain default; None where it is computed or there is none."""
    default = column.default
    if default is NOT_PROVIDED or callable(default):
        return None
    if isinstance(column, models.DecimalField) and default is not None:
        return Decimal(str(default))
    return getattr(default, "value", default)


def options_of(column: Any, kind: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if kind in {"choice", "multi_choice"}:
        pairs = getattr(column, "options", None) or column.flatchoices
        options["choices"] = choices_from_pairs(pairs, getattr(column, "tones", {}))
    elif getattr(column, "max_length", None):
        options["max_length"] = column.max_length
    if isinstance(column, models.DecimalField):
        options |= {"decimals": column.decimal_places, "digits": column.max_digits}
    if isinstance(column, MoneyField):
        options["currency"] = column.currency
    if isinstance(column, FilterField):
        options["over"] = column.over
    if column.is_relation:
        options |= relation_of(column)
    elif isinstance(column, models.IntegerField):
        options |= bounds_of(column)
    return options


def relation_of(column: Any) -> dict[str, Any]:
    """What a link points to; for links to many also the table in between."""
    if not isinstance(column, models.ManyToManyField):
        return {"target": target_of(column)}
    return {
        "target": target_of(column),
        "through": column.remote_field.through,
        "from": f"{column.m2m_field_name()}_id",
        "to": f"{column.m2m_reverse_field_name()}_id",
    }


def target_of(column: Any) -> str:
    """Object key of the model that the column links to."""
    model = column.remote_field.model
    return str(getattr(model, "zhike_key", None) or model._meta.model_name)


#: Column class → its bounds on every database; others are within 64 bits.
BOUNDS: tuple[tuple[type[Any], int, int], ...] = (
    (models.PositiveSmallIntegerField, 0, 2**15 - 1),
    (models.PositiveBigIntegerField, 0, 2**63 - 1),
    (models.PositiveIntegerField, 0, 2**31 - 1),
    (models.SmallIntegerField, -(2**15), 2**15 - 1),
    (models.BigIntegerField, -(2**63), 2**63 - 1),
    (models.IntegerField, -(2**31), 2**31 - 1),
)


def bounds_of(column: Any) -> dict[str, int]:
    """Smallest and largest value: what validators and constraints say, within what the column holds."""
    low, high = next((low, high) for found, low, high in BOUNDS if isinstance(column, found))
    for validator in column._validators:
        if isinstance(validator, MinValueValidator):
            low = max(low, validator.limit_value)
        if isinstance(validator, MaxValueValidator):
            high = min(high, validator.limit_value)
    for lower, upper in constrained(column):
        low, high = max(low, lower), min(high, upper)
    return {"minimum": low, "maximum": high}


def constrained(column: Any) -> Iterator[tuple[int, int]]:
    """Bounds from check constraints that speak of this column alone, so that people read why and not "database error"."""
    for constraint in column.model._meta.constraints:
        if not isinstance(constraint, models.CheckConstraint) or not isinstance(constraint.condition, models.Q):
            continue
        comparisons = list(leaves(constraint.condition))
        if any(name.partition("__")[0] != column.name for name, _value in comparisons):
            continue
        for name, value in comparisons:
            match name.partition("__")[2]:
                case "range":
                    yield value
                case "gte":
                    yield value, LARGEST
                case "lte":
                    yield SMALLEST, value


def leaves(condition: models.Q) -> Iterator[tuple[str, Any]]:
    """Lookups and values of a condition; what is negated or no lookup has no name."""
    for child in condition.children:
        if isinstance(child, models.Q):
            yield from leaves(child)
        elif isinstance(child, tuple) and not condition.negated:
            yield child
        else:
            yield "", child
