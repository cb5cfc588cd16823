"""Contracts that come to their end: a task and a notice ahead of it, once an end, and the end itself."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils.translation import gettext as _, gettext_lazy, override

from zhike.domain.contracts.choices import ContractState, Renewal
from zhike.domain.contracts.following import ORIGIN, due_at
from zhike.domain.contracts.models import Contract
from zhike.metadata import notices, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Row, save
from zhike.metadata.storage import storage

AT_ONCE = 200
#: Nobody asks to be reminded earlier than that.
EARLIEST_DAYS = 1_000

ENDING = notices.register(
    NoticeKind(
        key="contract_ending",
        label=gettext_lazy("A contract of mine comes to its end"),
        text=gettext_lazy("%(title)s ends on %(day)s: talk about what comes after it"),
        icon="calendar-due",
    )
)


def contracts_remind(today: date) -> int:
    """A task and a notice for each contract in force whose reminder falls due; returns how many."""
    after = made = 0
    while True:
        with storage().write_transaction():
            rows = _in_force(ends_on__gte=today, ends_on__lte=today + timedelta(days=EARLIEST_DAYS), pk__gt=after)
            found = list(rows.select_for_update(of=("self",), no_key=True)[:AT_ONCE])
            due = [row for row in found if _is_due(row, today)]
            if due:
                _remind(due, today)
        made += len(due)
        if len(found) < AT_ONCE:
            return made
        after = found[-1].pk


def _in_force(**conditions: Any) -> Any:
    return Contract.objects.filter(state=ContractState.SIGNED, deletion=None, **conditions).order_by("pk")


def _is_due(row: Contract, today: date) -> bool:
    if row.ends_on is None or row.renewal == Renewal.NONE or row.reminded_of == row.ends_on:
        return False
    return row.ends_on - timedelta(days=row.remind_days) <= today


def _remind(rows: list[Contract], today: date) -> None:
    tasks = [Row(_task(row, today)) for row in rows if row.owner_id is not None]
    if tasks:
        save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    marks = [Row({"reminded_of": row.ends_on.isoformat() if row.ends_on else None}, id=row.pk) for row in rows]
    save(registry.get("contract"), marks, actor=SYSTEM, origin=ORIGIN)
    notices.send(
        [
            Notice(
                ENDING.key,
                (row.owner_id,),
                "contract",
                row.pk,
                params={"day": row.ends_on.isoformat()},
                once=f"contract-ending:{row.pk}:{row.ends_on}",
            )
            for row in rows
            if row.owner_id is not None and row.ends_on is not None
        ]
    )


def _task(row: Contract, today: date) -> dict[str, Any]:
    words = {"number": row.number, "day": row.ends_on.isoformat() if row.ends_on else ""}
    with override("zh-hans"):
        title = (
            _("Contract %(number)s goes on after %(day)s unless notice is given: decide") % words
            if row.renewal == Renewal.AUTOMATIC
            else _("Contract %(number)s ends on %(day)s: talk about its renewal") % words
        )
    given = {"customer": row.customer_id, "opportunity": row.opportunity_id, "owner": row.owner_id}
    given = {key: value for key, value in given.items() if value is not None}
    return {**given, "title": title[:200], "due_at": due_at(today + timedelta(days=3))}


def contracts_end(today: date) -> int:
    """Mark what ran until a day before today; what goes on by itself goes on. Returns how many."""
    done = 0
    while True:
        with storage().write_transaction():
            rows = _in_force(ends_on__lt=today).exclude(renewal=Renewal.AUTOMATIC)
            found = list(rows.select_for_update(of=("self",), no_key=True)[:AT_ONCE])
            if found:
                ended = [Row({"state": ContractState.ENDED.value}, id=row.pk) for row in found]
                save(registry.get("contract"), ended, actor=SYSTEM, origin=ORIGIN)
        done += len(found)
        if len(found) < AT_ONCE:
            return done
