"""Kinds of field with one comparable value: the conditions that they have in common."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields import comparison
from zhike.metadata.fields.base import Condition, Context, Field, FieldType, ValueRefused
from zhike.metadata.fields.input import is_blank, plain_text

#: Most values in one "is any of"; well under what a statement may have as parameters.
MOST_VALUES = 500
LONGEST_SEARCH = 200


def check_operator(kind: FieldType, operator: str) -> None:
    """Refuse a comparison that this kind of field does not offer."""
    if all(offered.key != operator for offered in kind.operators):
        raise ValueRefused(
            "operator_unknown",
            format_lazy(
                _("“{operator}” does not work for this kind of field; choose one of: {known}."),
                operator=str(operator)[:40],
                known=", ".join(offered.key for offered in kind.operators),
            ),
        )


def searched_text(operand: Any) -> str:
    """The text to look for, or a refusal: empty text would be found everywhere."""
    text = plain_text(operand) if operand is not None else ""
    if not text or len(text) > LONGEST_SEARCH:
        raise ValueRefused("search_text", _("Write between 1 and 200 characters to look for."))
    return text


def several(operand: Any) -> list[Any]:
    """The values of "is any of"."""
    values = operand if isinstance(operand, list | tuple) else [operand]
    if not values or len(values) > MOST_VALUES:
        raise ValueRefused("value_count", _("Give between 1 and 500 values."))
    return list(values)


def value_range(operand: Any) -> tuple[Any, Any]:
    """The two ends of a range; None leaves one open."""
    if not isinstance(operand, list | tuple) or len(operand) != 2 or all(is_blank(end) for end in operand):
        raise ValueRefused("range", _("Give the lower and the upper end; one of them may be empty."))
    return operand[0], operand[1]


class ScalarType(FieldType):
    """A kind whose value is one text, number or moment in the database."""

    #: Each value is that of many records.
    has_few_values: ClassVar[bool] = False

    def operand(self, raw: Any, field: Field, context: Context) -> Any:
        """One value of a filter, as the database compares it; a filter never compares with nothing."""
        value = None if is_blank(raw) else self.parse(raw, self.filter_field(field), context)
        if value is None:
            raise ValueRefused("operand_missing", _("Give a value to compare with."))
        return self.sql_value(value, field)

    def filter_field(self, field: Field) -> Field:
        """The field as filters see it; kinds override it where entering is stricter than searching."""
        return field

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        check_operator(self, operator)
        if operator in TEXT_SEARCHES:
            return TEXT_SEARCHES[operator](self.expression(field), searched_text(operand))
        return self.compared(operator, operand, field, context)

    def compared(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        """Comparison with parsed values."""
        expression, usual = self.expression(field), self.has_few_values
        match operator:
            case "is_empty":
                return comparison.is_empty(expression)
            case "not_empty":
                return comparison.known(expression)
            case "eq":
                return comparison.equal(expression, self.operand(operand, field, context), usual=usual)
            case "ne":
                return ~comparison.equal(expression, self.operand(operand, field, context), usual=usual)
            case "in":
                return comparison.one_of(expression, self.operands(operand, field, context), usual=usual)
            case "not_in":
                return ~comparison.one_of(expression, self.operands(operand, field, context), usual=usual)
            case "between":
                ends = [None if is_blank(end) else self.operand(end, field, context) for end in value_range(operand)]
                return comparison.between(expression, ends[0], ends[1])
            case _:
                return comparison.ordered(expression, operator, self.operand(operand, field, context))

    def operands(self, operand: Any, field: Field, context: Context) -> list[Any]:
        return [self.operand(value, field, context) for value in several(operand)]


TEXT_SEARCHES: dict[str, Callable[[Any, str], Condition]] = {
    "contains": comparison.contains,
    "not_contains": lambda expression, text: ~comparison.contains(expression, text),
    "starts_with": comparison.starts_with,
    "ends_with": comparison.ends_with,
}
