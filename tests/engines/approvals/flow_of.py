"""Flows for tests: a definition from a few words."""

from __future__ import annotations

from typing import Any

from tests.cast import Cast, actor
from zhike.engines.approvals.flows import flow_create, version_save
from zhike.engines.approvals.models import ApprovalFlow
from zhike.metadata import registry
from zhike.metadata.records import record_save


def person(*people: Any) -> dict[str, Any]:
    return {"by": "people", "people": [user.pk for user in people]}


def step(*who: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"name": "审", "who": list(who), **more}


def flow(cast: Cast, *steps: dict[str, Any], kind: str = "general", **more: Any) -> ApprovalFlow:
    """A flow over customers, in force at once."""
    made = flow_create(object_key="customer", kind=kind, name="客户审批", actor=actor(cast.adam))
    version_save(made, {"steps": list(steps), **more}, actor=actor(cast.adam))
    return made


def customer(cast: Cast, owner: Any = None, **values: Any) -> int:
    who = actor(owner or cast.bob)
    return record_save(registry.get("customer"), {"name": "海天包装", "kind": "company", **values}, actor=who)
