"""What is completed and checked on targets before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.domain.customers.preparation import Found, merged
from zhike.domain.targets.choices import Level, Measure
from zhike.domain.targets.models.target import ONCE, SalesTarget
from zhike.domain.targets.naming import names_of
from zhike.domain.targets.spans import days_of, written
from zhike.metadata.actor import Actor, Scope
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

PERSON_NEEDED = Problem("required", _("Say for which person it is."))
DEPARTMENT_NEEDED = Problem("required", _("Say for which department it is."))
ORDERS_ONLY = Problem("orders_only", _("Only orders have products: choose orders, or leave the category out."))
OUT_OF_REACH = Problem("out_of_reach", _("Choose a person or a department that you lead."))
THERE_ALREADY = Problem("there_already", ONCE)
#: What decides for whom and when a target is.
SUBJECT = ("year", "span", "level", "measure", "owner", "department", "category")


def targets_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Days, name and key; a person or a department where the level says so; each target once."""
    found: Found = defaultdict(dict)
    whole = [{key: merged(row, existing.get(index), key) for key in SUBJECT} for index, row in enumerate(rows)]
    fitting = []
    for index, row in enumerate(rows):
        if _fits(row, whole[index], found[index]):
            row["first_on"], row["last_on"] = days_of(whole[index]["year"], whole[index]["span"])
            row["subject_key"] = subject_key(whole[index])
            fitting.append(index)
    _name(rows, existing, whole, fitting)
    check_reach("sales_target", {index: whole[index] for index in fitting}, actor, found)
    _check_once(rows, existing, fitting, found)
    return {index: problems for index, problems in found.items() if problems}


def check_reach(object_key: str, subjects: Mapping[int, Mapping[str, Any]], actor: Actor, found: Found) -> None:
    """Whoever may not write for everybody does so for people and departments of their own part of the firm alone; one query."""
    scope = Scope.ALL if actor.is_system else actor.scope(object_key, "create")
    if scope >= Scope.ALL:
        return
    within = actor.subtree_ids if scope >= Scope.DEPARTMENT_AND_BELOW else actor.department_ids
    owners = {subject["owner"] for subject in subjects.values() if subject["level"] == Level.PERSON}
    near = set(User.objects.filter(pk__in=owners, department_id__in=within).values_list("pk", flat=True))
    for index, subject in subjects.items():
        level = subject["level"]
        if level == Level.PERSON and subject["owner"] not in near | {actor.user_id}:
            found[index]["owner"] = OUT_OF_REACH
        elif level == Level.DEPARTMENT and subject["department"] not in within:
            found[index]["department"] = OUT_OF_REACH
        elif level == Level.COMPANY:
            found[index]["level"] = OUT_OF_REACH


def subject_key(values: Mapping[str, Any]) -> str:
    """What a target is for, as one text."""
    level = values["level"]
    subject = {Level.PERSON: values["owner"], Level.DEPARTMENT: values["department"]}.get(level, 0)
    when = written(values["year"], values["span"])
    return f"{when}:{values['measure']}:{level}:{subject or 0}:{values.get('category') or 0}"


def _fits(row: Values, whole: dict[str, Any], problems: dict[str, Problem]) -> bool:
    """Whether everything is there that says what the target is for; the parts that its level does not have are emptied."""
    level = whole["level"]
    if level == Level.PERSON and whole["owner"] is None:
        problems["owner"] = PERSON_NEEDED
    if level == Level.DEPARTMENT and whole["department"] is None:
        problems["department"] = DEPARTMENT_NEEDED
    if whole["category"] is not None and whole["measure"] != Measure.ORDERS:
        problems["category"] = ORDERS_ONLY
    if level in {Level.DEPARTMENT, Level.COMPANY}:
        row["owner"] = whole["owner"] = None
    if level == Level.COMPANY:
        row["department"] = whole["department"] = None
    return not problems and all(whole[key] is not None for key in ("year", "span", "level", "measure"))


def _name(rows: list[Values], existing: Mapping[int, Values], whole: list[dict[str, Any]], fitting: list[int]) -> None:
    """Names of those that have none of their own."""
    wanted = [
        index
        for index in fitting
        if not merged(rows[index], existing.get(index), "name")
        or (index in existing and _is_as_given(rows[index], existing[index]))
    ]
    for index, name in names_of([whole[index] for index in wanted], wanted).items():
        rows[index]["name"] = name


def _is_as_given(row: Values, stored: Values) -> bool:
    """Whether a stored target changes what it is for and still bears the name that it was given by itself."""
    if "name" in row or not any(key in row for key in SUBJECT):
        return False
    return str(stored.get("name")).split(" · ")[0] == written(stored["year"], stored["span"])


def _check_once(rows: list[Values], existing: Mapping[int, Values], fitting: list[int], found: Found) -> None:
    """Say it at the field, before the constraint does, also within one batch."""
    keys = {rows[index]["subject_key"]: index for index in reversed(fitting)}
    years = {key[:4] for key in keys}
    stored = SalesTarget.objects.filter(year__in=[int(year) for year in years], deletion__isnull=True)
    taken = dict(stored.values_list("subject_key", "pk"))
    for index in fitting:
        key = rows[index]["subject_key"]
        own = existing.get(index, {}).get("id")
        if taken.get(key, own) != own or keys[key] != index:
            found[index]["span"] = THERE_ALREADY
