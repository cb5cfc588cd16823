"""Handing over a person's records: what there is, who gets it, what would happen, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import LEADING, Part, parts, parts_for
from zhike.engines.hand_over.planning import MOST_STEPS, Rule, check_rule, preview
from zhike.engines.hand_over.services import (
    hand_over_for,
    hand_over_start,
    hand_over_undo,
    is_under_way,
    may_undo,
    person_for,
)
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.metadata import registry
from zhike.metadata.errors import BadQuery, Invalid, NotFound, Problem, Problems
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.grouped import group_filter
from zhike.metadata.labels import fill_labels
from zhike.metadata.policy import comparable
from zhike.metadata.query import Group
from zhike.metadata.saving import context_for
from zhike.metadata.time_budget import OutOfTime
from zhike.web.background import progress_context
from zhike.web.edges import post_only, refusals_answered

TO = Field(key="to", type=field_type("links"), label=gettext_lazy("successors"), options={"target": "user"})
ONE = Field(key="one", type=field_type("user"), label=gettext_lazy("successor"))
REASONS = (gettext_lazy("Leaves the firm"), gettext_lazy("Takes another post"), gettext_lazy("Is away for long"))
BAD_SUCCESSOR = Problem("invalid", gettext_lazy("Choose colleagues from the list."))
TOO_SLOW = Problem("out_of_time", gettext_lazy("Customers cannot be divided by this field."))
#: Part of the page that a change of the rule draws anew.
PAUSE_PART = "hand-over"


@dataclass(slots=True)
class Draft:
    """What the form says so far."""

    parts: list[str]
    to: list[int]
    #: Field by which customers are divided; "" for evenly.
    by: str = ""
    steps: list[tuple[Group, int | None]] = dataclass_field(default_factory=list)
    reason: str = ""
    note: str = ""

    def rule(self, field: Field | None) -> Rule:
        if field is None:
            return Rule("evenly", tuple(self.to))
        taken = [(group_filter(field, json_value(field, group.value)), to) for group, to in self.steps if to]
        return Rule("filter", tuple(self.to), tuple(taken))


def json_value(field: Field, value: Any) -> Any:
    return None if value is None else field.type.to_json(value, field)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def hand_over(request: AccountRequest, user_id: int) -> HttpResponse:
    """The form; ``do=preview`` shows who would get what, ``do=start`` does it."""
    person = person_for(user_id, actor=request.actor)
    context = context_for(request.actor)
    listed = parts_for(request.actor)
    fields = dividing_fields(context)
    draft, problems = read(request, person, listed, fields, context)
    field = fields.get(draft.by)
    try:
        if request.method != "POST" or request.POST.get("do") == "draft":
            return page(request, person, draft, fields, context)
        if problems:
            raise Invalid(problems)
        rule = draft.rule(field)
        if request.POST.get("do") == "start":
            made = hand_over_start(
                person.pk, rule, draft.parts, reason=draft.reason, note=draft.note, actor=request.actor
            )
            return HttpResponseRedirect(reverse("hand_over_progress", args=[made.pk]))
        check_rule(rule, person.pk, actor=request.actor)
        shown = preview(rule, person, [listed[key] for key in draft.parts], actor=request.actor)
    except Invalid as refusal:
        return page(request, person, draft, fields, context, problems=refusal.problems, status=422)
    except BadQuery as refusal:
        wrong: Problems = {"by": [Problem(refusal.code, refusal.message)]}
        return page(request, person, draft, fields, context, problems=wrong, status=422)
    names = named([share.user_id for part in shown for share in part.shares], context)
    return page(request, person, draft, fields, context, shown=told(shown, names))


def told(shown: Any, names: Mapping[int, str]) -> list[dict[str, Any]]:
    """The preview with the names of the successors."""
    return [
        {
            "name": found.part.name,
            "count": found.count,
            "shares": [(names.get(share.user_id, ""), share.count, share.samples) for share in found.shares],
        }
        for found in shown
    ]


def dividing_fields(context: Context) -> dict[str, Field]:
    """Fields by whose values customers can be divided: those of the list's filters with one of few values."""
    customer = registry.get(LEADING)
    fields = {key: customer.field(key) for key in customer.filters if key not in {"owner", "pool"}}
    return {
        key: field for key, field in fields.items() if is_dividing(field) and comparable(context.actor, customer, field)
    }


