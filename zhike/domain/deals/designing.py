"""Designing pipelines: drafts, which deals a change would put in the wrong, publishing, and running deals that follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.choices import DealState
from zhike.domain.deals.conditions import fitting
from zhike.domain.deals.definition import Definition, Stage, faults, read
from zhike.domain.deals.models import Opportunity, Pipeline, PipelineVersion
from zhike.domain.deals.preparation import moments
from zhike.domain.deals.process import step_faults
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.records import Origin, Row, save
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

LOG_KEY = "pipeline"
ADOPT = "deals.adopt"
ORIGIN = Origin("deals")
#: Deals in one transaction of those that follow to a new version.
AT_ONCE = 500

NAME_MISSING = Problem("required", _("Please fill this in."))
TAKEN = Problem("taken", _("Another pipeline has this name."))
STAGE_ELSEWHERE = Problem("taken", _("Another pipeline has a stage or an item of a checklist with the same key."))


@dataclass(frozen=True, slots=True)
class Violation:
    """Open deals that do not meet what a stage asks of those who come into it; ``filter`` finds them in the list."""

    stage: Stage
    count: int
    filter: Mapping[str, Any]
    #: The stage is no longer there.
    is_gone: bool = False


def require(actor: Actor) -> None:
    """Raises Denied for who may not set the installation up."""
    if not actor.has("settings"):
        raise Denied(LOG_KEY, "edit")


def pipeline_create(*, name: str, name_en: str = "", actor: Actor) -> Pipeline:
    """A pipeline with a draft of two stages, in use once it is published; raises Invalid or Denied."""
    require(actor)
    name = name.strip()
    if not name:
        raise Invalid({"name": [NAME_MISSING]})
    if Pipeline.objects.filter(name=name).exists():
        raise Invalid({"name": [TAKEN]})
    with storage().write_transaction():
        storage().lock_key("deals pipeline")
        number = (Pipeline.objects.aggregate(last=Max("pk"))["last"] or 0) + 1
        key = f"p{number}"
        stages = [
            {"key": f"{key}_s1", "label": "新商机", "label_en": "New", "tone": "grey", "probability": 10},
            {"key": f"{key}_s2", "label": "成交", "label_en": "Won", "tone": "green", "probability": 100, "wins": True},
        ]
        found = Pipeline.objects.create(
            key=key, name=name, name_en=name_en.strip(), order=number, is_active=False, draft={"stages": stages}
        )
        log_setting(LOG_KEY, found.pk, {"name": (None, name)}, label=name, actor=actor, action="create")
    return found


def latest(pipeline: Pipeline) -> PipelineVersion | None:
    return pipeline.versions.order_by("number").last()


def working_definition(pipeline: Pipeline) -> Mapping[str, Any]:
    """The draft, or the latest version where nobody is designing."""
    version = latest(pipeline)
    return pipeline.draft or (version.definition if version else {"stages": []})


def draft_save(pipeline: Pipeline, definition: Mapping[str, Any], *, actor: Actor) -> None:
    """Keep a definition in the making; it need not be right yet."""
    require(actor)
    Pipeline.objects.filter(pk=pipeline.pk).update(draft=dict(definition))


def check(pipeline: Pipeline, definition: Mapping[str, Any]) -> None:
    """Raises Invalid with everything that keeps a definition from being published."""
    found = read(definition)
    problems = [*faults(found), *step_faults(definition)]
    keys = {stage.key for stage in found.stages} | {item.key for stage in found.stages for item in stage.checklist}
    for row in PipelineVersion.objects.exclude(pipeline=pipeline):
        other = read(row.definition)
        if keys & (
            {stage.key for stage in other.stages} | {item.key for stage in other.stages for item in stage.checklist}
        ):
            problems.append(STAGE_ELSEWHERE)
            break
    if problems:
        raise Invalid({"stages": problems})


def version_publish(pipeline: Pipeline, definition: Mapping[str, Any], *, adopt: bool, actor: Actor) -> PipelineVersion:
    """A next version for new deals; running ones finish on theirs, or follow with ``adopt``. Raises Invalid or Denied."""
    require(actor)
    check(pipeline, definition)
    with storage().write_transaction():
        storage().lock_key(f"deals pipeline {pipeline.pk}")
        last = pipeline.versions.aggregate(last=Max("number"))["last"] or 0
        version = PipelineVersion.objects.create(
            pipeline=pipeline,
            number=last + 1,
            definition=dict(definition),
            published_at=timezone.now(),
            published_by_id=actor.user_id,
        )
        Pipeline.objects.filter(pk=pipeline.pk).update(draft=None, is_active=True)
        log_setting(LOG_KEY, pipeline.pk, {"version": (last or None, last + 1)}, label=pipeline.name, actor=actor)
        registry.touch()
        if adopt and last:
            enqueue(ADOPT, {"pipeline": pipeline.key, "number": version.number}, actor_id=actor.user_id)
    return version


def pipeline_use(pipeline: Pipeline, *, is_active: bool, actor: Actor) -> None:
    """Offer the pipeline to new deals, or no longer; running ones stay. The last one stays in use."""
    require(actor)
    with storage().write_transaction():
        storage().lock_key("deals pipeline")
        others = Pipeline.objects.filter(is_active=True).exclude(pk=pipeline.pk)
        if not is_active and not others.exists():
            raise Invalid({"": [Problem("last_one", _("One pipeline stays in use: publish another one first."))]})
        Pipeline.objects.filter(pk=pipeline.pk).update(is_active=is_active)
        log_setting(LOG_KEY, pipeline.pk, {"is_active": (not is_active, is_active)}, label=pipeline.name, actor=actor)
        registry.touch()


# Violations -------------------------------------------------------------------------------------------------------


def violations(pipeline: Pipeline, definition: Definition) -> list[Violation]:
    """Open deals that a definition would put in the wrong, stage by stage; one count a stage that asks anything."""
    return list(_violations(pipeline, definition))


def _violations(pipeline: Pipeline, definition: Definition) -> Iterator[Violation]:
    version = latest(pipeline)
    before = read(version.definition).stages if version else ()
    for stage in before:
        if definition.stage(stage.key) is None:
            yield from _counted(stage, _standing(stage), is_gone=True)
    for stage in definition.stages:
        wanted = demands(stage)
        if wanted:
            yield from _counted(stage, {"all": [*_standing(stage)["all"], {"not": {"all": wanted}}]})


def demands(stage: Stage) -> list[Mapping[str, Any]]:
    """What a stage asks of whoever stands in it, in the filter language."""
    filled = [{"field": key, "op": "not_empty"} for key in stage.enter.required]
    return [*filled, *([stage.enter.filter] if stage.enter.filter else [])]


def _standing(stage: Stage) -> dict[str, Any]:
    return {
        "all": [{"field": "state", "op": "eq", "value": "open"}, {"field": "stage", "op": "eq", "value": stage.key}]
    }


def _counted(stage: Stage, condition: Mapping[str, Any], *, is_gone: bool = False) -> Iterator[Violation]:
    count = fitting(condition).count()
    if count:
        yield Violation(stage, count, condition, is_gone)


# Running deals that follow ----------------------------------------------------------------------------------------


@job(ADOPT)
def adopt(run: JobRun) -> dict[str, Any]:
    """Put open deals of a pipeline under a version, batch by batch; those in a stage that it does not have stay on theirs.

    What is done is no longer found, so that a killed worker's successor simply goes on.
    """
    key, number = str(run.params["pipeline"]), int(run.params["number"])
    definition = read(PipelineVersion.objects.get(pipeline__key=key, number=number).definition)
    stages = {stage.key: stage for stage in definition.stages}
    rows = Opportunity.objects.filter(
        pipeline=key, state=DealState.OPEN, stage__in=stages, process_version__lt=number, deletion__isnull=True
    )
    total, done = rows.count(), 0
    while not run.cancelled():
        with storage().write_transaction():
            some = list(rows.order_by("pk").values_list("pk", "stage", "stage_since")[:AT_ONCE])
            written = [
                Row({"process_version": number, **moments(stages[stage], since)}, id=pk) for pk, stage, since in some
            ]
            for outcome in save(registry.get("opportunity"), written, actor=SYSTEM, origin=ORIGIN).rows:
                if outcome.problems:
                    raise Invalid(outcome.problems)
        if not some:
            break
        done += len(some)
        run.progress(done, max(total, done))
    return {"moved": done}
