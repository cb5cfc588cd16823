"""Reminders of overdue instalments: a task for the owner, once for each level of the rules."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, time

from django.utils import timezone
from django.utils.translation import gettext as _, override

from zhike.accounts.rights import on_behalf
from zhike.domain.activities.choices import Priority, TaskKind, TaskStatus
from zhike.domain.activities.models import Task
from zhike.domain.money.figures import overdue
from zhike.domain.money.ledger import after_balance
from zhike.domain.money.models import Balance, Dunning
from zhike.domain.money.policies import rules_on
from zhike.lib.money import format_amount
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, Row
from zhike.metadata.storage import storage

ORIGIN = Origin("money")
AT_ONCE = 500
#: From this level on a reminder is urgent.
URGENT = 3


def level_of(days: int, steps: tuple[int, ...]) -> int:
    """How many of the steps so many days overdue have passed."""
    return sum(days >= step for step in steps)


def remind(today: date) -> int:
    """Make the tasks of today; returns how many. Each instalment is reminded of at its highest level alone."""
    steps = rules_on(today).dunning_days
    after = made = 0
    while True:
        with storage().write_transaction():
            storage().lock_key("dunning")
            rows = Balance.objects.filter(overdue(), instalment__deletion__isnull=True, pk__gt=after)
            found = list(rows.select_related("instalment__order", "instalment__customer").order_by("pk")[:AT_ONCE])
            made += _remind(found, steps, today)
        if len(found) < AT_ONCE:
            return made
        after = found[-1].pk


@after_balance
def reminders_close(instalments: Collection[int], actor: Actor) -> None:
    """Nobody calls about what is paid, or given up; should it be open again, it is reminded of anew."""
    settled = Balance.objects.filter(instalment__in=instalments, open_amount__lte=0).values_list("pk", flat=True)
    made = Dunning.objects.filter(instalment_id__in=list(settled))
    reminded = dict(made.values_list("pk", "task_id"))
    if not reminded:
        return
    tasks = Task.objects.filter(pk__in=reminded.values(), status=TaskStatus.OPEN, deletion=None)
    rows = [Row({"status": TaskStatus.DONE.value}, id=pk) for pk in tasks.values_list("pk", flat=True)]
    if rows:
        records.save(registry.get("task"), rows, actor=on_behalf(actor), origin=ORIGIN)
    Dunning.objects.filter(pk__in=reminded).delete()


def _remind(found: list[Balance], steps: tuple[int, ...], today: date) -> int:
    known = set(
        Dunning.objects.filter(instalment_id__in=[row.pk for row in found]).values_list(
            "instalment_id", "due_on", "level"
        )
    )
    fresh: list[tuple[Balance, date, int, int]] = []
    for row in found:
        part = row.instalment
        if part.due_on is None:
            continue
        level = level_of((today - part.due_on).days, steps)
        owner = part.order.owner_id or part.customer.owner_id
        if level and owner is not None and (part.pk, part.due_on, level) not in known:
            fresh.append((row, part.due_on, level, owner))
    if not fresh:
        return 0
    tasks = [Row(_task(row, level, owner, today)) for row, _due_on, level, owner in fresh]
    saved = records.save(registry.get("task"), tasks, actor=SYSTEM, origin=ORIGIN)
    Dunning.objects.bulk_create(
        [
            Dunning(instalment_id=row.pk, due_on=due_on, level=level, task_id=task.id)
            for (row, due_on, level, _owner), task in zip(fresh, saved.rows, strict=True)
            if task.id is not None
        ]
    )
    return len(fresh)


def _task(row: Balance, level: int, owner: int, today: date) -> dict[str, object]:
    part = row.instalment
    words = {
        "name": part.customer.name,
        "order": part.order.number,
        "amount": format_amount(row.open_amount),
        "days": (today - part.due_on).days if part.due_on else 0,
    }
    with override("zh-hans"):
        title = _("Payment reminder: %(name)s, %(amount)s of order %(order)s, %(days)s days overdue") % words
    return {
        "title": title[:200],
        "kind": TaskKind.CALL.value,
        "customer": part.customer_id,
        "owner": owner,
        "priority": Priority.HIGH.value if level >= URGENT else Priority.NORMAL.value,
        "due_at": timezone.make_aware(datetime.combine(today, time(17, 0))),
    }
