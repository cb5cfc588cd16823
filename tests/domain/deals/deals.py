"""Deals and pipelines of the tests."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from tests.web.records import customers
from zhike.accounts.models import User
from zhike.domain.deals.models import Opportunity, Pipeline, PipelineVersion
from zhike.domain.deals.template import KEY
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.records import record_save

NEEDED = {"amount": "1200.50", "close_on": "2026-12-31"}


def deal(owner: User, name: str = "冷库改造", **values: Any) -> int:
    """An opportunity of the person with a customer of theirs."""
    if "customer" not in values:
        [values["customer"]] = customers(owner, f"{name}的客户")
    return record_save(registry.get("opportunity"), {"name": name, "owner": owner.pk, **values}, actor=SYSTEM)


def read(pk: int) -> Opportunity:
    return Opportunity.objects.get(pk=pk)


def publish(stages: list[dict[str, Any]], key: str = KEY) -> None:
    """A next version of a pipeline; a new pipeline where there is none of the key."""
    pipeline, _is_new = Pipeline.objects.get_or_create(key=key, defaults={"name": key, "order": 5})
    number = pipeline.versions.count() + 1
    PipelineVersion.objects.create(
        pipeline=pipeline, number=number, definition={"stages": stages}, published_at=timezone.now()
    )
    registry.touch()


def stage(key: str, **rules: Any) -> dict[str, Any]:
    return {"key": key, "label": key, "probability": 10, **rules}
