"""A postal address in parts, from the country down to the door."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any, ClassVar

from django.db.models import Q
from django.db.models.lookups import In
from django.utils.safestring import SafeString
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.lib.addresses import PARTS, address_text, address_to_district, parse_address
from zhike.lib.html import format_html, joined
from zhike.lib.regions import short_city, short_province
from zhike.metadata.fields import comparison, markup, operators
from zhike.metadata.fields.base import Condition, Context, Field, FieldType, Label, Operator, Piece, ValueRefused
from zhike.metadata.fields.input import is_blank, plain_text, too_long
from zhike.metadata.fields.said import said
from zhike.metadata.fields.scalar import check_operator, searched_text
from zhike.metadata.fields.schema import with_null
from zhike.metadata.json_membership import HasItems, JoinedText

#: Part → (label, most characters, width in twelfths of the row).
PART_FACTS: dict[str, tuple[Label, int, int]] = {
    "country": (_("Country"), 40, 3),
    "province": (_("Province"), 40, 3),
    "city": (_("City"), 40, 3),
    "district": (_("District"), 60, 3),
    "street": (_("Street and number"), 200, 9),
    "postcode": (_("Postcode"), 12, 3),
}
SAMPLES = (
    ("广东省", "深圳市", "南山区", "科技园南路"),
    ("北京市", "北京市", "朝阳区", "望京街"),
    ("上海市", "上海市", "浦东新区", "世纪大道"),
    ("浙江省", "杭州市", "西湖区", "文三路"),
    ("四川省", "成都市", "武侯区", "天府大道"),
    ("江苏省", "苏州市", "昆山市", "前进东路"),
)


#: Parts that make a region, the largest first.
REGION = ("province", "city", "district")


def in_region(expression: Any, text: str) -> Q:
    """The condition that an address lies in the province, city or district that the text names, by full or short names."""
    named = parse_address(text)
    wanted = [(part, named[part]) for part in REGION if part in named]
    if not wanted or named.get("street"):
        raise ValueRefused("no_region", _("Name a province, city or district, such as 江苏省苏州市."))
    found = Q()
    for part, name in wanted:
        found &= Q(In(JoinedText(expression, (part,)), sorted({name, short_province(name), short_city(name)})))
    return found


class AddressType(FieldType):
    """Where a customer sits or lives."""

    key = "address"
    label: ClassVar[Label] = _("Address")
    icon = "map-pin"
    sql_kind = "json"
    sortable = False
    joins = True
    parts: ClassVar[Mapping[str, Label]] = {part: label for part, (label, _most, _width) in PART_FACTS.items()}
    operators: ClassVar[tuple[Operator, ...]] = (
        operators.IN_REGION,
        operators.CONTAINS,
        operators.NOT_CONTAINS,
        *operators.EMPTINESS,
    )

    def parse(self, raw: Any, field: Field, context: Context) -> dict[str, str] | None:
        if is_blank(raw):
            return None
        parts = raw if isinstance(raw, Mapping) else parse_address(self.line(raw))
        unknown = [part for part in parts if part not in PART_FACTS]
        if unknown:
            raise ValueRefused(
                "unknown_part",
                format_lazy(_("An address has these parts: {parts}."), parts=", ".join(PARTS)),
            )
        return {part: text for part in PARTS if (text := self.part(part, parts.get(part)))} or None

    def join(self, pieces: Sequence[Piece], field: Field) -> dict[str, str]:
        """Columns of parts over what is found in whole lines; a street that is a whole address is taken apart."""
        given: dict[str, str] = {}
        for piece in pieces:
            text = self.line(piece.cell)
            given[piece.part] = f"{given[piece.part]} {text}" if piece.part in given else text
        whole = given.pop("", "")
        if not given.keys() & {"province", "city", "district"}:
            whole = f"{whole} {given.pop('street', '')}".strip()
        return {**parse_address(whole), **given}

    def line(self, raw: Any) -> str:
        """A whole address in one text."""
        text = " ".join(plain_text(raw).split())
        if len(text) > 300:
            raise too_long(300)
        return text

    def part(self, part: str, raw: Any) -> str:
        text = "" if is_blank(raw) else " ".join(plain_text(raw).split())
        if len(text) > PART_FACTS[part][1]:
            raise too_long(PART_FACTS[part][1])
        return text

    def text(self, value: Any, field: Field, context: Context) -> str:
        return address_text(value) if value else ""

    def search_text(self, value: Any, field: Field) -> str:
        return address_text(value) if value else ""

    def mask(self, value: Any, field: Field) -> dict[str, str]:
        return address_to_district(value or {})

    def masked_cell(self, value: Any) -> SafeString:
        return format_html("{}", address_text(value) if value else "")

    def sample(self, field: Field, rng: Random) -> dict[str, str]:
        province, city, district, street = rng.choice(SAMPLES)
        number = f"{street}{rng.randint(1, 299)}号"
        return {"province": province, "city": city, "district": district, "street": number}

    def schema(self, field: Field) -> dict[str, Any]:
        parts = {
            part: {"type": ["string", "null"], "maxLength": most} for part, (_label, most, _w) in PART_FACTS.items()
        }
        return with_null({"type": "object", "properties": parts, "additionalProperties": False}, field)

    def condition(self, operator: str, operand: Any, field: Field, context: Context) -> Condition:
        check_operator(self, operator)
        expression = self.expression(field)
        if operator == "is_empty":
            return ~Q(HasItems(expression))
        if operator == "not_empty":
            return Q(HasItems(expression))
        if operator == "in_region":
            return in_region(expression, searched_text(operand))
        found = comparison.contains(JoinedText(expression, PARTS), searched_text(operand))
        return found if operator == "contains" else ~found

    def from_form(self, data: Mapping[str, Any], name: str) -> Any:
        """The parts of the control, or one line where a single input was sent."""
        if data.get(name) or not any(f"{name}.{part}" in data for part in PARTS):
            return data.get(name)
        return {part: data.get(f"{name}.{part}") or "" for part in PARTS}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        inputs = joined(
            format_html(
                '<div class="part-{}"><input class="form-control" type="text" name="{}.{}" value="{}" '
                'maxlength="{}" placeholder="{}" aria-label="{}"></div>',
                width,
                name,
                part,
                (value or {}).get(part, ""),
                most,
                said(label, context),
                said(label, context),
            )
            for part, (label, most, width) in PART_FACTS.items()
        )
        return format_html('<fieldset class="parts"{}>{}</fieldset>', markup.markup(attrs), inputs)
