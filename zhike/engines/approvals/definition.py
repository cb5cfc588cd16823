"""What a version of a flow says: when a word is needed, what stands still meanwhile, and the steps of the path.

Stored as JSON and read here; whatever contradicts itself is refused with a sentence, so that nothing half is ever in force.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.accounts.models import User
from zhike.accounts.role_book import current_book
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import BadQuery, Invalid, Problem
from zhike.metadata.fields.base import Label
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

MOST_STEPS = 12
MOST_PEOPLE = 20
MOST_HOURS = 720
MOST_LEVELS = 9
#: Every field that people write.
EVERYTHING = "*"

NEEDS: Mapping[str, Label] = {
    "any": pgettext_lazy("approval", "one of them"),
    "all": pgettext_lazy("approval", "all of them"),
    "share": pgettext_lazy("approval", "so many of them"),
}
LATE: Mapping[str, Label] = {
    "remind": pgettext_lazy("approval", "remind them"),
    "escalate": pgettext_lazy("approval", "ask a level up too"),
    "grant": pgettext_lazy("approval", "it counts as granted"),
    "refuse": pgettext_lazy("approval", "it counts as refused"),
}
#: How approvers are named; see ``who.py`` for what each means.
WAYS: Mapping[str, Label] = {
    "people": _("named people"),
    "role": _("everybody with a role"),
    "manager": _("the asker's manager"),
    "head": _("head of the asker's department"),
    "owner": _("owner of the record"),
    "owner_manager": _("manager of the record's owner"),
}


@dataclass(frozen=True, slots=True)
class Who:
    """A way to find approvers: ``people`` by id, ``role`` by key, ``head`` so many levels above the asker's department."""

    by: str
    people: tuple[int, ...] = ()
    role: str = ""
    level: int = 0


@dataclass(frozen=True, slots=True)
class Step:
    """One step. ``beside`` runs it at the same time as the step before it."""

    name: str
    who: tuple[Who, ...]
    name_en: str = ""
    need: str = "any"
    share: int = 1
    beside: bool = False
    #: Filter over the record; the step is left out where it does not hold.
    when: Mapping[str, Any] | None = None
    hours: int | None = None
    late: str = "remind"


@dataclass(frozen=True, slots=True)
class Definition:
    """A whole version. ``when`` is a filter over the record, ``asker`` one over people; None for all."""

    steps: tuple[Step, ...]
    when: Mapping[str, Any] | None = None
    asker: Mapping[str, Any] | None = None
    covers: tuple[str, ...] = ()
    #: Asked where nobody else can be; after them the administrators.
    fallback: tuple[Who, ...] = ()
    may_self: bool = False


def refuse(key: str, message: Label) -> Invalid:
    return Invalid({key: [Problem("bad_flow", message)]})


# Reading ----------------------------------------------------------------------------------------------------------


def read(stored: Mapping[str, Any]) -> Definition:
    """The definition that JSON holds."""
    return Definition(
        steps=tuple(_step(found) for found in stored.get("steps", ())),
        when=stored.get("when") or None,
        asker=stored.get("asker") or None,
        covers=tuple(stored.get("covers", ())),
        fallback=read_who(stored.get("fallback", ())),
        may_self=bool(stored.get("may_self")),
    )


def read_who(stored: Sequence[Mapping[str, Any]]) -> tuple[Who, ...]:
    return tuple(
        Who(
            by=str(found.get("by", "")),
            people=tuple(found.get("people", ())),
            role=str(found.get("role", "")),
            level=int(found.get("level", 0)),
        )
        for found in stored
    )


def _step(stored: Mapping[str, Any]) -> Step:
    return Step(
        name=str(stored.get("name", "")),
        name_en=str(stored.get("name_en", "")),
        who=read_who(stored.get("who", ())),
        need=str(stored.get("need", "any")),
        share=int(stored.get("share") or 1),
        beside=bool(stored.get("beside")),
        when=stored.get("when") or None,
        hours=stored.get("hours"),
        late=str(stored.get("late", "remind")),
    )


def written_who(found: Sequence[Who]) -> list[dict[str, Any]]:
    """As JSON again, what is empty left out."""
    written = []
    for one in found:
        more = {"people": list(one.people), "role": one.role, "level": one.level}
        written.append({"by": one.by, **{key: value for key, value in more.items() if value}})
    return written


def read_typed(stored: Mapping[str, Any]) -> Definition:
    """The definition of JSON from outside; raises Invalid where it is not built as it should be."""
    try:
        return read(stored)
    except (TypeError, ValueError, AttributeError):
        raise refuse("definition", _("The flow is not built as it should be.")) from None


# Checking ---------------------------------------------------------------------------------------------------------


def check(definition: Definition, object_type: ObjectType) -> None:
    """Raise Invalid for what contradicts itself or names what is not there, by the key of the part."""
    if not 1 <= len(definition.steps) <= MOST_STEPS:
        raise refuse("steps", format_lazy(_("A flow has 1 to {most} steps."), most=MOST_STEPS))
    check_filter("when", object_type, definition.when)
    check_filter("asker", registry.get("user"), definition.asker)
    known = {*object_type.fields, *(registry.get(child.object_key).slug for child in object_type.children), EVERYTHING}
    if set(definition.covers) - known:
        raise refuse("covers", _("Choose among the fields of the object."))
    for number, step in enumerate(definition.steps, start=1):
        _check_step(f"step_{number}", step, object_type, number)
    _check_who("fallback", definition.fallback, _("The fallback"))


def _check_step(key: str, step: Step, object_type: ObjectType, number: int) -> None:
    called = format_lazy(_("Step {number}"), number=number)
    if not step.who:
        raise refuse(key, format_lazy(_("{step}: say who decides."), step=called))
    _check_who(key, step.who, called)
    check_filter(key, object_type, step.when)
    if step.need not in NEEDS or (step.need == "share" and not 1 <= step.share <= MOST_PEOPLE):
        raise refuse(key, format_lazy(_("{step}: say how many have to grant it."), step=called))
    if step.hours is not None and not 1 <= step.hours <= MOST_HOURS:
        raise refuse(key, format_lazy(_("{step}: give 1 to {most} working hours."), step=called, most=MOST_HOURS))
    if step.late not in LATE:
        raise refuse(key, format_lazy(_("{step}: say what happens when nobody answers in time."), step=called))


def _check_who(key: str, listed: Sequence[Who], called: Label) -> None:
    for found in listed:
        if found.by not in WAYS or not 0 <= found.level <= MOST_LEVELS:
            raise refuse(key, format_lazy(_("{step}: say who decides."), step=called))
        if found.by == "role" and found.role not in {role.key for role in current_book().values()}:
            raise refuse(key, format_lazy(_("{step}: there is no such role."), step=called))
        if found.by == "people":
            there = User.objects.filter(pk__in=found.people, deletion__isnull=True).count()
            if not 1 <= len(found.people) <= MOST_PEOPLE or there != len(set(found.people)):
                raise refuse(key, format_lazy(_("{step}: name 1 to {most} people."), step=called, most=MOST_PEOPLE))


def check_filter(key: str, object_type: ObjectType, rule: Mapping[str, Any] | None) -> None:
    try:
        compile_filter(object_type, rule, context_for(SYSTEM))
    except BadQuery as refusal:
        raise refuse(key, refusal.message) from refusal
