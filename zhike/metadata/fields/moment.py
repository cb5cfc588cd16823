"""What dates and moments have in common: relative periods in filters."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from zhike.metadata.fields import comparison, operators
from zhike.metadata.fields.base import Condition, Context, Field, Operator
from zhike.metadata.fields.date_text import today_of
from zhike.metadata.fields.input import is_blank
from zhike.metadata.fields.periods import DAY_COUNTS, relative, span_of
from zhike.metadata.fields.scalar import ScalarType, value_range


class MomentType(ScalarType):
    """A kind whose values lie on the calendar; whole days compare as spans of time."""

    operators: ClassVar[tuple[Operator, ...]] = operators.MOMENT
    is_dated = True
    is_movable = True

    def day_start(self, day: date, field: Field, context: Context) -> Any:
        """Where the day begins, as the database compares it."""
        raise NotImplementedError

    def day_end(self, day: date, field: Field, context: Context) -> Any:
        """The last value that belongs to the day, as the database compares it."""
        raise NotImplementedError

    def within_days(self, first: date, last: date, field: Field, context: Context) -> Condition:
        ends = self.day_start(first, field, context), self.day_end(last, field, context)
        return comparison.between(self.expression(field), *ends)

    def span(self, operand: Any, field: Field, context: Context) -> tuple[Any, Any] | None:
        """First and last database value of a relative date or a whole day; None when the operand is an exact value."""
        asked = relative(operand)
        if asked is None:
            return None
        first, last = span_of(asked["relative"], today_of(context), asked.get("days"))
        return (
            None if first is None else self.day_start(first, field, context),
            None if last is None else self.day_end(last, field, context),
        )

    def compared(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        if operator == "during":
            operand = operand if relative(operand) else {"relative": operand}
            operator = "eq"
        elif operator in DAY_COUNTS:
            operand, operator = {"relative": operator, "days": operand}, "eq"
        if operator == "between":
            return self.compared_range(operand, field, context)
        span = None if operator in {"is_empty", "not_empty"} else self.span(operand, field, context)
        if span is None:
            return super().compared(operator, operand, field, context)
        return self.compared_span(operator, span, field)

    def compared_range(self, operand: Any, field: Field, context: Context) -> Condition:
        """Between two ends, each of which may be a day or a relative date and then counts whole."""
        ends: list[Any] = [None, None]
        for index, end in enumerate(value_range(operand)):
            if is_blank(end):
                continue
            span = self.span(end, field, context)
            ends[index] = self.operand(end, field, context) if span is None else span[index]
        return comparison.between(self.expression(field), ends[0], ends[1])

    def compared_span(self, operator: str, span: tuple[Any, Any], field: Field) -> Condition:
        """Comparison with a stretch of time: before its start, after its end, or within."""
        expression = self.expression(field)
        first, last = span
        match operator:
            case "eq":
                return comparison.between(expression, first, last)
            case "ne":
                return ~comparison.between(expression, first, last)
            case "lt":
                return comparison.nothing() if first is None else comparison.ordered(expression, "lt", first)
            case "gte":
                return comparison.known(expression) if first is None else comparison.ordered(expression, "gte", first)
            case "lte":
                return comparison.ordered(expression, "lte", last)
            case _:
                return comparison.ordered(expression, "gt", last)
