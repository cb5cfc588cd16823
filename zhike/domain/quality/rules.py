"""The rules of completeness: by kind and tier which fields count how much, which are required, by whom and how soon.

Stored as {"groups": [{"kind", "tier" ("" for all others), "stale_days", "fields": [{"key", "weight", "required", "hours", "by"}]}]}. A
customer is held to the group of its kind and tier, or else to that of its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import CustomerKind, Tier
from zhike.domain.quality.models import QualityRules
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.fields.base import Field
from zhike.metadata.models import Stamp
from zhike.metadata.object_type import ObjectType
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

OWNER, CREATOR = "owner", "creator"
MOST_WEIGHT, MOST_HOURS, MOST_DAYS = 100, 8_760, 3_650
#: Filled by the system or by default, so that they say nothing about completeness.
NOT_COUNTED = frozenset({"owner", "department", "kind", "stage", "risk", "tags", "note"})


@dataclass(frozen=True, slots=True)
class Item:
    """One field that counts."""

    key: str
    weight: int
    required: bool = False
    #: Within how many hours of the record's creation it must be filled in.
    hours: int = 0
    by: str = OWNER


@dataclass(frozen=True, slots=True)
class Group:
    """The rules of one kind and tier; without ``stale_days`` its records do not age."""

    kind: str
    tier: str
    stale_days: int | None
    items: tuple[Item, ...]

    @property
    def total(self) -> int:
        return sum(item.weight for item in self.items)


@dataclass(frozen=True, slots=True)
class Rules:
    """All groups of a version; ``id`` 0 are the shipped ones."""

    id: int
    groups: tuple[Group, ...]

    def group_for(self, kind: Any, tier: Any) -> Group | None:
        """The rules for a customer; None when none concern it."""
        fitting = {group.tier: group for group in self.groups if group.kind == kind}
        return fitting.get(tier or "") or fitting.get("")

    def tiers_apart(self, kind: str) -> list[str]:
        """Tiers of a kind that have rules of their own."""
        return [group.tier for group in self.groups if group.kind == kind and group.tier]


def _shipped(key: str, weight: int, hours: int | None = None) -> dict[str, Any]:
    return {"key": key, "weight": weight, "required": hours is not None, "hours": hours or 0, "by": OWNER}


SHIPPED: Mapping[str, Any] = {
    "groups": [
        {
            "kind": "company",
            "tier": "",
            "stale_days": 180,
            "fields": [
                _shipped("name", 5, 0),
                _shipped("phones", 5, 24),
                _shipped("address", 3),
                _shipped("industry", 3, 72),
                _shipped("source", 2, 72),
                _shipped("credit_code", 3),
                _shipped("legal_name", 2),
                _shipped("size", 1),
                _shipped("legal_representative", 1),
                _shipped("emails", 1),
                _shipped("needs", 2),
            ],
        },
        {
            "kind": "person",
            "tier": "",
            "stale_days": 180,
            "fields": [
                _shipped("name", 5, 0),
                _shipped("phones", 5, 24),
                _shipped("gender", 1),
                _shipped("birthday", 2),
                _shipped("wechat", 2),
                _shipped("address", 2),
                _shipped("source", 2, 72),
                _shipped("needs", 2),
                _shipped("preferences", 1),
            ],
        },
    ]
}


def read(definition: Mapping[str, Any], number: int = 0) -> Rules:
    """The rules that a definition holds."""
    return Rules(
        number,
        tuple(
            Group(
                group["kind"],
                group["tier"],
                group["stale_days"],
                tuple(
                    Item(item["key"], item["weight"], item["required"], item["hours"], item["by"])
                    for item in group["fields"]
                ),
            )
            for group in definition["groups"]
        ),
    )


def stored_rules() -> tuple[int, Mapping[str, Any]]:
    """Number and definition of the version in force."""
    row = QualityRules.objects.order_by("-pk").first()
    return (0, SHIPPED) if row is None else (row.pk, row.definition)


def current_rules() -> Rules:
    """The rules in force, as this process knows them; they change with the catalogue."""
    found: Rules = registry.get("customer").field("completeness").options["rules"]
    return found


def countable(object_type: ObjectType, kind: str) -> Iterator[Field]:
    """Fields that can count for customers of a kind, in the order of the form."""
    for section in object_type.form:
        if section.applies({"kind": kind}):
            for key in section.fields:
                field = object_type.fields.get(key)
                if field is not None and not field.readonly and not field.retired and key not in NOT_COUNTED:
                    yield field


def rules_save(definition: Mapping[str, Any], *, actor: Actor) -> QualityRules:
    """Put rules in force; raises Denied without the right to the settings, and Invalid."""
    require_sound(definition, actor=actor)
    with storage().write_transaction():
        number, before = stored_rules()
        row = QualityRules.objects.create(definition=definition, created_at=timezone.now(), created_by_id=actor.user_id)
        values = {"version": (number, row.pk), "rules": (before, definition)}
        log_setting("quality_rules", row.pk, values, label=str(_("Rules of completeness")), actor=actor)
        registry.touch(Stamp.METADATA)
    return row


def require_sound(definition: Mapping[str, Any], *, actor: Actor) -> None:
    """Raise Denied without the right to the settings, and Invalid for rules that cannot be."""
    if not actor.has("settings"):
        raise Denied("quality", "settings")
    _check(definition)


def _check(definition: Mapping[str, Any]) -> None:
    customer = registry.get("customer")
    seen = set()
    for group in definition["groups"]:
        place = (group["kind"], group["tier"])
        if group["kind"] not in CustomerKind.values or group["tier"] not in ("", *Tier.values) or place in seen:
            _refuse("group", _("There are rules for this kind and tier already, or there is no such kind."))
        seen.add(place)
        if group["stale_days"] is not None and not 1 <= group["stale_days"] <= MOST_DAYS:
            _refuse("stale_days", format_lazy(_("Give a number of days from 1 to {most}."), most=MOST_DAYS))
        if not group["fields"]:
            _refuse("fields", _("Let at least one field count."))
        known = {field.key: field for field in countable(customer, group["kind"])}
        named: set[str] = set()
        for item in group["fields"]:
            label = known[item["key"]].label if item["key"] in known else item["key"]
            if item["key"] in named:
                _refuse("fields", format_lazy(_("“{field}” is named twice."), field=label))
            named.add(item["key"])
            if item["key"] not in known:
                _refuse("fields", format_lazy(_("“{field}” cannot count here."), field=label))
            if not 1 <= item["weight"] <= MOST_WEIGHT:
                _refuse("fields", format_lazy(_("{field}: give a weight from 1 to 100."), field=label))
            if not 0 <= item["hours"] <= MOST_HOURS:
                _refuse("fields", format_lazy(_("{field}: give at most 8,760 hours."), field=label))
            if item["by"] not in (OWNER, CREATOR):
                _refuse("fields", format_lazy(_("{field}: say who has to fill it in."), field=label))


def _refuse(key: str, message: Any) -> None:
    raise Invalid({key: [Problem("bad_rules", message)]})
