"""Fields and objects that administrators make: who may, what is refused, and that every engine knows them at once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.metadata.fields.samples import NOW
from zhike.domain.customers.models import Customer
from zhike.jobs.models import Job
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor, ActorKind
from zhike.metadata.customising import (
    MOST_FIELDS,
    MOST_INDEXED,
    field_change,
    field_create,
    field_restore,
    field_retire,
    fields_order,
)
from zhike.metadata.customising_objects import object_change, object_create, object_restore, object_retire
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.fields import FIELD_TYPES
from zhike.metadata.models import Change, CustomField, CustomObject, CustomRecord, Stamp
from zhike.metadata.object_type import UnknownObject
from zhike.metadata.records import record_save

pytestmark = [pytest.mark.django_db, pytest.mark.write]

ADMIN = Actor(kind=ActorKind.USER, user_id=1, name="Adam", privileges=frozenset({"settings"}))
SELLER = Actor(kind=ActorKind.USER, user_id=2, name="Bob")
CHOICES = {"choices": [{"label": "高"}, {"label": "低", "tone": "red", "label_en": "Low"}]}


@pytest.fixture(autouse=True)
def _fresh_catalogue() -> Any:
    """The database of a test is rolled back, so the catalogue must look again."""
    registry.touch()
    yield
    registry.forget()


def refusal(problem: Any) -> tuple[str, str]:
    """(attribute, code) of the only problem."""
    ((name, found),) = problem.value.problems.items()
    return name, found[0].code


def make(kind: str = "text", label: str = "栏", **details: Any) -> CustomField:
    return field_create("customer", kind=kind, label=label, actor=ADMIN, **details)


def test_a_new_field_is_in_the_descriptor_at_once_under_its_pinyin() -> None:
    row = make("choice", "客户 等级", options=CHOICES, help="看这里")
    field = registry.get("customer").field("ke_hu_deng_ji")
    assert field.custom_id == row.pk
    assert [choice.key for choice in field.options["choices"]] == ["gao", "low"]
    pk = record_save(registry.get("customer"), {"name": "华贸", "ke_hu_deng_ji": "低"}, actor=SYSTEM)
    assert Customer.objects.get(pk=pk).custom == {"ke_hu_deng_ji": "low"}


def test_keys_stay_unique_and_valid_whatever_the_label() -> None:
    keys = [make(label=label).key for label in ("预算", "预 算", "2024 年目标", "Budget (¥)", "名字", "……", "name")]
    assert keys == ["yu_suan", "yu_suan_2", "field_2024_nian_mu_biao", "budget", "ming_zi", "field", "name_2"]


def test_only_who_has_the_right_may_define() -> None:
    row = make()
    before = Stamp.objects.get(pk=Stamp.METADATA).value
    calls: list[Callable[[], object]] = [
        lambda: field_create("customer", kind="text", label="甲", actor=SELLER),
        lambda: field_change(row.pk, label="乙", actor=SELLER),
        lambda: field_retire(row.pk, actor=SELLER),
        lambda: field_restore(row.pk, actor=SELLER),
        lambda: fields_order("customer", [row.key], actor=SELLER),
        lambda: object_create(label="车", actor=SELLER),
        lambda: object_change(1, label="车", actor=SELLER),
        lambda: object_retire(1, actor=SELLER),
        lambda: object_restore(1, actor=SELLER),
    ]
    for call in calls:
        with pytest.raises(Denied):
            call()
    assert Stamp.objects.get(pk=Stamp.METADATA).value == before
    assert CustomField.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "details", "name", "code"),
    [
        ("nonsense", {}, "kind", "unknown_kind"),
        ("filter", {}, "kind", "unknown_kind"),
        ("text", {"label": " "}, "label", "required"),
        ("text", {"label": "x" * 61}, "label", "too_long"),
        ("text", {"label": "名称"}, "label", "label_taken"),
        ("text", {"key": "Bad-Key"}, "key", "bad_key"),
        ("text", {"key": "x'; DROP"}, "key", "bad_key"),
        ("text", {"key": "name"}, "key", "key_taken"),
        ("text", {"key": "custom"}, "key", "key_taken"),
        ("text", {"options": {"colour": 1}}, "options", "unknown_option"),
        ("text", {"options": {"max_length": 501}}, "options", "bad_option"),
        ("text", {"options": {"max_length": "many"}}, "options", "bad_option"),
        ("choice", {}, "options", "bad_option"),
        ("choice", {"options": {"choices": []}}, "options", "bad_option"),
        ("choice", {"options": {"choices": ["高", "高"]}}, "options", "choice_twice"),
        ("choice", {"options": {"choices": [{"label": "高", "tone": "<b>"}]}}, "options", "bad_option"),
        ("link", {"options": {"target": "nothing"}}, "options", "unknown_object"),
        ("link", {}, "options", "bad_option"),
        ("decimal", {"options": {"minimum": 5, "maximum": 3}}, "options", "bad_option"),
        ("integer", {"default": "zwölf"}, "default", "not_a_whole_number"),
        ("boolean", {"unique": True}, "unique", "not_possible"),
        ("phone", {"indexed": True}, "indexed", "not_possible"),
    ],
)
def test_definitions_that_make_no_sense_are_refused(kind: str, details: dict[str, Any], name: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        make(kind, **{"label": "栏", **details})
    assert refusal(problem) == (name, code)
    assert not CustomField.objects.exists()


def test_fields_of_every_kind_can_be_made_and_filled() -> None:
    options: dict[str, dict[str, Any]] = {
        "choice": CHOICES,
        "multi_choice": CHOICES,
        "link": {"target": "tag"},
        "links": {"target": "tag"},
        "auto_number": {"pattern": "{0000}"},
    }
    present = {found.key for found in registry.all_types()}
    for kind in FIELD_TYPES.values():
        if kind.customisable and (kind.key != "file" or "file" in present):
            make(kind.key, f"{kind.key} 栏", options=options.get(kind.key, {}))
    assert len([field for field in registry.get("customer").active_fields if field.is_custom]) >= 19


def test_defaults_are_plain_values_of_the_kind() -> None:
    make("date", "到期", default="2024年5月1日")
    make("boolean", "回访", default="是")
    pk = record_save(registry.get("customer"), {"name": "华贸"}, actor=SYSTEM)
    assert Customer.objects.get(pk=pk).custom == {"dao_qi": "2024-05-01", "hui_fang": True}


def test_a_change_is_logged_with_old_and_new() -> None:
    row = make(label="预算")
    field_change(row.pk, label="年度预算", sensitive=True, actor=ADMIN)
    change = Change.objects.filter(object_key="custom_field", record_id=row.pk).latest("id")
    assert change.values == {"label": ["预算", "年度预算"], "sensitive": [False, True]}
    assert change.actor_id == ADMIN.user_id
    assert str(registry.get("customer").field(row.key).label) == "年度预算"


def test_a_change_of_nothing_writes_nothing() -> None:
    row = make(label="预算")
    field_change(row.pk, label="预算", actor=ADMIN)
    assert Change.objects.filter(object_key="custom_field", record_id=row.pk).count() == 1


def test_key_kind_and_target_cannot_change() -> None:
    row = make("link", "介绍人", options={"target": "customer"})
    for changes in ({"key": "other"}, {"kind": "text"}, {"object_key": "task"}):
        with pytest.raises(Invalid) as problem:
            field_change(row.pk, actor=ADMIN, **changes)
        assert refusal(problem)[1] == "not_changeable"
    with pytest.raises(Invalid) as problem:
        field_change(row.pk, actor=ADMIN, options={"target": "tag"})
    assert refusal(problem) == ("options", "not_changeable")


def test_a_choice_that_is_left_out_is_retired_because_records_may_have_it() -> None:
    row = make("choice", "等级", options=CHOICES)
    field_change(row.pk, options={"choices": [{"key": "gao", "label": "很高"}]}, actor=ADMIN)
    choices = registry.get("customer").field(row.key).options["choices"]
    assert [(choice.key, str(choice.label), choice.retired) for choice in choices] == [
        ("gao", "很高", False),
        ("low", "低", True),
    ]


def test_a_retired_field_keeps_its_data_and_comes_back_with_it() -> None:
    row = make("text", "备注二")
    pk = record_save(registry.get("customer"), {"name": "华贸", row.key: "要紧"}, actor=SYSTEM)
    field_retire(row.pk, actor=ADMIN)
    assert row.key not in [field.key for field in registry.get("customer").active_fields]
    with pytest.raises(Invalid):
        record_save(registry.get("customer"), {"name": "x", row.key: "y"}, actor=SYSTEM)
    field_restore(row.pk, actor=ADMIN)
    assert Customer.objects.get(pk=pk).custom == {row.key: "要紧"}
    assert row.key in registry.get("customer").fields


def test_a_field_becomes_unique_only_without_duplicates_in_the_bin_either() -> None:
    row = make("text", "工号")
    for name in ("甲", "乙"):
        Customer.objects.create(name=name, created_at=NOW, updated_at=NOW, custom={row.key: "007"})
    with pytest.raises(Invalid) as problem:
        field_change(row.pk, unique=True, actor=ADMIN)
    assert refusal(problem) == ("unique", "duplicates")
    Customer.objects.filter(name="乙").update(custom={row.key: "008"})
    field_change(row.pk, unique=True, actor=ADMIN)
    with pytest.raises(Invalid) as problem:
        record_save(registry.get("customer"), {"name": "丙", row.key: "008"}, actor=SYSTEM)
    assert refusal(problem) == (row.key, "taken")


def test_the_order_of_fields_is_that_of_the_form() -> None:
    keys = [make(label=label).key for label in ("甲", "乙", "丙")]
    fields_order("customer", list(reversed(keys)), actor=ADMIN)
    custom = [field.key for field in registry.get("customer").active_fields if field.is_custom]
    assert custom == list(reversed(keys))
    with pytest.raises(Invalid):
        fields_order("customer", keys[:2], actor=ADMIN)


def test_there_is_a_ceiling_for_fields_and_for_indexes() -> None:
    CustomField.objects.bulk_create(
        CustomField(
            object_key="customer", key=f"f_{number}", kind="text", label=f"第{number}", indexed=number < MOST_INDEXED
        )
        for number in range(MOST_FIELDS - 1)
    )
    registry.touch()
    with pytest.raises(Invalid) as problem:
        make(label="快", indexed=True)
    assert refusal(problem) == ("indexed", "too_many_indexes")
    last = make(label="最后")
    with pytest.raises(Invalid) as problem:
        make(label="太多")
    assert refusal(problem) == ("", "too_many_fields")
    field_retire(last.pk, actor=ADMIN)
    make(label="又一个")
    with pytest.raises(Invalid):
        field_restore(last.pk, actor=ADMIN)


def test_an_index_is_work_for_the_queue() -> None:
    row = make(label="快", indexed=True)
    jobs = Job.objects.filter(kind="metadata.custom_indexes")
    assert [job.params for job in jobs] == [{"object_key": "customer"}]
    field_change(row.pk, indexed=False, actor=ADMIN)
    field_change(row.pk, help="看", actor=ADMIN)
    assert jobs.all().count() == 2


def test_unknown_objects_and_fields_are_not_found() -> None:
    with pytest.raises(NotFound):
        field_create("spaceship", kind="text", label="甲", actor=ADMIN)
    with pytest.raises(NotFound):
        field_change(99, label="甲", actor=ADMIN)
    with pytest.raises(NotFound):
        object_change(99, label="甲", actor=ADMIN)


def test_a_new_object_takes_records_and_fields_at_once() -> None:
    made = object_create(label="车辆", label_en="Vehicle", icon="car", group="sales", actor=ADMIN)
    assert made.key == "vehicle"
    field_create("vehicle", kind="text", label="车牌", required=True, actor=ADMIN)
    with pytest.raises(Invalid):
        record_save(registry.get("vehicle"), {"name": "旧车"}, actor=SYSTEM)
    pk = record_save(registry.get("vehicle"), {"name": "旧车", "che_pai": "京A12345"}, actor=SYSTEM)
    assert CustomRecord.objects.get(pk=pk).object_id == made.pk
    assert registry.by_slug("vehicle").icon == "car"


@pytest.mark.parametrize(
    ("details", "name", "code"),
    [
        ({"label": "客户"}, "label", "label_taken"),
        ({"label": "车", "key": "customers"}, "key", "key_taken"),
        ({"label": "车", "key": "search"}, "key", "key_taken"),
        ({"label": "车", "key": "a-b"}, "key", "bad_key"),
        ({"label": "车", "icon": "<svg>"}, "icon", "bad_icon"),
        ({"label": "车", "group": "elsewhere"}, "group", "bad_group"),
        ({"label": "车", "board_by": "nothing"}, "board_by", "not_groupable"),
        ({"label": ""}, "label", "required"),
    ],
)
def test_objects_that_make_no_sense_are_refused(details: dict[str, Any], name: str, code: str) -> None:
    with pytest.raises(Invalid) as problem:
        object_create(actor=ADMIN, **details)
    assert refusal(problem) == (name, code)
    assert not CustomObject.objects.exists()


def test_an_object_is_retired_with_its_records_unless_something_links_to_it() -> None:
    made = object_create(label="车辆", actor=ADMIN)
    pk = record_save(registry.get(made.key), {"name": "旧车"}, actor=SYSTEM)
    link = make("link", "座驾", options={"target": made.key})
    with pytest.raises(Invalid) as problem:
        object_retire(made.pk, actor=ADMIN)
    assert refusal(problem) == ("", "linked_to")
    field_retire(link.pk, actor=ADMIN)
    object_retire(made.pk, actor=ADMIN)
    with pytest.raises(UnknownObject):
        registry.get(made.key)
    object_restore(made.pk, actor=ADMIN)
    assert CustomRecord.objects.filter(pk=pk).exists()
    assert registry.get(made.key).custom_id == made.pk


def test_a_board_needs_a_choice_field() -> None:
    made = object_create(label="车辆", actor=ADMIN)
    row = field_create(made.key, kind="choice", label="状态", options=CHOICES, actor=ADMIN)
    object_change(made.pk, board_by=row.key, actor=ADMIN)
    assert registry.get(made.key).board_by == row.key
