"""The pages of duplicates: the hint while typing, the request to a colleague, groups of candidates, merging and taking back."""

from __future__ import annotations

import pytest

from tests.cast import Cast, actor, client
from tests.engines.duplicates.test_finding import run
from zhike.engines.approvals.deciding import approval_grant, approval_refuse
from zhike.engines.approvals.models import Approval
from zhike.engines.duplicates.conflicts import SHARE, TAKE_OVER, conflict_ask, conflict_token
from zhike.engines.duplicates.models import DuplicatePair
from zhike.engines.duplicates.scanning import run_scan, scan
from zhike.engines.merging.models import Merge
from zhike.engines.merging.services import records_merge
from zhike.jobs.models import Job
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import TeamMember
from zhike.metadata.records import record_save
from zhike.metadata.undo import stored

pytestmark = pytest.mark.django_db

NAME = "苏州恒泰精密模具有限公司"
HINTS = "/o/customers/duplicates/hints/"


@pytest.fixture
def customer(cast: Cast) -> int:
    """Bob's customer, which Charlie does not see."""
    values = {"name": NAME, "kind": "company", "phones": ["0512-62345678"], "owner": cast.bob.pk}
    return record_save(registry.get("customer"), {**values, "department": cast.first.pk}, actor=SYSTEM)


def twin(cast: Cast, **values: object) -> int:
    given = {"name": "恒泰精密模具（苏州）", "kind": "company", "phones": ["0512-62345678"], "owner": cast.bob.pk}
    return record_save(registry.get("customer"), {**given, "department": cast.first.pk, **values}, actor=SYSTEM)


# While typing -----------------------------------------------------------------------------------------------------


def test_the_forms_for_new_records_ask_while_one_types(cast: Cast, customer: int) -> None:
    bob = client(cast.bob)
    assert HINTS in bob.get("/o/customers/new/").content.decode()
    assert HINTS in bob.get("/o/customers/new/", headers={"HX-Target": "dialog-content"}).content.decode()
    assert HINTS not in bob.get(f"/o/customers/{customer}/edit/").content.decode()


def test_a_hint_leads_to_the_record_and_says_why(cast: Cast, customer: int) -> None:
    page = (
        client(cast.bob)
        .post(HINTS, {"name": "恒泰精密模具", "kind": "company", "phones": "0512 62345678"})
        .content.decode()
    )
    assert f'href="/o/customers/{customer}/"' in page
    assert "座机相同" in page
    assert "由你负责" in page


def test_a_hint_shows_colleagues_records_masked(cast: Cast, customer: int) -> None:
    page = client(cast.charlie).post(HINTS, {"name": NAME, "kind": "company"}).content.decode()
    assert NAME not in page
    assert f"/o/customers/{customer}/" not in page
    assert "苏州****公司" in page
    assert "Bob" in page
    assert "/o/customers/duplicates/ask/" in page


def test_nothing_is_hinted_without_a_match_or_with_half_a_form(cast: Cast, customer: int) -> None:
    bob = client(cast.bob)
    for form in ({"name": "另一家有限公司", "kind": "company"}, {"name": ""}, {"phones": "1391"}, {}):
        answer = bob.post(HINTS, form)
        assert (answer.status_code, answer.content.strip()) == (200, b"")


def test_only_who_may_create_asks_for_hints(cast: Cast, customer: int) -> None:
    assert client(cast.eve).post(HINTS, {"name": NAME}).status_code == 403
    assert client(cast.mallory).post(HINTS, {"name": NAME}).status_code == 403


# Asking a colleague -----------------------------------------------------------------------------------------------


def ask(cast: Cast, customer: int, way: str = TAKE_OVER) -> Approval:
    token = conflict_token(registry.get("customer"), customer, actor=actor(cast.charlie))
    pk = conflict_ask(token, way=way, reason="老客户", actor=actor(cast.charlie))
    return Approval.objects.get(pk=pk)


def test_the_dialog_asks_the_owner_and_the_manager(cast: Cast, customer: int) -> None:
    token = conflict_token(registry.get("customer"), customer, actor=actor(cast.charlie))
    charlie = client(cast.charlie)
    assert charlie.get(f"/o/customers/duplicates/ask/{token}/").status_code == 200
    answer = charlie.post(f"/o/customers/duplicates/ask/{token}/", {"way": TAKE_OVER, "reason": "老客户"})
    assert answer.status_code == 204
    request = Approval.objects.get()
    assert set(request.deciders.values_list("pk", flat=True)) == {cast.alice.pk, cast.bob.pk}
    assert NAME not in request.title
    again = charlie.post(f"/o/customers/duplicates/ask/{token}/", {"way": TAKE_OVER})
    assert again.status_code == 422


