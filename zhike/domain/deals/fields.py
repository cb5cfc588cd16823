"""Fields of opportunities that follow from pipelines and tasks: the stages as choices, the next step, what is wrong."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, time
from typing import Any

from django.db.models import (
    BigIntegerField,
    Case,
    CharField,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    Min,
    OuterRef,
    Q,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import get_language, gettext_lazy as _, pgettext_lazy

from zhike.domain.activities.choices import TaskStatus
from zhike.domain.activities.models import Task
from zhike.domain.deals.choices import DealState, Side
from zhike.domain.deals.definition import Definition, Stage, read
from zhike.domain.deals.models import NegotiationStep, Pipeline, PipelineVersion
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Input
from zhike.metadata.fields.choice_option import Choice
from zhike.metadata.object_type import ObjectType

STUCK, SLIPPED, NO_NEXT = "stuck", "slipped", "no_next"
ALARMS = (
    Choice(STUCK, pgettext_lazy("deal", "too long in its stage"), "red"),
    Choice(SLIPPED, pgettext_lazy("deal", "closing date has passed"), "amber"),
    Choice(NO_NEXT, pgettext_lazy("deal", "no next step"), "amber"),
)


@registry.extend
def deal_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """Choices of stages and checklists out of the pipelines; they are read anew whenever a version is published."""
    if object_type.key == "opportunity":
        return _from_pipelines(object_type, ("stage",))
    if object_type.key == "stage_move":
        return _from_pipelines(object_type, ("from_stage", "stage"))
    return {}


def _from_pipelines(object_type: ObjectType, stage_fields: tuple[str, ...]) -> dict[str, Field]:
    pipelines = list(Pipeline.objects.all())
    versions: dict[int, list[Definition]] = {}
    for row in PipelineVersion.objects.order_by("pipeline_id", "number"):
        versions.setdefault(row.pipeline_id, []).append(read(row.definition))
    stages = tuple(choice for found in pipelines for choice in _stages(found, versions.get(found.pk, [])))
    choices = dict.fromkeys(stage_fields, stages)
    choices["checks"] = tuple(choice for found in pipelines for choice in _items(versions.get(found.pk, [])))
    choices["pipeline"] = tuple(
        Choice(found.key, named(found.name, found.name_en), "grey", found.name_en, retired=not found.is_active)
        for found in pipelines
    )
    return {
        key: object_type.fields[key].with_changes(options={"choices": given})
        for key, given in choices.items()
        if key in object_type.fields
    }


def _named(label: str, label_en: str) -> str:
    """What an administrator wrote, in the language of the moment where it was given."""
    return label_en if label_en and not (get_language() or "").startswith("zh") else label


named = lazy(_named, str)


def _stages(pipeline: Pipeline, versions: list[Definition]) -> Iterator[Choice]:
    """Stages of the latest version in order, then those that only earlier ones have, which are no longer offered."""
    for stage, is_old in _newest(versions):
        retired = is_old or not pipeline.is_active
        yield Choice(
            stage.key,
            named(stage.label, stage.label_en),
            stage.tone,
            stage.label_en,
            retired=retired,
            within=pipeline.key,
        )


def _items(versions: list[Definition]) -> Iterator[Choice]:
    seen: set[str] = set()
    for stage, is_old in _newest(versions):
        for item in stage.checklist:
            if item.key not in seen:
                seen.add(item.key)
                yield Choice(item.key, named(item.label, item.label_en), "green", item.label_en, retired=is_old)


def _newest(versions: list[Definition]) -> Iterator[tuple[Stage, bool]]:
    """Each stage as its latest version has it, and whether that is an earlier one."""
    seen: set[str] = set()
    for age, definition in enumerate(reversed(versions)):
        for stage in definition.stages:
            if stage.key not in seen:
                seen.add(stage.key)
                yield stage, age > 0


# What nobody types ------------------------------------------------------------------------------------------------


def computed_fields() -> dict[str, Field]:
    """Read-only fields of opportunities."""
    amount = Input("opportunity", "amount")
    return {
        field.key: field
        for field in (
            Field(
                key="weighted",
                type=field_type("money"),
                label=_("weighted amount"),
                readonly=True,
                options={"currency": "CNY"},
                computed=_weighted,
                inputs=(amount, Input("opportunity", "probability")),
            ),
            Field(
                key="concession_left",
                type=field_type("money"),
                label=_("concession left"),
                readonly=True,
                options={"currency": "CNY"},
                computed=_concession,
                inputs=(
                    Input("opportunity", "floor_price"),
                    amount,
                    Input("negotiation_step", "price"),
                ),
            ),
            Field(
                key="next_step_at",
                type=field_type("datetime"),
                label=_("next step"),
                readonly=True,
                computed=_next_step,
            ),
            Field(
                key="alarm",
                type=field_type("choice"),
                label=_("to look after"),
                readonly=True,
                options={"choices": ALARMS},
                computed=_alarm,
            ),
        )
    }


def _weighted() -> Any:
    """Amount times probability, half up to the minor unit: whole numbers divide without a fraction in both databases."""
    return ExpressionWrapper(
        (F("amount") * F("probability") + Value(50)) / Value(100), output_field=BigIntegerField(null=True)
    )


def _concession() -> Any:
    """How far we may still go down: our last offer, or the amount while there is none, less the lowest price."""
    offers = NegotiationStep.objects.filter(opportunity_id=OuterRef("pk"), side=Side.OURS, deletion__isnull=True)
    last = Subquery(offers.order_by("-said_at", "-pk").values("price")[:1], output_field=BigIntegerField())
    return ExpressionWrapper(Coalesce(last, F("amount")) - F("floor_price"), output_field=BigIntegerField(null=True))


def open_steps() -> Any:
    """Open tasks about the opportunity of the outer query."""
    return Task.objects.filter(opportunity_id=OuterRef("pk"), status=TaskStatus.OPEN, deletion__isnull=True).order_by()


def _next_step() -> Any:
    rows = open_steps().values("opportunity_id").annotate(first=Min("due_at"))
    return Subquery(rows.values("first")[:1], output_field=DateTimeField())


def _alarm() -> Any:
    """The worst thing that is wrong with an open deal; what is due today is a next step until the day is over."""
    now = timezone.now()
    today = timezone.localdate()
    morning = timezone.make_aware(datetime.combine(today, time.min))
    ahead = open_steps().filter(Q(due_at__isnull=True) | Q(due_at__gte=morning))
    is_open = Q(state=DealState.OPEN)
    return Case(
        When(is_open & Q(stage_until__lt=now), then=Value(STUCK)),
        When(is_open & Q(close_on__lt=today), then=Value(SLIPPED)),
        When(is_open & ~Exists(ahead), then=Value(NO_NEXT)),
        default=None,
        output_field=CharField(null=True),
    )
