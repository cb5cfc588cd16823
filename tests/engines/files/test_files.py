"""Files: what is let in, what it is taken for, and who gets it out."""

from __future__ import annotations

import struct
import zlib
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client, override_settings
from PIL import Image

from tests.cast import Cast, client
from tests.web.records import customers
from zhike.engines.files.models import File
from zhike.engines.files.pictures import measured
from zhike.engines.files.sniffing import is_blocked, sniff
from zhike.metadata import registry
from zhike.metadata.models import CustomField, TimelineEntry

pytestmark = pytest.mark.policy

PDF = b"%PDF-1.7\n1 0 obj\n"


def picture(size: tuple[int, int] = (800, 600), kind: str = "JPEG") -> bytes:
    written = BytesIO()
    Image.new("RGB", size, "teal").save(written, kind)
    return written.getvalue()


def bomb() -> bytes:
    """A PNG of a few bytes whose header claims 50,000 × 50,000 points."""
    header = struct.pack(">IIBBBBB", 50_000, 50_000, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")


def send(browser: Client, pk: int, name: str, content: bytes) -> Any:
    return browser.post(f"/o/customers/{pk}/files/", {"file": SimpleUploadedFile(name, content)})


def test_a_file_is_kept_under_a_random_name_and_comes_back_as_an_attachment(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    assert send(browser, pk, "合同 2026.pdf", PDF).status_code == 201
    file = File.objects.get()
    answer = browser.get(f"/files/{file.pk}/")

    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert answer["Content-Disposition"].startswith("attachment")
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert "sandbox" in answer["Content-Security-Policy"]
    assert "合同" not in file.path
    assert file.mime == "application/pdf"
    assert TimelineEntry.objects.get(source_key="file").title == "合同 2026.pdf"


@pytest.mark.parametrize("name", ["charlie", "mallory"])
def test_who_does_not_see_the_record_gets_neither_file_nor_picture_in(cast: Cast, name: str) -> None:
    [pk] = customers(cast.bob, "海天包装")
    send(client(cast.bob), pk, "门头.jpg", picture())
    file = File.objects.get()
    stranger = client(cast.people()[name])

    for path in ("", "thumb/", "picture/"):
        assert stranger.get(f"/files/{file.pk}/{path}").status_code == 404
    for path in ("delete/", "restore/"):
        assert stranger.post(f"/files/{file.pk}/{path}").status_code == 404
    assert send(stranger, pk, "a.pdf", PDF).status_code in {403, 404}
    assert File.objects.count() == 1


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("setup.exe", b"MZ\x90\x00"),
        ("photo.jpg", b"MZ\x90\x00"),
        ("run.BAT", b"echo"),
        ("page.html", b"hello"),
        ("note.txt", b"<!DOCTYPE html><script>"),
        ("logo.svg", b"<svg xmlns='x'>"),
        ("logo.png", b"\xef\xbb\xbf  <svg onload=alert(1)>"),
        ("tool.exe. ", b"abc"),
        ("script", b"#!/bin/sh\n"),
    ],
)
def test_programs_and_pages_are_not_let_in(cast: Cast, name: str, content: bytes) -> None:
    [pk] = customers(cast.bob, "海天包装")

    answer = send(client(cast.bob), pk, name, content)

    assert answer.status_code == 422
    assert answer.json()["code"] == "blocked_type"
    assert not File.objects.exists()


