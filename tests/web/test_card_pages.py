"""A photo of a business card becomes a contact and a customer, once, after a person has confirmed each field."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpResponse
from PIL import Image

from tests.cast import Cast, actor, client
from zhike.accounts.models import User
from zhike.domain.customers.models import Contact, Customer
from zhike.domain.customers.services import cards
from zhike.jobs.models import Job
from zhike.jobs.worker import work_off
from zhike.lib import text_recognition
from zhike.lib.business_cards import Line
from zhike.metadata import registry
from zhike.metadata.errors import Invalid
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

LINES = [
    "苏州恒泰精密模具有限公司",
    "张建国",
    "采购总监",
    "13812345678",
    "0512-62345678",
    "zjg@hengtai.example",
    "诚信为本",
]
FIELDS = {
    "name": "张建国",
    "job_title": "采购总监",
    "firm": "苏州恒泰精密模具有限公司",
    "phones": "13812345678; 0512-62345678",
    "emails": "zjg@hengtai.example",
    "note": "诚信为本",
}


@pytest.fixture(autouse=True)
def recogniser() -> Iterator[None]:
    """One that reads the same card off every picture, registered like any other."""
    held = dict(text_recognition._makers)
    lines = [Line(text, 10, 40 * number, 40 if text == "张建国" else 20) for number, text in enumerate(LINES)]
    text_recognition.add("test", is_there=lambda: True, make=lambda: lambda _picture: lines)
    yield
    text_recognition._makers.clear()
    text_recognition._makers.update(held)
    text_recognition._made.cache_clear()


def photo(size: tuple[int, int] = (3_000, 2_000), *, place: bool = False) -> bytes:
    written = BytesIO()
    exif = Image.Exif()
    if place:
        exif[0x010E] = "secret place"
    Image.new("RGB", size, (250, 250, 250)).save(written, "JPEG", exif=exif)
    return written.getvalue()


def send(user: User, content: bytes) -> HttpResponse:
    return client(user).post("/cards/", {"photo": SimpleUploadedFile("a.jpg", content, content_type="image/jpeg")})


def taken(user: User) -> int:
    answer = send(user, photo())
    assert answer.status_code == 302
    work_off()
    return int(answer["Location"].split("/")[2])


def ticked(values: dict[str, str]) -> dict[str, str]:
    return {**values, **{f"ok-{key}": "on" for key in values}}


def test_the_page_waits_and_then_shows_what_was_read(cast: Cast) -> None:
    browser = client(cast.bob)
    answer = send(cast.bob, photo())
    assert "hx-trigger" in browser.get(answer["Location"]).content.decode()
    work_off()
    page = browser.get(answer["Location"]).content.decode()
    for value in FIELDS.values():
        assert value in page
    assert 'name="ok-name"' in page
    assert "checked" not in page.split('name="ok-name"')[1][:20]


def test_confirmed_fields_become_contact_and_customer(cast: Cast) -> None:
    card = taken(cast.bob)
    answer = client(cast.bob).post(f"/cards/{card}/", ticked(FIELDS))
    made = Customer.objects.get()
    assert answer["Location"] == f"/o/customers/{made.pk}/"
    assert (made.name, made.kind, made.source, made.owner) == (FIELDS["firm"], "company", "card", cast.bob)
    contact = Contact.objects.get()
    assert (contact.name, contact.customer, contact.job_title) == ("张建国", made, "采购总监")
    assert contact.phones == ["+8613812345678", "+8651262345678"]
    assert contact.note == "诚信为本"


def test_what_is_not_ticked_is_asked_for_and_nothing_is_written(cast: Cast) -> None:
    card = taken(cast.bob)
    values = ticked(FIELDS)
    del values["ok-phones"]
    answer = client(cast.bob).post(f"/cards/{card}/", values)
    assert answer.status_code == 422
    assert "card-phones-error" in answer.content.decode()
    assert not Customer.objects.exists()
    assert not Contact.objects.exists()


def test_a_wrong_number_is_told_beside_its_field_and_nothing_is_half_saved(cast: Cast) -> None:
    card = taken(cast.bob)
    answer = client(cast.bob).post(f"/cards/{card}/", ticked({**FIELDS, "phones": "12"}))
    assert answer.status_code == 422
    assert "card-phones-error" in answer.content.decode()
    assert not Customer.objects.exists()


def test_a_card_is_saved_once(cast: Cast) -> None:
    card = taken(cast.bob)
    for _time in range(2):
        client(cast.bob).post(f"/cards/{card}/", ticked(FIELDS))
    assert (Customer.objects.count(), Contact.objects.count()) == (1, 1)
    again = cards.card_save(card, FIELDS, confirmed=frozenset(FIELDS), customer=None, actor=actor(cast.bob))
    assert again == Customer.objects.get().pk


def test_a_known_firm_is_hinted_and_can_take_the_contact(cast: Cast) -> None:
    firm = record_save(registry.get("customer"), {"name": FIELDS["firm"], "kind": "company"}, actor=actor(cast.bob))
    card = taken(cast.bob)
    page = client(cast.bob).get(f"/cards/{card}/").content.decode()
    assert f'value="{firm}"' in page
    client(cast.bob).post(f"/cards/{card}/", {**ticked(FIELDS), "customer": str(firm)})
    assert Customer.objects.count() == 1
    assert Contact.objects.get().customer_id == firm


def test_a_contact_cannot_be_put_at_a_customer_out_of_reach(cast: Cast) -> None:
    firm = record_save(registry.get("customer"), {"name": FIELDS["firm"], "kind": "company"}, actor=actor(cast.charlie))
    card = taken(cast.bob)
    page = client(cast.bob).get(f"/cards/{card}/").content.decode()
    assert f'value="{firm}"' not in page
    answer = client(cast.bob).post(f"/cards/{card}/", {**ticked(FIELDS), "customer": str(firm)})
    assert answer.status_code in {404, 422}
    assert not Contact.objects.exists()


def test_a_card_is_for_who_took_it(cast: Cast) -> None:
    card = taken(cast.bob)
    for user in (cast.alice, cast.adam, cast.mallory):
        for address in (f"/cards/{card}/", f"/cards/{card}/picture/"):
            assert client(user).get(address).status_code in {403, 404}
        assert client(user).post(f"/cards/{card}/", ticked(FIELDS)).status_code in {403, 404}
    assert client(cast.bob).get(f"/cards/{card}/picture/")["Content-Type"] == "image/webp"
    assert not Customer.objects.exists()


def test_who_may_make_no_customers_takes_no_cards(cast: Cast) -> None:
    assert client(cast.mallory).get("/cards/").status_code == 403
    assert send(cast.mallory, photo()).status_code == 403
    assert not Job.objects.filter(kind=cards.KIND).exists()
    assert "/cards/" in client(cast.bob).get("/o/customers/new/").content.decode()


def test_pictures_are_drawn_anew_without_what_is_hidden_in_them(cast: Cast) -> None:
    job = cards.card_take(photo(place=True), actor=actor(cast.bob))
    kept = cards.picture_path(job).read_bytes()
    assert b"secret place" not in kept
    with Image.open(BytesIO(kept)) as picture:
        assert picture.format == "WEBP"
        assert max(picture.size) == 1_600


@pytest.mark.parametrize(
    "content", [b"", b"<svg onload=alert(1)>", b"\xff\xd8\xff\xe0 no picture", b"GIF89a" + b"\xff" * 30]
)
def test_what_is_no_picture_is_refused_in_words(cast: Cast, content: bytes) -> None:
    with pytest.raises(Invalid):
        cards.card_take(content, actor=actor(cast.bob))
    assert send(cast.bob, content or b" ").status_code == 422
    assert not Job.objects.filter(kind=cards.KIND).exists()


def test_a_picture_that_claims_too_many_points_is_not_opened(cast: Cast) -> None:
    written = BytesIO()
    Image.new("1", (20_000, 20_000)).save(written, "PNG")
    assert written.tell() < cards.MOST_BYTES
    assert send(cast.bob, written.getvalue()).status_code == 422


def test_without_a_recogniser_the_fields_are_typed(cast: Cast) -> None:
    text_recognition._makers.clear()
    browser = client(cast.bob)
    assert "requirements/ocr.txt" in browser.get("/cards/").content.decode()
    card = taken(cast.bob)
    page = browser.get(f"/cards/{card}/")
    assert page.status_code == 200
    assert "没有安装文字识别组件" in page.content.decode()
    browser.post(f"/cards/{card}/", ticked({"name": "王芳", "phones": "13700137000"}))
    made = Customer.objects.get()
    assert (made.name, made.kind, made.phones) == ("王芳", "person", ["+8613700137000"])


def test_forms_that_nobody_would_send_change_nothing(cast: Cast) -> None:
    card = taken(cast.bob)
    browser = client(cast.bob)
    for values in ({}, {"customer": "x" * 50}, ticked({"name": "\x00"}), ticked({"firm": "长" * 500})):
        assert browser.post(f"/cards/{card}/", values).status_code == 422
    assert browser.get("/cards/999999/").status_code == 404
    assert not Customer.objects.exists()
