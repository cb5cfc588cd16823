"""Logging a contact: on the page of a record, and from anywhere for a record to be picked."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from zhike.accounts.middleware import AccountRequest
from zhike.engines.submissions.services import new_key, once
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.fields.base import ValueRefused
from zhike.metadata.object_type import Composer, ObjectType
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import object_view, refusals_answered
from zhike.web.records import composing
from zhike.web.records.subject import Subject, load
from zhike.web.views.answers import changed

navigation.add(
    navigation.Place(
        "log",
        gettext_lazy("Log a contact"),
        "activity",
        "plus",
        order=0,
        needs={"interaction": "create"},
        thumb=3,
        is_dialog=True,
    )
)


@require_POST
@object_view
def log(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Write down what happened with a record and what follows, in one go."""
    subject = load(request.actor, object_type, record_id)
    found = composing.composer_type(request.actor, object_type)
    if found is None:
        raise Http404
    typed = composing.typed_values(request.POST)
    try:
        save(request, found[1], record_id, typed, subject)
    except Invalid as refusal:
        context = composing.composer(
            subject, composing.load_people(subject), typed=typed, error=sentence(refusal, found[0])
        )
        return render(request, "record_detail/composer.html", {"composer": context}, status=422)
    return changed(close=False)


def save(request: AccountRequest, described: Composer, record_id: int, typed: dict[str, str], subject: Subject) -> None:
    """Run the type's own service once for this form; raises Invalid."""
    values = composing.record_values(described, record_id, typed, subject.context)

    def work() -> None:
        described.save(values, actor=request.actor)

    once(request.POST.get("form_key", ""), work, actor=request.actor)


def sentence(refusal: Invalid, object_type: ObjectType) -> str:
    """The first problem with the name of its field."""
    key, problems = next(iter(refusal.problems.items()))
    field = object_type.fields.get(key)
    message = str(problems[0].message)
    return f"{field.label}：{message}" if field is not None else message


@require_http_methods(["GET", "HEAD", "POST"])
@refusals_answered
def log_anywhere(request: AccountRequest) -> HttpResponse:
    """The composer with a picker for the record it is about."""
    object_type, described = written_anywhere(request.actor)
    if request.method != "POST":
        return dialog(request, object_type, described, {}, request.GET.get(described.subject, ""))
    typed = composing.typed_values(request.POST)
    picked = request.POST.get(described.subject, "")
    try:
        subject = load(request.actor, subject_type(object_type, described), picked_id(picked))
        save(request, described, subject.id, typed, subject)
    except NotFound:
        message = _("Choose whom it is about.")
        return dialog(request, object_type, described, typed, "", error=message, status=422)
    except Invalid as refusal:
        message = sentence(refusal, object_type)
        return dialog(request, object_type, described, typed, picked, error=message, status=422)
    toast = {"message": _("Logged with %(title)s.") % {"title": subject.title}, "url": subject.url, "label": _("Open")}
    return changed(toast=toast)


def written_anywhere(actor: Actor) -> tuple[ObjectType, Composer]:
    """The first type with a composer that the actor may create; 404 when there is none."""
    for object_type in registry.all_types():
        if object_type.composer is not None and policy.may(actor, object_type, "create"):
            return object_type, object_type.composer
    raise Http404


def subject_type(object_type: ObjectType, described: Composer) -> ObjectType:
    return registry.get(str(object_type.field(described.subject).options["target"]))


def picked_id(text: str) -> int:
    """The id that the picker sent; raises NotFound when nothing was picked."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise NotFound("", text)
    return int(text)


def dialog(
    request: AccountRequest,
    object_type: ObjectType,
    described: Composer,
    typed: dict[str, str],
    picked: str,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    """The composer in the dialog, or on a page of its own for a browser that came by the address."""
    context = context_for(request.actor)
    composer: dict[str, Any] = composing.composer_context(
        object_type, described, context=context, typed=typed, error=error
    )
    composer |= {"url": "/log/", "key": f"log:{object_type.key}", "form_key": new_key(), "prefix": "log-", "open": True}
    field = object_type.field(described.subject)
    try:
        value = field.type.parse(picked, field, context) if picked else None
    except ValueRefused:
        value = None
    if value is not None:
        composing.fetch_title(field, value, context)
    picker = field.type.widget(value, field, context, name=field.key, attrs='id="log-subject" aria-required="true"')
    told = {"composer": composer, "customer_picker": picker, "picker_label": field.label, "picker_id": "log-subject"}
    in_dialog = bool(request.headers.get("HX-Target"))
    template = "record_detail/log_dialog.html" if in_dialog else "record_detail/log_page.html"
    response = render(request, template, told, status=status)
    if status != HTTPStatus.OK:
        response["HX-Retarget"] = "#dialog-content"
        response["HX-Reswap"] = "innerHTML"
    return response
