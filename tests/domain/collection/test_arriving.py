"""From the public page to the customer: once each, to whoever's turn it is, and never a second customer beside a known one."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import close_old_connections, connection
from django.test import Client

from tests.cast import Cast, actor, client
from tests.domain.collection.scene import CONSENT, PHONE, address, make_form, open_page, question, send
from tests.domain.pools.scene import make_customer, make_pool
from zhike.accounts.people import user_disable
from zhike.domain.collection.models import FormSubmission, Proposal, ProposedValue, SubmissionState, WebForm
from zhike.domain.collection.services import proposing, settling
from zhike.domain.customers.models import Contact, Customer
from zhike.engines.duplicates.models import DuplicatePair
from zhike.engines.notify.models import Notification
from zhike.metadata import records, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import Batch

pytestmark = [pytest.mark.django_db]


def only_submission() -> FormSubmission:
    return FormSubmission.objects.get()


def test_what_a_visitor_sends_becomes_a_customer_and_its_owner_hears_of_it(cast: Cast) -> None:
    tag = records.record_save(registry.get("tag"), {"name": "展会"}, actor=SYSTEM)
    form = make_form(cast, source="exhibition", tag=tag)

    assert (
        send(form, customer__name="海天包装有限公司", customer__phones=PHONE, customer__needs="纸箱").status_code == 200
    )

    customer = Customer.objects.get(name="海天包装有限公司")
    assert (customer.owner_id, customer.department_id, customer.source) == (cast.bob.pk, cast.first.pk, "exhibition")
    assert list(customer.tags.values_list("pk", flat=True)) == [tag]
    assert customer.needs == "纸箱"
    found = only_submission()
    assert (found.state, found.customer_id, found.owner_id) == (SubmissionState.ACCEPTED, customer.pk, cast.bob.pk)
    told = Notification.objects.get(user=cast.bob, kind="form_arrived")
    assert (told.object_key, told.record_id) == ("form_submission", found.pk)
    assert Batch.objects.get(object_key="customer", source="web_form").label == "展会登记"


def test_the_same_page_sent_again_arrives_once(cast: Cast) -> None:
    form = make_form(cast)
    token = open_page(form)

    for _turn in range(3):
        assert send(form, token=token, customer__name="海天包装").status_code == 200

    assert FormSubmission.objects.count() == Customer.objects.count() == 1


def test_a_known_customer_gets_a_proposal_and_no_twin(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", owner=cast.charlie.pk, department=cast.second.pk, needs="旧")
    form = make_form(cast)

    answer = send(form, customer__name="海天包装有限公司", customer__phones=PHONE, customer__needs="新")
    stranger = send(form, customer__name="不认识的公司", customer__phones="13911112222", customer__needs="新")

    # Whether somebody is known is not told outside.
    assert answer.content == stranger.content
    assert Customer.objects.filter(name="海天包装有限公司").count() == 1
    assert Customer.objects.get(pk=known).needs == "旧"
    proposal = Proposal.objects.get(customer=known)
    row = ProposedValue.objects.get(proposal=proposal)
    assert (row.field_key, row.old, row.new) == ("needs", "旧", "新")
    assert Notification.objects.filter(user=cast.charlie, kind="change_proposed").count() == 1
    found = FormSubmission.objects.get(customer=known)
    assert (found.state, found.owner_id) == (SubmissionState.PROPOSED, cast.charlie.pk)


def test_a_likely_twin_is_made_and_both_become_candidates(cast: Cast) -> None:
    known = make_customer(cast, "杭州海天包装有限公司", phones=[])
    form = make_form(cast)

    send(form, customer__name="海天包装", customer__phones="13911112222")

    made = Customer.objects.get(name="海天包装")
    pair = DuplicatePair.objects.get(object_key="customer")
    assert (pair.left_id, pair.right_id, pair.state) == (known, made.pk, "open")


def test_a_department_takes_turns_and_closed_accounts_get_none(cast: Cast) -> None:
    form = make_form(cast, assignment="round", team=cast.first.pk, person=cast.clara.pk)
    for number in range(4):
        send(form, customer__name=f"客户{number}号", customer__phones=f"1390000000{number}")

    owners = list(Customer.objects.order_by("pk").values_list("owner_id", flat=True))
    assert owners == [cast.alice.pk, cast.bob.pk, cast.alice.pk, cast.bob.pk]

    user_disable(cast.alice.pk, actor=SYSTEM)
    send(form, customer__name="再来一家", customer__phones="13900000009")
    assert Customer.objects.get(name="再来一家").owner_id == cast.bob.pk


def test_a_pool_gets_them_without_owner_and_its_managers_hear(cast: Cast) -> None:
    pool = make_pool(cast)
    form = make_form(cast, assignment="pool", pool=pool.pk)

    send(form, customer__name="海天包装", customer__phones=PHONE)

    customer = Customer.objects.get()
    assert (customer.owner_id, customer.pool_id) == (None, pool.pk)
    assert Notification.objects.filter(user=cast.alice, kind="form_arrived").count() == 1


def test_the_consent_and_its_version_are_kept(cast: Cast) -> None:
    form = make_form(cast, face={"consent": CONSENT})

    refused = send(form, customer__name="海天包装")
    assert refused.status_code == 422
    assert "请先同意" in refused.content.decode()
    assert not FormSubmission.objects.exists()

    assert send(form, customer__name="海天包装", consent="1").status_code == 200
    found = only_submission()
    assert found.consented_at is not None
    shown = form.versions.get(number=found.version_number)
    assert shown.face["consent"] == CONSENT


def contact_form(cast: Cast) -> WebForm:
    return make_form(
        cast,
        question("customer.name", required=True),
        question("customer.phones"),
        question("contact.name", required=True),
        question("contact.phones"),
        question("contact.job_title"),
    )


def test_what_is_said_of_a_known_contact_is_offered_as_old_and_new(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", phones=[PHONE])
    values = {"name": "王建国", "customer": known, "phones": ["13911112222"], "job_title": "采购"}
    contact = records.record_save(registry.get("contact"), values, actor=SYSTEM)
    told = {"customer__name": "海天包装有限公司", "customer__phones": PHONE, "contact__name": "王建国"}
    form = contact_form(cast)

    send(form, **told, contact__phones="13933334444", contact__job_title="采购总监")
    send(form, **told, contact__phones="13933334444", contact__job_title="采购总监")

    assert Contact.objects.get().job_title == "采购"
    proposal = Proposal.objects.get()
    assert (proposal.about, proposal.contact_id, proposal.source) == ("contact", contact, "web_form")
    rows = {row.field_key: (row.old, row.new) for row in ProposedValue.objects.filter(proposal=proposal)}
    assert rows["job_title"] == ("采购", "采购总监")
    assert len(rows["phones"][1]) == 2
    assert "name" not in rows
    page = client(cast.bob).get(f"/proposals/{proposal.pk}/").content.decode()
    assert "采购总监" in page
    assert f"/o/contacts/{contact}/" in page
    proposing.accept(proposal.pk, ["job_title"], actor=actor(cast.bob))
    held = Contact.objects.get()
    assert (held.job_title, len(held.phones or ())) == ("采购总监", 1)
    batch = Batch.objects.latest("pk")
    assert Batch.objects.filter(source="web_form").exists(), batch.source
    proposing.refuse(proposal.pk, ["phones"], "号码不对", actor=actor(cast.bob))
    proposal.refresh_from_db()
    assert proposal.state == "settled"


def test_a_contact_that_is_not_there_yet_is_made_by_accepting_its_name(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", phones=[PHONE])
    told = {"customer__name": "海天包装有限公司", "customer__phones": PHONE, "contact__name": "李红"}
    send(contact_form(cast), **told, contact__phones="13933334444", contact__job_title="财务")
    proposal = Proposal.objects.get()
    bob = actor(cast.bob)
    with pytest.raises(Invalid):
        proposing.accept(proposal.pk, ["phones"], actor=bob)
    assert not Contact.objects.exists()
    with pytest.raises(NotFound):
        proposing.accept(proposal.pk, ["name"], actor=actor(cast.charlie))
    proposing.accept(proposal.pk, ["name", "phones"], actor=bob)
    made = Contact.objects.get()
    assert (made.name, made.customer_id, made.job_title) == ("李红", known, None)
    proposing.accept(proposal.pk, ["job_title"], actor=bob)
    made.refresh_from_db()
    assert made.job_title == "财务"
    assert Contact.objects.count() == 1


def test_a_contact_is_written_down_with_its_customer(cast: Cast) -> None:
    form = make_form(
        cast,
        question("customer.name", required=True),
        question("contact.name", required=True),
        question("contact.phones"),
    )

    send(form, customer__name="海天包装", contact__name="王工", contact__phones=PHONE)

    contact = Contact.objects.get()
    assert (contact.customer.name, contact.name, contact.is_primary) == ("海天包装", "王工", True)


def test_a_refusal_is_kept_with_its_reason_and_finished_by_hand(cast: Cast) -> None:
    code = "91330106MA27XL3N1K"
    kept = make_customer(cast, "旧名字", credit_code="91350100M000100Y43")
    records.delete(registry.get("customer"), [kept], actor=SYSTEM)
    form = make_form(cast, question("customer.name", required=True), question("customer.credit_code"))

    wrong = send(form, customer__name="某某公司", customer__credit_code=code)
    assert wrong.status_code == 422
    # A code that is held in the recycle bin is refused by the write path; the visitor sees nothing of that.
    assert send(form, customer__name="新名字", customer__credit_code="91350100M000100Y43").status_code == 200
    found = only_submission()
    assert found.state == SubmissionState.REFUSED
    assert found.reason
    assert found.given["customer"]["name"] == "新名字"

    made = make_customer(cast, "新名字")
    with pytest.raises(NotFound):
        settling.link(found.pk, made, actor=actor(cast.charlie))
    with pytest.raises(Denied):
        settling.link(found.pk, made, actor=actor(cast.max))
    settling.link(found.pk, made, actor=actor(cast.bob))
    found.refresh_from_db()
    assert (found.state, found.customer_id) == (SubmissionState.ACCEPTED, made)
    with pytest.raises(Invalid):
        settling.take_in(found.pk, actor=actor(cast.bob))


def test_spam_is_kept_and_can_be_taken_in_after_all(cast: Cast) -> None:
    form = make_form(cast)

    trapped = send(form, customer__name="买药", homepage="http://spam.example")
    honest = send(form, customer__name="好客户")
    assert trapped.content == honest.content

    found = FormSubmission.objects.get(state=SubmissionState.SPAM)
    assert not Customer.objects.filter(name="买药").exists()
    assert not Notification.objects.filter(record_id=found.pk, object_key="form_submission").exists()
    settling.take_in(found.pk, actor=actor(cast.clara))
    assert Customer.objects.get(name="买药").owner_id == cast.bob.pk


def test_values_are_accepted_one_by_one_by_who_may_change_the_customer(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", needs="旧", preferences="旧")
    form = make_form(
        cast,
        question("customer.name", required=True),
        question("customer.phones"),
        question("customer.needs"),
        question("customer.preferences"),
    )
    send(
        form,
        customer__name="海天包装有限公司",
        customer__phones=PHONE,
        customer__needs="新",
        customer__preferences="新",
    )
    proposal = Proposal.objects.get()

    with pytest.raises(NotFound):
        proposing.accept(proposal.pk, ["needs"], actor=actor(cast.charlie))
    with pytest.raises(Denied):
        proposing.accept(proposal.pk, ["needs"], actor=actor(cast.eve))
    with pytest.raises(Invalid):
        proposing.accept(proposal.pk, ["tier"], actor=actor(cast.bob))
    proposing.accept(proposal.pk, ["needs"], actor=actor(cast.bob))
    with pytest.raises(Invalid):
        proposing.refuse(proposal.pk, ["preferences"], " ", actor=actor(cast.bob))
    proposing.refuse(proposal.pk, ["preferences"], "客户口误", actor=actor(cast.bob))

    customer = Customer.objects.get(pk=known)
    assert (customer.needs, customer.preferences) == ("新", "旧")
    proposal.refresh_from_db()
    assert proposal.state == "settled"
    assert Batch.objects.filter(object_key="customer").latest("pk").source == "web_form"
    with pytest.raises(Invalid):
        proposing.accept(proposal.pk, ["needs"], actor=actor(cast.bob))


@pytest.mark.claim
@pytest.mark.django_db(transaction=True)
def test_fifty_at_once_are_fifty_submissions_once_each(cast: Cast) -> None:
    form = make_form(cast)
    tokens = [open_page(form) for _number in range(50)]

    def post(number: int) -> int:
        close_old_connections()
        try:
            given = {"customer.name": f"同时{number}号", "customer.phones": f"139{number:08d}", "page": tokens[number]}
            return Client().post(address(form), given).status_code
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as threads:
        assert set(threads.map(post, list(range(50)) * 2)) == {200}
    assert FormSubmission.objects.filter(form=form).count() == 50
    assert Customer.objects.count() == 50
    assert WebForm.objects.count() == 1
