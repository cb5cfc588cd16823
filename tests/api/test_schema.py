"""The whole interface against its own document, as each role: never a fault of ours, always what was promised."""

from __future__ import annotations

import fcntl
import hashlib
import pickle
from collections.abc import Iterator
from functools import cache
from importlib.metadata import version
from pathlib import Path
from typing import Any

import orjson
import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, connection, transaction
from django.test import Client
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core import NotSet
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.api.caller import caller, told
from tests.cast import Cast
from tests.permissions.scene import build
from tests.permissions.web_settings import around
from zhike.config.wsgi import application

pytestmark = [pytest.mark.django_db, pytest.mark.contract]

#: Of a call, beside its operation.
PARTS = ("path_parameters", "headers", "cookies", "query", "body", "media_type", "multipart_content_types")
CHECKS = (not_a_server_error, content_type_conformance, response_schema_conformance, status_code_conformance)
#: The custodian may do nearly everything, so most of the code lies behind that role.
EXAMPLES = {"clara": 8, "bob": 3, "alice": 2, "sara": 2, "max": 2, "eve": 2, "adam": 1, "mallory": 1}
#: What the administrator's token alone can carry, and how often each call to it is tried.
SETTINGS, SETTINGS_EXAMPLES = ("*", "settings:read", "settings:write"), 8
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


@pytest.fixture(scope="session")
def example_directory(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the drawn calls are kept from run to run, or for this run if pytest is to keep nothing."""
    kept = getattr(request.config, "cache", None)
    return Path(kept.mkdir("examples")) if kept else tmp_path_factory.mktemp("examples")


class _Undo(Exception):
    """Takes the effect of a call back."""


@pytest.mark.slow
@pytest.mark.parametrize("role", ASKED)
def test_no_call_breaks_the_interface(cast: Cast, role: str, example_directory: Path) -> None:
    user = getattr(cast, role)
    for object_key in ("customer", "contact", "task", "x_vehicle"):
        build(cast, object_key, user)
    # In-process answers are not unpacked by the client, so none may come compressed.
    headers = {"Authorization": f"Bearer {caller(user).secret}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=headers)
    for cases in _cases_by_operation(orjson.dumps(schema.raw_schema), example_directory):
        for case in cases[: EXAMPLES[role]]:
            _try(case, headers)


@pytest.mark.slow
def test_no_call_breaks_the_settings(cast: Cast, example_directory: Path) -> None:
    around(cast)
    headers = {"Authorization": f"Bearer {caller(cast.adam, *SETTINGS).secret}", "Accept-Encoding": "identity"}
    schema = schemathesis.openapi.from_wsgi("/api/openapi.json", application, headers=headers)
    every = _cases_by_operation(orjson.dumps(schema.raw_schema), example_directory)
    tried = [cases for cases in every if cases[0].operation.path.startswith("/settings/")]
    assert len(tried) >= 16
    for cases in tried:
        for case in cases[:SETTINGS_EXAMPLES]:
            _try(case, headers)


@cache
def _cases_by_operation(document: bytes, directory: Path) -> list[list[Any]]:
    """Calls to make, the same in every run. Everybody reads the same document, so they are drawn once for all roles.

    To draw them takes longer than to make the calls: whoever comes first keeps them in ``directory``, and the others wait.
    """
    schema = schemathesis.openapi.from_dict(orjson.loads(document))
    schema.app, schema.location = application, "/api/openapi.json"
    operations = [found.ok() for found in schema.get_all_operations()]
    drawing = " ".join(map(version, ("schemathesis", "hypothesis"))) + Path(__file__).read_text("utf-8")
    kept = directory / hashlib.sha256(document + drawing.encode()).hexdigest()
    with (directory / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            for old in directory.iterdir():
                if old.name != "lock":
                    old.unlink()
            drawn = [[_told(case) for case in _drawn(found.as_strategy())] for found in operations]
            unfinished = directory / "unfinished"
            unfinished.write_bytes(pickle.dumps(drawn))
            unfinished.rename(kept)
        # Written by this test, in a directory of the tests' own.
        told = pickle.loads(kept.read_bytes())  # noqa: S301
    return [[found.Case(**values) for values in each] for found, each in zip(operations, told, strict=True)]


def _told(case: Any) -> dict[str, Any]:
    """What makes a call another than the next of its operation."""
    return {name: found for name in PARTS if not isinstance(found := getattr(case, name), NotSet)}


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
