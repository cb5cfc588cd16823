"""The demo business in the database."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.utils import timezone

from tests.cast import Cast
from zhike.accounts.actors import actor_for
from zhike.accounts.models import Department, User
from zhike.cli import demo
from zhike.domain.activities.models import Interaction, Task
from zhike.domain.customers.models import AddressEntry, Contact, Customer, Group, Relation
from zhike.domain.customers.queries import group_customers
from zhike.domain.demo.business import Business, Plan
from zhike.domain.demo.loading import PASSWORD
from zhike.domain.demo.trade import purchases
from zhike.domain.leads.models import Lead
from zhike.domain.pools.models import Custody
from zhike.domain.quality.models import QualityScore
from zhike.domain.targets.models import SalesTarget
from zhike.domain.tiers.models import TierChange, TierOverride
from zhike.domain.trade.concentration import concentration
from zhike.domain.trade.models import Holding, PurchaseFigures
from zhike.engines.approvals.models import Approval
from zhike.engines.comments.models import Comment
from zhike.engines.duplicates.building import unfit_types
from zhike.engines.duplicates.models import DuplicateKey
from zhike.engines.figures.models import FigureRow
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.services import hand_over_undo, may_undo
from zhike.engines.importing.models import ImportRun
from zhike.engines.mail.models import BadAddress, Mail
from zhike.engines.notify.models import Notification
from zhike.engines.search.query import search
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.lib.tables import open_table, read_rows
from zhike.metadata import registry
from zhike.metadata.actor import ANONYMOUS
from zhike.metadata.models import Change, ConsumerPosition
from zhike.metadata.policy import queryset_for
from zhike.metadata.sealing import verify_chain

TODAY = date(2026, 11, 22)


@pytest.fixture(scope="module")
def _loaded(lasting: Cast) -> None:
    """Two hundred customers of the demo, loaded once for all tests of this file; the cast leaves the stage for them."""
    Department.objects.update(head=None, parent=None)
    User.objects.all().delete()
    Department.objects.all().delete()
    demo.load_demo(customers=200, today=TODAY)


@pytest.fixture
def loaded(_loaded: None, db: None) -> None:
    """The demo, as every test here finds it."""


@pytest.mark.usefixtures("loaded")
def test_everything_is_loaded_and_marked_as_demo() -> None:
    assert User.objects.filter(is_demo=True).count() == 12 == User.objects.count()
    assert Department.objects.count() == 4
    # One came through a web form, four in a list from a fair.
    assert Customer.objects.count() == 205
    for model in (Contact, Relation, Interaction, Task, Group, AddressEntry):
        assert model._default_manager.exists(), model
    assert User.objects.get(username="zhaojianguo").check_password(PASSWORD)


@pytest.mark.usefixtures("loaded")
def test_salespeople_see_their_departments_customers_and_managers_lead() -> None:
    seller = actor_for(User.objects.get(username="zhaojianguo")) or ANONYMOUS
    seen = queryset_for(seller, registry.get("customer"))
    assert 20 < seen.count() < 180
    assert set(seen.values_list("department__name", flat=True)) == {"销售一部"}
    assert Department.objects.get(name="销售一部").head == User.objects.get(username="linxiaoyan")


@pytest.mark.usefixtures("loaded")
def test_history_tells_who_handed_a_customer_over() -> None:
    customer = Customer.objects.get(name__startswith="昆山宏图")
    change = Change.objects.get(object_key="customer", record_id=customer.pk, action="update")
    people = {user.username: user.pk for user in User.objects.all()}
    assert change.values["owner"] == [people["chenzhiqiang"], people["zhaojianguo"]]
    assert change.actor_id == people["linxiaoyan"]


@pytest.mark.usefixtures("loaded")
def test_groups_are_nested_and_live_ones_find_their_customers() -> None:
    boss = actor_for(User.objects.get(username="zhouwenbin")) or ANONYMOUS
    silent = Group.objects.get(name="沉默客户")
    assert silent.parent == Group.objects.get(name="长三角大客户")
    found = group_customers(silent.pk, actor=boss, columns=("name", "stage")).page().rows
    assert any("恒泰精密" in row.values["name"] for row in found)
    assert {row.values["stage"] for row in found} == {"silent"}


@pytest.mark.usefixtures("loaded")
def test_records_are_as_old_as_their_story() -> None:
    customer = Customer.objects.filter(name="苏州恒泰精密模具有限公司").earliest("pk")
    assert (TODAY - customer.created_at.date()).days > 500
    assert customer.created_by == User.objects.get(username="zhaojianguo")


@pytest.mark.usefixtures("loaded")
def test_what_was_loaded_is_found_at_once() -> None:
    boss = actor_for(User.objects.get(username="zhouwenbin")) or ANONYMOUS
    titles = [hit.title for group in search(boss, "htjm", object_keys=["customer"]) for hit in group.hits]
    assert "苏州恒泰精密模具有限公司" in titles


@pytest.mark.usefixtures("loaded")
def test_colleagues_were_mentioned_and_told() -> None:
    boss = User.objects.get(username="zhouwenbin")
    comment = next(comment for comment in Comment.objects.all() if boss.pk in comment.mentions)
    assert "@周文斌" in comment.body
    assert Notification.objects.filter(user=boss, kind="mention").exists()


@pytest.mark.usefixtures("loaded")
def test_trade_and_tiers_have_their_stories() -> None:
    fallen = Customer.objects.get(name__startswith="南通海安恒源")
    move = TierChange.objects.filter(customer=fallen).latest("pk")
    assert (move.direction, move.old, move.new) == ("down", "high", "middle")
    assert move.detail["values"]["net_amount_12m"] == 5_520_000
    manager = User.objects.get(username="linxiaoyan")
    assert Notification.objects.filter(user=manager, kind="tier_fall", record_id=fallen.pk).exists()
    assert fallen.tier == "middle"

    assert Holding.objects.filter(customer__name__startswith="江苏瑞丰").count() == 3
    assert concentration(PurchaseFigures.objects.all()).is_enough
    [override] = TierOverride.objects.all()
    assert 0 < (override.until - timezone.localdate()).days <= 5
    [request] = Approval.objects.filter(kind="conflict")
    assert request.state == "open"
    assert manager.pk in request.deciders.values_list("pk", flat=True)
    assert "瑞丰重型" not in request.title

    [asked] = Approval.objects.filter(kind="general")
    assert (asked.state, asked.facts["credit_limit"]) == ("open", 200_000_000)
    assert list(asked.deciders.values_list("username", flat=True)) == ["zhouwenbin"]

    fair = Lead.objects.get(name__startswith="太仓德邻")
    assert (fair.score, fair.owner is not None, fair.state) == (50, True, "new")
    assert Lead.objects.filter(owner__isnull=True).count() == 0

    branch = SalesTarget.objects.get(level="department", department__parent=None, span="year", measure="orders")
    assert 0 < branch.stand.attained < branch.amount
    given = SalesTarget.objects.filter(level="person", span="year", measure="orders")
    assert sum(given.values_list("amount", flat=True)) == 84_000_000


def test_purchases_follow_the_tier_and_are_the_same_for_the_same_plan() -> None:
    block = next(iter(Business(Plan(today=TODAY, customers=400)).blocks()))
    found = purchases(block.customers, 1, TODAY)
    assert found == purchases(block.customers, 1, TODAY)
    assert all(row["day"] <= TODAY.isoformat() for row in found)
    tiers = {row["number"]: row["tier"] for row in block.customers}
    sums: dict[str, list[float]] = {}
    for row in found:
        sums.setdefault(tiers[row["customer"]], []).append(float(row["amount"]))
    assert sum(sums["high"]) / len(sums["high"]) > 4 * sum(sums["low"]) / len(sums["low"])


@pytest.mark.usefixtures("loaded")
def test_the_log_of_mail_holds_one_of_each_fate_and_nothing_waits_to_be_sent() -> None:
    states = Counter(Mail.objects.values_list("state", "reason"))
    assert states == {
        ("sent", ""): 2,
        ("failed", "recipient"): 1,
        ("refused", "bad_address"): 1,
        ("refused", "not_set_up"): 1,
        ("cancelled", ""): 1,
    }
    assert all(address.endswith(".example.com") for address in Mail.objects.values_list("to", flat=True))
    assert BadAddress.objects.count() == 1


@pytest.mark.usefixtures("loaded")
def test_a_hand_over_is_finished_and_can_be_taken_back() -> None:
    [found] = HandOver.objects.all()
    giver = actor_for(found.person) or ANONYMOUS
    assert not Customer.objects.filter(owner=found.person).exists()
    given = Custody.objects.filter(kind="hand_over")
    assert given.count() > 2
    assert {row.from_user for row in given} == {found.person}
    assert {row.to_user.username for row in given if row.to_user} == {"sunlihua", "yuchiming"}
    assert may_undo(found, giver)
    hand_over_undo(found.pk, actor=giver)
    work_off()
    assert Customer.objects.filter(owner=found.person).count() == given.count()


@pytest.mark.usefixtures("loaded")
def test_an_import_is_finished_and_its_rejected_rows_say_why() -> None:
    [run] = ImportRun.objects.all()
    job = Job.objects.get(pk=run.job_id)
    assert (job.result["created"], job.result["rejected"]) == (4, 3)
    rows = list(read_rows(open_table(run.rejected_path)))
    assert [row[0] for row in rows[1:]] == [
        "张家港永信包装材料有限公司",
        "宜兴华茂紧固件厂",
        "靖江盛达机电设备有限公司",
    ]
    assert all(row[-1] for row in rows[1:])
    made = Customer.objects.get(name="太仓鸿运五金制品有限公司")
    assert made.owner == User.objects.get(username="sunlihua")


@pytest.mark.usefixtures("loaded")
def test_the_change_log_is_sealed_and_nobody_hears_of_it() -> None:
    changes = Change.objects.filter(batch__source="demo")
    assert changes.count() > 1_000
    assert not changes.filter(seq__isnull=True).exists()
    assert verify_chain() is None
    last = changes.latest("seq").seq or 0
    assert all(position >= last for position in ConsumerPosition.objects.values_list("seq", flat=True))


@pytest.mark.usefixtures("loaded")
def test_everything_is_computed_when_the_command_ends() -> None:
    assert not Job.objects.exclude(state=Job.State.DONE).exists()
    assert QualityScore.objects.count() == Customer.objects.count()
    assert FigureRow.objects.filter(object_key="customer").exists()
    assert DuplicateKey.objects.filter(object_key="contact").exists()
    assert not unfit_types()
