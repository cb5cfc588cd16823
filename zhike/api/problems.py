"""Every refusal as problem+json (RFC 9457), in the caller's language and with the field that it concerns."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import orjson
from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.metadata.errors import BadQuery, Denied, Invalid, NotFound, Problem, Problems, Stale
from zhike.metadata.object_type import UnknownField, UnknownObject
from zhike.metadata.time_budget import OutOfTime

CONTENT_TYPE = "application/problem+json"


class Refused(Exception):
    """What the API itself refuses, before or besides the kernel."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.detail = detail
        self.field = field
        self.headers = dict(headers or {})


def problem_response(
    status: int,
    code: str,
    detail: str,
    *,
    errors: Iterable[Mapping[str, Any]] = (),
    headers: Mapping[str, str] | None = None,
    **more: Any,
) -> HttpResponse:
    """The response for one refusal; ``errors`` name fields, ``more`` are members of their own."""
    body = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": detail, **more}
    listed = list(errors)
    if listed:
        body["errors"] = listed
    return HttpResponse(orjson.dumps(body), status=status, content_type=CONTENT_TYPE, headers=headers)


def field_errors(problems: Problems) -> list[dict[str, Any]]:
    """Problems of one record as the API tells them."""
    return [_error(key, problem) for key, found in problems.items() for problem in found]


def _error(key: str, problem: Problem) -> dict[str, Any]:
    told: dict[str, Any] = {"field": key, "code": problem.code, "message": str(problem.message)}
    if problem.details:
        told["details"] = dict(problem.details)
    return told


def response_for(failure: Exception) -> HttpResponse | None:
    """The response for an exception that means a refusal; None for one that is a fault of ours."""
    for kind, translate in TRANSLATIONS.items():
        if isinstance(failure, kind):
            return translate(failure)
    return None


def _refused(failure: Any) -> HttpResponse:
    errors = [{"field": failure.field, "code": failure.code, "message": failure.detail}] if failure.field else []
    return problem_response(failure.status, failure.code, failure.detail, errors=errors, headers=failure.headers)


def _denied(_failure: Any) -> HttpResponse:
    return problem_response(403, "denied", _("You may not do this."))


def _not_found(_failure: Any) -> HttpResponse:
    return problem_response(404, "not_found", _("There is no such record, or you may not see it."))


def _invalid(failure: Any) -> HttpResponse:
    return problem_response(422, "invalid", _("Some values cannot be saved."), errors=field_errors(failure.problems))


def _stale(failure: Any) -> HttpResponse:
    detail = _("Somebody else changed this record in the meantime.")
    return problem_response(412, "stale", detail, current_version=failure.current_version)


def _bad_query(failure: Any) -> HttpResponse:
    error = {"field": failure.field, "code": failure.code, "message": str(failure.message)}
    return problem_response(400, failure.code, str(failure.message), errors=[error])


def _unknown_object(_failure: Any) -> HttpResponse:
    return problem_response(404, "unknown_object", _("There is no such object."))


def _unknown_field(failure: Any) -> HttpResponse:
    error = {"field": failure.field_key, "code": "unknown_field", "message": _("There is no such field.")}
    return problem_response(400, "unknown_field", _("There is no such field."), errors=[error])


def _out_of_time(_failure: Any) -> HttpResponse:
    detail = _("This question takes too long to answer: narrow the filter, or sort by a field with an index.")
    return problem_response(422, "too_slow", detail)


TRANSLATIONS: dict[type[Exception], Callable[[Any], HttpResponse]] = {
    Refused: _refused,
    Denied: _denied,
    NotFound: _not_found,
    Invalid: _invalid,
    Stale: _stale,
    BadQuery: _bad_query,
    UnknownObject: _unknown_object,
    UnknownField: _unknown_field,
    OutOfTime: _out_of_time,
}
