"""The interface described: the OpenAPI document, and the same as a page that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast
from urllib.parse import quote

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from zhike import __version__
from zhike.accounts.middleware import AccountRequest
from zhike.api.endpoint import Call, endpoint, json_response
from zhike.api.openapi.document import document
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.object_type import ObjectType


def _document(_call: Call) -> HttpResponse:
    return json_response(document())


_for_tokens = endpoint(GET=_document)


def openapi_document(request: HttpRequest) -> HttpResponseBase:
    """GET /api/openapi.json, with a token or signed in."""
    if request.method in {"GET", "HEAD"} and not cast(AccountRequest, request).actor.is_anonymous:
        return json_response(document())
    return _for_tokens(request)


@require_safe
def openapi_page(request: AccountRequest) -> HttpResponse:
    """GET /api/: the interface for people who are signed in, as far as their objects go."""
    if request.actor.is_anonymous:
        return redirect(f"/login/?next={quote(request.path)}")
    paths = document()["paths"]
    seen = [found for found in registry.all_types() if policy.may(request.actor, found, "view")]
    chapters = [_chapter(request.actor, found, paths) for found in seen]
    general = _general(paths, {found.slug for found in registry.all_types()})
    context = {"heading": _("Interface for programs"), "version": __version__, "chapters": [general, *chapters]}
    return render(request, "api/description.html", context)


def _general(paths: Mapping[str, Any], slugs: set[str]) -> dict[str, Any]:
    own = {path: methods for path, methods in paths.items() if path.split("/")[1] not in slugs}
    return {"title": _("In general"), "anchor": "general", "operations": _operations(own)}


def _chapter(actor: Actor, object_type: ObjectType, paths: Mapping[str, Any]) -> dict[str, Any]:
    own = {path: methods for path, methods in paths.items() if path.split("/")[1] == object_type.slug}
    return {
        "title": str(object_type.label_plural),
        "anchor": object_type.slug,
        "operations": _operations(own),
        "fields": [
            {
                "key": field.key,
                "label": str(field.label),
                "kind": str(field.type.label),
                "required": field.required,
                "schema": orjson.dumps(field.type.schema(field)).decode()[:300],
            }
            for field in policy.readable_fields(actor, object_type)
        ],
    }


def _operations(paths: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {
            "method": method.upper(),
            "path": path,
            "summary": operation["summary"],
            "parameters": [found["name"] for found in operation.get("parameters", ()) if found["in"] == "query"],
        }
        for path, methods in paths.items()
        for method, operation in methods.items()
    ]
