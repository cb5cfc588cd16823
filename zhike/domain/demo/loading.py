"""Brings the demo business into the database, block by block, through the write path."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from itertools import chain, islice
from typing import Any

from django.contrib.auth.hashers import make_password
from django.utils import timezone

from zhike.accounts.models import User
from zhike.accounts.people import user_create
from zhike.domain.demo import trade
from zhike.domain.demo.approvals import approvals
from zhike.domain.demo.business import Block, Business, Plan
from zhike.domain.demo.contracts import contracts
from zhike.domain.demo.deals import deals
from zhike.domain.demo.hand_over import hand_over
from zhike.domain.demo.imports import imports
from zhike.domain.demo.key_accounts import key_accounts
from zhike.domain.demo.leads import leads
from zhike.domain.demo.mails import mails
from zhike.domain.demo.orders import orders
from zhike.domain.demo.people import Staff
from zhike.domain.demo.pools import pools
from zhike.domain.demo.quality import quality
from zhike.domain.demo.quotes import quotes
from zhike.domain.demo.reviews import reviews
from zhike.domain.demo.risk import signals
from zhike.domain.demo.stories import address_entries, comments, followed, later_changes
from zhike.domain.demo.targets import targets
from zhike.domain.demo.vocabulary import toml
from zhike.domain.demo.web_forms import web_forms
from zhike.engines.comments.services import comment_add, show
from zhike.engines.following.services import record_follow
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid
from zhike.metadata.records import Origin, Row, record_save, save

#: Public: a database with demo people listens on loopback only.
PASSWORD = "zhike-demo"  # noqa: S105
ORIGIN = Origin("demo")
#: Rows in one transaction, and blocks saved together: the statements of a batch are as many for a thousand rows as for one.
CHUNK, BLOCKS = 4_000, 4

#: Fields of generated rows that hold local names → object key of what they name.
LINKS = {
    "owner": "user",
    "created_by": "user",
    "customer": "customer",
    "other": "customer",
    "contact": "contact",
    "tags": "tag",
}
#: Object types of which there are many.
LOADED = ("customer", "contact", "relation", "interaction", "task", "risk_signal")
#: Called with rows done and rows in all.
Progress = Callable[[int, int], None]


def several(blocks: Iterator[Block]) -> Iterator[Block]:
    """The first block alone, for the stories are told with it, then ``BLOCKS`` at a time."""
    yield from islice(blocks, 1)
    while some := list(islice(blocks, BLOCKS)):
        yield Block(*([*chain.from_iterable(rows)] for rows in zip(*map(_lists, some), strict=True)))


def _lists(block: Block) -> tuple[list[dict[str, Any]], ...]:
    return block.customers, block.contacts, block.relations, block.interactions, block.tasks


class Loader:
    """Remembers the ids of what it loaded as long as others refer to it."""

    def __init__(self, plan: Plan, actor_of: Callable[[User], Actor]) -> None:
        self.plan = plan
        self.business = Business(plan)
        self.actor_of = actor_of
        #: Object key → local name → id.
        self.ids: dict[str, dict[Any, int]] = {key: {} for key in set(LINKS.values())}
        self.stories: dict[int, int] = {}

    def load(self, progress: Progress = lambda _done, _total: None) -> None:
        """Load everything; ``progress`` counts customers."""
        progress(0, self.plan.customers)
        self.load_people(make_password(PASSWORD))
        done = 0
        for block in several(self.business.blocks()):
            self._block(block)
            if not done:
                self.stories = dict(self.ids["customer"])
                self._first_block(block)
            done += len(block.customers)
            progress(done, self.plan.customers)

    # People -------------------------------------------------------------------------------------------------------

    def load_people(self, password: str) -> None:
        """Departments, people and tags. All have the one hashed password: hashing it for each would take a second."""
        self._people(self.plan.staff)
        User.objects.filter(pk__in=self.ids["user"].values()).update(password=password)
        self._tags()

    def _people(self, staff: Staff) -> None:
        departments: dict[str, int] = {}
        for room in staff.departments:
            values = {"name": room.name, "parent": departments[room.parent] if room.parent else None}
            departments[room.key] = record_save(registry.get("department"), values, actor=SYSTEM, origin=ORIGIN)
        for person in staff.people:
            user = user_create(
                username=person.username,
                name=person.name,
                roles=person.roles,
                department=departments[person.department],
                is_demo=True,
                details={"job_title": person.title} if person.title else {},
                actor=SYSTEM,
            )
            self.ids["user"][person.username] = user.pk
        for room in staff.departments:
            self._head(departments[room.key], [person for person in staff.people if person.department == room.key])

    def _head(self, department: int, people: Sequence[Any]) -> None:
        """The manager, or the first to be named, leads the department."""
        leaders = [person for person in people if "manager" in person.roles] or people
        if leaders:
            values = {"head": self.ids["user"][leaders[0].username]}
            record_save(registry.get("department"), values, actor=SYSTEM, id=department, origin=ORIGIN)

    # Records ------------------------------------------------------------------------------------------------------

    def _tags(self) -> None:
        rows = [
            {"number": tag["name"], "name": tag["name"], "color": tag["color"]} for tag in toml("sorting.toml")["tags"]
        ]
        self.ids["tag"] = self._save("tag", rows)

    def _block(self, block: Block) -> None:
        """Rows of a block, in the order in which they refer to each other."""
        self.ids["customer"] = {}
        self.ids["contact"] = {}
        self.ids["customer"] = self._save("customer", block.customers)
        self.ids["contact"] = self._save("contact", block.contacts)
        for key, rows in (("relation", block.relations), ("interaction", block.interactions), ("task", block.tasks)):
            self._save(key, rows)
        self._save("risk_signal", signals(block.customers, self.plan.today))

    def _save(self, key: str, rows: Sequence[Mapping[str, Any]]) -> dict[Any, int]:
        """Ids by local number of those rows that have one; raises Invalid for the first row that is refused."""
        object_type = registry.get(key)
        found: dict[Any, int] = {}
        for start in range(0, len(rows), CHUNK):
            chunk = rows[start : start + CHUNK]
            result = save(object_type, [Row(self._resolved(row)) for row in chunk], actor=SYSTEM, origin=ORIGIN)
            for row, outcome in zip(chunk, result.rows, strict=True):
                if outcome.problems:
                    raise Invalid(outcome.problems)
                if "number" in row and outcome.id is not None:
                    found[row["number"]] = outcome.id
        return found

    def _resolved(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """The row with ids for local names."""
        values = dict(row)
        values.pop("number", None)
        for key, target in LINKS.items():
            value = values.get(key)
            if value is None:
                continue
            known = self.ids[target]
            if isinstance(value, list):
                values[key] = [known[name] for name in value]
            else:
                values[key] = known[value]
        return values

    # What exists once ---------------------------------------------------------------------------------------------

    def _first_block(self, block: Block) -> None:
        self._groups(block)
        self._trade(block)
        entries = [entry for entry in address_entries() if entry["owner"] in self.ids["user"]]
        self._save("address_entry", entries)
        self._followed()
        self._later_changes()
        self._comments()
        key_accounts(self.ids["user"], self.ids["customer"], self.actor_of, self.plan.today)
        deals(self.ids["user"], self.ids["customer"], self.plan.today)
        quotes(self.ids["customer"], self.plan.today)
        pools(self.ids["user"], self.ids["customer"], self.actor_of, self.plan.today)
        quality(self.ids["user"], self.actor_of, self.plan.today)
        web_forms(self.ids["user"], self.ids["customer"])
        reviews(self.ids["user"], self.actor_of, self.plan.today)
        mails(self.ids["user"], self.plan.today)
        hand_over(self.ids["user"], self.actor_of)
        imports(self.ids["user"], self.actor_of)
        if self.plan.has_stories:
            orders(self.ids["customer"], min(self.plan.today, timezone.localdate()))
            contracts(self.ids["customer"], min(self.plan.today, timezone.localdate()))
            targets(self.ids["user"], self.plan.today)

    def _trade(self, block: Block) -> None:
        """A year of purchases, what customers hold, and grades by it; of the stories' branch alone."""
        if not self.plan.has_stories:
            return
        # What has not come yet was not bought.
        today = min(self.plan.today, timezone.localdate())
        self._save("transaction", trade.purchases(block.customers, self.plan.seed, today))
        self._save("holding", trade.holdings(block.customers, today))
        trade.grade(sorted(self.ids["customer"].values()), today)
        trade.decisions(self.ids["user"], self.ids["customer"], self.actor_of, today)
        approvals(self.ids["user"], self.ids["customer"], self.actor_of, today)
        leads(self.ids["user"], today)

    def _groups(self, block: Block) -> None:
        """Groups from the outside in, static ones with some customers of the block."""
        ids: dict[str, int] = {}
        for place, group in enumerate(toml("sorting.toml")["groups"]):
            if group["owner"] not in self.ids["user"]:
                continue
            values = {
                "name": group["name"],
                "kind": "live" if "filter" in group else "static",
                "filter": group.get("filter"),
                "shared": group["shared"],
                "owner": self.ids["user"][group["owner"]],
                "parent": ids.get(group.get("parent", "")),
            }
            if "members" in group:
                values["members"] = self._members(block, group, place)
            ids[group["key"]] = record_save(registry.get("group"), values, actor=SYSTEM, origin=ORIGIN)

    def _members(self, block: Block, group: Mapping[str, Any], place: int) -> list[int]:
        """Customers spread over the block; of a private group those of its owner."""
        rows: Iterable[Mapping[str, Any]] = block.customers
        if not group["shared"]:
            rows = [row for row in block.customers if row["owner"] == group["owner"]]
        numbers = [row["number"] for row in rows]
        step = max(1, len(numbers) // group["members"])
        return [self.ids["customer"][number] for number in numbers[place::step][: group["members"]]]

    def _later_changes(self) -> None:
        """What people changed since, in their own names, so that history tells it."""
        for change in later_changes():
            if change.by not in self.ids["user"] or change.customer not in self.stories:
                continue
            person = self.actor_of(User.objects.get(pk=self.ids["user"][change.by]))
            record_save(
                registry.get("customer"),
                self._resolved(change.values),
                actor=person,
                id=self.stories[change.customer],
                origin=Origin("demo", change.label),
            )

    def _followed(self) -> None:
        """Who wants to hear of which story."""
        for user, number in followed():
            if user in self.ids["user"] and number in self.stories:
                person = self.actor_of(User.objects.get(pk=self.ids["user"][user]))
                record_follow(registry.get("customer"), self.stories[number], actor=person)

    def _comments(self) -> None:
        """What colleagues wrote to each other, some hours ago; those mentioned are told."""
        for comment in comments():
            if comment.by not in self.ids["user"] or comment.customer not in self.stories:
                continue
            person = self.actor_of(User.objects.get(pk=self.ids["user"][comment.by]))
            customer = registry.get("customer")
            written = comment_add(customer, self.stories[comment.customer], comment.text, actor=person).comment
            written.created_at -= timedelta(hours=comment.hours)
            written.save(update_fields=["created_at"])
            show(written)
