"""By what customers are divided among successors: the values of a field, or the provinces or cities of an address."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.utils.text import format_lazy
from django.utils.translation import gettext as _, gettext_lazy

from zhike.accounts.models import User
from zhike.engines.hand_over.parts import LEADING, Part
from zhike.engines.hand_over.planning import MOST_STEPS
from zhike.lib.regions import city_names, province_names
from zhike.metadata import registry
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.grouped import group_filter
from zhike.metadata.json_membership import JoinedText
from zhike.metadata.policy import comparable
from zhike.metadata.query import Group
from zhike.metadata.time_budget import time_budget

BUDGET = 2.0
#: Parts of an address by which is divided, with the words for it.
REGIONS = {"province": gettext_lazy("province of the {field}"), "city": gettext_lazy("city of the {field}")}


@dataclass(frozen=True, slots=True)
class Division:
    """A field of customers by whose values they are divided; ``part`` is the part of an address, else empty."""

    field: Field
    part: str = ""

    @property
    def key(self) -> str:
        return f"{self.field.key}:{self.part}" if self.part else self.field.key

    @property
    def label(self) -> Any:
        return format_lazy(REGIONS[self.part], field=self.field.label) if self.part else self.field.label

    @property
    def target(self) -> str | None:
        """What the values link to."""
        return None if self.part else self.field.type.link_targets(self.field)

    def groups(self, people: Sequence[User], listed: Mapping[str, Part], context: Context) -> list[Group]:
        """The values among the people's customers, the most frequent first. Raises BadQuery and OutOfTime."""
        part = next((part for part in listed.values() if part.leads), None)
        counts: Counter[Any] = Counter()
        for person in people:
            if part is None:
                break
            query = part.query(person.pk, context.actor)
            if self.part:
                counts.update(self._regions(query.rows()))
            else:
                counts.update({group.value: group.count for group in query.groups(self.field.key)})
        found = sorted(counts.items(), key=lambda entry: (-entry[1], str(entry[0])))
        return [Group(value, count) for value, count in found[:MOST_STEPS]]

    def _regions(self, rows: Any) -> Counter[str | None]:
        """Provinces, or provinces with cities, by their full names; None where an address names none."""
        expression = self.field.type.expression(self.field)
        parts = {
            "place_province": JoinedText(expression, ("province",)),
            "place_city": JoinedText(expression, ("city",)),
        }
        counted = rows.order_by().annotate(**parts).values(*parts).annotate(place_count=Count("pk"))
        found: Counter[str | None] = Counter()
        with time_budget(BUDGET):
            for row in counted:
                found[self._region(row["place_province"], row["place_city"])] += row["place_count"]
        return found

    def _region(self, province: str, city: str) -> str | None:
        known, name = city_names().get(city, ("", city))
        whole = province_names().get(province) or known
        if self.part == "province":
            return whole or None
        return None if not whole or not name else name if name == whole else f"{whole}{name}"

    def filter(self, value: Any) -> dict[str, Any]:
        """The condition, in the filter language, of the customers with this value."""
        if not self.part:
            return group_filter(self.field, None if value is None else self.field.type.to_json(value, self.field))
        if value is not None:
            return {"field": self.field.key, "op": "in_region", "value": value}
        return {"field": self.field.key, "op": "is_empty"}

    def text(self, value: Any, context: Context) -> str:
        if value is None:
            return _("empty")
        return str(value) if self.part else self.field.type.text(value, self.field, context)


def divisions(context: Context) -> dict[str, Division]:
    """By what customers can be divided: fields of the list's filters with one of few values, and regions of addresses."""
    customer = registry.get(LEADING)
    fields = [customer.field(key) for key in customer.filters if key not in {"owner", "pool"}]
    found = [Division(field) for field in fields if is_dividing(field)]
    addresses = [field for field in customer.active_fields if "in_region" in {op.key for op in field.type.operators}]
    found += [Division(field, part) for field in addresses for part in REGIONS]
    return {one.key: one for one in found if comparable(context.actor, customer, one.field)}


def is_dividing(field: Field) -> bool:
    """Whether a field has one of few values a record."""
    return not field.type.multiple and (field.type.groupable or field.type.link_targets(field) == "department")