def is_dividing(field: Field) -> bool:
    """Whether a field has one of few values a record."""
    return not field.type.multiple and (field.type.groupable or field.type.link_targets(field) == "department")


def read(
    request: AccountRequest, person: User, listed: Mapping[str, Part], fields: Mapping[str, Field], context: Context
) -> tuple[Draft, Problems]:
    """The form as sent, and what is wrong with it."""
    sent, problems = request.POST, Problems()
    if request.method != "POST":
        return Draft(list(listed), []), problems
    draft = Draft(
        parts=[key for key in listed if key in sent.getlist("part")],
        to=[],
        by=sent.get("by", "") if sent.get("by", "") in fields else "",
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", ""),
    )
    try:
        draft.to = list(dict.fromkeys(TO.type.parse(TO.type.from_form(sent, "to"), TO, context) or []))
    except ValueError:
        problems["to"] = [BAD_SUCCESSOR]
    if draft.by:
        try:
            found = groups(person, fields[draft.by], listed, context)
        except (BadQuery, OutOfTime):
            found, problems["by"] = [], [TOO_SLOW]
        for place, group in enumerate(found):
            try:
                to = ONE.type.parse(ONE.type.from_form(sent, f"step_{place}"), ONE, context)
            except ValueError:
                to, problems["by"] = None, [BAD_SUCCESSOR]
            draft.steps.append((group, to))
    return draft, problems


def groups(person: User, field: Field, listed: Mapping[str, Part], context: Context) -> list[Group]:
    """The values of the field among the person's customers, the most frequent first."""
    part = next((part for part in listed.values() if part.object_key == LEADING), None)
    if part is None:
        return []
    found = part.query(person.pk, context.actor).groups(field.key)
    return sorted(found, key=lambda group: (-group.count, str(group.value)))[:MOST_STEPS]


def named(user_ids: list[int], context: Context) -> dict[int, str]:
    fill_labels({"user": set(user_ids)}, context)
    return {pk: context.labels["user", pk][0] for pk in user_ids if ("user", pk) in context.labels}


