"""Confirmations and answers of reviews from before become findings: none lost, those about changed values as history."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.utils import timezone

from tests.cast import Cast, actor
from tests.domain.reviews.scene import DAY, at, make_customer, make_policy, open_cycle, review_of
from tests.template import migrate_to
from zhike.engines.verification.marking import mark_value
from zhike.engines.verification.models import ValueMark
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

BEFORE = [("collection", "0004_who_told_a_proposal"), ("reviews", "0001_archive_review")]
FIRST, SECOND = "+8613800001111", "+8613800002222"
ADDRESS = {"province": "江苏省", "city": "苏州市", "district": "昆山市", "street": "前进路1号"}


@pytest.mark.django_db(transaction=True)
def test_confirmations_and_answers_become_findings(cast: Cast) -> None:
    customer = registry.get("customer")
    make_policy()
    with time_machine.travel(at(DAY), tick=False):
        values = {"phones": [FIRST, SECOND], "address": ADDRESS, "wechat": "old", "needs": "长" * 400}
        pk = make_customer(cast, **values)
        open_cycle()
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    migrate_to(BEFORE)
    # On the way back from several states at once, what the executor returns may know of migrations that were taken back.
    apps = MigrationExecutor(connection).loader.project_state(BEFORE).apps
    confirmed = apps.get_model("collection", "Confirmation")

    def confirm(key: str, means: str, moment: datetime, record: int = pk) -> None:
        confirmed.objects.create(
            object_key="customer", record_id=record, field_key=key, at=moment, means=means, by_id=cast.bob.pk
        )

    day = at(DAY + timedelta(days=1))
    for key, means in (("phones", "self_update"), ("address", "call"), ("wechat", "call"), ("needs", "review")):
        confirm(key, means, day)
    confirm("name", "call", day, record=999_999)
    with time_machine.travel(at(DAY + timedelta(days=2)), tick=False):
        record_save(customer, {"wechat": "new"}, actor=SYSTEM, id=pk)
        apps.get_model("reviews", "ReviewAnswer").objects.bulk_create(
            apps.get_model("reviews", "ReviewAnswer")(
                review_id=review_of(pk).pk, field=key, verdict=verdict, at=timezone.now(), by_id=cast.alice.pk
            )
            for key, verdict in (("phones", "confirmed"), ("name", "corrected"), ("legal_name", "unreachable"))
        )

    migrate_to(leaves)

    marks = ValueMark.objects.filter(state="verified")
    now = {(row.field_key, row.value, row.means, row.by_id) for row in marks.filter(is_current=True)}
    alice, bob = cast.alice.pk, cast.bob.pk
    assert {found for found in now if found[0] != "needs"} == {
        ("phones", FIRST, "review", alice),
        ("phones", SECOND, "review", alice),
        ("address", "江苏省苏州市昆山市前进路1号", "call", bob),
        ("name", "海天包装", "review", alice),
    }
    past = {(row.record_id, row.field_key, row.value, row.means) for row in marks.filter(is_current=False)}
    assert past == {
        (pk, "wechat", "old", "call"),
        (pk, "phones", FIRST, "link"),
        (pk, "phones", SECOND, "link"),
        (999_999, "name", "", "call"),
    }
    assert marks.get(field_key="wechat").at == day
    # A name given by the migration is the one that the engine gives: the finding goes with the value.
    record_save(customer, {"needs": "短"}, actor=SYSTEM, id=pk)
    assert not ValueMark.objects.get(field_key="needs").is_current
    mark_value("customer", pk, "phones", FIRST, "invalid", means="call", actor=actor(cast.bob))
    assert ValueMark.objects.get(field_key="phones", value=FIRST, is_current=True).state == "invalid"
