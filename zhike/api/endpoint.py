"""What every endpoint shares: who calls, which language, a body that is JSON, one answer per Idempotency-Key."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import translation
from django.utils.translation import get_language_from_request, gettext as _
from django.views.decorators.csrf import csrf_exempt

from zhike.api import idempotency
from zhike.api.authentication import actor_of
from zhike.api.problems import Refused, problem_response, response_for
from zhike.metadata.actor import Actor
from zhike.metadata.fields.base import Context
from zhike.metadata.saving import context_for

MOST_BODY = 20 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Call:
    """One request, understood: who, what was sent, and the context in which values are read and shown."""

    request: HttpRequest
    actor: Actor
    context: Context
    body: Any = None

    def object_body(self) -> Mapping[str, Any]:
        """The body as a JSON object; raises Refused."""
        if not isinstance(self.body, dict):
            raise Refused(422, "not_an_object", _("The body must be a JSON object."))
        return self.body

    def parameter(self, name: str, default: str = "") -> str:
        """A query parameter; raises Refused for what no text may hold."""
        value = self.request.GET.get(name, default)
        if "\x00" in value or any("\ud800" <= character <= "\udfff" for character in value):
            raise Refused(400, "bad_parameter", _("This parameter holds characters that no text has."), field=name)
        return value


Handler = Callable[..., HttpResponseBase]


def json_response(body: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> HttpResponse:
    """JSON that no cache keeps."""
    response = HttpResponse(orjson.dumps(body), status=status, content_type="application/json", headers=headers)
    response["Cache-Control"] = "no-store"
    return response


def endpoint(*, raw: bool = False, apart: bool = False, **handlers: Handler) -> Callable[..., HttpResponseBase]:
    """A view from one handler per method: ``endpoint(GET=records_list, POST=record_create)``.

    ``raw`` leaves the body to the handler, for uploads; for ``apart`` see ``idempotency.once``.
    """

    @csrf_exempt
    def view(request: HttpRequest, **arguments: Any) -> HttpResponseBase:
        method = "GET" if request.method == "HEAD" else request.method or ""
        with translation.override(_language(request, None)):
            try:
                return _answer(request, handlers, method, arguments, raw=raw, apart=apart)
            except Exception as failure:
                response = response_for(failure)
                if response is None:
                    raise
                return response

    view.handlers = handlers  # type: ignore[attr-defined]
    return view


def _answer(
    request: HttpRequest,
    handlers: Mapping[str, Handler],
    method: str,
    arguments: Mapping[str, Any],
    *,
    raw: bool,
    apart: bool,
) -> HttpResponseBase:
    actor = actor_of(request)
    handler = handlers.get(method)
    if handler is None:
        allowed = ", ".join(sorted(handlers))
        raise Refused(
            405, "method_not_allowed", _("This address does not take that method."), headers={"Allow": allowed}
        )
    with translation.override(_language(request, actor)):
        call = Call(
            request, actor, context_for(actor), _body(request) if method in {"POST", "PATCH"} and not raw else None
        )
        call.context.language = translation.get_language() or actor.language
        if method != "POST" or "Idempotency-Key" not in request.headers:
            return _run(handler, call, arguments)
        return idempotency.once(request, actor, lambda: _run(handler, call, arguments), apart=apart)


def _run(handler: Handler, call: Call, arguments: Mapping[str, Any]) -> HttpResponseBase:
    try:
        return handler(call, **arguments)
    except Exception as failure:
        response = response_for(failure)
        if response is None:
            raise
        return response


def _language(request: HttpRequest, actor: Actor | None) -> str:
    """The language asked for, else the actor's own."""
    if "Accept-Language" in request.headers or actor is None:
        return get_language_from_request(request)
    return actor.language


def _body(request: HttpRequest) -> Any:
    if int(request.headers.get("Content-Length") or 0) > MOST_BODY:
        raise Refused(413, "too_large", _("The body is too large: send at most 1,000 records at a time."))
    content_type = request.headers.get("Content-Type", "")
    if content_type and content_type.split(";")[0].strip() not in {"application/json", "application/merge-patch+json"}:
        raise Refused(415, "not_json", _("The body must be JSON."))
    if not request.body:
        return {}
    try:
        return orjson.loads(request.body)
    except orjson.JSONDecodeError as failure:
        raise Refused(400, "bad_json", _("The body is not JSON that can be read.")) from failure


def not_found(request: HttpRequest, **_arguments: Any) -> HttpResponse:
    """Any other address below ``/api/``."""
    with translation.override(_language(request, None)):
        return problem_response(404, "no_such_address", _("There is nothing at this address."))
