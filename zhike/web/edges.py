"""Where requests meet the kernel: object types from addresses, refusals as answers."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.urls import reverse

from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy, registry
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.object_type import UnknownField, UnknownObject

View = Callable[..., HttpResponse]
#: A page, or a file that is sent as it is read.
Answer = TypeVar("Answer", bound=HttpResponseBase)


def object_view(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """A view ``(request, object_type, …)`` found by the slug of the address; who may view no such record is turned away."""

    @wraps(view)
    def found(request: AccountRequest, slug: str, **kwargs: Any) -> Answer:
        try:
            object_type = registry.by_slug(slug)
        except UnknownObject as failure:
            raise Http404 from failure
        if not policy.may(request.actor, object_type, "view"):
            raise PermissionDenied
        return refusals_answered(view)(request, object_type, **kwargs)

    return found


def refusals_answered(view: Callable[..., Answer]) -> Callable[..., Answer]:
    """What the kernel refuses becomes 403 or 404."""

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Answer:
        try:
            return view(*args, **kwargs)
        except Denied as refusal:
            raise PermissionDenied from refusal
        except (NotFound, UnknownField) as refusal:
            raise Http404 from refusal

    return answered


def with_events(response: HttpResponse, **events: Any) -> HttpResponse:
    """Let htmx fire events on the page: ``toast={"message": …, "undo": address}``, ``dialog_close=None`` …

    An underscore in a name stands for the colon of the event's.
    """
    told: Mapping[str, Any] = {name.replace("_", ":"): value for name, value in events.items()}
    # Headers carry Latin-1 only; htmx reads the escapes back.
    response["HX-Trigger"] = json.dumps(told, default=str)
    return response


def post_only(back: str, *names: str) -> Callable[[View], View]:
    """A view that acts on POST alone. Whoever reloads the page that it answered with is led to the address ``back``,
    given the arguments ``names``."""

    def guard(view: View) -> View:
        @wraps(view)
        def posted(request: AccountRequest, **arguments: Any) -> HttpResponse:
            if request.method == "POST":
                return view(request, **arguments)
            if request.method not in {"GET", "HEAD"}:
                return HttpResponseNotAllowed(["POST"])
            return HttpResponseRedirect(reverse(back, kwargs={name: arguments[name] for name in names}))

        return posted

    return guard