def page(
    request: AccountRequest,
    person: User,
    draft: Draft,
    fields: Mapping[str, Field],
    context: Context,
    *,
    shown: list[dict[str, Any]] | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole form, with the preview below where it was asked for."""
    field = fields.get(draft.by)
    wanted: dict[str, set[int]] = {"user": {*draft.to, *(to for _group, to in draft.steps if to)}}
    if field is not None and (target := field.type.link_targets(field)):
        wanted.setdefault(target, set()).update(group.value for group, _to in draft.steps if group.value is not None)
    fill_labels(wanted, context)
    told_context = {
        "heading": _("Hand-over: %(name)s") % {"name": person.name},
        "person": person,
        "parts": [(key, part.name, key in draft.parts) for key, part in parts_for(request.actor).items()],
        "to": TO.type.widget(draft.to, TO, context, name="to", attrs='id="to"'),
        "fields": [(key, found.label, key == draft.by) for key, found in fields.items()],
        "steps": [
            (
                field.type.text(group.value, field, context) if field and group.value is not None else _("empty"),
                group.count,
                ONE.type.widget(to, ONE, context, name=f"step_{place}", attrs=f'id="step-{place}"'),
                f"step-{place}",
            )
            for place, (group, to) in enumerate(draft.steps)
        ],
        "reasons": REASONS,
        "draft": draft,
        "is_ready": bool(shown),
        "preview": shown,
        "is_under_way": is_under_way(person.pk),
        "earlier": HandOver.objects.filter(person=person, created_by_id=request.actor.user_id).order_by("-pk")[:5],
        "problems": problems or {},
        "wrong": (problems or {}).get(""),
    }
    return render(request, "hand_over/page.html", told_context, status=status)


# Progress ---------------------------------------------------------------------------------------------------------


@require_safe
@refusals_answered
def progress(request: AccountRequest, hand_over_id: int) -> HttpResponse:
    """How far a hand-over is, what came of it, and the offer to take it back."""
    found = hand_over_for(hand_over_id, actor=request.actor)
    template = "hand_over/job.html" if request.headers.get("HX-Target") == PAUSE_PART else "hand_over/progress.html"
    return render(request, template, progress_of(found, request))


def progress_of(found: HandOver, request: AccountRequest, *, problems: Problems | None = None) -> dict[str, Any]:
    context = context_for(request.actor)
    jobs = {job.pk: job for job in Job.objects.filter(pk__in=[found.job_id, found.undo_job_id])}
    running = jobs.get(found.undo_job_id or 0) or jobs.get(found.job_id or 0)
    if running is None:
        raise NotFound("hand_over", found.pk)
    back = jobs.get(found.undo_job_id or 0)
    first = jobs.get(found.job_id or 0)
    counts = (first.checkpoint or {}).get("counts", {}) if first is not None else found.counts
    names = named([int(pk) for shares in counts.values() for pk in shares], context)
    known = parts()
    result: dict[str, Any] = back.result or back.checkpoint or {} if back is not None else {}
    return {
        "heading": _("Hand-over: %(name)s") % {"name": found.person.name},
        "found": found,
        **progress_context(running),
        "url": reverse("hand_over_progress", args=[found.pk]),
        "rows": [
            (known[key].name, [(names.get(int(pk), "–"), count) for pk, count in shares.items()])
            for key, shares in counts.items()
            if key in known
        ],
        "refused": (first.checkpoint or {}).get("refused", 0) if first is not None else 0,
        "undone": result,
        "is_undo": back is not None,
        "left": records_named(result.get("examples", ()), context),
        "may_undo": running.is_over and may_undo(found, request.actor),
        "problems": problems or {},
        "wrong": (problems or {}).get(""),
    }


def records_named(examples: Any, context: Context) -> list[tuple[str, str]]:
    """(title, address) of records that the reader may see."""
    wanted: dict[str, set[int]] = {}
    for key, pk in examples:
        if key in registry.catalogue():
            wanted.setdefault(key, set()).add(pk)
    fill_labels(wanted, context)
    return [context.labels[key, pk] for key, pk in examples if (key, pk) in context.labels]


@post_only("hand_over_progress", "hand_over_id")
@refusals_answered
def cancel(request: AccountRequest, hand_over_id: int) -> HttpResponse:
    """Stop it where it stands; what is given stays given and can be taken back."""
    found = hand_over_for(hand_over_id, actor=request.actor)
    if found.created_by_id != request.actor.user_id:
        raise NotFound("hand_over", hand_over_id)
    job_cancel(found.undo_job_id or found.job_id or 0)
    return HttpResponseRedirect(reverse("hand_over_progress", args=[found.pk]))


@post_only("hand_over_progress", "hand_over_id")
@refusals_answered
def undo(request: AccountRequest, hand_over_id: int) -> HttpResponse:
    """Take it back."""
    try:
        found = hand_over_undo(hand_over_id, actor=request.actor)
    except Invalid as refusal:
        found = hand_over_for(hand_over_id, actor=request.actor)
        context = progress_of(found, request, problems=refusal.problems)
        return render(request, "hand_over/progress.html", context, status=422)
    return HttpResponseRedirect(reverse("hand_over_progress", args=[found.pk]))
