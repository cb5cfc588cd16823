"""The whole interface against its own document, as each role: never a fault of ours, always what was promised."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.caller import caller, told
from tests.cast import Cast
from tests.permissions.scene import build
from zhike.config.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.contract]

CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)
#: The custodian may do nearly everything, so most of the code lies behind that role.
EXAMPLES = {"clara": 8, "bob": 3, "alice": 2, "sara": 2, "max": 2, "eve": 2, "adam": 1, "mallory": 1}
#: PostgreSQL is asked by one with every right and by one whose rights are conditions.
ASKED = ("bob", "clara") if connection.vendor == "postgresql" else sorted(EXAMPLES)


@pytest.fixture(autouse=True)
def _connection_stays() -> Iterator[None]:
    """In-process requests must not close the test's own connection at their end."""
    signals = (request_started, request_finished)
    for signal in signals:
        signal.disconnect(close_old_connections)
    yield
    for signal in signals:
        signal.connect(close_old_connections)


class _Undo(Exception):
    """Takes the effect of a call back."""


@pytest.mark.slow
@pytest.mark.parametrize("role", ASKED)
def test_no_call_breaks_the_interface(cast: Cast, role: str) -> None:
    user = getattr(cast, role)
    for object_key in ("customer", "contact", "task", "x_vehicle"):
        build(cast, object_key, user)
    # In-process answers are not unpacked by the client, so none may come compressed.
    headers = {"Authorization": f"Bearer {caller(user).secret}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=headers)
    for cases in _cases_by_operation(orjson.dumps(schema.raw_schema)):
        for case in cases[: EXAMPLES[role]]:
            _try(case, headers)


@cache
def _cases_by_operation(document: bytes) -> list[list[Any]]:
    """Calls to make, the same in every run. Everybody reads the same document, so they are drawn once for all roles."""
    schema = schemathesis.openapi.from_dict(orjson.loads(document))
    schema.app, schema.location = application, "/api/openapi.json"
    return [_drawn(found.ok().as_strategy()) for found in schema.get_all_operations()]


def _drawn(strategy: Any) -> list[Any]:
    found: list[Any] = []

    @settings(
        max_examples=max(EXAMPLES.values()),
        derandomize=True,
        database=None,
        deadline=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    @given(case=strategy)
    def keep(case: Any) -> None:
        found.append(case)

    keep()
    assert found
    return found


def _try(case: Any, headers: dict[str, str]) -> None:
    try:
        with transaction.atomic():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
            raise _Undo
    except _Undo:
        return


def test_the_document_holds_every_object_and_custom_fields_at_once(cast: Cast) -> None:
    build(cast, "x_vehicle", cast.bob)
    document = told(Client().get("/api/openapi.json", headers={"Authorization": f"Bearer {caller(cast.bob).secret}"}))
    assert document["openapi"].startswith("3.1")
    assert {"/customers", "/contacts/{record_id}", "/x_vehicle/bulk"} <= set(document["paths"])
    assert "plate" in document["components"]["schemas"]["XVehicle"]["properties"]
