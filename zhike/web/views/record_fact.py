"""Editing one fact where it stands on a record's page."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.http import require_http_methods

from zhike.accounts.middleware import AccountRequest
from zhike.lib.html import format_html
from zhike.metadata import policy
from zhike.metadata.actor import FieldAccess
from zhike.metadata.errors import Denied, NotFound
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.records import Row, RowResult, save
from zhike.web.edges import object_view, with_events
from zhike.web.records import facts, forms, header, page, side
from zhike.web.records.conflict import Meanwhile, conflict_context, meanwhile
from zhike.web.records.subject import Subject, load, load_for

ERROR_ID = "fact-error"


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def record_fact(request: AccountRequest, object_type: ObjectType, record_id: int, key: str) -> HttpResponse:
    """GET gives the control; POST saves it and gives the fact, or says what is wrong and leaves the control alone."""
    subject = load_for(request.actor, object_type, record_id, "edit")
    field = editable_field(subject, key)
    if request.method != "POST":
        page.fetch_own(subject)
        return control(request, subject, field)
    if request.POST.get("keep") == "theirs":
        return saved(request, subject, field)
    return save_fact(request, subject, field)


def editable_field(subject: Subject, key: str) -> Field:
    """Raises UnknownField, NotFound for a hidden or retired one, and Denied for one that the actor may not write."""
    field = subject.object_type.field(key)
    if field.retired or policy.access(subject.actor, subject.object_type, field) is FieldAccess.HIDDEN:
        raise NotFound(subject.object_type.key, key)
    if not subject.may_write(field):
        raise Denied(subject.object_type.key, "edit")
    return field


def control(request: AccountRequest, subject: Subject, field: Field) -> HttpResponse:
    name = format_html('id="e-{}" aria-label="{}" aria-describedby="{}"', field.key, field.label, ERROR_ID)
    context = {
        "url": f"{subject.url}facts/{field.key}/",
        "version": subject.row.version,
        "widget": field.type.widget(
            subject.row.values.get(field.key), field, subject.context, name=field.key, attrs=name
        ),
        "error_id": ERROR_ID,
        "target": "closest .fact",
    }
    return render(request, "record_detail/edit_field.html", context)


def save_fact(request: AccountRequest, subject: Subject, field: Field) -> HttpResponse:
    raw = field.type.from_form(request.POST, field.key)
    text = request.POST.get("version", "")
    version = int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
    result = write(subject, field, raw, version)
    if is_stale(result):
        others = meanwhile(subject, version or 0)
        if field.key in others.keys:
            return conflict(request, subject, field, others)
        # Others changed other facts only: nothing stands in the way.
        result = write(subject, field, raw, result.version)
    if result.problems:
        return refusal(next(str(problems[0].message) for problems in result.problems.values()))
    return saved(request, load(subject.actor, subject.object_type, subject.id), field)


def write(subject: Subject, field: Field, raw: Any, version: int | None) -> RowResult:
    row = Row({field.key: raw}, id=subject.id, version=version)
    return save(subject.object_type, [row], actor=subject.actor).rows[0]


def is_stale(result: RowResult) -> bool:
    return any(problem.code == "stale" for problem in result.problems.get("", ()))


def saved(request: AccountRequest, subject: Subject, field: Field) -> HttpResponse:
    """The fact again, and out of band the header and the completeness that it may have changed."""
    page.fetch_own(subject)
    context = {
        **page.head(subject),
        **header.header(subject, side.add_step_url(subject)),
        "fact": facts.fact(subject, field),
        "completeness": facts.completeness(subject),
        "oob": True,
    }
    parts = ("record_detail/fact.html", "record_detail/header.html", "record_detail/completeness.html")
    response = HttpResponse("".join(render_to_string(part, context, request) for part in parts))
    return with_events(response, timeline_changed={}, records_changed={})


def refusal(message: str) -> HttpResponse:
    """Only the message is put in, so that what was typed stays."""
    text = format_html('<p class="field-error" id="{}" role="alert">{}</p>', ERROR_ID, message)
    return HttpResponse(text, status=422, headers={"HX-Retarget": f"#{ERROR_ID}", "HX-Reswap": "outerHTML"})


def conflict(request: AccountRequest, subject: Subject, field: Field, others: Meanwhile) -> HttpResponse:
    """Whose change came first, both values, and the choice; nothing has been overwritten."""
    section = Section(field.label, (field.key,))
    form = forms.Form(subject.object_type, subject.context, [section], {})
    forms.read(form, request.POST)
    told = conflict_context(form, subject, others, [field.key])
    context = {
        **told,
        **told["fields"][0],
        "url": f"{subject.url}facts/{field.key}/",
        "typed": [(name, value) for name, values in request.POST.lists() for value in values if is_value(name, field)],
    }
    response = render(request, "record_detail/fact_conflict.html", context, status=409)
    response["HX-Retarget"] = f"#fact-{field.key} dd"
    response["HX-Reswap"] = "innerHTML"
    return response


def is_value(name: str, field: Field) -> bool:
    """Whether an input belongs to the field's control: its own name, or a part of it."""
    return name == field.key or name.startswith(f"{field.key}.")