def test_a_granted_request_hands_the_record_over(cast: Cast, customer: int) -> None:
    approval_grant([ask(cast, customer).pk], actor=actor(cast.bob))
    assert stored(registry.get("customer"), [customer])[customer]["owner"] == cast.charlie.pk


def test_a_granted_request_may_let_one_into_the_team(cast: Cast, customer: int) -> None:
    approval_grant([ask(cast, customer, SHARE).pk], actor=actor(cast.alice))
    assert TeamMember.objects.get(object_key="customer", record_id=customer).user_id == cast.charlie.pk
    assert stored(registry.get("customer"), [customer])[customer]["owner"] == cast.bob.pk
    assert policy.queryset_for(actor(cast.charlie), registry.get("customer"), "edit").filter(pk=customer).exists()


def test_a_refused_request_changes_nothing(cast: Cast, customer: int) -> None:
    approval_refuse([ask(cast, customer).pk], actor=actor(cast.bob), answer="正在谈合同")
    assert stored(registry.get("customer"), [customer])[customer]["owner"] == cast.bob.pk


def test_a_former_owner_can_no_longer_grant(cast: Cast, customer: int) -> None:
    request = ask(cast, customer)
    record_save(
        registry.get("customer"), {"owner": cast.sara.pk, "department": cast.desk.pk}, actor=SYSTEM, id=customer
    )
    with pytest.raises(Denied):
        approval_grant([request.pk], actor=actor(cast.bob))


def test_nobody_asks_for_what_they_were_not_shown(cast: Cast, customer: int) -> None:
    customers = registry.get("customer")
    token = conflict_token(customers, customer, actor=actor(cast.bob))
    for wrong in (token, "x", f"{token}x"):
        with pytest.raises(NotFound):
            conflict_ask(wrong, way=TAKE_OVER, reason="", actor=actor(cast.charlie))
        assert client(cast.charlie).get(f"/o/customers/duplicates/ask/{wrong}/").status_code == 404
    with pytest.raises(Invalid):
        conflict_ask(token, way=TAKE_OVER, reason="", actor=actor(cast.bob))


# The whole base ---------------------------------------------------------------------------------------------------


def compare(cast: Cast) -> None:
    run_scan(run(scan(registry.get("customer"), actor=actor(cast.alice))))
    Job.objects.update(state=Job.State.DONE)


def test_groups_are_shown_with_their_reasons(cast: Cast, customer: int) -> None:
    other = twin(cast)
    assert "还没有查过重" in client(cast.alice).get("/o/customers/duplicates/").content.decode()
    compare(cast)
    page = client(cast.alice).get("/o/customers/duplicates/").content.decode()
    assert f"/o/customers/merge/?ids={customer},{other}" in page
    assert "除地区和组织形式外名称相同" in page
    assert "1 组待确认" in page


def test_groups_of_records_out_of_reach_are_not_shown(cast: Cast, customer: int) -> None:
    twin(cast, owner=cast.charlie.pk, department=cast.second.pk)
    compare(cast)
    assert DuplicatePair.objects.count() == 1
    assert "恒泰" not in client(cast.alice).get("/o/customers/duplicates/").content.decode()


def test_what_is_not_a_duplicate_is_remembered(cast: Cast, customer: int) -> None:
    other = twin(cast)
    compare(cast)
    alice = client(cast.alice)
    assert alice.post("/o/customers/duplicates/different/", {"ids": [customer, other]}).status_code == 200
    compare(cast)
    assert f"ids={customer},{other}" not in alice.get("/o/customers/duplicates/").content.decode()


def test_the_comparison_is_started_from_the_page(cast: Cast) -> None:
    answer = client(cast.alice).post("/o/customers/duplicates/scan/")
    assert answer.status_code == 302
    assert Job.objects.filter(kind="duplicates.scan").count() == 1
    assert client(cast.alice).get("/o/customers/duplicates/", headers={"HX-Target": "scan"}).status_code == 200


# Merging ----------------------------------------------------------------------------------------------------------


