"""The permission matrix of the API: endpoint × role × relation, and the digest of every table after a denied call."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from django.test import Client

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from tests.permissions.api_calls import ELSEWHERE, RECORD_CALLS
from tests.permissions.expected import EXPECTED, NOBODIES, ROLES, matrix_cases
from tests.permissions.matrix import breaches
from tests.permissions.scene import build
from zhike.accounts.models import User
from zhike.api import urls
from zhike.engines.importing.services import import_upload
from zhike.metadata import registry

pytestmark = [pytest.mark.django_db, pytest.mark.policy]


def secret_of(cast: Cast, role: str) -> str | None:
    """A token of the role's person; of the closed accounts one that they made while they could still sign in."""
    if role == "anonymous":
        return None
    user: User = getattr(cast, role)
    if role not in NOBODIES:
        return caller(user).secret
    User.objects.filter(pk=user.pk).update(is_active=True, expires_on=None)
    secret = caller(User.objects.get(pk=user.pk)).secret
    User.objects.filter(pk=user.pk).update(is_active=user.is_active, expires_on=user.expires_on)
    return secret


@pytest.mark.parametrize(("role", "object_key"), matrix_cases((*ROLES, *NOBODIES)))
def test_every_cell_answers_as_written_down(cast: Cast, role: str, object_key: str) -> None:
    user = cast.bob if role == "anonymous" else getattr(cast, role)
    assert list(breaches(build(cast, object_key, user), role, secret_of(cast, role))) == []


def test_every_address_of_the_api_has_a_row() -> None:
    named = {pattern.name for pattern in (*urls.versioned, *urls.urlpatterns) if getattr(pattern, "name", None)}
    assert named == {call.name for call in RECORD_CALLS} | set(ELSEWHERE)


@pytest.mark.parametrize(("role", "object_key"), matrix_cases())
def test_lists_hold_exactly_what_may_be_seen(cast: Cast, role: str, object_key: str) -> None:
    scene = build(cast, object_key, getattr(cast, role))
    program = caller(getattr(cast, role))
    allowed = EXPECTED[object_key][role]
    slug = scene.object_type.slug
    live = program.get(f"/{slug}?limit=200&count=true")
    if "view" not in allowed:
        assert live.status_code == 403
    else:
        shown = {row["id"] for row in told(live)["data"]}
        assert shown & set(scene.ids.values()) == {scene.ids[relation, False] for relation in allowed["view"]}
        assert told(live)["count"]["value"] == len(shown)
    binned = program.get(f"/{slug}?deleted=true")
    if "restore" not in allowed:
        assert binned.status_code == 403
    else:
        shown = {row["id"] for row in told(binned)["data"]}
        assert shown == {scene.ids[relation, True] for relation in allowed["restore"]}
    if not scene.object_type.search:
        return
    found = {row["id"] for row in told(program.get(f"/search?q={quote('own')}&objects={object_key}"))["data"]}
    assert found == ({scene.ids["own", False]} if "view" in allowed else set())


@pytest.mark.parametrize(("role", "object_key"), matrix_cases())
def test_creating_needs_the_right(cast: Cast, role: str, object_key: str) -> None:
    scene = build(cast, object_key, getattr(cast, role))
    program = caller(getattr(cast, role))
    slug = scene.object_type.slug
    may = "create" in EXPECTED[object_key][role]
    assert program.post(f"/{slug}", scene.new).status_code == (201 if may else 403)
    bulk = program.post(f"/{slug}/bulk", {"operation": "create", "records": [scene.more]})
    assert bulk.status_code == (200 if may else 403)


@pytest.mark.parametrize("role", ROLES)
def test_files_go_in_and_out_only_with_the_right(cast: Cast, role: str) -> None:
    program = caller(getattr(cast, role))
    allowed = EXPECTED["customer"][role]
    body = "客户名称\n甲\n".encode()
    headers = {"Authorization": f"Bearer {program.secret}"}
    sent = Client().generic(
        "POST", "/api/v1/customers/imports?name=a.csv", body, content_type="text/csv", headers=headers
    )
    assert sent.status_code == (201 if "import" in allowed else 403)
    assert program.post("/customers/exports", {"columns": ["name"]}).status_code == (
        202 if "export" in allowed else 403
    )


def test_imports_and_exports_belong_to_who_started_them(cast: Cast) -> None:
    clara, alice = caller(cast.clara), caller(cast.alice)
    run = import_upload(registry.get("customer"), [b"name\nx\n"], file_name="a.csv", actor=actor(cast.clara))
    export = told(clara.post("/customers/exports", {}))["id"]
    for method, path in (
        ("GET", f"/imports/{run.pk}"),
        ("POST", f"/imports/{run.pk}/start"),
        ("POST", f"/imports/{run.pk}/cancel"),
        ("POST", f"/imports/{run.pk}/undo"),
        ("GET", f"/imports/{run.pk}/rejected"),
        ("GET", f"/exports/{export}"),
        ("POST", f"/exports/{export}/cancel"),
        ("GET", f"/exports/{export}/file"),
    ):
        body = {} if method == "POST" else None
        assert alice.request(method, path, body).status_code == 404, path
        assert Client().generic(method, f"/api/v1{path}").status_code == 401, path
    assert clara.get(f"/imports/{run.pk}").status_code == clara.get(f"/exports/{export}").status_code == 200


def test_the_catalogue_names_only_what_may_be_seen(cast: Cast) -> None:
    assert "customer" in {found["key"] for found in told(caller(cast.bob).get("/objects"))["data"]}
    assert "customer" not in {found["key"] for found in told(caller(cast.adam).get("/objects"))["data"]}
    assert Client().get("/api/v1/objects").status_code == 401


def test_the_document_needs_a_token(cast: Cast) -> None:
    assert Client().get("/api/openapi.json").status_code == 401


def test_the_page_needs_a_person(cast: Cast) -> None:
    assert Client().get("/api/").status_code == 302
    page = client(cast.bob).get("/api/").content.decode()
    assert "/api/v1/customers/{record_id}" in page
    assert "/api/v1/customers" not in client(cast.adam).get("/api/").content.decode()
