"""The product's own fields are called as an administrator says, everywhere at once, and back."""

from __future__ import annotations

import pytest

from tests.api.caller import caller, told
from tests.cast import Cast, actor, client
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import Change, FieldLabel
from zhike.metadata.records import record_save
from zhike.metadata.renaming import field_rename, shipped_names

pytestmark = [pytest.mark.django_db, pytest.mark.policy]

URL = "/settings/fields/customer/name/tier/"


def name_of(cast: Cast, language: str = "zh-hans") -> str:
    browser = client(cast.bob)
    browser.post("/language/", {"language": language})
    page = browser.get("/o/customers/?columns=name,tier")
    return next(str(column["label"]) for column in page.context["columns"] if column["key"] == "tier")


def test_a_new_name_is_in_lists_forms_and_the_api_at_once(cast: Cast) -> None:
    assert client(cast.adam).post(URL, {"label": "重要程度", "label_en": "Importance"}).status_code == 302

    assert name_of(cast) == "重要程度"
    assert name_of(cast, "en") == "Importance"
    browser = client(cast.bob)
    browser.post("/language/", {"language": "zh-hans"})
    assert "重要程度" in browser.get("/o/customers/new/").content.decode()
    objects = {found["key"]: found for found in told(caller(cast.bob).get("/objects"))["data"]}
    assert "重要程度" in str(objects["customer"])


def test_a_language_without_a_name_of_its_own_keeps_the_shipped_one(cast: Cast) -> None:
    before = name_of(cast, "en")
    field_rename("customer", "tier", label="重要程度", label_en="", actor=actor(cast.adam))
    assert name_of(cast, "en") == before
    assert name_of(cast) == "重要程度"


def test_an_empty_name_or_the_shipped_one_is_the_shipped_one_again(cast: Cast) -> None:
    shipped = shipped_names("customer", "tier")
    for label in ("", shipped["label"]):
        field_rename("customer", "tier", label="重要程度", label_en="", actor=actor(cast.adam))
        assert shipped_names("customer", "tier") == shipped
        field_rename("customer", "tier", label=label, label_en=shipped["label_en"], actor=actor(cast.adam))
        assert name_of(cast) == shipped["label"]
        assert (FieldLabel.objects.get().label, FieldLabel.objects.get().label_en) == ("", "")


def test_each_renaming_is_in_the_change_log(cast: Cast) -> None:
    for label in ("重要程度", "重要程度", "等级"):
        field_rename("customer", "tier", label=label, label_en="", actor=actor(cast.adam))
    changes = Change.objects.filter(object_key="field_label").order_by("pk")
    assert [change.action for change in changes] == ["create", "update", "update"]
    assert changes[2].values == {"label": ["重要程度", "等级"]}
    assert {change.actor_id for change in changes} == {cast.adam.pk}


def test_a_name_that_is_taken_or_too_long_is_refused_and_stays_in_the_form(cast: Cast) -> None:
    browser = client(cast.adam)
    for typed in ("客户阶段" * 20, str(registry.get("customer").field("stage").label)):
        answer = browser.post(URL, {"label": typed})
        assert answer.status_code == 422
        assert typed in answer.content.decode()
    assert not FieldLabel.objects.exists()


def test_only_fields_of_the_product_are_renamed_here_and_only_with_the_right(cast: Cast) -> None:
    own = field_create("customer", kind="text", label="备忘", key="memo", actor=actor(cast.adam))
    for object_key, key in (("customer", own.key), ("customer", "no_such"), ("address_entry", "name")):
        with pytest.raises(NotFound):
            field_rename(object_key, key, label="x", label_en="", actor=actor(cast.adam))
    with pytest.raises(Denied):
        field_rename("customer", "tier", label="x", label_en="", actor=actor(cast.alice))


def test_a_default_value_is_given_in_the_browser(cast: Cast) -> None:
    browser = client(cast.adam)
    form = {"kind": "choice", "label": "获客场合", "choice_label": ["展会", "网站"], "default": "网站"}
    empty = {f"choice_{name}": ["", ""] for name in ("label_en", "tone", "key", "retired")}
    wrong = browser.post("/settings/fields/customer/new/", {**form, **empty, "default": "电台"})
    assert wrong.status_code == 422
    assert 'value="电台"' in wrong.content.decode()

    assert browser.post("/settings/fields/customer/new/", {**form, **empty}).status_code == 302

    field = next(field for field in registry.get("customer").active_fields if str(field.label) == "获客场合")
    pk = record_save(registry.get("customer"), {"name": "海天", "kind": "company"}, actor=SYSTEM)
    row = registry.get("customer").model._default_manager.get(pk=pk)
    assert row.custom[field.key] == field.default is not None
    page = browser.get(f"/settings/fields/customer/{field.custom_id}/").content.decode()
    assert 'name="default" value="网站"' in page


@pytest.mark.parametrize(
    ("kind", "typed"), [("date", "2024-05-01"), ("boolean", "是"), ("money", "12.50"), ("integer", "7")]
)
def test_a_default_comes_back_into_the_form_as_it_can_be_typed(cast: Cast, kind: str, typed: str) -> None:
    browser = client(cast.adam)
    made = field_create("customer", kind=kind, label="默认", default=typed, actor=actor(cast.adam))
    url = f"/settings/fields/customer/{made.pk}/"
    page = browser.get(url)
    shown = page.context["default"]
    assert shown
    options = {
        f"option_{option['name'].removeprefix('option_')}": option["value"] for option in page.context["options"]
    }
    assert browser.post(url, {"label": "默认", "default": shown, **options}).status_code == 302
    made.refresh_from_db()
    before = made.default
    assert browser.post(url, {"label": "默认", "default": "", **options}).status_code == 302
    made.refresh_from_db()
    assert (before is not None, made.default) == (True, None)


def test_a_renaming_shows_who_imports_the_new_name(cast: Cast) -> None:
    """Columns are recognised by the names that people see."""
    field_rename("customer", "tier", label="重要程度", label_en="", actor=actor(cast.adam))
    with pytest.raises(Invalid):
        field_rename("customer", "stage", label="重要程度", label_en="", actor=actor(cast.adam))
