"""The history of a customer: interactions over eighteen months, and the tasks that came of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field as dataclass_field
from datetime import timedelta
from random import Random
from typing import Any

from zhike.domain.demo.calendar import WorkCalendar
from zhike.domain.demo.contacts import Spoken
from zhike.domain.demo.conversation import Conversation, Slots
from zhike.domain.demo.people import PersonRow
from zhike.domain.demo.vocabulary import Weighted, one_of

Row = dict[str, Any]

#: Between how many days ago contacts took place, by stage.
SPANS = {"potential": (150, 2), "new": (90, 1), "active": (548, 1), "silent": (548, 120), "lost": (548, 250)}
#: Contacts in eighteen months by tier; those of young stages get a share.
FREQUENCIES = {"high": 24, "middle": 10, "low": 4}
SHARES = {"potential": 0.35, "new": 0.4, "active": 1.0, "silent": 0.6, "lost": 0.5}
#: Share of customers of a stage with an open task, and of those tasks that are overdue.
OPEN_TASKS = {"potential": 0.4, "new": 0.6, "active": 0.35, "silent": 0.12, "lost": 0.01}
OVERDUE = 0.16
PRIORITIES = Weighted([("high", 15), ("normal", 70), ("low", 15)])


@dataclass(frozen=True, slots=True)
class Subject:
    """The customer whose history is told."""

    number: int
    tier: str
    stage: str
    owner: PersonRow
    goods: Sequence[str]
    slots: Slots
    spoken: Sequence[Spoken]


@dataclass(slots=True)
class Told:
    """Rows of one customer's history."""

    interactions: list[Row] = dataclass_field(default_factory=list)
    tasks: list[Row] = dataclass_field(default_factory=list)


class History:
    """Tells histories; one instance serves all blocks."""

    def __init__(self, calendar: WorkCalendar, carers: Sequence[PersonRow], *, exactly: int | None = None) -> None:
        self.calendar = calendar
        self.conversation = Conversation()
        self.carers = carers
        self.exactly = exactly

    def of(self, subject: Subject, rng: Random) -> Told:
        """Interactions in the order of time, done and open tasks."""
        told = Told()
        oldest, newest = SPANS[subject.stage]
        moments = [self.calendar.moment(rng, oldest=oldest, newest=newest) for _one in range(self._count(subject, rng))]
        for moment in sorted(moments):
            row = self._interaction(subject, rng)
            row["happened_at"] = moment
            told.interactions.append(row)
            if "next_at" in row:
                row["next_at"] = moment + timedelta(days=row["next_at"])
                if rng.random() < 0.35:
                    told.tasks.append(self._done(subject, row, rng))
        if rng.random() < OPEN_TASKS[subject.stage]:
            told.tasks.append(self._open(subject, rng))
        return told

    def _count(self, subject: Subject, rng: Random) -> int:
        if self.exactly is not None:
            return self.exactly
        mean = FREQUENCIES[subject.tier] * SHARES[subject.stage]
        return int(mean * (0.4 + 1.2 * rng.random()) + 0.5)

    def _interaction(self, subject: Subject, rng: Random) -> Row:
        talk = self.conversation
        channel, outcome = talk.channels.pick(rng), talk.outcomes.pick(rng)
        if outcome == "not_reached" and channel not in ("call", "wechat", "sms"):
            outcome = "reached"
        if outcome == "deal" and subject.stage == "potential":
            outcome = "interested"
        slots = subject.slots
        talk.vary(slots, subject.goods, rng)
        spoken = one_of(subject.spoken, rng)
        slots["person"] = spoken.address
        row: Row = {
            "customer": subject.number,
            "contact": spoken.number,
            "channel": channel,
            "outcome": outcome,
            "content": talk.said(channel, outcome, slots, rng),
            "owner": one_of(self.carers, rng).username if outcome == "complaint" else subject.owner.username,
        }
        if outcome != "not_reached":
            row["duration_minutes"] = talk.minutes(channel, rng)
            if rng.random() < 0.4 and (feedback := talk.feedback(outcome, slots, rng)):
                row["feedback"] = feedback
        if rng.random() < 0.45 and (step := talk.next_action(outcome, slots, rng)):
            row["next_action"] = step
            row["next_at"] = 1 + int(rng.random() * 14)
        return row

    def _done(self, subject: Subject, interaction: Row, rng: Random) -> Row:
        """The task of a next step that was done around its time."""
        due = interaction["next_at"]
        end = self.calendar.midnights[-1]
        if due > end:
            return self._task(subject, rng) | {"title": interaction["next_action"], "due_at": due}
        done = min(due + timedelta(hours=rng.random() * 60 - 30), end)
        done = max(done, interaction["happened_at"] + timedelta(hours=1))
        row = self._task(subject, rng)
        return row | {"title": interaction["next_action"], "due_at": due, "status": "done", "done_at": done}

    def _open(self, subject: Subject, rng: Random) -> Row:
        """Something still to do, a few of them overdue."""
        row = self._task(subject, rng)
        if rng.random() < OVERDUE:
            row["due_at"] = self.calendar.moment(rng, oldest=21, newest=1)
        else:
            row["due_at"] = self.calendar.ahead(rng, 24)
        if rng.random() < 0.4:
            row["remind_at"] = row["due_at"] - timedelta(hours=1)
        return row

    def _task(self, subject: Subject, rng: Random) -> Row:
        talk = self.conversation
        kind = talk.task_kinds.pick(rng)
        talk.vary(subject.slots, subject.goods, rng)
        spoken = one_of(subject.spoken, rng)
        subject.slots["person"] = spoken.address
        row: Row = {
            "title": talk.task_title(kind, subject.slots, rng),
            "kind": kind,
            "customer": subject.number,
            "contact": spoken.number,
            "status": "open",
            "priority": "high" if subject.tier == "high" and rng.random() < 0.5 else PRIORITIES.pick(rng),
            "owner": subject.owner.username,
        }
        if note := talk.task_note(subject.slots, rng):
            row["note"] = note
        return row
