"""Pages travel compressed, files as they are."""

from __future__ import annotations

from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from zhike.web.compression import TextCompression

REQUEST = RequestFactory().get("/", headers={"Accept-Encoding": "gzip"})


def answered(response: HttpResponse | FileResponse) -> HttpResponse:
    return TextCompression(lambda _request: response)(REQUEST)


def test_a_page_is_compressed() -> None:
    answer = answered(HttpResponse("<p>苏州恒信精密机械有限公司</p>" * 100))

    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 400


def test_a_table_to_download_is_not() -> None:
    answer = answered(HttpResponse(b"x" * 1000, content_type="application/vnd.ms-excel"))

    assert "Content-Encoding" not in answer.headers
