"""Who gets a lead that nobody owns: the first rule that fits, in turn or by load, nobody who is away; with the reason in words."""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _, gettext_lazy, override

from zhike.accounts.absences import absent
from zhike.accounts.models import User
from zhike.accounts.rights import on_behalf
from zhike.domain.leads.models import OPEN, AssignWay, Lead, LeadRule, LeadState, LeadTurn
from zhike.domain.leads.notices import ASSIGNED
from zhike.engines.working_time.services import working_calendar
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.notices import Notice
from zhike.metadata.records import Origin, Row
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

log = logging.getLogger(__name__)

ORIGIN = Origin("leads", "assign")
NO_RULE = Problem("no_rule", gettext_lazy("No rule in use fits, or nobody of those that fit is here."))


@dataclass(frozen=True, slots=True)
class Chosen:
    """Who gets a lead by which rule, and who was passed over for being away."""

    user: User
    rule: LeadRule
    away: tuple[str, ...]
    load: int


def leads_assign(ids: Collection[int], *, actor: Actor = SYSTEM) -> int:
    """Give leads that nobody owns to people; inside one transaction and one at a time. Returns how many were given."""
    with storage().write_transaction():
        storage().lock_key("leads.assign")
        rows = Lead.objects.filter(pk__in=list(ids), owner__isnull=True, state__in=OPEN, deletion__isnull=True)
        waiting = {row.pk: row for row in rows.order_by("pk")}
        given = _by_rules(waiting)
        if given:
            _write(given, actor)
    return len(given)


def _by_rules(waiting: dict[int, Lead]) -> dict[int, Chosen]:
    context, lead_type, today = context_for(SYSTEM), registry.get("lead"), timezone.localdate()
    given: dict[int, Chosen] = {}
    rules = LeadRule.objects.filter(is_active=True, deletion__isnull=True).order_by("order", "pk")
    for rule in rules.prefetch_related("people"):
        left = [pk for pk in waiting if pk not in given]
        if not left:
            break
        held = Lead.objects.filter(pk__in=left).filter(compile_filter(lead_type, rule.filter, context))
        fitting = sorted(held.values_list("pk", flat=True))
        people = sorted((user for user in rule.people.all() if user.is_usable()), key=lambda user: user.pk)
        away = absent([user.pk for user in people], today)
        present = [user for user in people if user.pk not in away]
        gone = tuple(user.name for user in people if user.pk in away)
        if fitting and present:
            given |= _share(rule, [waiting[pk] for pk in fitting], present, gone)
    return given


def _share(rule: LeadRule, leads: Sequence[Lead], present: Sequence[User], gone: tuple[str, ...]) -> dict[int, Chosen]:
    """One lead after the other, so that turns and loads move with each; whoever returned a lead does not get it again."""
    loads = _loads(present)
    last = LeadTurn.objects.filter(rule=rule).values_list("user_id", flat=True).first() or 0
    found = {}
    for lead in leads:
        fitting = [user for user in present if user.pk not in lead.trail.get("returned_by", ())]
        if not fitting:
            continue
        if rule.way == AssignWay.LOAD:
            user = min(fitting, key=lambda one: (loads[one.pk], one.pk))
        else:
            user = next((one for one in fitting if one.pk > last), fitting[0])
        found[lead.pk] = Chosen(user, rule, gone, loads[user.pk])
        loads[user.pk] += 1
        last = user.pk
    if found:
        LeadTurn.objects.update_or_create(rule=rule, defaults={"user_id": last})
    return found


def _loads(people: Sequence[User]) -> dict[int, int]:
    """Open leads by person."""
    rows = Lead.objects.filter(
        owner__in=people, state__in=(LeadState.NEW, LeadState.WORKING), deletion__isnull=True
    ).order_by()
    counted = dict(rows.values_list("owner_id").annotate(Count("pk")))
    return {user.pk: counted.get(user.pk, 0) for user in people}


def _write(given: dict[int, Chosen], actor: Actor) -> None:
    now = timezone.now()
    rows = [
        Row(
            {
                "owner": chosen.user.pk,
                "department": chosen.user.department_id,
                "state": LeadState.NEW.value,
                "assigned_at": now,
                "assigned_why": why(chosen),
                "respond_by": answer_until(now, chosen.rule.hours),
                "responded_at": None,
                "escalated_at": None,
                "return_reason": None,
            },
            id=pk,
        )
        for pk, chosen in given.items()
    ]
    acting = actor if actor.is_system else on_behalf(actor)
    for written in records.save(registry.get("lead"), rows, actor=acting, origin=ORIGIN).rows:
        if written.problems:
            raise Invalid(written.problems)
    notices.send(
        [
            Notice(ASSIGNED.key, (chosen.user.pk,), "lead", pk, params={"why": rows[place].values["assigned_why"]})
            for place, (pk, chosen) in enumerate(given.items())
        ]
    )


def why(chosen: Chosen) -> str:
    """The reason in the language of whoever gets the lead."""
    with override(chosen.user.language):
        if chosen.rule.way == AssignWay.LOAD:
            told = _("Rule “%(rule)s”: %(name)s has the fewest open leads (%(count)s).")
        else:
            told = _("Rule “%(rule)s”: it is %(name)s's turn.")
        said = told % {"rule": chosen.rule.name, "name": chosen.user.name, "count": chosen.load}
        away = _("Away: %(names)s.") % {"names": _(", ").join(chosen.away)} if chosen.away else ""
        return f"{said} {away}".strip()


def answer_until(now: datetime, hours: int) -> datetime | None:
    """When the working hours for the first answer are over; None where the calendar does not know the year."""
    try:
        return working_calendar().add_working_time(now, timedelta(hours=hours))
    except YearNotKnown as unknown:
        log.warning("the working days of %s are not known: a lead has no time limit", unknown.year)
        return None


def lead_distribute(ids: Sequence[int], *, actor: Actor) -> None:
    """Take leads from whoever has them and give them out by the rules. Raises Invalid where a lead fits nobody."""
    with storage().write_transaction():
        free: Any = [Row({"owner": None}, id=pk) for pk in ids]
        for written in records.save(registry.get("lead"), free, actor=on_behalf(actor), origin=ORIGIN).rows:
            if written.problems:
                raise Invalid(written.problems)
        if leads_assign(ids, actor=actor) < len(set(ids)):
            raise Invalid({"": [NO_RULE]})
