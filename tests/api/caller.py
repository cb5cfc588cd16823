"""A program that calls the API with somebody's token."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import orjson
from django.http import HttpResponse
from django.test import Client

from tests.cast import actor
from zhike.accounts.models import User
from zhike.accounts.tokens import token_create


@dataclass(frozen=True, slots=True)
class Caller:
    """Requests as one person's program makes them; ``body`` is sent as JSON."""

    secret: str

    def request(self, method: str, path: str, body: Any = None, **headers: str) -> HttpResponse:
        options: dict[str, Any] = {"headers": {"Authorization": f"Bearer {self.secret}", **headers}}
        if body is not None:
            options |= {"data": orjson.dumps(body), "content_type": "application/json"}
        return Client(raise_request_exception=True).generic(method, f"/api/v1{path}", **options)

    def get(self, path: str, **headers: str) -> HttpResponse:
        return self.request("GET", path, **headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.request("POST", path, {} if body is None else body, **headers)

    def patch(self, path: str, body: Any, **headers: str) -> HttpResponse:
        return self.request("PATCH", path, body, **headers)

    def delete(self, path: str) -> HttpResponse:
        return self.request("DELETE", path)


def caller(user: User, *scopes: str) -> Caller:
    """A program of this person, limited to ``scopes`` if given."""
    _token, secret = token_create(user, name="program", scopes=scopes or ("*",), actor=actor(user))
    return Caller(secret)


def told(response: HttpResponse) -> Any:
    """The JSON of an answer."""
    return orjson.loads(response.content)
