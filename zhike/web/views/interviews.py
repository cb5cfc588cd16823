"""Interview scripts and their runs: whom to ring, one question a screen, and what was said at the end."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.domain.collection.face import askable
from zhike.domain.collection.models import InterviewRun, Script
from zhike.domain.collection.scripts import choice_line, next_number
from zhike.domain.collection.services import interviewing
from zhike.metadata import policy, registry
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.places import list_url, record_url
from zhike.metadata.saving import context_for
from zhike.metadata.undo import stored
from zhike.web.edges import refusals_answered
from zhike.web.records.forms import attributes
from zhike.web.records.links import RecordLink, add

LINKS = (
    add(RecordLink("customer", gettext_lazy("Interview by phone"), "customer_interview", "phone", is_rare=True)),
    add(RecordLink("script", gettext_lazy("Whom to ring"), "script_waiting", "users")),
    add(RecordLink("script", gettext_lazy("Questions"), "script_design", "list-check", permission="edit")),
)
BLANK_ROWS = 3


@refusals_answered
@require_safe
def script_waiting(request: AccountRequest, script_id: int) -> HttpResponse:
    """Who is still to be interviewed."""
    script = interviewing.find_script(script_id, actor=request.actor)
    after = request.GET.get("after", "")
    start = int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0
    rows = interviewing.waiting(script, actor=request.actor, after=start, limit=51)
    told = {
        "heading": _("Whom to ring: %(script)s") % {"script": script.name},
        "script": script,
        "rows": [{"id": pk, "name": name, "url": record_url("customer", pk)} for pk, name in rows[:50]],
        "more": rows[49][0] if len(rows) > 50 else None,
        "empty": {"icon": "check", "title": _("Everybody has been interviewed"), "text": ""},
    }
    return render(request, "collection/waiting.html", told)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def script_design(request: AccountRequest, script_id: int) -> HttpResponse:
    """The questions; POST keeps them."""
    script = interviewing.find_script(script_id, actor=request.actor, action="edit")
    wrong: list[Problem] = []
    rows = [{**found, "lines": "\n".join(map(choice_line, found["choices"]))} for found in script.questions]
    if request.method == "POST":
        texts, keys, lines = (request.POST.getlist(name) for name in ("text", "field", "choices"))
        raw = [
            {"text": text, "field": key, "choices": line} for text, key, line in zip(texts, keys, lines, strict=False)
        ]
        try:
            interviewing.questions_save(script.pk, raw, actor=request.actor)
            return HttpResponseRedirect(reverse("script_design", args=[script.pk]))
        except Invalid as refusal:
            wrong = refusal.problems[""]
            rows = [{**entry, "lines": entry["choices"]} for entry in raw if entry["text"].strip()]
    told = {
        "heading": _("Questions: %(script)s") % {"script": script.name},
        "script": script,
        "rows": [*rows, *({"text": "", "field": "", "lines": ""} for _turn in range(BLANK_ROWS))],
        "fields": [(field.key, field.label) for field in askable("customer")],
        "wrong": wrong,
    }
    return render(request, "collection/questions.html", told, status=422 if wrong else 200)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def customer_interview(request: AccountRequest, customer_id: int) -> HttpResponse:
    """Choose a script for a customer; POST begins, or goes on where one was interrupted."""
    policy.require(request.actor, registry.get("interaction"), "create")
    rows: Any = policy.queryset_for(request.actor, registry.get("customer"))
    customer = rows.filter(pk=customer_id).values("pk", "name").first()
    if customer is None:
        raise NotFound("customer", customer_id)
    wrong = ""
    if request.method == "POST":
        raw = request.POST.get("script", "")
        pk = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 19 else 0
        try:
            run = interviewing.begin(pk, customer_id, actor=request.actor)
            return HttpResponseRedirect(reverse("interview", args=[run.pk]))
        except Invalid as refusal:
            wrong = str(refusal.problems[""][0].message)
    scripts: Any = policy.queryset_for(request.actor, registry.get("script"))
    found: list[Script] = list(scripts.filter(is_active=True).order_by("name")[:50])
    runs = InterviewRun.objects.filter(customer=customer_id, by=request.actor.user_id, finished_at=None)
    told = {
        "heading": _("Interview by phone"),
        "customer": customer,
        "customer_url": record_url("customer", customer_id),
        "scripts": [script for script in found if script.questions],
        "begun": set(runs.values_list("script_id", flat=True)),
        "scripts_url": list_url("script"),
        "wrong": wrong,
    }
    return render(request, "collection/interview_choice.html", told, status=422 if wrong else 200)


@refusals_answered
@require_http_methods(["GET", "HEAD", "POST"])
def interview(request: AccountRequest, run_id: int) -> HttpResponse:
    """The question to ask now, or everything said at the end; POST answers, goes back or finishes."""
    run = interviewing.find_run(run_id, actor=request.actor)
    if request.method != "POST":
        return screen(request, run)
    try:
        match request.POST.get("do"):
            case "back":
                interviewing.back(run.pk, actor=request.actor)
            case "finish":
                interviewing.finish(run.pk, actor=request.actor)
                return HttpResponseRedirect(record_url("customer", run.customer_id))
            case _other:
                number = request.POST.get("number", "")
                place = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
                interviewing.answer(run.pk, place, posted(request, run, place), actor=request.actor)
    except Invalid as refusal:
        wrong = str(next(iter(refusal.problems.values()))[0].message)
        return screen(request, interviewing.find_run(run_id, actor=request.actor), wrong)
    return HttpResponseRedirect(reverse("interview", args=[run.pk]))


def posted(request: AccountRequest, run: InterviewRun, number: int) -> Any:
    """The answer as a JSON value; None for a question that was skipped. Raises Invalid."""
    if request.POST.get("do") == "skip" or not 1 <= number <= len(run.questions):
        return None
    field = registry.get("customer").fields.get(run.questions[number - 1]["field"])
    if field is None:
        return request.POST.get("answer", "").replace("\0", "").strip() or None
    raw = field.type.from_form(request.POST, "answer")
    try:
        plain = None if raw is None or raw == "" else field.type.parse(raw, field, context_for(request.actor))
    except ValueRefused as refusal:
        raise Invalid({"answer": [Problem(refusal.code, refusal.message)]}) from refusal
    return None if field.type.is_empty(plain) else field.type.to_json(plain, field)


def screen(request: AccountRequest, run: InterviewRun, wrong: str = "") -> HttpResponse:
    number = 0 if run.finished_at else next_number(run.questions, run.answers)
    question = run.questions[number - 1] if number else None
    control: Any = ""
    if question is not None and question["field"]:
        customer = registry.get("customer")
        field, context = customer.fields.get(question["field"]), context_for(request.actor)
        if field is not None:
            kept = stored(customer, [run.customer_id]).get(run.customer_id, {}).get(field.key)
            # Who sees the field masked asks without a value before them.
            shown = kept if policy.comparable(request.actor, customer, field) else None
            control = field.type.widget(
                shown, field, context, name="answer", attrs=attributes("answer", required=False, invalid=bool(wrong))
            )
    told = {
        "heading": run.script.name,
        "run": run,
        "customer_url": record_url("customer", run.customer_id),
        "number": number,
        "of": len(run.questions),
        "question": question,
        "control": control,
        "words": "" if number else interviewing.in_words(run, actor=request.actor),
        "wrong": wrong,
    }
    return render(request, "collection/interview.html", told, status=422 if wrong else 200)
