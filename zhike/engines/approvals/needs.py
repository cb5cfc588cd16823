"""Which flow a record needs: looked up before sending, to say why and who must, and again when it is sent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from zhike.accounts.models import User
from zhike.engines.approvals.definition import Definition, Step, Who, read
from zhike.engines.approvals.kinds import ApprovalKind, all_kinds, approval_kind
from zhike.engines.approvals.known import is_concerned, is_ever_asked
from zhike.engines.approvals.models import ApprovalFlow, ApprovalVersion
from zhike.engines.approvals.path import holds
from zhike.engines.approvals.who import Found, Matter, approvers
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import NotFound
from zhike.metadata.filters import compile_filter
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

#: What a kind that always needs a word has where no flow fits.
MANAGER = Definition(steps=(Step(name="", who=(Who("manager"),)),))


@dataclass(frozen=True, slots=True)
class Planned:
    """A step as it would be asked now."""

    step: Step
    stage: int
    is_needed: bool
    found: Found


@dataclass(frozen=True, slots=True)
class Need:
    """Why a word is needed, and whose. ``flow`` is None where the kind always asks the manager."""

    kind: ApprovalKind
    definition: Definition
    flow: ApprovalFlow | None = None
    version: ApprovalVersion | None = None


def version_in_force(flow: ApprovalFlow) -> ApprovalVersion | None:
    """The last version whose day has come."""
    return flow.versions.filter(effective_on__lte=timezone.localdate()).order_by("effective_on", "number").last()


def flows_in_force(object_key: str, kind: str) -> list[tuple[ApprovalFlow, ApprovalVersion]]:
    """Active flows of an object and kind with their versions, in the order in which they are asked."""
    flows = ApprovalFlow.objects.filter(object_key=object_key, kind=kind, is_active=True).order_by("order", "pk")
    return [(flow, version) for flow in flows if (version := version_in_force(flow)) is not None]


def kinds_offered(object_type: ObjectType) -> list[ApprovalKind]:
    """Kinds that can be asked for on the page of such records: those for which a flow is in force, or that always need a word."""
    if not is_concerned(object_type.key):
        return []
    kinds = [kind for kind in all_kinds() if kind.is_offered and (kind.is_general or object_type.key in kind.objects)]
    drawn = set(
        ApprovalFlow.objects.filter(
            object_key=object_type.key, is_active=True, versions__effective_on__lte=timezone.localdate()
        ).values_list("kind", flat=True)
    )
    return [kind for kind in kinds if kind.is_always or kind.key in drawn]


def approval_need(
    object_type: ObjectType, record_id: int, *, kind: str, actor: Actor, is_needed: bool = False
) -> Need | None:
    """The first flow whose conditions hold for the record and the asker; None where no word is needed.

    ``is_needed`` says that one is needed whatever the flows say: then the manager's.

    Raises UnknownKind, and NotFound for a record out of sight.
    """
    found = approval_kind(kind)
    if not policy.queryset_for(actor, object_type).filter(pk=record_id).exists():
        raise NotFound(object_type.key, record_id)
    in_force = flows_in_force(object_type.key, kind) if is_ever_asked(object_type.key, kind) else ()
    for flow, version in in_force:
        definition = read(version.definition)
        if asker_fits(definition, actor) and holds(object_type.key, record_id, definition.when):
            return Need(found, definition, flow, version)
    return Need(found, MANAGER) if found.is_always or is_needed else None


def asker_fits(definition: Definition, actor: Actor) -> bool:
    """Whether the flow is for this asker; who is no person fits no condition on people."""
    if not definition.asker:
        return True
    people = registry.get("user")
    rows: Any = User.objects.filter(pk=actor.user_id or 0, deletion__isnull=True)
    return bool(rows.filter(compile_filter(people, definition.asker, context_for(SYSTEM))).exists())


def planned(need: Need, object_type: ObjectType, record_id: int, *, actor: Actor) -> Sequence[Planned]:
    """The steps with the people who would be asked today."""
    matter, today = Matter(actor.user_id, object_type.key, record_id), timezone.localdate()
    found, stage = [], 0
    for step in need.definition.steps:
        stage += 0 if step.beside and stage else 1
        is_needed = holds(object_type.key, record_id, step.when)
        people = (
            approvers(
                step.who,
                matter,
                fallback=need.definition.fallback,
                may_self=need.definition.may_self,
                today=today,
            )
            if is_needed
            else Found()
        )
        found.append(Planned(step, stage, is_needed, people))
    return found
