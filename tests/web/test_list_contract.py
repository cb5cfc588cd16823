"""Every registered object type, a custom one included, has a list in which everything works."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cast import Cast, actor, client
from zhike.metadata import policy, registry
from zhike.metadata.models import CustomField, CustomObject
from zhike.metadata.records import Row, save

pytestmark = pytest.mark.contract

FIELDS: dict[str, dict[str, Any]] = {
    "text": {},
    "long_text": {},
    "integer": {},
    "decimal": {},
    "money": {},
    "percent": {},
    "date": {},
    "datetime": {},
    "birthday": {},
    "boolean": {},
    "choice": {"choices": [{"key": "a", "label": "甲", "tone": "blue"}, {"key": "b", "label": "乙"}]},
    "multi_choice": {"choices": [{"key": "a", "label": "甲"}, {"key": "b", "label": "乙"}]},
    "phone": {},
    "email": {},
    "url": {},
    "id_number": {},
    "address": {},
    "link": {"target": "customer"},
    "links": {"target": "tag"},
    "user": {},
}


@pytest.fixture
def project(cast: Cast) -> str:
    """A custom object with a field of every kind and a few records of Clara's; its slug."""
    made = CustomObject.objects.create(key="project", label="项目", label_en="Project", board_by="f_choice")
    for order, (kind, options) in enumerate(FIELDS.items()):
        CustomField.objects.create(
            object_key="project", key=f"f_{kind}", kind=kind, label=kind, options=options, order=order
        )
    registry.touch()
    rows = [Row({"name": f"项目{number}", "f_choice": "a", "f_integer": number}) for number in range(3)]
    assert save(registry.get("project"), rows, actor=actor(cast.clara)).ok
    return made.key


def slugs() -> list[str]:
    return [found.slug for found in registry.all_types()]


def test_lists_counts_builders_pickers_and_bins_answer(cast: Cast, project: str) -> None:
    for person in (cast.clara, cast.bob):
        browser = client(person)
        for slug in slugs():
            object_type = registry.by_slug(slug)
            if not policy.may(actor(person), object_type, "view"):
                continue
            every = ",".join(field.key for field in object_type.active_fields)
            below = [
                "",
                "count/",
                "filter/",
                "columns/",
                "pick/",
                "pick/?q=项",
                f"?columns={every}",
                "?q=项",
                "views/new/",
            ]
            for path in below:
                assert browser.get(f"/o/{slug}/{path}").status_code == 200, (person.name, slug, path)
            for path in ("bin/", "bulk/edit/", "board/"):
                assert browser.get(f"/o/{slug}/{path}").status_code in {200, 403, 404}, (person.name, slug, path)


def test_every_sortable_field_sorts_and_every_comparison_filters(cast: Cast, project: str) -> None:
    browser = client(cast.clara)
    told = browser.get("/o/project/filter/?format=json").json()["fields"]
    assert {f"f_{kind}" for kind in FIELDS} <= {field["key"] for field in told}
    for column in browser.get("/o/project/?columns=" + ",".join(f"f_{kind}" for kind in FIELDS)).context["columns"]:
        if column["sort_url"]:
            assert browser.get(column["sort_url"]).status_code == 200, column["key"]
    for field in told:
        for key in (operator["key"] for operator in field["operators"] if operator["operand"] == "none"):
            tree = json.dumps({"all": [{"field": field["key"], "op": key}]})
            assert browser.get("/o/project/", {"filter": tree}).status_code == 200, (field["key"], key)


def test_every_editable_field_has_a_control_in_the_cell_and_in_bulk(cast: Cast, project: str) -> None:
    browser = client(cast.clara)
    object_type = registry.get(project)
    pk = browser.get("/o/project/").context["rows"][0]["id"]
    for field in object_type.writable_fields:
        assert browser.get(f"/o/project/{pk}/edit/{field.key}/").status_code == 200, field.key
        assert browser.get(f"/o/project/bulk/control/?field={field.key}").status_code == 200, field.key


def test_the_board_of_a_custom_object_moves_its_cards(cast: Cast, project: str) -> None:
    browser = client(cast.clara)
    columns = {column["value"]: column for column in browser.get("/o/project/board/").context["columns"]}
    card = columns["a"]["cards"][0]

    answer = browser.post(card["move_url"], {"value": "b", "version": card["version"]})

    assert answer.status_code == 200
    moved = {column["value"]: column for column in browser.get("/o/project/board/").context["columns"]}
    assert [len(moved[key]["cards"]) for key in ("a", "b")] == [2, 1]


def test_a_custom_value_is_edited_and_set_in_bulk(cast: Cast, project: str) -> None:
    browser = client(cast.clara)
    ids = [row["id"] for row in browser.get("/o/project/?sort=name").context["rows"]]

    assert browser.post(f"/o/project/{ids[0]}/edit/f_integer/", {"f_integer": "42", "version": 1}).status_code == 200
    assert (
        browser.post("/o/project/bulk/edit/", {"ids": ids, "field": "f_date", "bulk_value": "2026-05-01"}).status_code
        == 204
    )
    tree = json.dumps({"all": [{"field": "f_date", "op": "eq", "value": "2026-05-01"}]})
    assert len(browser.get("/o/project/", {"filter": tree}).context["rows"]) == 3
