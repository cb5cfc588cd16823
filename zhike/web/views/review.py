"""Doing one review: the record with what changed, a word on each field, the class at the end; and the second look."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.reviews import answering
from zhike.domain.reviews.asking import fields_asked, find_review, next_due, own_due
from zhike.domain.reviews.changed import changed_since
from zhike.domain.reviews.models import RecheckState, Result, Review, ReviewState, Trend, Verdict
from zhike.domain.reviews.rechecking import review_recheck
from zhike.domain.reviews.reporting import eq
from zhike.lib.html import format_html
from zhike.metadata import policy, registry
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem, Stale
from zhike.metadata.fields.base import Field
from zhike.web.edges import refusals_answered
from zhike.web.records.moments import moment
from zhike.web.records.page import fetch_own
from zhike.web.records.subject import Subject, Wanted, fetch, load, want_values
from zhike.web.reviews.words import badge, flagged, list_of, told_changes, trend_badge
from zhike.web.views.answers import saved

CHANGED_MEANWHILE = Problem("stale", _("Somebody has changed the customer meanwhile: look again before you confirm."))
BAD_DAY = Problem("bad_date", _("Write the day as year-month-day."))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def review(request: AccountRequest, review_id: int) -> HttpResponse:
    """The page of one review; looking at it is what "opened" means. POST ends it and leads to the next."""
    found = find_review(review_id, actor=request.actor)
    subject = load(request.actor, registry.get("customer"), found.customer_id)
    is_doing = found.state == ReviewState.DUE and may_do(subject)
    if request.method != "POST":
        if is_doing:
            answering.note_opening(found, actor=request.actor)
        return review_answer(request, found, subject, is_doing=is_doing)
    try:
        answering.review_finish(review_id, actor=request.actor, **given(request))
    except Invalid as refusal:
        return review_answer(request, found, subject, is_doing=is_doing, problems=refusal.problems, status=422)
    following = next_due(request.actor, found)
    url = reverse("review", args=[following]) if following else reverse("reviews")
    return saved(request, url, _("Reviewed: %(name)s") % {"name": subject.title})


def may_do(subject: Subject) -> bool:
    """Whether the reader may review the customer."""
    return subject.may("edit") and policy.may(subject.actor, registry.get("review"), "confirm")


def given(request: AccountRequest) -> dict[str, Any]:
    """The result as typed; raises Invalid for a day that is none."""
    text = request.POST.get("observe_until", "").strip()
    day: date | None = None
    if text:
        try:
            day = parse_date(text)
        except ValueError:
            day = None
        if day is None:
            raise Invalid({"observe_until": [BAD_DAY]})
    return {
        "result": request.POST.get("result", "")[:30] or None,
        "reason": request.POST.get("reason", ""),
        "observe_until": day,
        "watch": request.POST.get("watch", ""),
    }


def review_answer(
    request: AccountRequest, found: Review, subject: Subject, *, is_doing: bool, problems: Any = None, status: int = 200
) -> HttpResponse:
    context = subject.context
    said = dict(found.answers.values_list("field", "verdict"))
    fields = fields_asked(found, request.actor)
    wanted: Wanted = {}
    # Titles of nothing but what is asked: the page has no place for the others.
    want_values(wanted, subject.object_type, {field.key: subject.row.values.get(field.key) for field in fields})
    fetch(wanted, context)
    typed: Any = request.POST if request.method == "POST" else {}
    left = own_due(request.actor).count()
    told = {
        "heading": subject.title,
        "review": found,
        "customer": {"title": subject.title, "url": subject.url, "badges": customer_badges(subject)},
        "earlier_url": list_of(eq("customer", subject.id)),
        "is_doing": is_doing,
        "is_done": found.state == ReviewState.DONE,
        "due_on": found.due_on,
        "is_late": found.state == ReviewState.DUE and found.due_on < context.now.astimezone(context.timezone).date(),
        "left": left,
        "trend": trend_badge(found, context),
        "why": flagged(found, context),
        "changes": told_changes(found, changed_since(found, request.actor), context),
        "fields": [drawn_field(found, subject, field, said, is_doing=is_doing) for field in fields],
        **progress(fields, said),
        "result": typed.get("result") or found.result or found.proposed,
        "results": [
            {"key": choice.value, "label": choice.label, "is_proposed": choice == found.proposed, "number": number}
            for number, choice in enumerate((Result.IMPORTANT, Result.SPECIAL, Result.GENERAL), start=7)
        ],
        "result_badge": badge(found, "result", context),
        "needs_reason": found.trend != Trend.STEADY,
        "reason": typed.get("reason", found.reason or ""),
        "observe_until": typed.get("observe_until", found.observe_until.isoformat() if found.observe_until else ""),
        "watch": typed.get("watch", found.watch or (found.cycle.policy.watch or "" if is_doing else "")),
        "done": moment(found.done_at, context) if found.done_at else None,
        "problems": {key or "all": listed[0].message for key, listed in (problems or {}).items()},
        "skip_url": reverse("review_next", args=[found.pk]) if is_doing and left > 1 else "",
        "recheck_url": reverse("review_recheck", args=[found.pk]) if found.recheck == RecheckState.WAITING else "",
    }
    return render(request, "reviews/review.html", told, status=status)


def customer_badges(subject: Subject) -> Any:
    """Kind, tier, stage and risk, as far as the reader sees them."""
    known = {field.key for field in policy.readable_fields(subject.actor, subject.object_type)}
    shown = [key for key in subject.object_type.badges if key in known and subject.row.values.get(key)]
    cells = [subject.cell(subject.object_type.field(key)) for key in shown]
    return format_html("{}" * len(cells), *cells) if cells else ""


def progress(fields: list[Field], said: dict[str, str]) -> dict[str, int]:
    return {"answered": sum(field.key in said for field in fields), "asked": len(fields)}


def drawn_field(
    found: Review, subject: Subject, field: Field, said: dict[str, str], *, is_doing: bool, message: str = ""
) -> dict[str, Any]:
    verdict = said.get(field.key, "")
    value = subject.row.values.get(field.key)
    may_write = policy.access(subject.actor, subject.object_type, field) >= FieldAccess.EDIT
    return {
        "key": field.key,
        "label": field.label,
        "value": "" if field.type.is_empty(value) else subject.cell(field),
        "verdict": verdict,
        "said": Verdict(verdict).label if verdict else "",
        "tone": {"confirmed": "green", "corrected": "blue", "unreachable": "amber"}.get(verdict, "grey"),
        "url": reverse("review_field", args=[found.pk, field.key]) if is_doing else "",
        "may_correct": may_write,
        "message": message,
    }


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def review_field(request: AccountRequest, review_id: int, key: str) -> HttpResponse:
    """GET gives the control of a field, ``?plain=1`` the field as it stands; POST takes the word on it, or the better value, and gives the field again."""
    found = find_review(review_id, actor=request.actor, action="confirm")
    subject = load(request.actor, registry.get("customer"), found.customer_id)
    field = next((field for field in fields_asked(found, request.actor) if field.key == key), None)
    if field is None:
        raise NotFound("customer", review_id)
    if request.method != "POST":
        if request.GET.get("plain"):
            return field_said(request, found, subject, field)
        return control(request, found, subject, field)
    try:
        verdict = request.POST.get("do", "")
        if verdict in {Verdict.CONFIRMED.value, Verdict.UNREACHABLE.value}:
            answering.field_answer(review_id, key, verdict, actor=request.actor)
        else:
            version = request.POST.get("version", "")
            known = int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None
            raw = field.type.from_form(request.POST, key)
            answering.field_correct(review_id, key, raw, actor=request.actor, version=known)
    except Stale:
        return field_said(request, found, subject, field, message=str(CHANGED_MEANWHILE.message))
    except Invalid as refusal:
        return refused_value(str(next(iter(refusal.problems.values()))[0].message))
    return field_said(request, found, load(request.actor, subject.object_type, subject.id), field)


def control(request: AccountRequest, found: Review, subject: Subject, field: Field) -> HttpResponse:
    if policy.access(request.actor, subject.object_type, field) < FieldAccess.EDIT:
        raise Denied("customer", "edit")
    fetch_own(subject)
    name = format_html('id="e-{}" aria-label="{}" aria-describedby="answer-error"', field.key, field.label)
    widget = field.type.widget(subject.row.values.get(field.key), field, subject.context, name=field.key, attrs=name)
    told = {
        "field": drawn_field(found, subject, field, {}, is_doing=True),
        "widget": widget,
        "version": subject.row.version,
    }
    return render(request, "reviews/control.html", told)


def field_said(
    request: AccountRequest, found: Review, subject: Subject, field: Field, *, message: str = ""
) -> HttpResponse:
    """The field as it stands now, and out of band how many are answered."""
    fetch_own(subject)
    said = dict(found.answers.values_list("field", "verdict"))
    told = {
        "field": drawn_field(found, subject, field, said, is_doing=True, message=message),
        **progress(fields_asked(found, request.actor), said),
        "oob": True,
    }
    parts = ("reviews/field.html", "reviews/answered.html")
    return HttpResponse("".join(render_to_string(part, told, request) for part in parts))


def refused_value(message: str) -> HttpResponse:
    """Only the message is put in, so that what was typed stays."""
    text = format_html('<p class="field-error" id="answer-error" role="alert">{}</p>', message)
    return HttpResponse(text, status=422, headers={"HX-Retarget": "#answer-error", "HX-Reswap": "outerHTML"})


@refusals_answered
@require_safe
def review_next(request: AccountRequest, review_id: int) -> HttpResponse:
    """The review after this one in the reader's list, or the list when there is no other."""
    found = find_review(review_id, actor=request.actor)
    following = next_due(request.actor, found)
    return HttpResponseRedirect(reverse("review", args=[following]) if following else reverse("reviews"))


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def recheck(request: AccountRequest, review_id: int) -> HttpResponse:
    """The second look at a sampled review: right or wrong, field by field."""
    found = find_review(review_id, actor=request.actor, action="recheck")
    wrong = ""
    if request.method == "POST":
        said = {key: request.POST.get(f"f-{key}") for key in found.answers.values_list("field", flat=True)}
        try:
            marks = {key: value == "right" for key, value in said.items() if value in {"right", "wrong"}}
            review_recheck(review_id, marks, actor=request.actor)
        except Invalid as refusal:
            wrong = str(next(iter(refusal.problems.values()))[0].message)
        else:
            return saved(
                request, reverse("review_samples"), _("Checked again: %(name)s") % {"name": found.customer.name}
            )
    subject = load(request.actor, registry.get("customer"), found.customer_id)
    fetch_own(subject)
    verdicts = dict(found.answers.values_list("field", "verdict"))
    told = {
        "heading": subject.title,
        "customer": {"title": subject.title, "url": subject.url, "badges": customer_badges(subject)},
        "person": found.done_by.name if found.done_by else "",
        "done": moment(found.done_at, subject.context) if found.done_at else None,
        "result_badge": badge(found, "result", subject.context),
        "is_waiting": found.recheck == RecheckState.WAITING and found.done_by_id != request.actor.user_id,
        "is_own": found.done_by_id == request.actor.user_id,
        "fields": [
            drawn_field(found, subject, field, verdicts, is_doing=False)
            | {"found": request.POST.get(f"f-{field.key}", "")}
            for field in (subject.object_type.fields.get(key) for key in verdicts)
            if field is not None and policy.access(request.actor, subject.object_type, field) >= FieldAccess.READ_ONLY
        ],
        "wrong": wrong,
    }
    return render(request, "reviews/recheck.html", told, status=422 if wrong else 200)
