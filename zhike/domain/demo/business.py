"""The demo business as a whole: a stream of blocks of rows, the same for the same plan, in bounded memory.

Rows are plain dicts by field key; links hold local names that the loader resolves: user names (``owner``), tag names
(``tags``), and numbers of customers and contacts (``number`` in their own rows).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field as dataclass_field
from datetime import date, timedelta
from itertools import pairwise
from random import Random
from typing import Any

from zhike.domain.demo.calendar import WorkCalendar
from zhike.domain.demo.contacts import Contacts, Spoken
from zhike.domain.demo.firms import Firms
from zhike.domain.demo.history import History, Subject, Told
from zhike.domain.demo.people import PersonRow, Staff, branch
from zhike.domain.demo.persons import Persons
from zhike.domain.demo.stories import stories
from zhike.domain.demo.vocabulary import City, Trade, Weighted, cities, industries, one_of, toml

Row = dict[str, Any]

TIERS = Weighted([("high", 10), ("middle", 32), ("low", 58)])
STAGES = Weighted([("potential", 22), ("new", 9), ("active", 47), ("silent", 15), ("lost", 7)])
RISKS = Weighted([("none", 90), ("watch", 7), ("high", 3)])
SOURCES = Weighted(
    [
        ("referral", 24),
        ("cold_call", 18),
        ("website", 13),
        ("exhibition", 11),
        ("wechat", 9),
        ("phone", 8),
        ("store", 7),
        ("tender", 4),
        ("partner", 4),
        ("advertising", 2),
    ]
)
COMPANY_SHARE = 0.6
RELATION_SHARE = 0.04
#: Relations between two firms, between two persons; the others go either way.
FIRM_RELATIONS = Weighted([("parent", 25), ("partner", 40), ("competitor", 15), ("referrer", 20)])
PERSON_RELATIONS = Weighted([("family", 65), ("referrer", 35)])
CREDIT_LIMITS = (2_000_000, 5_000_000, 10_000_000, 20_000_000, 50_000_000)


@dataclass(frozen=True, slots=True)
class Plan:
    """What to generate. ``interactions`` gives every customer exactly that many, for measurements."""

    today: date
    customers: int = 3_000
    seed: int = 1
    interactions: int | None = None
    block_size: int = 1_000
    staff: Staff = dataclass_field(default_factory=branch)
    #: The stories name people of the shipped branch.
    has_stories: bool = True


@dataclass(slots=True)
class Block:
    """Rows that belong together: links between customers stay inside, except those to a story (in the first block)."""

    customers: list[Row] = dataclass_field(default_factory=list)
    contacts: list[Row] = dataclass_field(default_factory=list)
    relations: list[Row] = dataclass_field(default_factory=list)
    interactions: list[Row] = dataclass_field(default_factory=list)
    tasks: list[Row] = dataclass_field(default_factory=list)


class Business:
    """Generates the blocks of a plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.calendar = WorkCalendar(plan.today)
        self.firms = Firms()
        self.persons = Persons(plan.today)
        self.contacts = Contacts(plan.today)
        self.history = History(self.calendar, plan.staff.carers, exactly=plan.interactions)
        profiles = toml("profiles.toml")
        self.habits = profiles["habits"]
        self.notes = {key: entry["lines"] for key, entry in profiles["notes"].items()}
        self.relation_notes = profiles["relations"]
        tags = toml("sorting.toml")["tags"]
        self.tags = {
            kind: Weighted((tag["name"], tag["weight"]) for tag in tags if tag["for"] in (kind, "both"))
            for kind in ("company", "person")
        }

    def blocks(self) -> Iterator[Block]:
        """Blocks in the order of customers; the first one opens with the stories."""
        size = self.plan.block_size
        for start in range(0, self.plan.customers, size):
            yield self._block(start, min(start + size, self.plan.customers))

    def _block(self, start: int, end: int) -> Block:
        rng = Random(f"{self.plan.seed}:{start}")
        block = Block()
        first = start
        if start == 0 and self.plan.has_stories:
            first = self._tell_stories(block, end, rng)
        for number in range(first, end):
            self._customer(number, block, rng)
        self._relations(block.customers[first - start :], block, rng)
        return block

    def _tell_stories(self, block: Block, end: int, rng: Random) -> int:
        """Put the stories in front; a tiny plan takes as many as fit."""
        told = stories(self.calendar)[:end]
        for story in told:
            dated(story.customer, story.contacts, story.told, self.calendar, rng)
            block.customers.append(story.customer)
            block.contacts += story.contacts
            block.relations += [row for row in story.relations if row["other"] < len(told)]
            block.interactions += story.told.interactions
            block.tasks += story.told.tasks
        return len(told)

    def _customer(self, number: int, block: Block, rng: Random) -> None:
        trade, city = industries().pick(rng), cities().pick(rng)
        owner = one_of(self.plan.staff.sellers, rng)
        tier, stage = TIERS.pick(rng), STAGES.pick(rng)
        if rng.random() < COMPANY_SHARE:
            row, domain = self.firms.row(number, trade, city, rng)
            contacts, spoken = self.contacts.rows(number, tier, trade, domain, rng)
        else:
            row, contacts, spoken = self.persons.row(number, city, rng), [], []
        row |= {"number": number, "code": f"KH{number + 1:07d}", "tier": tier, "stage": stage, "owner": owner.username}
        self._standing(row, rng)
        spoken = spoken or [Spoken(None, str(row["name"]) if row["kind"] == "person" else "前台")]
        self._particulars(row, spoken[0].address, trade, rng)
        told = self.history.of(self._subject(row, owner, trade, city, spoken, rng), rng)
        dated(row, contacts, told, self.calendar, rng)
        block.customers.append(row)
        block.contacts += contacts
        block.interactions += told.interactions
        block.tasks += told.tasks

    def _subject(
        self, row: Row, owner: PersonRow, trade: Trade, city: City, spoken: list[Spoken], rng: Random
    ) -> Subject:
        """The customer as its history is told."""
        goods = trade.goods if row["kind"] == "company" else self.persons.products
        place = one_of(city.districts, rng)[0]
        colleague = one_of(self.plan.staff.people, rng).name
        need = row.get("needs", "同类产品一起报价")
        slots = self.history.conversation.slots(goods, need, row["name"], place, colleague, rng)
        return Subject(row["number"], row["tier"], row["stage"], owner, goods, slots, spoken)

    def _standing(self, row: Row, rng: Random) -> None:
        """How the firm stands with the customer."""
        row["source"] = SOURCES.pick(rng)
        row["risk"] = RISKS.pick(rng)
        if row["stage"] in ("active", "silent", "lost"):
            row["cooperation_since"] = (self.plan.today - timedelta(days=300 + int(rng.random() * 2_800))).isoformat()
            if row["kind"] == "company" and rng.random() < 0.6:
                row["credit_limit"] = 0 if row["risk"] == "high" else one_of(CREDIT_LIMITS, rng)
        tags = [self.tags[row["kind"]].pick(rng)] if rng.random() < 0.4 else []
        if row["risk"] == "high":
            tags += ["欠款", "重点关注"]
        if tags:
            row["tags"] = tags

    def _particulars(self, row: Row, person: str, trade: Trade, rng: Random) -> None:
        """Habits and notes, with the people and goods of this customer in them."""
        if rng.random() < 0.3:
            row["habits"] = one_of(self.habits[row["kind"]], rng).format(person=person)
        note = one_of(self.notes[row["risk"]], rng)
        if note:
            rival = one_of(self.history.conversation.rivals, rng)
            row["note"] = note.format(rival=rival, month=int(rng.random() * 12) + 1)

    def _relations(self, customers: list[Row], block: Block, rng: Random) -> None:
        """A few relations between neighbours of a block, no pair twice."""
        for row, other in pairwise(customers):
            if rng.random() >= RELATION_SHARE * 2 or row["kind"] != other["kind"]:
                continue
            kind = (FIRM_RELATIONS if row["kind"] == "company" else PERSON_RELATIONS).pick(rng)
            note = one_of(self.relation_notes[kind], rng)
            block.relations.append({"customer": row["number"], "other": other["number"], "kind": kind, "note": note})


def dated(customer: Row, contacts: list[Row], told: Told, calendar: WorkCalendar, rng: Random) -> None:
    """When and by whom rows were written down: around the first contact, and with each one after it."""
    moments = [row["happened_at"] for row in told.interactions] or [calendar.moment(rng)]
    written = {"created_at": moments[0] - timedelta(minutes=20), "created_by": customer["owner"]}
    customer |= {**written, "updated_at": moments[-1] + timedelta(minutes=5)}
    for contact in contacts:
        contact |= {**written, "updated_at": written["created_at"]}
    for row in told.interactions:
        at = row["happened_at"] + timedelta(minutes=row.get("duration_minutes", 0) + 2)
        row |= {"created_at": at, "created_by": row["owner"], "updated_at": at}
    yesterday = calendar.days_ago(1)
    for row in told.tasks:
        at = min(row["due_at"] - timedelta(days=3), yesterday)
        row |= {"created_at": at, "created_by": row["owner"], "updated_at": row.get("done_at", at)}
