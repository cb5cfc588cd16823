"""Handing over a person's records: what there is, who gets it, what would happen, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.engines.hand_over.division import Division, divisions
from zhike.engines.hand_over.models import HandOver
from zhike.engines.hand_over.parts import Part, parts, parts_of
from zhike.engines.hand_over.planning import Rule, check_rule, preview
from zhike.engines.hand_over.services import (
    hand_over_for,
    hand_over_undo,
    hand_overs_start,
    is_under_way,
    may_undo,
    person_for,
)
from zhike.jobs.models import Job
from zhike.jobs.queue import job_cancel
from zhike.lib.enumeration import enumerated
from zhike.metadata import registry
from zhike.metadata.errors import BadQuery, Invalid, NotFound, Problem, Problems
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.labels import fill_labels
from zhike.metadata.places import list_url
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
#: So many people are handed over with one form.
MOST_PEOPLE = 50
#: Part of the page that a change of the rule draws anew.
PAUSE_PART = "hand-over"


@dataclass(slots=True)
class Draft:
    """What the form says so far."""

    parts: list[str]
    to: list[int]
    #: By what customers are divided; "" for evenly.
    by: str = ""
    steps: list[tuple[Group, int | None]] = dataclass_field(default_factory=list)
    reason: str = ""
    note: str = ""

    def rule(self, division: Division | None) -> Rule:
        if division is None:
            return Rule("evenly", tuple(self.to))
        taken = [(division.filter(group.value), to) for group, to in self.steps if to]
        return Rule("filter", tuple(self.to), tuple(taken))


@dataclass(frozen=True, slots=True)
class Desk:
    """Whose records are handed over, by whom, and what there is to choose from."""

    people: Sequence[User]
    parts: Mapping[str, Part]
    divisions: Mapping[str, Division]
    context: Context
    action: str

    @property
    def is_under_way(self) -> bool:
        return any(is_under_way(person.pk) for person in self.people)


def desk_for(people: Sequence[User], context: Context, action: str) -> Desk:
    listed = {key: part for person in people for key, part in parts_of(person, context.actor).items()}
    return Desk(people, listed, divisions(context), context, action)


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def hand_over(request: AccountRequest, user_id: int) -> HttpResponse:
    """The form for one person; ``do=preview`` shows who would get what, ``do=start`` does it."""
    person = person_for(user_id, actor=request.actor)
    return answer(request, desk_for([person], context_for(request.actor), reverse("hand_over", args=[person.pk])))


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def hand_over_several(request: AccountRequest) -> HttpResponse:
    """The same form for the people ``ids`` who were chosen in a list."""
    texts = request.GET.get("ids", "").split(",")
    ids = list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19))
    people = [person_for(pk, actor=request.actor) for pk in ids[:MOST_PEOPLE]]
    if not people:
        return HttpResponseRedirect(list_url("user"))
    if len(people) == 1:
        return HttpResponseRedirect(reverse("hand_over", args=[people[0].pk]))
    address = f"{reverse('hand_over_several')}?ids={','.join(str(person.pk) for person in people)}"
    return answer(request, desk_for(people, context_for(request.actor), address))


def answer(request: AccountRequest, desk: Desk) -> HttpResponse:
    """The form as it stands, the preview below it, or the start."""
    draft, problems = read(request, desk)
    division = desk.divisions.get(draft.by)
    try:
        if request.method != "POST" or request.POST.get("do") == "draft":
            return page(request, desk, draft)
        if problems:
            raise Invalid(problems)
        rule = draft.rule(division)
        if request.POST.get("do") == "start":
            made = hand_overs_start(
                [person.pk for person in desk.people],
                rule,
                draft.parts,
                reason=draft.reason,
                note=draft.note,
                actor=request.actor,
            )
            return HttpResponseRedirect(
                reverse("hand_over_progress", args=[made[0].pk]) if len(desk.people) == 1 else desk.action
            )
        shown = []
        for person in desk.people:
            check_rule(rule, person.pk, actor=request.actor)
            shown += told(person, preview(rule, person, [desk.parts[key] for key in draft.parts], actor=request.actor))
    except Invalid as refusal:
        return page(request, desk, draft, problems=refusal.problems, status=422)
    except BadQuery as refusal:
        wrong: Problems = {"by": [Problem(refusal.code, refusal.message)]}
        return page(request, desk, draft, problems=wrong, status=422)
    names = named([user_id for part in shown for user_id, _count, _samples in part["shares"]], desk.context)
    for part in shown:
        part["shares"] = [(names.get(pk, ""), count, samples) for pk, count, samples in part["shares"]]
    return page(request, desk, draft, shown=shown)


def told(person: User, shown: Any) -> list[dict[str, Any]]:
    """The preview of one person's records."""
    return [
        {
            "person": person.name,
            "name": found.part.name,
            "count": found.count,
            "shares": [(share.user_id, share.count, share.samples) for share in found.shares],
        }
        for found in shown
    ]


