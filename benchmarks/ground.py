"""Lays the rows of a base."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from random import Random
from typing import Any

from django.contrib.auth.hashers import make_password
from django.db import connection
from django.db.models import Max

from benchmarks import copies, definitions
from benchmarks.bases import Base
from benchmarks.bulk import Bulk, without_indexes
from benchmarks.staff import staff
from zhike.accounts.actors import actor_for
from zhike.accounts.models import User
from zhike.domain.demo.business import Block, Plan
from zhike.domain.demo.loading import LINKS, Loader
from zhike.engines.search.models import SearchBuild, SearchDocument
from zhike.engines.search.rebuilding import signature
from zhike.engines.search.writing import write_documents
from zhike.jobs.worker import work_off
from zhike.lib.phones import parse_phone
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS
from zhike.metadata.models import Change, ConsumerPosition, TimelineEntry
from zhike.metadata.sealing import run_outbox
from zhike.metadata.storage import storage

#: The base is the same on every day.
TODAY = date(2026, 11, 22)
#: Different sets of custom values; each customer has one of them.
POOL = 20_000
#: Object types with search documents; of the others there are too few to count.
SEARCHED = ("customer", "contact", "task")
STEP = 2_000
OBJECTS = ("customer", "contact", "relation", "interaction", "task")
PASSWORD = "a password for measurements"  # noqa: S105


class Ground:
    """One base while it is being laid."""

    def __init__(self, base: Base, *, say: Callable[[str], None]) -> None:
        self.base = base
        self.say = say
        self.rng = Random(1)
        plan = Plan(
            today=TODAY,
            customers=base.generated,
            interactions=base.interactions,
            staff=staff(base.departments),
            has_stories=False,
        )
        self.loader = Loader(plan, lambda user: actor_for(user) or ANONYMOUS)

    def lay(self) -> None:
        """People and definitions through their services, rows in bulk, then indexes, search documents, statistics."""
        self.loader.load_people(make_password(PASSWORD))
        definitions.define()
        run_outbox()
        self.say("people and definitions")
        self.departments = dict(User.objects.values_list("pk", "department_id"))
        self.types = {key: registry.get(key) for key in (*OBJECTS, definitions.OBJECT_KEY)}
        self.pools = {
            key: definitions.sampled(self.types[key], self.rng, min(POOL, self.base.generated))
            for key in ("customer", definitions.OBJECT_KEY)
        }
        with without_indexes(self._tables()):
            self.bulk = Bulk()
            self._blocks()
            self._objects()
            self.say("generated rows")
            for key in SEARCHED:
                self._documents(key, after=0)
            self.say("their search documents")
            spans = copies.spans()
            copies.copy(copies.ROWS, self.base.copies, spans)
            self.say("copied rows")
        self.say("indexes")
        if connection.vendor == "postgresql" and self.base.copies:
            # FTS5 keeps no words that could be copied.
            with without_indexes([copies.DOCUMENT]):
                copies.copy(copies.DOCUMENTS, self.base.copies, spans)
            self.say("copied search documents")
        work_off()
        self.say("indexes of custom fields")
        self._rest_of_search()
        self._heard()
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
        self.say("statistics")

    def _tables(self) -> list[str]:
        found = [found.model._meta.db_table for found in self.types.values()]
        models = (Change, TimelineEntry)
        return [*found, *(model._meta.db_table for model in models)]

    def _documents(self, key: str, *, after: int) -> None:
        """Search documents of the records above an id."""
        object_type = registry.get(key)
        rows = object_type.model._default_manager.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)
        ids = list(rows)
        for start in range(0, len(ids), STEP):
            with storage().write_transaction():
                write_documents(object_type, ids[start : start + STEP])

    def _rest_of_search(self) -> None:
        """Documents of copies where the database could not copy them; and the note that all are built."""
        for key in SEARCHED:
            last = SearchDocument.objects.filter(object_key=key).aggregate(last=Max("record_id"))["last"] or 0
            self._documents(key, after=last)
        for found in registry.all_types():
            if found.search:
                SearchBuild.objects.update_or_create(pk=found.key, defaults={"signature": signature(found)})
        self.say("search documents")

    def _heard(self) -> None:
        """Whoever listens to the change log has nothing to catch up on: what they keep is built whole afterwards."""
        ConsumerPosition.objects.update(seq=Change.objects.aggregate(last=Max("seq"))["last"] or 0)

    def _blocks(self) -> None:
        done = tasks = 0
        for block in self.loader.business.blocks():
            share = self.base.tasks * (done + len(block.customers)) // self.base.generated
            block.tasks = self._open_first(block)[: share - tasks]
            tasks += len(block.tasks)
            with storage().write_transaction():
                self._block(block)
            done += len(block.customers)
            if done % 20_000 == 0:
                self.say(f"{done:,} customers")

    def _open_first(self, block: Block) -> list[dict[str, Any]]:
        return sorted(block.tasks, key=lambda row: str(row["status"] != "open"))

    def _block(self, block: Block) -> None:
        ids = self.loader.ids
        pool = self.pools["customer"]
        for row in block.customers:
            row.update(pool[int(self.rng.random() * len(pool))], score=int(self.rng.random() * 1_000_000))
        ids["contact"] = {}
        for key, rows in zip(
            OBJECTS, (block.customers, block.contacts, block.relations, block.interactions, block.tasks), strict=True
        ):
            plain = [self._plain(row) for row in rows]
            made = self.bulk.insert(self.types[key], plain)
            if key in ("customer", "contact"):
                ids[key] = {row["number"]: pk for row, pk in zip(rows, made, strict=True)}

    def _plain(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Ids for local names, phones in their stored form, the department of the owner."""
        ids = self.loader.ids
        plain = {key: value for key, value in row.items() if key != "number"}
        for key in LINKS.keys() & plain.keys():
            known, value = ids[LINKS[key]], plain[key]
            if isinstance(value, list):
                plain[key] = sorted({known[name] for name in value})
            elif value is not None:
                plain[key] = known[value]
        if "phones" in plain:
            plain["phones"] = [parse_phone(phone) for phone in plain["phones"]]
        plain["department"] = self.departments.get(plain.get("owner"))
        return plain

    def _objects(self) -> None:
        """Records of the custom object, each with one of the first customers."""
        object_type, pool = self.types[definitions.OBJECT_KEY], self.pools[definitions.OBJECT_KEY]
        owners = [user for user, department in self.departments.items() if department]
        step = 5_000
        for start in range(0, self.base.objects, step):
            rows = []
            for number in range(start, min(start + step, self.base.objects)):
                owner = owners[number % len(owners)]
                rows.append(
                    {
                        **pool[number % len(pool)],
                        "name": f"设备 {number + 1:06d}",
                        "customer": number % self.base.customers + 1,
                        "owner": owner,
                        "department": self.departments[owner],
                    }
                )
            with storage().write_transaction():
                self.bulk.insert(object_type, rows)
