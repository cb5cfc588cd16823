"""Answers that pages understand: something changed, go there, that was refused."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.cache import patch_vary_headers

from zhike.metadata.errors import Invalid
from zhike.web.edges import with_events


def changed(*, toast: dict[str, Any] | None = None, close: bool = True, **events: Any) -> HttpResponse:
    """Nothing to show: parts of the page that depend on records refresh themselves, the dialog closes."""
    told: dict[str, Any] = {"record_changed": {}, "records_changed": {}, "timeline_changed": {}, **events}
    if close:
        told["dialog_close"] = {}
    if toast is not None:
        told["toast"] = toast
    return with_events(HttpResponse(status=204), **told)


def go_to(url: str) -> HttpResponse:
    """Open another page in place of this one, whatever part of it asked."""
    response = HttpResponse(status=204, headers={"HX-Location": url})
    patch_vary_headers(response, ("HX-Request",))
    return response


def saved(request: HttpRequest, url: str, message: str) -> HttpResponse:
    """Open the page again with a word that it is saved, for forms after which it looks as before."""
    if not request.headers.get("HX-Request"):
        return HttpResponseRedirect(url)
    return with_events(go_to(url), toast={"message": message})


def refused(refusal: Invalid) -> HttpResponse:
    """The first problem as a toast, for buttons that have no form beside them."""
    problems = next(iter(refusal.problems.values()))
    toast = {"message": str(problems[0].message), "level": "error"}
    return with_events(HttpResponse(status=422), toast=toast)
