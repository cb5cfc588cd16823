"""The path of an approval as its readers see it: steps with their people, what happened, and what comes next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _, ngettext

from zhike.accounts.models import User
from zhike.accounts.role_book import current_book
from zhike.engines.approvals.definition import NEEDS, WAYS, Who, read_who
from zhike.engines.approvals.models import Approval, ApprovalStep, StepState


@dataclass(slots=True)
class ToldSigner:
    """One person on a step."""

    user_id: int
    name: str
    state: str
    label: str
    at: datetime | None
    remark: str
    instead_of: str


@dataclass(slots=True)
class ToldStep:
    """One step; ``who`` says in words who is meant where nobody is seated yet."""

    round: int
    stage: int
    name: str
    state: str
    label: str
    need: str
    who: str
    due: datetime | None
    signers: list[ToldSigner] = field(default_factory=list)


@dataclass(slots=True)
class ToldEvent:
    """One thing that happened, people by name."""

    at: datetime
    actor: str
    what: str
    label: str
    step: str
    remark: str
    people: list[str]


@dataclass(slots=True)
class Path:
    """The whole of it, all rounds."""

    steps: list[ToldStep]
    events: list[ToldEvent]

    @property
    def next(self) -> list[ToldStep]:
        """Steps to come."""
        return [step for step in self.steps if step.state == StepState.WAITING]


def paths_of(approvals: Sequence[Approval], language: str) -> dict[int, Path]:
    """The paths by approval id; five statements however many. The approvals must be ones that the reader may see."""
    steps = (
        ApprovalStep.objects.filter(approval__in=approvals).prefetch_related("signers").order_by("round", "stage", "id")
    )
    events = {row.pk: list(row.events.all()) for row in _with_events(approvals)}
    listed: dict[int, list[ApprovalStep]] = {}
    for step in steps:
        listed.setdefault(step.approval_id, []).append(step)
    names = _names(listed, events)
    return {
        row.pk: Path(
            [_step(step, names, language) for step in listed.get(row.pk, [])],
            [_event(event, listed.get(row.pk, []), names, language) for event in events[row.pk]],
        )
        for row in approvals
    }


def _with_events(approvals: Sequence[Approval]) -> Sequence[Approval]:
    return list(Approval.objects.filter(pk__in=[row.pk for row in approvals]).prefetch_related("events"))


def _names(listed: dict[int, list[ApprovalStep]], events: dict[int, list[Any]]) -> dict[int, str]:
    wanted: set[int] = set()
    for steps in listed.values():
        for step in steps:
            for place in step.signers.all():
                wanted |= {place.user_id, place.instead_of_id or 0}
            wanted |= {pk for way in step.who for pk in way.get("people", ())}
    for rows in events.values():
        for event in rows:
            wanted |= {event.actor_id or 0, *event.details.get("people", ())}
    return dict(User.objects.filter(pk__in=wanted).values_list("pk", "name"))


def _step(step: ApprovalStep, names: dict[int, str], language: str) -> ToldStep:
    places = list(step.signers.all())
    return ToldStep(
        round=step.round,
        stage=step.stage,
        name=step.label(language),
        state=step.state,
        label=step.get_state_display(),
        need=need_words(step.need, step.share) if len(places) > 1 or not places else "",
        who=who_words(read_who(step.who), names),
        due=step.due_at if step.state == StepState.ACTIVE else None,
        signers=[
            ToldSigner(
                place.user_id,
                names.get(place.user_id, ""),
                place.state,
                place.get_state_display(),
                place.decided_at,
                place.remark,
                names.get(place.instead_of_id or 0, ""),
            )
            for place in places
        ],
    )


def _event(event: Any, steps: Sequence[ApprovalStep], names: dict[int, str], language: str) -> ToldEvent:
    step = next((found for found in steps if found.pk == event.step_id), None)
    return ToldEvent(
        at=event.at,
        actor=names.get(event.actor_id or 0, ""),
        what=event.what,
        label=event.get_what_display(),
        step=step.label(language) if step is not None else "",
        remark=event.remark,
        people=[names.get(pk, "") for pk in event.details.get("people", ())],
    )


# In words ---------------------------------------------------------------------------------------------------------


def need_words(need: str, share: int) -> str:
    """How many have to grant it."""
    if need == "share":
        return ngettext("%(count)s of them", "%(count)s of them", share) % {"count": share}
    return str(NEEDS[need])


def who_words(ways: Sequence[Who], names: dict[int, str] | None = None) -> str:
    """Who is meant, in words: head of the asker's department, two levels up; everybody with the role Executive; Alice."""
    return _(", ").join(_way(way, names) for way in ways)


def _way(way: Who, names: dict[int, str] | None) -> str:
    if way.by == "people":
        known = names if names is not None else dict(User.objects.filter(pk__in=way.people).values_list("pk", "name"))
        return _(", ").join(known.get(pk, "") for pk in way.people)
    if way.by == "role":
        role = next((found for found in current_book().values() if found.key == way.role), None)
        return _("everybody with the role %(role)s") % {"role": _(role.name) if role is not None else way.role}
    if way.by == "head" and way.level:
        return ngettext(
            "head %(count)s level above the asker's department",
            "head %(count)s levels above the asker's department",
            way.level,
        ) % {"count": way.level}
    return str(WAYS[way.by])
