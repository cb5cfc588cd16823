"""Merging: chosen values, everything re-attached, undone whole or in part, and old numbers that lead on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tests.cast import Cast, actor
from zhike.engines.comments.models import Comment
from zhike.engines.comments.services import comment_add
from zhike.engines.following.models import Following
from zhike.engines.merging import choosing
from zhike.engines.merging.choosing import Candidate, Why, best_survivor, chosen_values, proposals
from zhike.engines.merging.models import Merge
from zhike.engines.merging.services import records_merge, survivor_of
from zhike.engines.merging.undoing import merge_undo, plan
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.changes import history
from zhike.metadata.errors import Denied, Invalid, NotFound
from zhike.metadata.models import TeamMember
from zhike.metadata.records import delete, purge, record_save
from zhike.metadata.team import member_add
from zhike.metadata.timeline import entries_for
from zhike.metadata.undo import stored

pytestmark = pytest.mark.django_db

CODE = "91320500MA1MABCD0X"


def make(key: str, **values: Any) -> int:
    return record_save(registry.get(key), values, actor=SYSTEM)


def customer(name: str, **values: Any) -> int:
    return make("customer", name=name, kind="company", **values)


def now(key: str, pk: int) -> dict[str, Any]:
    return stored(registry.get(key), [pk]).get(pk, {})


def merge(survivor: int, *others: int, who: Any = SYSTEM, **more: Any) -> Merge:
    return records_merge(registry.get("customer"), survivor, others, actor=who, **more)


@pytest.fixture
def two(cast: Cast) -> tuple[int, int]:
    one = customer("恒泰模具", phones=["0512-62345678"], owner=cast.bob.pk)
    other = customer("苏州恒泰精密模具有限公司", phones=["13912341234"], wechat="hengtai", owner=cast.bob.pk)
    return one, other


def test_values_are_chosen_field_by_field(two: tuple[int, int]) -> None:
    one, other = two
    merge(one, other)
    found = now("customer", one)
    assert found["name"] == "苏州恒泰精密模具有限公司"
    assert found["phones"] == ["+8651262345678", "+8613912341234"]
    assert found["wechat"] == "hengtai"
    assert now("customer", other) == {}


def test_a_person_may_choose_otherwise(two: tuple[int, int]) -> None:
    one, other = two
    merge(one, other, choices={"name": one, "phones": other})
    assert (now("customer", one)["name"], now("customer", one)["phones"]) == ("恒泰模具", ["+8613912341234"])


def test_a_choice_of_a_stranger_is_refused(two: tuple[int, int]) -> None:
    one, other = two
    with pytest.raises(Invalid):
        merge(one, other, choices={"name": customer("外人")})


def test_everything_that_hangs_on_the_records_moves(two: tuple[int, int], cast: Cast) -> None:
    one, other = two
    third = customer("第三家")
    contact = make("contact", customer=other, name="王建国")
    call = make("interaction", customer=other, content="通话")
    task = make("task", customer=other, title="回访")
    relation = make("relation", customer=other, other=third, kind="partner")
    named = make("relation", customer=third, other=other, kind="competitor")
    comment = comment_add(registry.get("customer"), other, "重要", actor=actor(cast.bob)).comment
    member_add(registry.get("customer"), other, cast.charlie.pk, access="view", actor=SYSTEM)
    Following.objects.create(user=cast.charlie, object_key="customer", record_id=other, at=timezone.now())
    done = merge(one, other)
    assert Following.objects.get().record_id == one
    for key, pk in (("contact", contact), ("interaction", call), ("task", task), ("relation", relation)):
        assert now(key, pk)["customer"] == one, key
    assert now("relation", named)["other"] == one
    assert Comment.objects.get(pk=comment.pk).record_id == one
    assert TeamMember.objects.get(user=cast.charlie).record_id == one
    kinds = {entry.source_key for entry in entries_for(SYSTEM, registry.get("customer"), one)}
    assert {"interaction", "comment", "merge"} <= kinds
    merge_undo(done.pk, actor=SYSTEM)
    for key, pk in (("contact", contact), ("interaction", call), ("task", task), ("relation", relation)):
        assert now(key, pk)["customer"] == other, key
    assert Comment.objects.get(pk=comment.pk).record_id == other
    assert TeamMember.objects.get(user=cast.charlie).record_id == other
    assert {entry.source_key for entry in entries_for(SYSTEM, registry.get("customer"), other)} >= {
        "interaction",
        "comment",
    }


def test_relations_between_the_merged_and_doubled_ones_go_with_their_record(two: tuple[int, int]) -> None:
    one, other = two
    third = customer("第三家")
    between = make("relation", customer=one, other=other, kind="partner")
    kept = make("relation", customer=one, other=third, kind="partner")
    doubled = make("relation", customer=other, other=third, kind="partner")
    done = merge(one, other)
    assert now("relation", kept)
    assert not now("relation", between)
    assert not now("relation", doubled)
    merge_undo(done.pk, actor=SYSTEM)
    assert now("relation", between)["other"] == other
    assert now("relation", doubled)["customer"] == other


def test_links_to_many_follow(two: tuple[int, int]) -> None:
    one, other = two
    group = make("group", name="重点", kind="static", members=[other])
    done = merge(one, other)
    assert now("group", group)["members"] == [one]
    merge_undo(done.pk, actor=SYSTEM)
    assert now("group", group)["members"] == [other]


def test_a_unique_code_goes_to_the_record_that_stays_and_back(two: tuple[int, int]) -> None:
    one, other = two
    record_save(registry.get("customer"), {"code": "KH-7"}, actor=SYSTEM, id=other)
    done = merge(one, other)
    assert now("customer", one)["code"] == "KH-7"
    merge_undo(done.pk, actor=SYSTEM)
    assert now("customer", one)["code"] is None
    assert now("customer", other)["code"] == "KH-7"


def test_undoing_brings_everything_back(two: tuple[int, int]) -> None:
    one, other = two
    before = [{**now("customer", pk), "updated_at": 0} for pk in two]
    done = merge(one, other)
    merge_undo(done.pk, actor=SYSTEM)
    assert [{**now("customer", pk), "updated_at": 0} for pk in two] == before
    assert survivor_of("customer", other) is None


def test_later_edits_are_shown_with_both_values_and_stay_unless_taken_back(two: tuple[int, int]) -> None:
    one, other = two
    done = merge(one, other)
    record_save(registry.get("customer"), {"name": "恒泰集团", "note": "新"}, actor=SYSTEM, id=one)
    late = make("contact", customer=one, name="后来者")
    (found,) = plan(done).differences
    assert (found.key, found.before, found.written, found.now) == (
        "name",
        "恒泰模具",
        "苏州恒泰精密模具有限公司",
        "恒泰集团",
    )
    merge_undo(done.pk, actor=SYSTEM)
    assert (now("customer", one)["name"], now("customer", one)["note"]) == ("恒泰集团", "新")
    assert now("customer", one)["wechat"] is None
    assert now("contact", late)["customer"] == one


def test_a_later_edit_can_be_taken_back_too(two: tuple[int, int]) -> None:
    one, other = two
    done = merge(one, other)
    record_save(registry.get("customer"), {"name": "恒泰集团"}, actor=SYSTEM, id=one)
    merge_undo(done.pk, actor=SYSTEM, take_back=[("customer", one, "name")])
    assert now("customer", one)["name"] == "恒泰模具"


def test_a_merge_is_taken_back_once_and_for_thirty_days(two: tuple[int, int]) -> None:
    done = merge(*two)
    Merge.objects.update(at=timezone.now() - timedelta(days=31))
    with pytest.raises(Invalid, match="too_late"):
        merge_undo(done.pk, actor=SYSTEM)
    Merge.objects.update(at=timezone.now())
    merge_undo(done.pk, actor=SYSTEM)
    with pytest.raises(Invalid, match="done"):
        merge_undo(done.pk, actor=SYSTEM)


def test_what_was_finally_removed_cannot_come_back(two: tuple[int, int]) -> None:
    done = merge(*two)
    purge(registry.get("customer"), [two[1]], actor=SYSTEM)
    with pytest.raises(Invalid, match="gone"):
        merge_undo(done.pk, actor=SYSTEM)


def test_old_numbers_lead_on_over_several_merges(two: tuple[int, int]) -> None:
    one, other = two
    third = customer("恒泰模具厂")
    first = merge(one, other)
    second = merge(third, one)
    assert survivor_of("customer", other) == third
    with pytest.raises((Invalid, NotFound)):
        merge_undo(first.pk, actor=SYSTEM)
    merge_undo(second.pk, actor=SYSTEM)
    assert survivor_of("customer", other) == one


def test_many_are_merged_at_once(two: tuple[int, int]) -> None:
    others = [customer(f"恒泰模具{number}") for number in range(5)]
    make("contact", customer=others[4], name="王建国")
    done = merge(two[0], two[1], *others)
    assert len(done.merged) == 6
    merge_undo(done.pk, actor=SYSTEM)
    assert all(now("customer", pk) for pk in others)


def test_the_history_of_the_record_tells_of_it(two: tuple[int, int], cast: Cast) -> None:
    merge(*two, who=actor(cast.clara))
    (entry, *_rest) = history(actor(cast.clara), registry.get("customer"), two[0])
    assert entry.change.actor_id == cast.clara.pk
    assert {change.field.key for change in entry.fields} == {"name", "phones", "wechat"}


# Rights ----------------------------------------------------------------------------------------------------------


def test_merging_needs_its_right_to_every_record(two: tuple[int, int], cast: Cast) -> None:
    foreign = customer("别处的客户", owner=cast.charlie.pk)
    for user in (cast.bob, cast.mallory, cast.eve):
        with pytest.raises(Denied):
            merge(*two, who=actor(user))
    with pytest.raises(NotFound):
        merge(two[0], foreign, who=actor(cast.alice))
    done = merge(*two, who=actor(cast.alice))
    with pytest.raises(NotFound):
        merge_undo(done.pk, actor=actor(cast.charlie))


def test_two_people_cannot_merge_the_same_record(two: tuple[int, int]) -> None:
    merge(*two)
    with pytest.raises(NotFound):
        merge(*two)


def test_a_record_changed_since_the_page_was_opened_is_not_merged(two: tuple[int, int]) -> None:
    record_save(registry.get("customer"), {"note": "新"}, actor=SYSTEM, id=two[1])
    with pytest.raises(Invalid, match="stale"):
        merge(*two, versions={two[0]: 1, two[1]: 1})


@pytest.mark.parametrize("count", [0, 20])
def test_too_few_and_too_many_are_refused(count: int) -> None:
    with pytest.raises(Invalid):
        merge(1, *range(2, 2 + count))


def test_a_deleted_record_is_not_merged(two: tuple[int, int]) -> None:
    delete(registry.get("customer"), [two[1]], actor=SYSTEM)
    with pytest.raises(NotFound):
        merge(*two)


# Proposals -------------------------------------------------------------------------------------------------------


def candidate(pk: int, days: int = 0, **values: Any) -> Candidate:
    return Candidate(pk, values, timezone.now() - timedelta(days=days))


def test_proposals_say_why() -> None:
    customers = registry.get("customer")
    found = [
        candidate(1, 5, name="恒泰", phones=["+8613912341234"], industry="it", wechat="a", owner=3),
        candidate(2, 1, name="苏州恒泰", phones=["+8651262345678"], industry="it", wechat="b", note="x", owner=4),
    ]
    told = {entry.field.key: (entry.source, entry.why) for entry in proposals(customers, found, 1)}
    assert told == {
        "name": (2, Why.LONGEST),
        "phones": ("all", Why.TOGETHER),
        "industry": (1, Why.SAME),
        "wechat": (2, Why.LATEST),
        "note": (2, Why.ONLY),
        "owner": (1, Why.STAYS),
    }
    assert best_survivor(customers, found) == 2


def test_the_strictest_value_holds_whatever_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    """DOMAINS 18, trap: merging contacts unions consents; the strictest must hold."""
    monkeypatch.setattr(choosing, "_rules", {})
    choosing.value_rule("customer", "note")(lambda values: "no" if "no" in values else "yes")
    found = [candidate(1, note="yes"), candidate(2, note="no")]
    assert chosen_values(registry.get("customer"), found, 1, {"note": 1})["note"] == "no"
