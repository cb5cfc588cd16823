"""A filter of the filter language as a value, such as the rule of a live group."""

from __future__ import annotations

import json
from collections.abc import Mapping
from random import Random
from typing import Any, ClassVar

from django.db.models import Q
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _, ngettext

from zhike.lib.html import format_html
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Condition, Context, Field, FieldType, Label, Operator, ValueRefused
from zhike.metadata.fields.input import is_blank, refuse_nul, too_long
from zhike.metadata.fields.said import speaking
from zhike.metadata.fields.scalar import check_operator
from zhike.metadata.fields.schema import with_null
from zhike.metadata.json_membership import HasItems

LONGEST = 20_000


class FilterType(FieldType):
    """The JSON of a filter over the records of the object type ``options["over"]``.

    Whether its fields and comparisons exist is for the object type to check, which knows with whose rights it runs.
    """

    key = "filter"
    label: ClassVar[Label] = _("Filter")
    icon = "filter"
    sql_kind = "json"
    sortable = False
    customisable = False
    operators: ClassVar[tuple[Operator, ...]] = operators.EMPTINESS

    def parse(self, raw: Any, field: Field, context: Context) -> dict[str, Any] | None:
        if is_blank(raw):
            return None
        found = self._loads(raw) if isinstance(raw, str) else raw
        if not isinstance(found, Mapping):
            raise ValueRefused("not_a_filter", _("This is not a filter; put it together with the filter builder."))
        text = json.dumps(found, ensure_ascii=False, default=str)
        if len(text) > LONGEST:
            raise too_long(LONGEST)
        refuse_nul(text)
        return dict(found)

    def _loads(self, raw: str) -> Any:
        if len(raw) > LONGEST:
            raise too_long(LONGEST)
        try:
            return json.loads(raw)
        except (ValueError, RecursionError):
            return None

    def text(self, value: Any, field: Field, context: Context) -> str:
        if not value:
            return ""
        count = conditions(value)
        with speaking(context.language):
            return ngettext("{count} condition", "{count} conditions", count).format(count=count)

    def edit_text(self, value: Any, field: Field, context: Context) -> str:
        return json.dumps(value, ensure_ascii=False) if value else ""

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> dict[str, Any]:
        return {}

    def sample(self, field: Field, rng: Random) -> dict[str, Any]:
        return {"all": []}

    def schema(self, field: Field) -> dict[str, Any]:
        return with_null({"type": "object", "description": "A filter of the filter language."}, field)

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        check_operator(self, operator)
        found = Q(HasItems(self.expression(field)))
        return found if operator == "not_empty" else ~found

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        return format_html(
            '<textarea class="form-control mono" name="{}" rows="4" spellcheck="false" '
            'data-filter-over="{}"{}>\n{}</textarea>',
            name,
            field.options.get("over", ""),
            markup.markup(attrs),
            self.edit_text(value, field, context),
        )


def conditions(node: Any) -> int:
    """How many comparisons a filter has."""
    if isinstance(node, list):
        return sum(conditions(part) for part in node)
    if not isinstance(node, Mapping):
        return 0
    return int("field" in node) + sum(conditions(node[key]) for key in ("all", "any", "not") if key in node)