def test_records_are_merged_side_by_side(cast: Cast, customer: int) -> None:
    other = twin(cast, wechat="hengtai")
    alice = client(cast.alice)
    page = alice.get(f"/o/customers/merge/?ids={customer},{other}").content.decode()
    assert "取最完整的" in page
    assert "只有这一个值" in page
    form = {"ids": [customer, other], "survivor": customer, "c_name": other, f"v_{customer}": 1, f"v_{other}": 1}
    answer = alice.post("/o/customers/merge/", form, headers={"HX-Request": "true"})
    assert answer.headers["HX-Location"] == f"/o/customers/{customer}/"
    found = stored(registry.get("customer"), [customer])[customer]
    assert (found["name"], found["wechat"]) == ("恒泰精密模具（苏州）", "hengtai")
    assert alice.get(f"/o/customers/{other}/").headers["Location"] == f"/o/customers/{customer}/"
    assert "已并入" in alice.get(f"/o/customers/{customer}/").content.decode()


def test_a_stale_page_is_refused_and_keeps_the_choice(cast: Cast, customer: int) -> None:
    other = twin(cast)
    record_save(registry.get("customer"), {"note": "x"}, actor=SYSTEM, id=other)
    form = {"ids": [customer, other], "survivor": other, "c_name": other, f"v_{other}": 1}
    answer = client(cast.alice).post("/o/customers/merge/", form)
    assert answer.status_code == 422
    assert "刚被别人修改过" in answer.content.decode()
    assert not Merge.objects.exists()


def test_chosen_rows_of_a_list_lead_to_the_page(cast: Cast, customer: int) -> None:
    alice = client(cast.alice)
    assert "/o/customers/merge/" in alice.get("/o/customers/").content.decode()
    answer = alice.post("/o/customers/merge/", {"ids": [customer, 7]})
    assert answer.headers["HX-Location"] == f"/o/customers/merge/?ids={customer},7"
    assert alice.post("/o/customers/merge/", {"ids": [customer]}).status_code == 422


def test_a_merge_is_taken_back_on_its_page_with_the_changes_that_are_ticked(cast: Cast, customer: int) -> None:
    other = twin(cast, wechat="hengtai")
    merge = records_merge(registry.get("customer"), customer, [other], actor=actor(cast.alice))
    record_save(registry.get("customer"), {"wechat": "hengtai2"}, actor=SYSTEM, id=customer)
    alice = client(cast.alice)
    page = alice.get(f"/merges/{merge.pk}/").content.decode()
    assert "hengtai2" in page
    answer = alice.post(f"/merges/{merge.pk}/", {"back": f"customer.{customer}.wechat"})
    assert "已经撤销" in answer.content.decode()
    assert stored(registry.get("customer"), [customer])[customer]["wechat"] is None
    assert other in stored(registry.get("customer"), [other])
    assert alice.post(f"/merges/{merge.pk}/").status_code == 422


def test_only_who_may_merge_reaches_the_pages(cast: Cast, customer: int) -> None:
    other = twin(cast)
    merge = records_merge(registry.get("customer"), customer, [other], actor=actor(cast.alice))
    for user in (cast.bob, cast.max, cast.eve):
        browser = client(user)
        assert browser.get("/o/customers/duplicates/").status_code == 403
        assert browser.post("/o/customers/duplicates/scan/").status_code == 403
        assert browser.post("/o/customers/duplicates/different/", {"ids": [customer, other]}).status_code == 403
        assert browser.get(f"/o/customers/merge/?ids={customer},{other}").status_code == 403
        assert browser.post("/o/customers/merge/", {"ids": [customer, other], "survivor": customer}).status_code == 403
        assert browser.get(f"/merges/{merge.pk}/").status_code == 404
        assert browser.post(f"/merges/{merge.pk}/").status_code == 404
        assert "/o/customers/merge/" not in browser.get("/o/customers/").content.decode()
    assert client(cast.alice).get("/o/tasks/duplicates/").status_code == 404


def test_foreign_records_cannot_be_merged_or_named(cast: Cast, customer: int) -> None:
    foreign = twin(cast, owner=cast.charlie.pk, department=cast.second.pk)
    alice = client(cast.alice)
    assert alice.get(f"/o/customers/merge/?ids={customer},{foreign}").status_code == 404
    assert alice.post("/o/customers/duplicates/different/", {"ids": [customer, foreign]}).status_code == 404
    assert alice.post("/o/customers/merge/", {"ids": [customer, foreign], "survivor": customer}).status_code == 404


def test_a_merged_number_tells_strangers_nothing(cast: Cast, customer: int) -> None:
    other = twin(cast)
    records_merge(registry.get("customer"), customer, [other], actor=actor(cast.alice))
    assert client(cast.charlie).get(f"/o/customers/{other}/").status_code == 404