def read(request: AccountRequest, desk: Desk) -> tuple[Draft, Problems]:
    """The form as sent, and what is wrong with it."""
    sent, problems, context = request.POST, Problems(), desk.context
    if request.method != "POST":
        return Draft(list(desk.parts), []), problems
    draft = Draft(
        parts=[key for key in desk.parts if key in sent.getlist("part")],
        to=[],
        by=sent.get("by", "") if sent.get("by", "") in desk.divisions else "",
        reason=sent.get("reason", "").strip(),
        note=sent.get("note", ""),
    )
    try:
        draft.to = list(dict.fromkeys(TO.type.parse(TO.type.from_form(sent, "to"), TO, context) or []))
    except ValueError:
        problems["to"] = [BAD_SUCCESSOR]
    if draft.by:
        try:
            found = desk.divisions[draft.by].groups(desk.people, desk.parts, context)
        except (BadQuery, OutOfTime):
            found, problems["by"] = [], [TOO_SLOW]
        for place, group in enumerate(found):
            try:
                to = ONE.type.parse(ONE.type.from_form(sent, f"step_{place}"), ONE, context)
            except ValueError:
                to, problems["by"] = None, [BAD_SUCCESSOR]
            draft.steps.append((group, to))
    return draft, problems


def named(user_ids: list[int], context: Context) -> dict[int, str]:
    fill_labels({"user": set(user_ids)}, context)
    return {pk: context.labels["user", pk][0] for pk in user_ids if ("user", pk) in context.labels}


def page(
    request: AccountRequest,
    desk: Desk,
    draft: Draft,
    *,
    shown: list[dict[str, Any]] | None = None,
    problems: Problems | None = None,
    status: int = 200,
) -> HttpResponse:
    """The whole form, with the preview below where it was asked for."""
    division, context = desk.divisions.get(draft.by), desk.context
    wanted: dict[str, set[int]] = {"user": {*draft.to, *(to for _group, to in draft.steps if to)}}
    if division is not None and (target := division.target):
        wanted.setdefault(target, set()).update(group.value for group, _to in draft.steps if group.value is not None)
    fill_labels(wanted, context)
    mine = HandOver.objects.filter(person__in=desk.people, created_by_id=request.actor.user_id)
    told_context = {
        "heading": _("Hand-over: %(name)s") % {"name": enumerated(person.name for person in desk.people)},
        "action": desk.action,
        "parts": [(key, part.name, key in draft.parts) for key, part in desk.parts.items()],
        "to": TO.type.widget(draft.to, TO, context, name="to", attrs='id="to"'),
        "fields": [(key, found.label, key == draft.by) for key, found in desk.divisions.items()],
        "steps": [
            (
                division.text(group.value, context) if division else "",
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
        "is_several": len(desk.people) > 1,
        "is_under_way": desk.is_under_way,
        "earlier": mine.select_related("person").order_by("-pk")[: 5 * len(desk.people)],
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
