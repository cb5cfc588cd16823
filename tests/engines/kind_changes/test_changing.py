"""A custom field becomes another kind: told beforehand, done whole, taken back, and refused where it would break something."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor, client
from tests.web.records import customers
from zhike.domain.customers.models import Customer
from zhike.engines.figures.refreshing import refresh
from zhike.engines.kind_changes.jobs import forget_old_values, run_change, run_undo
from zhike.engines.kind_changes.models import KeptValue, KindChange
from zhike.engines.kind_changes.services import kind_change, kind_preview, kind_undo
from zhike.engines.saved_views.definition import Definition
from zhike.engines.saved_views.services import view_create
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.changes import history
from zhike.metadata.customising import field_create, field_restore
from zhike.metadata.errors import Denied, Invalid
from zhike.metadata.models import CustomField
from zhike.metadata.query import Query
from zhike.metadata.records import record_save
from zhike.metadata.saving import context_for

pytestmark = [pytest.mark.django_db, pytest.mark.query]


def field(cast: Cast, kind: str = "text", **details: Any) -> CustomField:
    made = field_create("customer", kind=kind, label="面积", key="area", actor=actor(cast.adam), **details)
    registry.refresh()
    return made


def work(job: Job) -> Any:
    """Run the job as a worker would, by itself or once more."""
    Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1)
    handler = run_change if job.kind == "kind_changes.change" else run_undo
    found = handler(JobRun(Job.objects.get(pk=job.pk)))
    registry.refresh()
    return found


def values(*ids: int) -> list[Any]:
    held = dict(Customer.objects.filter(pk__in=ids).values_list("pk", "custom"))
    return [held[pk].get("area") for pk in ids]


def test_a_text_becomes_a_number_and_returns_as_it_was(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    ids = [customers(cast.bob, name, area=name)[0] for name in ("12", "1,200", "很大", "12")]
    [empty] = customers(cast.bob, "空")
    told = kind_preview(row.pk, "integer", actor=adam)
    assert (told.converts, told.fails) == (3, 1)
    assert [reason.samples for reason in told.reasons.values()] == [["很大"]]
    assert values(*ids) == ["12", "1,200", "很大", "12"], "looking writes nothing"

    assert work(kind_change(row.pk, "integer", actor=adam)) == {"done": 3, "unchanged": 0, "refused": 1}

    assert values(*ids, empty) == [12, 1200, None, 12, None]
    assert registry.get("customer").field("area").type.key == "integer"
    asked = {"all": [{"field": "area", "op": "gt", "value": 100}]}
    person = actor(cast.bob)
    assert Query(registry.get("customer"), person, context_for(person), filter=asked).ids() == [ids[1]]
    record_save(registry.get("customer"), {"area": 15}, id=ids[0], actor=person)
    record_save(registry.get("customer"), {"area": 77}, id=empty, actor=person)

    assert work(kind_undo(row.pk, actor=adam)) == {"undone": 4, "conflicts": 0}

    assert values(*ids, empty) == ["15", "1,200", "很大", "12", "77"], "what people wrote since is not lost"
    assert registry.get("customer").field("area").type.key == "text"
    assert not KeptValue.objects.exists()


@pytest.mark.parametrize(
    ("kind", "details", "before", "target", "after"),
    [
        ("text", {}, "3.5", "decimal", 3.5),
        ("text", {}, "2026-11-22", "date", "2026-11-22"),
        ("text", {}, "是", "boolean", True),
        ("text", {}, "13800001234、010-12345678", "phone", ["+8613800001234", "+861012345678"]),
        ("text", {}, "li@example.cn", "email", ["li@example.cn"]),
        ("text", {}, "example.cn", "url", "https://example.cn"),
        ("integer", {}, 12, "text", "12"),
        ("integer", {}, 12, "money", 1200),
        ("boolean", {}, True, "text", "是"),
        ("phone", {}, ["13800001234"], "text", "138 0000 1234"),
    ],
)
def test_kinds_convert_by_what_people_read(
    cast: Cast, kind: str, details: dict[str, Any], before: Any, target: str, after: Any
) -> None:
    row = field(cast, kind, **details)
    [pk] = customers(cast.bob, "甲", area=before)
    work(kind_change(row.pk, target, actor=actor(cast.adam)))
    [found] = values(pk)
    assert found == after or float(found) == after
    assert client(cast.bob).get(f"/o/customers/{pk}/").status_code == 200


def test_choices_are_made_from_texts_and_widen_to_several(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    ids = [customers(cast.bob, name, area=area)[0] for name, area in (("甲", "大"), ("乙", "小"), ("丙", "大"))]
    work(kind_change(row.pk, "choice", actor=adam))
    choices = {choice.key: choice.label for choice in registry.get("customer").field("area").options["choices"]}
    assert [choices[key] for key in values(*ids)] == ["大", "小", "大"]
    work(kind_change(row.pk, "multi_choice", actor=adam))
    assert [[choices[key] for key in keys] for keys in values(*ids)] == [["大"], ["小"], ["大"]]
    work(kind_change(row.pk, "text", actor=adam))
    assert values(*ids) == ["大", "小", "大"]


def test_a_name_becomes_a_link_where_one_record_has_it(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    [parent] = customers(cast.bob, "总公司")
    customers(cast.bob, "重名", "重名")
    ids = [customers(cast.bob, f"子{place}", area=name)[0] for place, name in enumerate(("总公司", "重名", "没有"))]
    told = kind_preview(row.pk, "link", actor=adam, options={"target": "customer"})
    assert told.converts == 1
    assert {code: reason.count for code, reason in told.reasons.items()} == {"no_such_name": 1, "name_twice": 1}
    work(kind_change(row.pk, "link", actor=adam, options={"target": "customer"}))
    assert values(*ids) == [parent, None, None]
    assert "总公司" in client(cast.bob).get(f"/o/customers/{ids[0]}/").content.decode()


def test_history_from_before_reads_as_it_was(cast: Cast) -> None:
    row = field(cast)
    [pk] = customers(cast.bob, "甲", area="很大")
    record_save(registry.get("customer"), {"area": "12"}, id=pk, actor=actor(cast.bob))
    work(kind_change(row.pk, "date", actor=actor(cast.adam)))
    record_save(registry.get("customer"), {"area": "2026-01-02"}, id=pk, actor=actor(cast.bob))
    told = [change for entry in history(actor(cast.bob), registry.get("customer"), pk) for change in entry.fields]
    assert [str(change.old) for change in told if change.field.key == "area"] == ["None", "很大"]
    assert client(cast.bob).get(f"/o/customers/{pk}/history/").status_code == 200


def test_what_asks_by_the_field_goes_on_or_stands_in_the_way(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    filters = {
        "fits": {"field": "area", "op": "eq", "value": "12"},
        "breaks": {"field": "area", "op": "contains", "value": "大"},
    }
    customer = registry.get("customer")
    for name, node in filters.items():
        view_create(customer, name=name, definition=Definition(filter={"all": [node]}), actor=actor(cast.bob))
    told = kind_preview(row.pk, "integer", actor=adam)
    assert {use.name: bool(use.reason) for use in told.uses} == {"fits": False, "breaks": True}
    with pytest.raises(Invalid) as refused:
        kind_change(row.pk, "integer", actor=adam)
    assert "breaks" in str(refused.value.problems["kind"][0].message)
    assert not KindChange.objects.exists()


def computed(cast: Cast, key: str, object_key: str = "customer", kind: str = "formula", **options: Any) -> CustomField:
    made = field_create(object_key, kind=kind, label=key, key=key, options=options, actor=actor(cast.adam))
    registry.refresh()
    return made


def shown(pk: int, key: str) -> Any:
    query = Query(registry.get("customer"), SYSTEM, context_for(SYSTEM), columns=["name", key])
    return query.fetch([pk])[pk].values.get(key)


def test_what_is_computed_from_the_field_goes_on_where_it_can(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast, "integer")
    computed(cast, "doubled", expression="area * 2")
    computed(cast, "more", expression="doubled + 1")
    [pk] = customers(cast.bob, "甲", area=12)
    assert (shown(pk, "doubled"), shown(pk, "more")) == (24, 25)
    told = kind_preview(row.pk, "decimal", actor=adam)
    assert {(use.name, bool(use.reason)) for use in told.uses} == {("doubled", False), ("more", False)}
    job = kind_change(row.pk, "decimal", actor=adam)
    registry.refresh()
    assert registry.get("customer").field("doubled").retired
    with pytest.raises(Invalid):
        field_restore(CustomField.objects.get(key="doubled").pk, actor=adam)
    work(job)
    assert registry.get("customer").field("area").type.key == "decimal"
    assert (shown(pk, "doubled"), shown(pk, "more")) == (24, 25)
    record_save(registry.get("customer"), {"area": "12.5"}, id=pk, actor=SYSTEM)
    assert (shown(pk, "doubled"), shown(pk, "more")) == (25, 26)


def test_what_would_break_is_named_with_the_reason_and_blocks(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast, "integer")
    computed(cast, "doubled", expression="area * 2")
    computed(cast, "said", expression='area & "平米"')
    told = kind_preview(row.pk, "text", actor=adam)
    assert {use.name: bool(use.reason) for use in told.uses} == {"doubled": True, "said": False}
    with pytest.raises(Invalid) as refused:
        kind_change(row.pk, "text", actor=adam)
    assert "doubled" in str(refused.value.problems["kind"][0].message)
    assert not CustomField.objects.filter(retired_at__isnull=False).exists()


def test_a_cancelled_change_and_one_taken_back_leave_computed_fields_as_they_were(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast, "integer")
    made = computed(cast, "same", expression="area")
    before = dict(made.options)
    [pk] = customers(cast.bob, "甲", area=12)
    job = kind_change(row.pk, "text", actor=adam)
    Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1)
    job_cancel(job.pk)
    run_change(JobRun(Job.objects.get(pk=job.pk)))
    registry.refresh()
    made.refresh_from_db()
    assert (made.options, made.retired_at, shown(pk, "same")) == (before, None, 12)
    Job.objects.update(state="done")
    work(kind_change(row.pk, "text", actor=adam))
    assert (registry.get("customer").field("same").type.key, shown(pk, "same")) == ("text", "12")
    work(kind_undo(row.pk, actor=adam))
    assert shown(pk, "same") == 12


def test_views_of_a_computed_field_that_becomes_another_kind_stand_in_the_way(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast, "integer")
    computed(cast, "same", expression="area")
    node = {"all": [{"field": "same", "op": "gt", "value": 3}]}
    view_create(registry.get("customer"), name="大的", definition=Definition(filter=node), actor=actor(cast.bob))
    told = kind_preview(row.pk, "text", actor=adam)
    assert {use.name: bool(use.reason) for use in told.uses} == {"same": False, "大的": True}


def test_roll_ups_are_worked_out_anew_or_stand_in_the_way(cast: Cast) -> None:
    adam = actor(cast.adam)
    row = field_create("contact", kind="integer", label="得分", key="points", actor=adam)
    registry.refresh()
    made = computed(cast, "best", kind="rollup", source="contact.customer", function="max", of="points")
    [pk] = customers(cast.bob, "甲")
    record_save(registry.get("contact"), {"name": "李四", "customer": pk, "points": 7}, actor=SYSTEM)
    refresh("customer", [pk])
    assert shown(pk, "best") == 7
    assert [bool(use.reason) for use in kind_preview(row.pk, "text", actor=adam).uses] == [True]
    work(kind_change(row.pk, "decimal", actor=adam))
    made.refresh_from_db()
    assert made.options["remade"]
    assert shown(pk, "best") is None
    refresh("customer", [pk])
    assert shown(pk, "best") == 7


def test_a_killed_worker_s_successor_goes_on_and_a_cancelled_change_leaves_no_trace(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    ids = [customers(cast.bob, f"客户{number}", area=str(number))[0] for number in range(5)]
    job = kind_change(row.pk, "integer", actor=adam)
    with pytest.raises(Invalid):
        field_restore(row.pk, actor=adam)
    Job.objects.filter(pk=job.pk).update(state="running", worker="w", attempts=1)
    job_cancel(job.pk)
    assert run_change(JobRun(Job.objects.get(pk=job.pk)))["unchanged"] == 5
    registry.refresh()
    assert values(*ids) == [str(number) for number in range(5)]
    assert registry.get("customer").field("area").type.key == "text"
    assert KindChange.objects.get().state == "undone"


def test_old_values_are_forgotten_after_thirty_days(cast: Cast) -> None:
    adam, row = actor(cast.adam), field(cast)
    customers(cast.bob, "甲", area="12")
    work(kind_change(row.pk, "integer", actor=adam))
    assert forget_old_values() == 0
    KindChange.objects.update(at=timezone.now() - timezone.timedelta(days=31))
    assert forget_old_values() == 1
    with pytest.raises(Invalid):
        kind_undo(row.pk, actor=adam)


def test_only_administrators_change_kinds_and_only_to_what_makes_sense(cast: Cast) -> None:
    row = field(cast)
    with pytest.raises(Denied):
        kind_preview(row.pk, "integer", actor=actor(cast.alice))
    for wrong in ("text", "auto_number", "file", "nothing"):
        with pytest.raises(Invalid):
            kind_change(row.pk, wrong, actor=actor(cast.adam))


def test_the_page_shows_what_would_happen_and_starts_it(cast: Cast) -> None:
    row = field(cast)
    customers(cast.bob, "甲", area="12")
    customers(cast.bob, "乙", area="很大")
    browser, page = client(cast.adam), f"/settings/fields/customer/{row.pk}/kind/"
    shown = browser.get(page, {"to": "integer"}).content.decode()
    assert "1 个值可以转换，1 个不能" in shown
    assert "很大" in shown
    assert browser.post(page, {"to": "nothing"}).status_code == 422
    assert browser.post(page, {"to": "integer"}).status_code == 302
    assert browser.get(page).status_code == 200, "while it runs"
    work(Job.objects.get(kind="kind_changes.change"))
    assert "撤销" in browser.get(page).content.decode() or "转换 1 个值" in browser.get(page).content.decode()
    assert browser.post(f"{page}undo/").status_code == 302
