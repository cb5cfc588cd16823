"""The change log as outbox: gapless numbers, a chain of hashes, every consumer once."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from threading import Event, Thread
from time import sleep

import pytest
from django.db import connection, transaction

from tests.cast import Cast, actor
from zhike.metadata import changes, registry, sealing
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.records import Row, record_save, save

pytestmark = pytest.mark.write


@pytest.fixture
def heard() -> Iterator[list[int]]:
    """What a consumer hears."""
    found: list[int] = []

    @changes.consumer("test")
    def consume(given: Sequence[Change]) -> None:
        found.extend(change.seq or 0 for change in given)

    yield found
    del changes.consumers["test"]


def run_outbox() -> None:
    """Run the outbox until all is sealed: on PostgreSQL any transaction of the whole server holds the sealer back."""
    for _attempt in range(400):
        sealing.run_outbox()
        if not Change.objects.filter(seq__isnull=True).exists():
            return
        sleep(0.05)
    raise AssertionError("changes stay unsealed")


def seal_all() -> None:
    """Seal without feeding anybody."""
    for _attempt in range(400):
        sealing.seal()
        if not Change.objects.filter(seq__isnull=True).exists():
            return
        sleep(0.05)
    raise AssertionError("changes stay unsealed")


def write(cast: Cast, count: int) -> None:
    rows = [Row({"name": f"客户{number}", "kind": "company"}) for number in range(count)]
    assert save(registry.get("customer"), rows, actor=actor(cast.bob)).ok


@pytest.mark.django_db(transaction=True)
def test_a_consumer_hears_every_change_once_in_order(cast: Cast, heard: list[int]) -> None:
    run_outbox()
    start = Change.objects.count()
    write(cast, 1_203)
    run_outbox()
    run_outbox()
    assert heard == list(range(start + 1, start + 1_204))
    assert sealing.verify_chain() is None


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_fails_gets_the_same_changes_again(cast: Cast, heard: list[int]) -> None:
    run_outbox()
    write(cast, 3)
    working = changes.consumers["test"]

    def failing(given: Sequence[Change]) -> None:
        working(given)
        raise RuntimeError("no luck")

    changes.consumers["test"] = failing
    run_outbox()
    assert "no luck" in ConsumerPosition.objects.get(name="test").error
    heard.clear()
    changes.consumers["test"] = working
    run_outbox()
    assert len(heard) == 3
    assert ConsumerPosition.objects.get(name="test").error == ""


@pytest.mark.django_db(transaction=True)
def test_a_small_write_does_not_wait_behind_an_import(cast: Cast, heard: list[int]) -> None:
    changes.prompt_consumers.add("test")
    try:
        run_outbox()
        start = Change.objects.count()
        write(cast, 1_203)
        write(cast, 2)
        seal_all()
        assert sealing.consume_prompt("test") == 2
        assert heard == [start + 1_204, start + 1_205]
        assert sealing.consume_prompt("test") == 0
        write(cast, 1)
        seal_all()
        assert sealing.consume_prompt("test") == 1
        heard.clear()
        while sealing.consume("test", 500):
            pass
        assert heard == list(range(start + 1, start + 1_207))
        assert sealing.consume_prompt("test") == 0
    finally:
        changes.prompt_consumers.discard("test")


@pytest.mark.django_db(transaction=True)
def test_a_consumer_that_minds_the_order_hears_nothing_ahead(cast: Cast, heard: list[int]) -> None:
    run_outbox()
    write(cast, 1_203)
    write(cast, 2)
    seal_all()
    assert sealing.consume_prompt("test") == 0
    assert heard == []


@pytest.mark.django_db(transaction=True)
def test_consumers_are_fed_in_turn(cast: Cast, heard: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sealing, "SLICE_SECONDS", 0.0)
    monkeypatch.setattr(sealing, "CONSUME_AT_ONCE", 100)
    monkeypatch.setattr(sealing, "_paces", {})
    turns: list[str] = []
    working = changes.consumers["test"]
    changes.consumers["test"] = lambda given: (turns.append("first"), working(given))[1]

    @changes.consumer("test 2")
    def second(_given: Sequence[Change]) -> None:
        turns.append("second")

    try:
        run_outbox()
        turns.clear()
        write(cast, 300)
        run_outbox()
        assert turns[:4] == ["first", "second", "first", "second"]
    finally:
        del changes.consumers["test 2"]


@pytest.mark.django_db(transaction=True)
def test_a_forged_change_breaks_the_chain(cast: Cast) -> None:
    write(cast, 20)
    run_outbox()
    victim = Change.objects.order_by("seq")[7]
    Change.objects.filter(pk=victim.pk).update(record_id=victim.record_id + 1)
    assert sealing.verify_chain() == victim.seq


# SQLite has one writer at a time, so nobody can commit late there.
if connection.vendor == "postgresql":

    def test_a_transaction_seals_what_it_wrote_itself(cast: Cast, heard: list[int]) -> None:
        """Whether or not another transaction of the server has ended since."""
        sealing.run_outbox()
        write(cast, 2)
        sealing.run_outbox()
        assert len(heard) == 2

    @pytest.mark.django_db(transaction=True)
    def test_a_late_commit_is_not_overtaken(cast: Cast, heard: list[int]) -> None:
        """A transaction that took its ids first and commits last still comes before or at its number, never lost."""
        run_outbox()
        opened, go_on = Event(), Event()

        def slow() -> None:
            with transaction.atomic():
                write(cast, 2)
                opened.set()
                go_on.wait(60)
            connection.close()

        thread = Thread(target=slow)
        thread.start()
        opened.wait(60)
        write(cast, 2)
        sealing.run_outbox()
        assert heard == []
        go_on.set()
        thread.join()
        run_outbox()
        assert len(heard) == 4
        assert sealing.verify_chain() is None


@pytest.mark.django_db(transaction=True)
def test_changes_that_are_sealed_as_they_are_written_stand_in_the_same_chain(cast: Cast) -> None:
    write(cast, 3)
    seal_all()
    before = Change.objects.count()
    with changes.sealed_at_once():
        write(cast, 120)
        first = Change.objects.filter(seq__gt=before).earliest("seq").record_id
        record_save(registry.get("customer"), {"tier": "high"}, actor=actor(cast.bob), id=first)
    assert not Change.objects.filter(seq__isnull=True).exists()
    assert Change.objects.latest("seq").values == {"tier": [None, "high"]}
    write(cast, 2)
    seal_all()
    assert Change.objects.latest("seq").seq == before + 123
    assert sealing.verify_chain() is None
