"""The forecast adjustment as an object type: what was said stays, the next one is said anew."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.preparation import Found
from zhike.domain.targets.choices import Level
from zhike.domain.targets.expecting import told_now
from zhike.domain.targets.models import ForecastAdjustment
from zhike.domain.targets.naming import names_of
from zhike.domain.targets.preparation import DEPARTMENT_NEEDED, PERSON_NEEDED, check_reach
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.fields.base import Input
from zhike.metadata.object_type import ObjectType, Section, Values

STAYS = Problem("read_only", _("What was said of a forecast stays: say it anew, the latest word holds."))
#: Whoever does not see amounts of deals does not see what managers make of them.
AMOUNT = (Input("opportunity", "amount"),)


#: What an adjustment says; only its name and the words of its reason are ever mended.
SAID = ("year", "span", "level", "owner", "department", "amount")


def adjustments_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """For whom it is, and what the deals give at this moment."""
    found: Found = defaultdict(dict)
    new = [index for index in range(len(rows)) if index not in existing]
    for index, stored in existing.items():
        found[index] = {key: STAYS for key in SAID if key in rows[index] and rows[index][key] != stored.get(key)}
    fitting = [index for index in new if _fits(rows[index], found[index])]
    subjects = {index: {key: rows[index].get(key) for key in ("level", "owner", "department")} for index in fitting}
    check_reach("forecast_adjustment", subjects, actor, found)
    told = told_now({(rows[index]["year"], rows[index]["span"]) for index in fitting}, timezone.localdate())
    for index, name in names_of([rows[index] for index in fitting], fitting).items():
        row = rows[index]
        subject = {Level.PERSON: row.get("owner"), Level.DEPARTMENT: row.get("department")}.get(row["level"])
        row["name"] = row.get("name") or name
        row["told"] = told.get((row["year"], row["span"], str(row["level"]), subject or 0), 0)
    return {index: problems for index, problems in found.items() if problems}


def _fits(row: Values, problems: dict[str, Problem]) -> bool:
    level = row.get("level")
    if level == Level.PERSON and row.get("owner") is None:
        problems["owner"] = PERSON_NEEDED
    if level == Level.DEPARTMENT and row.get("department") is None:
        problems["department"] = DEPARTMENT_NEEDED
    if level != Level.PERSON:
        row["owner"] = None
    if level == Level.COMPANY:
        row["department"] = None
    return not problems and all(row.get(key) is not None for key in ("year", "span", "level"))


def describe() -> ObjectType:
    """The descriptor; amounts are hidden with those of deals."""
    descriptor = registry.object_type(
        ForecastAdjustment,
        key="forecast_adjustment",
        slug="forecast-adjustments",
        icon="adjustments-horizontal",
        title="name",
        subtitle=("level", "amount"),
        columns=("name", "level", "owner", "told", "amount", "note", "created_by", "created_at"),
        filters=("year", "span", "level", "owner", "department", "created_at"),
        search=("name",),
        quick=("year", "span", "level", "owner", "department", "amount", "note"),
        form=(
            Section(
                _("Forecast adjustment"),
                ("year", "span", "level", "owner", "department", "told", "amount", "note"),
            ),
        ),
        default_sort="-created_at",
        permissions=("view", "create", "edit", "assign", "export"),
        prepare=adjustments_prepare,
        customisable=False,
    )
    fields = dict(descriptor.fields)
    fields["owner"] = fields["owner"].with_changes(label=_("person"))
    for key in ("told", "amount"):
        fields[key] = fields[key].with_changes(inputs=AMOUNT)
    return replace(descriptor, fields=fields)


ADJUSTMENT = registry.add(describe())
