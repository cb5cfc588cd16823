"""The designer of pipelines: drafts, violations, versions, and running deals that follow or stay."""

from __future__ import annotations

from typing import Any

import pytest

from tests.cast import Cast, client
from tests.domain.deals.deals import deal, read
from zhike.domain.deals.designing import working_definition
from zhike.domain.deals.models import Pipeline
from zhike.jobs.queue import claim
from zhike.jobs.worker import perform

pytestmark = pytest.mark.django_db

URL = "/settings/pipelines/standard/"


def posted(cast: Cast, do: str, *, url: str = URL, order: list[str] | None = None, **changed: Any) -> Any:
    """What the designer would post as it stands, with changes; names have "__" for the colon."""
    browser = client(cast.adam)
    stages = browser.get(url).context["stages"]
    form: dict[str, Any] = {"do": do, "rows": order or [stage["token"] for stage in stages]}
    for stage in stages:
        token = stage["token"]
        form |= {
            f"label:{token}": stage["label"],
            f"probability:{token}": stage["probability"],
            f"age_days:{token}": stage.get("age_days") or "",
            f"items:{token}": stage["items"],
            f"items_held:{token}": stage["items_held"],
            f"wins:{token}": "1" if stage.get("wins") else "",
            f"enter_required:{token}": [key for key, _label, chosen in stage["gates"][0]["fields"] if chosen],
            f"leave_required:{token}": [key for key, _label, chosen in stage["gates"][1]["fields"] if chosen],
        }
    steps = browser.get(url).context["steps"]
    form["steps"] = [step["token"] for step in steps]
    for step in steps:
        token = step["token"]
        form |= {
            f"step_label:{token}": step["label"],
            f"kind:{token}": step["kind"],
            f"days:{token}": step["days"] or "",
            f"after:{token}": [key for key, _label, chosen in step["before"] if chosen],
            f"when:{token}": step["when_text"],
        }
    form |= {name.replace("__", ":"): value for name, value in changed.items()}
    return browser.post(url, form)


def standard() -> Pipeline:
    return Pipeline.objects.get(key="standard")


def work() -> None:
    while (job := claim("test")) is not None:
        perform(job)


def test_a_draft_says_what_it_would_violate_and_changes_nothing(cast: Cast) -> None:
    deal(cast.bob, "没有金额", stage="need")

    answer = posted(cast, "preview", enter_required__need=["amount"])

    assert [(row["count"], row["is_gone"]) for row in answer.context["violations"]] == [(1, False)]
    assert "没有金额" in client(cast.bob).get(answer.context["violations"][0]["url"]).content.decode()
    gone = posted(cast, "preview", order=["information", "recommendation", "contract", "after_sales"])
    assert (1, True) in [(row["count"], row["is_gone"]) for row in gone.context["violations"]]
    assert standard().draft is not None
    assert standard().versions.count() == 1


def test_running_deals_finish_on_their_version_and_new_ones_begin_under_the_next(cast: Cast) -> None:
    old = deal(cast.bob, "旧的")

    posted(
        cast,
        "publish",
        order=["need", "information", "recommendation", "contract", "after_sales"],
        label__need="摸清需求",
    )

    assert standard().draft is None
    new = read(deal(cast.bob, "新的"))
    assert (new.stage, new.process_version) == ("need", 2)
    assert (read(old).stage, read(old).process_version) == ("information", 1)
    assert "摸清需求" in client(cast.bob).get("/o/opportunities/board/").content.decode()


def test_running_deals_follow_by_choice(cast: Cast) -> None:
    pk = deal(cast.bob)
    stays = deal(cast.bob, "停在需求", stage="need")

    posted(
        cast,
        "publish",
        order=["information", "recommendation", "contract", "after_sales"],
        age_days__information="3",
        adopt="1",
    )
    work()

    assert (read(pk).process_version, read(stays).process_version) == (2, 1)
    assert (read(pk).stage_until - read(pk).stage_since).days == 3  # type: ignore[operator]


def test_an_item_that_keeps_its_name_keeps_its_ticks(cast: Cast) -> None:
    posted(cast, "publish", items__information="拿到名片\n找到决策人 | Decider")

    version = standard().versions.order_by("number").last()
    assert version is not None
    items = {item["label"]: item["key"] for item in version.definition["stages"][0]["checklist"]}
    assert items == {"拿到名片": "information_c1", "找到决策人": "information_decider"}


def test_what_cannot_be_published_says_why_and_keeps_what_was_typed(cast: Cast) -> None:
    answer = posted(
        cast, "publish", label__need="", probability__contract="250", enter_filter__contract='{"field":"nix","op":"eq"}'
    )

    assert answer.status_code == 422
    codes = {problem.code for problem in answer.context["problems"]["stages"]}
    assert codes == {"required", "bad_number", "unknown_field"}
    assert standard().versions.count() == 1
    assert [stage["probability"] for stage in answer.context["stages"]][3] == 250


def test_a_pipeline_is_made_drawn_and_taken_out_of_use(cast: Cast) -> None:
    browser = client(cast.adam)
    made = browser.post("/settings/pipelines/", {"name": "渠道"})
    url = made.headers["Location"]
    assert browser.post("/settings/pipelines/", {"name": "渠道"}).status_code == 422

    posted(cast, "add", url=url)
    key = url.rstrip("/").rsplit("/", 1)[1]
    tokens = [stage["token"] for stage in browser.get(url).context["stages"]]
    assert tokens == [f"{key}_s1", f"{key}_s2", f"{key}_s3"]
    posted(cast, f"remove:{key}_s3", url=url)
    assert posted(cast, "publish", url=url).status_code == 302
    assert read(deal(cast.bob, pipeline=key)).stage == f"{key}_s1"

    assert browser.post(f"{url}use/", {"active": "0"}).status_code == 302
    assert browser.post(f"{URL}use/", {"active": "0"}).status_code == 422
    assert client(cast.bob).get(URL).status_code == 403


def test_steps_beyond_the_stages_are_drawn_too(cast: Cast) -> None:
    before = [step["key"] for step in working_definition(standard())["process"]]
    posted(cast, "add-step")
    answer = posted(
        cast, "publish", step_label__standard_p1="发送质保卡", after__standard_p1=["deliver"], days__standard_p1="2"
    )
    assert answer.status_code == 302

    version = standard().versions.order_by("number").last()
    assert version is not None
    steps = {step["key"]: step for step in version.definition["process"]}
    assert list(steps) == [*before, "standard_p1"]
    assert steps["standard_p1"]["after"] == ["deliver"]
    assert steps["head"]["when"] == {"field": "amount", "op": "gte", "value": 10_000_000}
    posted(cast, "remove-step:head")
    assert "head" not in {step["key"] for step in working_definition(standard())["process"]}
    wrong = posted(cast, "publish", after__deliver=["deliver"])
    assert [problem.code for problem in wrong.context["problems"]["stages"]] == ["bad_order"]
