"""The public page: without script and session, in two languages, in frames of named sites alone, and hard to misuse."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from tests.cast import Cast, client
from tests.domain.collection.scene import PHONE, address, make_form, open_page, question, send
from tests.domain.pools.scene import make_customer
from zhike.domain.collection.models import FormDay, FormSubmission, SubmissionState
from zhike.domain.customers.models import Customer
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db]


def test_anybody_sees_the_form_in_their_language(cast: Cast) -> None:
    form = make_form(cast, face={"intro": "请填写", "intro_en": "Please fill in"})

    chinese = Client(headers={"accept-language": "zh-CN"}).get(address(form)).content.decode()
    english = Client().get(f"{address(form)}?lang=en").content.decode()

    assert "欢迎留言" in chinese
    assert "请填写" in chinese
    assert "Welcome" in english
    assert "Please fill in" in english
    assert "请填写" not in english
    assert "<script" not in chinese
    assert FormDay.objects.get(form=form).views == 2


def test_only_the_sites_named_may_show_it_in_a_frame(cast: Cast) -> None:
    closed = Client().get(address(make_form(cast)))
    form = make_form(cast, name="官网", sites="https://www.example.cn/\nhttps://shop.example.cn:8443")
    opened = Client().get(address(form))

    assert "frame-ancestors 'none'" in closed["Content-Security-Policy"]
    assert closed["X-Frame-Options"] == "DENY"
    policy = opened["Content-Security-Policy"]
    assert "frame-ancestors 'self' https://www.example.cn https://shop.example.cn:8443" in policy
    assert "X-Frame-Options" not in opened
    assert "script-src 'self'" in policy


@pytest.mark.parametrize(
    "site", ["*", "https://*", "https://a.cn/path", "javascript:1", "https://a.cn; script-src *", "a.cn"]
)
def test_a_site_that_is_none_is_refused(cast: Cast, site: str) -> None:
    form = make_form(cast)
    answer = client(cast.max).post(f"/o/webforms/{form.pk}/facts/sites/", {"sites": site})
    assert answer.status_code == 422
    form.refresh_from_db()
    assert form.sites is None


def test_another_sites_page_cannot_send_it(cast: Cast) -> None:
    form = make_form(cast)
    data = {"page": open_page(form), "customer.name": "海天包装"}

    foreign = Client().post(address(form), data, headers={"origin": "https://evil.example"})
    without = Client().post(address(form), {"customer.name": "海天包装"}, headers={"origin": "https://evil.example"})
    own = Client().post(address(form), data, headers={"origin": "http://testserver"})

    assert (foreign.status_code, without.status_code, own.status_code) == (403, 403, 200)
    assert FormSubmission.objects.count() == 1


def test_forged_foreign_and_old_pages_are_shown_again_with_what_was_typed(cast: Cast) -> None:
    form, other = make_form(cast), make_form(cast, name="另一张")
    with time_machine.travel(timezone.now() - timedelta(hours=25), tick=False):
        old = open_page(form)
    for token in (old, open_page(other), "x", "", open_page(form)[:-2] + "xx"):
        answer = send(form, token=token, customer__name="海天包装")
        assert answer.status_code == 422
        assert "海天包装" in answer.content.decode()
    assert not FormSubmission.objects.exists()


def test_what_comes_back_at_once_is_taken_for_spam(cast: Cast) -> None:
    form = make_form(cast)
    page = Client().get(address(form)).content.decode()
    token = page.split('name="page" value="')[1].split('"')[0]

    assert send(form, token=token, customer__name="机器人").status_code == 200

    assert FormSubmission.objects.get().state == SubmissionState.SPAM
    assert not Customer.objects.exists()


def test_closed_drafted_deleted_and_unknown_forms_take_nothing(cast: Cast) -> None:
    form = make_form(cast)
    token = open_page(form)
    described = registry.get("webform")
    for values in (
        {"state": "closed"},
        {"state": "draft"},
        {"state": "open", "closes_on": "2020-01-01"},
        {"closes_on": None, "opens_on": "2999-01-01"},
    ):
        record_save(described, values, actor=SYSTEM, id=form.pk)
        assert Client().get(address(form)).status_code == 410
        assert send(form, token=token, customer__name="海天包装").status_code == 410
    assert Client().get("/f/nothing/").status_code == 404
    assert not FormSubmission.objects.exists()


def test_an_address_has_its_share_of_the_hour_and_the_form_has_one_too(cast: Cast) -> None:
    form = make_form(cast, most_per_address=2, most_per_hour=3)
    for number in range(2):
        assert send(form, customer__name=f"客户{number}").status_code == 200
    third = send(form, customer__name="客户三")
    assert third.status_code == 429
    assert "客户三" in third.content.decode()
    elsewhere = Client(REMOTE_ADDR="203.0.113.9")
    codes = [
        elsewhere.post(address(form), {"page": open_page(form), "customer.name": f"远方{number}"}).status_code
        for number in range(2)
    ]
    assert codes == [200, 429]
    assert "127.0.0.1" not in str(list(FormSubmission.objects.values()))
    with time_machine.travel(timezone.now() + timedelta(minutes=61), tick=False):
        assert send(form, customer__name="客户三").status_code == 200


def test_long_and_strange_input_is_refused_in_words_and_never_breaks(cast: Cast) -> None:
    form = make_form(
        cast, question("customer.name", required=True), question("customer.emails"), question("customer.address")
    )

    assert send(form, customer__name="长" * 121).status_code == 422
    assert send(form, customer__name="x" * 70_000).status_code == 413
    assert send(form, customer__name="").status_code == 422
    assert send(form, customer__name="海天", customer__emails="nonsense").status_code == 422
    for name in ("\0", "\u202eabc", "'; drop table x; --", "\ud83d"):
        assert send(form, customer__name=name.encode("utf-8", "replace").decode()).status_code in {200, 422}
    assert Client().post(address(form), b"\xff\xfe%00", content_type="application/json").status_code == 422
    assert Client().put(address(form)).status_code == 405


def test_script_is_shown_and_never_run(cast: Cast) -> None:
    attack = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    form = make_form(cast, face={"title": attack[:120], "intro": attack, "thanks": attack})

    page = Client().get(address(form)).content.decode()
    wrong = send(form, customer__name=attack, customer__phones="nonsense").content.decode()
    assert send(form, customer__name=attack, customer__needs=attack).status_code == 200
    found = FormSubmission.objects.get()
    inside = client(cast.bob).get(f"/submissions/{found.pk}/").content.decode()

    for html in (page, wrong, inside, client(cast.bob).get(f"/o/customers/{found.customer_id}/").content.decode()):
        assert "<script>alert" not in html
        assert "<img src=x" not in html
    assert "&lt;script&gt;alert(1)" in inside


def test_what_is_not_asked_cannot_be_set(cast: Cast) -> None:
    form = make_form(cast)

    send(form, customer__name="海天包装", customer__tier="high", customer__owner=cast.charlie.pk, customer__note="x")

    customer = Customer.objects.get()
    assert (customer.tier, customer.owner_id, customer.note) == (None, cast.bob.pk, None)


def test_a_colleagues_session_gives_a_visitor_no_rights(cast: Cast) -> None:
    form = make_form(cast)
    known = make_customer(cast, "海天包装有限公司", needs="旧")

    data = {
        "page": open_page(form),
        "customer.name": "海天包装有限公司",
        "customer.phones": PHONE,
        "customer.needs": "新",
    }
    assert client(cast.bob).post(address(form), data).status_code == 200

    assert Customer.objects.get(pk=known).needs == "旧"
