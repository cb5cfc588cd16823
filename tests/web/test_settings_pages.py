"""The settings: found by searching, open to those with the privilege alone, and effective."""

from __future__ import annotations

import json

import pytest
from django.urls import reverse

from tests.cast import PASSWORD, Cast, actor, client
from zhike.accounts.models import Department, User
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Scope
from zhike.metadata.models import Role
from zhike.metadata.records import record_save
from zhike.web.settings_pages import PAGES


def addresses(cast: Cast) -> list[str]:
    person, role = [cast.bob.pk], ["sales"]
    return [
        *(reverse(page.address) for page in PAGES),
        reverse("settings"),
        reverse("settings_person_new"),
        reverse("settings_person", args=person),
        reverse("settings_role", args=role),
        reverse("settings_role_fields", args=["sales", "user"]),
    ]


def test_an_administrator_opens_every_page(cast: Cast) -> None:
    browser = client(cast.adam)
    for address in addresses(cast):
        answer = browser.get(address)
        assert answer.status_code == 200, address


@pytest.mark.parametrize("name", ["alice", "bob", "mallory", "sara", "max", "eve", "clara"])
def test_nobody_else_opens_or_posts_to_any(cast: Cast, name: str) -> None:
    browser = client(getattr(cast, name))
    before = [list(User.objects.values()), list(Role.objects.values()), list(Department.objects.values())]
    posts = [
        reverse("settings_person_active", args=[cast.bob.pk]),
        reverse("settings_person_password", args=[cast.bob.pk]),
        reverse("settings_person_sign_out", args=[cast.bob.pk]),
        reverse("settings_role_delete", args=["sales"]),
    ]
    for address in addresses(cast):
        assert browser.get(address).status_code == 403, address
    data = {"name": "x", "username": "xx", "active": "0", "password": "quite another sentence", "roles": "admin"}
    for address in [*addresses(cast), *posts]:
        assert browser.post(address, data).status_code in {403, 405}, address
    assert [list(User.objects.values()), list(Role.objects.values()), list(Department.objects.values())] == before


def test_settings_are_found_by_their_words(cast: Cast) -> None:
    page = client(cast.adam).get("/settings/?q=角色").content.decode()
    assert reverse("settings_roles") in page
    assert reverse("settings_sign_ins") not in page


def test_a_role_changed_in_the_matrix_counts_at_once(cast: Cast) -> None:
    browser = client(cast.adam)
    address = reverse("settings_role", args=["sales"])
    assert browser.post(address, {"grant:user:export": "10"}).status_code == 302
    assert actor(cast.bob).scope("user", "export") is Scope.OWN


def test_saving_the_matrix_unchanged_changes_nothing(cast: Cast) -> None:
    browser = client(cast.adam)
    for role in Role.objects.all():
        before = set(role.grants.values_list("object_key", "action", "scope"))
        page = browser.get(reverse("settings_role", args=[role.key]))
        posted = {cell["name"]: cell["scope"] for row in page.context["rows"] for cell in row["cells"] if cell}
        posted |= {f"privilege:{name}": "on" for name in role.privileges}
        assert browser.post(reverse("settings_role", args=[role.key]), posted).status_code == 302
        assert set(role.grants.values_list("object_key", "action", "scope")) == before


def test_a_field_rule_is_set_and_taken_back(cast: Cast) -> None:
    browser = client(cast.adam)
    address = reverse("settings_role_fields", args=["sales", "user"])
    browser.post(address, {"field:phones": "10"})
    assert actor(cast.bob).access("user", "phones").name == "MASKED"
    browser.post(address, {"field:phones": "30"})
    assert actor(cast.bob).access("user", "phones").name == "EDIT"


def test_an_account_is_made_changed_and_closed(cast: Cast) -> None:
    browser = client(cast.adam)
    values = {
        "name": "王五",
        "username": "wang.wu",
        "password": PASSWORD,
        "roles": ["sales"],
        "department": cast.first.pk,
    }
    made = browser.post(reverse("settings_person_new"), values)
    user = User.objects.get(username="wang.wu")
    assert made["Location"] == reverse("settings_person", args=[user.pk])
    changed = {
        "username": "wang.wu",
        "roles": ["service"],
        "department": cast.second.pk,
        "departments": [cast.first.pk],
    }
    assert browser.post(made["Location"], changed).status_code == 302
    assert actor(user).role_keys == {"service"}
    assert actor(user).department_ids == {cast.first.pk, cast.second.pk}
    browser.post(reverse("settings_person_active", args=[user.pk]), {"active": "0"})
    assert actor(user).is_anonymous


def test_the_last_administrator_is_told_why_they_stay(cast: Cast) -> None:
    answer = client(cast.adam).post(reverse("settings_person", args=[cast.adam.pk]), {"username": "adam"})
    assert answer.status_code == 422
    assert "至少要留一位" in answer.content.decode()
    assert actor(cast.adam).has("users")


def test_a_bad_account_keeps_what_was_typed(cast: Cast) -> None:
    values = {"name": "王五", "username": "alice", "password": "qwertz-77"}
    answer = client(cast.adam).post(reverse("settings_person_new"), values)
    assert answer.status_code == 422
    assert 'value="王五"' in answer.content.decode()
    assert "qwertz-77" not in answer.content.decode()


def test_departments_are_shown_as_a_tree_and_added(cast: Cast) -> None:
    browser = client(cast.adam)
    browser.post(reverse("settings_departments"), {"name": "销售三部", "parent": cast.first.pk})
    rows = browser.get(reverse("settings_departments")).context["rows"]
    assert [(row["room"].name, row["depth"]) for row in rows][:1] == [("营业部", 0)]
    assert ("销售三部", 2) in [(row["room"].name, row["depth"]) for row in rows]


def test_why_answers_with_the_rule_and_without_the_record(cast: Cast) -> None:
    secret = "绝密客户名称"
    pk = record_save(registry.get("customer"), {"name": secret, "kind": "company", "owner": cast.bob.pk}, actor=SYSTEM)
    browser = client(cast.adam)
    address = f"http://testserver/o/customers/{pk}/"
    for user, verdict in ((cast.alice, "yes"), (cast.charlie, "no"), (cast.eve, "yes"), (cast.disabled, "closed")):
        answer = browser.get(reverse("settings_why"), {"user": user.pk, "record": address})
        assert answer.context["verdict"] == verdict
        assert secret not in answer.content.decode()
    assert browser.get(reverse("settings_why"), {"user": cast.bob.pk, "record": "nonsense"}).context["error"]
    gone = browser.get(reverse("settings_why"), {"user": cast.bob.pk, "record": "/o/customers/999999/"})
    assert gone.context["verdict"] == "none"


@pytest.mark.parametrize(
    "address", ["roles/no-such/", "people/999999/", "roles/sales/no-such/", "people/99999999999999999999/"]
)
def test_what_does_not_exist_is_not_found(cast: Cast, address: str) -> None:
    assert client(cast.adam).get(f"/settings/{address}").status_code == 404


def test_saving_a_roles_rights_is_said_in_a_toast(cast: Cast) -> None:
    """The page looks as before, so nothing else would tell."""
    form = {"grant:task:view": "40"}
    answer = client(cast.adam).post("/settings/roles/service/", form, headers={"HX-Request": "true"})
    assert (answer.status_code, answer["HX-Location"]) == (204, "/settings/roles/service/")
    assert "客服" in json.loads(answer["HX-Trigger"])["toast"]["message"]
