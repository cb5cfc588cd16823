"""Web forms from the inside: who makes them, who only shows their code, and who sees what arrived."""

from __future__ import annotations

import pytest

from tests.api.caller import caller
from tests.cast import Cast, client
from tests.domain.collection.scene import PHONE, make_form, question, send, versions
from tests.domain.pools.scene import make_customer
from zhike.domain.collection.models import FormSubmission, FormVersion, Proposal, WebForm
from zhike.domain.customers.models import Customer

pytestmark = [pytest.mark.django_db]


def test_marketing_makes_designs_and_opens_a_form(cast: Cast) -> None:
    browser = client(cast.max)
    made = browser.post("/webforms/", {"name": "五月展会"})
    form = WebForm.objects.get()
    assert made["Location"] == f"/webforms/{form.pk}/design/"
    assert "海报" not in browser.get(made["Location"]).content.decode()

    design = {
        "title": "五月展会登记",
        "keys": ["customer.phones", "customer.name", "customer.address"],
        "label:customer.phones": "手机",
        "required:customer.phones": "1",
    }
    assert browser.post(made["Location"], design).status_code == 302
    assert browser.post(f"/webforms/{form.pk}/state/", {"state": "open"}).status_code == 302

    face = FormVersion.objects.latest("pk").face
    assert [entry["key"] for entry in face["fields"]] == ["phones", "name", "address"]
    assert face["fields"][0]["label"] == "手机"
    assert face["fields"][0]["required"] is True
    page = browser.get(f"/webforms/{form.pk}/").content.decode()
    assert form.secret in page
    assert "&lt;iframe" in page
    # The same design again is no version.
    browser.post(made["Location"], design)
    assert versions(form) == 2


@pytest.mark.parametrize(
    "keys", [[], ["customer.phones"], ["customer.name", "customer.tier"], ["customer.name", "contact.phones"], ["x"]]
)
def test_a_design_that_cannot_work_is_refused_with_the_reason(cast: Cast, keys: list[str]) -> None:
    form = make_form(cast)
    answer = client(cast.max).post(f"/webforms/{form.pk}/design/", {"title": "标题", "keys": keys})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.content.decode()
    assert versions(form) == 2


def test_a_form_opens_only_when_somebody_gets_the_arrivals(cast: Cast) -> None:
    form = make_form(cast)
    browser = client(cast.max)
    browser.post(f"/webforms/{form.pk}/state/", {"state": "closed"})
    WebForm.objects.filter(pk=form.pk).update(person=None)

    answer = browser.post(f"/webforms/{form.pk}/state/", {"state": "open"})

    assert answer.status_code == 422
    assert "请先说明提交分配给谁" in answer.content.decode()


def test_only_who_may_makes_forms_and_salespeople_show_the_code(cast: Cast) -> None:
    form = make_form(cast)
    urls = (f"/webforms/{form.pk}/", "/webforms/", f"/webforms/{form.pk}/code.svg")
    for person in (cast.bob, cast.alice, cast.sara, cast.eve):
        browser = client(person)
        assert [browser.get(url).status_code for url in urls] == [200, 200, 200]
        assert browser.post("/webforms/", {"name": "我的"}).status_code == 403
        assert browser.get(f"/webforms/{form.pk}/design/").status_code == 403
        assert browser.post(f"/webforms/{form.pk}/state/", {"state": "closed"}).status_code == 403
    assert [client(cast.mallory).get(url).status_code for url in urls] == [403, 403, 403]
    assert client(None).get("/webforms/").status_code == 302
    assert client(cast.adam).get(f"/webforms/{form.pk}/design/").status_code == 200
    assert WebForm.objects.count() == 1


def test_the_code_is_a_picture_of_the_address(cast: Cast) -> None:
    form = make_form(cast)
    browser = client(cast.bob)
    assert browser.get(f"/webforms/{form.pk}/code.svg").content.startswith(b"<?xml")
    assert browser.get(f"/webforms/{form.pk}/code.png").content.startswith(b"\x89PNG")
    assert browser.get(f"/webforms/{form.pk}/code.exe").status_code == 404


def test_submissions_are_seen_within_ones_scope_and_masked_by_rights(cast: Cast) -> None:
    send(make_form(cast), customer__name="海天包装", customer__phones=PHONE)
    pk = FormSubmission.objects.get().pk
    url = f"/submissions/{pk}/"

    for person, status in (
        (cast.bob, 200),
        (cast.alice, 200),
        (cast.charlie, 404),
        (cast.mallory, 403),
        (cast.adam, 403),
    ):
        assert client(person).get(url).status_code == status
        assert client(person).get(f"/o/submissions/{pk}/").status_code == status
    assert PHONE in client(cast.bob).get(url).content.decode().replace(" ", "")
    assert PHONE[3:7] not in client(cast.max).get(url).content.decode()
    assert client(cast.bob).post(url, {"do": "take_in"}).status_code == 422
    assert client(cast.charlie).post(url, {"do": "take_in"}).status_code == 404


def test_old_and_new_are_decided_on_the_page_by_who_may(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", needs="旧")
    form = make_form(
        cast, question("customer.name", required=True), question("customer.phones"), question("customer.needs")
    )
    send(form, customer__name="海天包装有限公司", customer__phones=PHONE, customer__needs="新要求")
    url = f"/proposals/{Proposal.objects.get().pk}/"

    assert "新要求" in client(cast.bob).get(url).content.decode()
    assert client(cast.charlie).get(url).status_code == 404
    assert client(cast.charlie).post(url, {"one": "needs"}).status_code == 404
    assert client(cast.eve).post(url, {"one": "needs"}).status_code == 403
    assert client(cast.bob).post(url, {"do": "refuse", "keys": "needs"}).status_code == 422
    assert client(cast.bob).post(url, {"one": "needs"}).status_code == 302

    assert Customer.objects.get(pk=known).needs == "新要求"


def test_whole_proposals_are_decided_over_the_api_by_who_may(cast: Cast) -> None:
    known = make_customer(cast, "海天包装有限公司", needs="旧")
    form = make_form(
        cast, question("customer.name", required=True), question("customer.phones"), question("customer.needs")
    )
    send(form, customer__name="海天包装有限公司", customer__phones=PHONE, customer__needs="新要求")
    url = f"/proposals/{Proposal.objects.get().pk}/actions/accept"

    assert caller(cast.charlie).post(url).status_code == 404
    assert caller(cast.eve).post(url).status_code == 403
    assert Customer.objects.get(pk=known).needs == "旧"
    assert caller(cast.bob).post(url).status_code in {200, 204}
    assert Customer.objects.get(pk=known).needs == "新要求"


def test_the_numbers_of_a_form_count_views_and_arrivals(cast: Cast) -> None:
    form = make_form(cast)
    send(form, customer__name="海天包装")
    send(form, customer__name="机器", homepage="x")

    page = client(cast.max).get(f"/webforms/{form.pk}/").content.decode()

    assert '<span class="number-value">2</span>' in page
    assert page.count('<span class="number-value">1</span>') == 3
