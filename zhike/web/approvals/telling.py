"""What templates need of approvals: the need before sending, the path while it runs, the facts that it is about."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from zhike.accounts.models import User
from zhike.engines.approvals import queries
from zhike.engines.approvals.known import is_concerned
from zhike.engines.approvals.models import TONES, Approval, ApprovalState, StepState
from zhike.engines.approvals.needs import Need, kinds_offered, planned
from zhike.engines.approvals.story import Path, ToldEvent, ToldStep, need_words, paths_of, who_words
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType
from zhike.metadata.places import record_url
from zhike.web.lists.filter_words import parts
from zhike.web.records.moments import moment
from zhike.web.records.subject import Subject

MOST_SHOWN = 3
STEP_TONES = {
    StepState.ACTIVE: "blue",
    StepState.GRANTED: "green",
    StepState.REFUSED: "red",
    StepState.SKIPPED: "grey",
    StepState.ENDED: "grey",
    StepState.WAITING: "grey",
}
#: Why somebody is asked whom the step does not name.
FALLBACKS = {
    "fallback": lambda: _("Nobody whom the step names can be asked: it goes to the flow's fallback."),
    "managers": lambda: _("Nobody whom the step names can be asked: it goes to the asker's manager."),
    "administrators": lambda: _("Nobody whom the step names can be asked: it goes to the administrators."),
    "away": lambda: _("Everybody whom the step names is away: they are asked all the same."),
}


def need_context(need: Need, object_type: ObjectType, record_id: int, context: Context) -> dict[str, Any]:
    """Context of approvals/need.html: why a word is needed and who must, in the reader's words."""
    steps = planned(need, object_type, record_id, actor=context.actor)
    ids = {pk for step in steps for pk in (*step.found.people, *step.found.instead_of.values())}
    names = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        "flow": need.flow.label(context.language) if need.flow is not None else "",
        "why": condition_words(object_type, need.definition.when, context),
        "who_asks": condition_words(registry.get("user"), need.definition.asker, context),
        "covers": cover_words(object_type, need.definition.covers),
        "steps": [
            {
                "name": step.step.name_en
                if context.language.startswith("en") and step.step.name_en
                else step.step.name,
                "number": step.stage,
                "beside": step.step.beside,
                "who": who_words(step.step.who),
                "need": need_words(step.step.need, step.step.share) if len(step.found.people) > 1 else "",
                "people": [
                    {"name": names.get(pk, ""), "instead_of": names.get(step.found.instead_of.get(pk, 0), "")}
                    for pk in step.found.people
                ],
                "note": FALLBACKS[step.found.fell_back]() if step.found.fell_back else "",
                "left_out": "" if step.is_needed else condition_words(object_type, step.step.when, context),
                "hours": step.step.hours,
            }
            for step in steps
        ],
    }


def condition_words(object_type: ObjectType, rule: Any, context: Context) -> list[Any]:
    """A condition as sentences, one a part; [] for none, and for one whose fields the reader may not know of."""
    if not rule:
        return []
    try:
        return [part.words for part in parts(object_type, rule, context)]
    except LookupError:
        return []


def cover_words(object_type: ObjectType, covers: Sequence[str]) -> list[str]:
    """What stands still meanwhile."""
    if "*" in covers:
        return [_("everything")]
    children = {registry.get(child.object_key).slug: registry.get(child.object_key) for child in object_type.children}
    return [
        str(object_type.fields[key].label) if key in object_type.fields else str(children[key].label_plural)
        for key in covers
        if key in object_type.fields or key in children
    ]


def path_context(approval: Approval, path: Path, context: Context) -> dict[str, Any]:
    """Context of approvals/path.html."""
    return {
        "title": approval.title,
        "url": record_url("approval", approval.pk),
        "state": approval.get_state_display(),
        "tone": TONES.get(approval.state, "grey"),
        "is_open": approval.state == ApprovalState.OPEN,
        "steps": [_step(step, context) for step in path.steps if step.round == approval.round],
        "events": [_event(event, context) for event in reversed(path.events)],
    }


def _step(step: ToldStep, context: Context) -> dict[str, Any]:
    return {
        "name": step.name,
        "number": step.stage,
        "state": step.label,
        "tone": STEP_TONES[StepState(step.state)],
        "need": step.need,
        "who": "" if step.signers else step.who,
        "due": moment(step.due, context) if step.due is not None else None,
        "signers": [
            {
                "name": place.name,
                "state": place.label,
                "at": moment(place.at, context) if place.at is not None else None,
                "remark": place.remark,
                "instead_of": place.instead_of,
            }
            for place in step.signers
        ],
    }


def _event(event: ToldEvent, context: Context) -> dict[str, Any]:
    return {
        "at": moment(event.at, context),
        "actor": event.actor or _("By itself"),
        "label": event.label,
        "step": event.step,
        "remark": event.remark,
        "people": _(", ").join(name for name in event.people if name),
    }


def facts_context(approval: Approval, context: Context) -> list[dict[str, Any]]:
    """What the record said when it was sent, as far as the reader may see such fields."""
    object_type = registry.catalogue().get(approval.about_key)
    if object_type is None or not policy.may(context.actor, object_type, "view"):
        return []
    found = []
    for key, raw in approval.facts.items():
        field = object_type.fields.get(key)
        # Links would name records that the reader need not see.
        if field is None or field.type.link_targets(field) is not None:
            continue
        if policy.access(context.actor, object_type, field) < FieldAccess.READ_ONLY:
            continue
        found.append({"label": field.label, "value": field.type.cell(field.type.from_json(raw, field), field, context)})
    return found


def _own_panel(subject: Subject) -> dict[str, Any]:
    """On the approval's own page: its path, all that happened, and what it is about."""
    row = Approval.objects.get(pk=subject.id)
    told = path_context(row, paths_of([row], subject.context.language)[row.pk], subject.context)
    return {"rows": [told], "offers": [], "is_own": True, "facts": facts_context(row, subject.context)}


def panel(subject: Subject) -> dict[str, Any] | None:
    """Approvals of a record for the side of its page: the latest with their paths, and what can be asked for."""
    is_own = subject.object_type.key == "approval"
    if not policy.may(subject.actor, registry.get("approval"), "view"):
        return None
    if not is_own and not is_concerned(subject.object_type.key):
        return None
    if is_own:
        return _own_panel(subject)
    rows = list(queries.about(subject.object_type.key, subject.id, subject.actor)[:MOST_SHOWN])
    offered = kinds_offered(subject.object_type) if subject.may("edit") else []
    running = {row.kind for row in rows if row.state in {ApprovalState.OPEN, ApprovalState.RETURNED}}
    if not rows and not offered:
        return None
    paths = paths_of(rows, subject.context.language)
    return {
        "rows": [path_context(row, paths[row.pk], subject.context) for row in rows],
        "offers": [
            {"label": kind.label, "url": f"{subject.url}approvals/ask/?kind={kind.key}"}
            for kind in offered
            if kind.key not in running
        ],
    }
