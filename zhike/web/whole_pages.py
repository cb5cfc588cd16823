"""Parts of pages that somebody opens by themselves: in a tab of its own a dialog stands inside the house, not bare."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.safestring import mark_safe


class WholePages:
    """Middleware: puts a part into a page where a browser navigates to it, as "open in a new tab" does."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not isinstance(response, HttpResponse) or not is_bare(request, response):
            return response
        # The views have escaped it already.
        part = mark_safe(response.content.decode(response.charset))  # noqa: S308
        return render(request, "whole_page.html", {"part": part}, status=response.status_code)


def is_bare(request: HttpRequest, response: HttpResponse) -> bool:
    """Whether the browser is about to show this as a page, although it is none."""
    return (
        request.headers.get("Sec-Fetch-Dest") == "document"
        and "HX-Request" not in request.headers
        and response.headers.get("Content-Type", "").startswith("text/html")
        and bool(response.content)
        and not response.content[:400].lstrip().lower().startswith((b"<!doctype", b"<html"))
    )
