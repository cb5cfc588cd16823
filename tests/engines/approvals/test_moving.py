"""What were requests before are approvals after the upgrade: with their people, their words, their history and their addresses."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.template import migrate_to
from zhike.engines.approvals.deciding import approval_grant
from zhike.engines.approvals.kinds import ApprovalKind, forget, register
from zhike.engines.approvals.models import Approval, ApprovalEvent, ApprovalSigner, ApprovalStep
from zhike.engines.notify.models import Notification
from zhike.metadata import changes, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.models import Batch, Change, RoleGrant, TeamMember

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.write]

BEFORE = [("approvals", "0001_requests")]


@pytest.fixture(autouse=True)
def _kind() -> Iterator[None]:
    register(ApprovalKind("sample", "试批"))
    yield
    forget("sample")


@pytest.fixture
def moved(cast: Cast) -> dict[str, int]:
    """Two requests of the earlier version, one waiting and one refused, after the upgrade."""
    leaves = MigrationExecutor(connection).loader.graph.leaf_nodes()
    old = migrate_to(BEFORE).apps
    made = _requests(cast, old.get_model("approvals", "Request"))
    # The earlier version knew the migration under the name of its app.
    rows = MigrationRecorder(connection).migration_qs.filter(app="approvals", name="0001_requests")
    rows.update(app="requests")

    executor = MigrationExecutor(connection)
    ahead = {(found.app_label, found.name) for found, _back in executor.migration_plan(leaves)}
    assert ("approvals", "0001_requests") not in ahead
    assert ("approvals", "0002_requests_become_approvals") in ahead
    migrate_to(leaves)
    return made


def _requests(cast: Cast, model: type) -> dict[str, int]:
    now = timezone.now()
    common = {"kind": "sample", "owner_id": cast.bob.pk, "created_at": now, "updated_at": now, "about_key": "customer"}
    waiting = model.objects.create(
        title="认领 海天包装",
        reason="客户来电",
        about_id=7,
        expires_at=now + timedelta(days=3),
        details={"way": "share"},
        **common,
    )
    refused = model.objects.create(
        title="认领 顺达",
        about_id=8,
        state="refused",
        decided_by_id=cast.alice.pk,
        decided_at=now,
        answer="在跟进",
        **common,
    )
    for row in (waiting, refused):
        row.deciders.set([cast.alice.pk, cast.clara.pk])
    batch = Batch.objects.create(at=now, source="web", object_key="request", created=1)
    log = {"at": now, "batch_id": batch.pk, "object_key": "request", "record_id": refused.pk}
    Change.objects.create(action=Change.Action.CREATE, version=1, **log)
    Change.objects.create(action=Change.Action.UPDATE, version=2, values={"state": ["open", "refused"]}, **log)
    TeamMember.objects.create(object_key="request", record_id=waiting.pk, user_id=cast.alice.pk, added_at=now)
    Notification.objects.create(
        user_id=cast.alice.pk, kind="request_asked", object_key="request", record_id=waiting.pk, created_at=now
    )
    # Roles had their rights under the earlier key.
    RoleGrant.objects.filter(object_key="approval").update(object_key="request")
    return {"waiting": waiting.pk, "refused": refused.pk}


def test_requests_become_approvals_of_one_step(cast: Cast, moved: dict[str, int]) -> None:
    waiting, refused = (Approval.objects.get(pk=moved[name]) for name in ("waiting", "refused"))
    assert (waiting.title, waiting.state, waiting.details, waiting.about_id) == (
        "认领 海天包装",
        "open",
        {"way": "share"},
        7,
    )
    steps = {step.approval_id: step for step in ApprovalStep.objects.all()}
    assert (steps[waiting.pk].state, steps[waiting.pk].due_at) == ("active", waiting.expires_at)
    assert steps[refused.pk].state == "refused"
    said = ApprovalSigner.objects.get(step=steps[refused.pk], user=cast.alice)
    assert (said.state, said.remark) == ("refused", "在跟进")
    told = ApprovalEvent.objects.filter(approval=refused).values_list("what", "actor_id", "remark")
    assert list(told) == [("asked", cast.bob.pk, ""), ("refused", cast.alice.pk, "在跟进")]

    approval_grant([waiting.pk], actor=actor(cast.clara))
    assert Approval.objects.get(pk=waiting.pk).state == "granted"


def test_history_notifications_team_rights_and_addresses_stay(cast: Cast, moved: dict[str, int]) -> None:
    history = changes.history(SYSTEM, registry.get("approval"), moved["refused"])
    assert [entry.change.action for entry in history] == [Change.Action.UPDATE, Change.Action.CREATE]
    # The log itself, which is chained, is as it was.
    assert Change.objects.filter(object_key="request").count() == 2
    assert Notification.objects.get(record_id=moved["waiting"]).kind == "approval_asked"
    assert not TeamMember.objects.filter(object_key="request").exists()
    assert not RoleGrant.objects.filter(object_key="request").exists()

    alice = client(cast.alice)
    assert alice.get(f"/o/requests/{moved['waiting']}/").status_code == 200
    assert "已拒绝" in client(cast.bob).get(f"/o/approvals/{moved['refused']}/history/").content.decode()
    assert alice.get("/requests/", follow=True).redirect_chain == [("/approvals/", 301)]