def test_too_large_and_empty_files_are_refused_with_the_reason(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    with override_settings(FILE_SIZE_LIMIT=1_000_000):
        large = send(browser, pk, "big.bin", b"x" * 1_000_001)
    empty = send(browser, pk, "empty.txt", b"")

    assert (large.status_code, large.json()["code"]) == (422, "too_large")
    assert "1 MB" in large.json()["message"]
    assert empty.status_code == 422
    assert not File.objects.exists()


def test_a_name_cannot_lead_out_of_its_place(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")

    send(client(cast.bob), pk, "..\\..\\etc\\pass\u202ewd.txt", b"text")

    assert File.objects.get().name == "passwd.txt"


def test_pictures_are_drawn_anew_and_small(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)
    send(browser, pk, "门头.jpg", picture((1200, 900)))
    file = File.objects.get()

    for _turn in range(2):
        answer = browser.get(f"/files/{file.pk}/thumb/")
        assert answer["Content-Type"] == "image/webp"
        assert max(Image.open(BytesIO(answer.content)).size) == 320


def test_a_picture_that_claims_billions_of_points_is_never_opened(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    browser = client(cast.bob)

    assert measured(BytesIO(bomb())) == (0, 0)
    assert send(browser, pk, "bomb.png", bomb()).status_code == 201
    assert browser.get(f"/files/{File.objects.get().pk}/thumb/").status_code == 404


def test_a_file_is_deleted_and_brought_back(cast: Cast) -> None:
    [pk] = customers(cast.bob, "海天包装")
    send(client(cast.bob), pk, "a.pdf", PDF)
    file = File.objects.get()

    assert client(cast.eve).post(f"/files/{file.pk}/delete/").status_code == 403
    assert client(cast.bob).post(f"/files/{file.pk}/delete/").status_code == 204
    assert client(cast.bob).get(f"/files/{file.pk}/").status_code == 404
    assert client(cast.bob).post(f"/files/{file.pk}/restore/").status_code == 204
    assert client(cast.bob).get(f"/files/{file.pk}/").status_code == 200


@pytest.mark.parametrize(
    ("name", "head", "mime"),
    [
        ("a.docx", b"PK\x03\x04", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        ("a.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/vnd.ms-excel"),
        ("a.csv", "姓名,电话\n".encode("gb18030"), "text/csv"),
        ("a.jpg", b"\x89PNG\r\n\x1a\n", "image/png"),
        ("a.bin", b"\x00\x01\x02", "application/octet-stream"),
        ("voice.amr", b"#!AMR\n", "audio/amr"),
    ],
)
def test_a_file_is_taken_for_what_its_first_bytes_say(name: str, head: bytes, mime: str) -> None:
    assert sniff(name, head) == mime
    assert not is_blocked(name, head)


@pytest.fixture
def scan(cast: Cast) -> str:
    """A field of customers that holds files."""
    CustomField.objects.create(object_key="customer", key="scan", kind="file", label="扫描件")
    registry.touch()
    return "scan"


def test_a_file_of_a_form_is_its_senders_until_the_record_is_saved(cast: Cast, scan: str) -> None:
    [pk] = customers(cast.bob, "海天包装")
    bob, alice = client(cast.bob), client(cast.alice)

    sent = bob.post("/files/", {"file": SimpleUploadedFile("执照.pdf", PDF)}).json()
    url = f"/files/{sent['id']}/"
    assert (bob.get(url).status_code, alice.get(url).status_code) == (200, 404)

    assert bob.post(f"/o/customers/{pk}/facts/scan/", {"scan": [str(sent["id"])]}).status_code == 200
    assert alice.get(url).status_code == 200
    assert client(cast.charlie).get(url).status_code == 404
    assert "执照.pdf" in alice.get(f"/o/customers/{pk}/").content.decode()
    assert TimelineEntry.objects.get(source_key="file").subject_id == pk


def test_a_field_cannot_name_a_file_that_one_may_not_see(cast: Cast, scan: str) -> None:
    [mine] = customers(cast.bob, "海天包装")
    [theirs] = customers(cast.charlie, "别人的客户")
    send(client(cast.charlie), theirs, "底价.pdf", PDF)
    secret = File.objects.get()
    loose = client(cast.charlie).post("/files/", {"file": SimpleUploadedFile("a.pdf", PDF)}).json()["id"]
    bob = client(cast.bob)

    for foreign in (secret.pk, loose, 999_999):
        assert bob.post(f"/o/customers/{mine}/facts/scan/", {"scan": [str(foreign)]}).status_code == 422
    assert File.objects.get(pk=loose).record_id == 0
    assert "底价" not in bob.get(f"/o/customers/{mine}/").content.decode()
