"""Duplicates: the hint while typing, asking a colleague for their customer, and the groups that a comparison found."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.duplicates.conflicts import WAYS, conflict_ask, conflict_token, record_of_token
from zhike.engines.duplicates.groups import different_say
from zhike.engines.duplicates.hints import Hint, hints
from zhike.engines.duplicates.kin_finding import kin_hints
from zhike.engines.duplicates.scanning import scan
from zhike.engines.duplicates.words import reasons_text
from zhike.metadata import policy
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.saving import context_for
from zhike.web import navigation
from zhike.web.edges import object_view, with_events
from zhike.web.lists.candidates import candidates_context
from zhike.web.records import forms
from zhike.web.records.forms import Form
from zhike.web.views.answers import changed

LONGEST_REASON = 500
navigation.add(
    navigation.Place(
        "duplicates",
        gettext_lazy("Duplicate customers"),
        "quality",
        "git-merge",
        order=30,
        needs={"customer": "merge"},
        slug="customers",
    )
)


@require_POST
@object_view
def duplicate_hints(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Records that are the same as what stands in the form so far; nothing is written."""
    policy.require(request.actor, object_type, "create")
    context = context_for(request.actor)
    keys = object_type.identity.keys if object_type.identity else ()
    writable = {field.key for field in policy.writable_fields(request.actor, object_type)}
    sections = [Section("", tuple(key for key in keys if key in writable))]
    form = Form(object_type, context, sections, forms.defaults(object_type, context))
    forms.read(form, request.POST)
    found = hints(object_type, form.values, context=context)
    rows = [hint_row(request, object_type, hint) for hint in found]
    rows += [hint_row(request, other, hint) for other, hint in kin_hints(object_type, form.values, context=context)]
    return render(request, "duplicates/hints.html", {"rows": rows})


def hint_row(request: AccountRequest, object_type: ObjectType, hint: Hint) -> dict[str, Any]:
    """A hit as the template wants it; colleagues' records come with the address of the request."""
    asks = object_type.scope_from is None and hint.owner_id is not None and not hint.is_own
    asks = asks and policy.may(request.actor, object_type, "create")
    token = conflict_token(object_type, hint.record_id, actor=request.actor) if asks else ""
    return {
        "hint": hint,
        "reasons": reasons_text(hint.reasons),
        "ask_url": f"/o/{object_type.slug}/duplicates/ask/{token}/" if asks else "",
    }


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def conflict(request: AccountRequest, object_type: ObjectType, token: str) -> HttpResponse:
    """The dialog in which one asks for a colleague's record; POST asks."""
    found, _record_id = record_of_token(token, actor=request.actor)
    if found.key != object_type.key:
        raise NotFound(object_type.key, 0)
    if request.method != "POST":
        return conflict_dialog(request, way=next(iter(WAYS)))
    way, reason = request.POST.get("way", ""), request.POST.get("reason", "")[:LONGEST_REASON]
    try:
        conflict_ask(token, way=way, reason=reason, actor=request.actor)
    except Invalid as refusal:
        problems = [problem.message for listed in refusal.problems.values() for problem in listed]
        return conflict_dialog(request, way=way, reason=reason, problems=problems, status=422)
    return changed(toast={"message": _("Your request is on its way."), "url": "/o/approvals/", "label": _("Open")})


def conflict_dialog(
    request: AccountRequest, *, way: str, reason: str = "", problems: Any = (), status: int = 200
) -> HttpResponse:
    ways = [{"key": key, "label": label, "checked": key == way} for key, label in WAYS.items()]
    context = {"action": request.get_full_path(), "ways": ways, "reason": reason, "problems": problems}
    return render(request, "duplicates/ask.html", context, status=status)


# The whole base ---------------------------------------------------------------------------------------------------


@require_safe
@object_view
def candidates(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """The groups that wait for a decision, the state of the comparison, and the latest merges."""
    require_identity(request, object_type)
    after = request.GET.get("after", "")
    told = candidates_context(
        object_type,
        context_for(request.actor),
        after=int(after) if after.isascii() and after.isdigit() and len(after) < 19 else 0,
    )
    template = "duplicates/scan.html" if request.headers.get("HX-Target") == "scan" else "duplicates/page.html"
    return render(request, template, told)


@require_POST
@object_view
def start(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Compare the whole base; a comparison that runs already goes on."""
    require_identity(request, object_type)
    scan(object_type, actor=request.actor)
    return HttpResponseRedirect(f"/o/{object_type.slug}/duplicates/")


@require_POST
@object_view
def different(request: AccountRequest, object_type: ObjectType) -> HttpResponse:
    """Remember that the records of a group are not the same."""
    require_identity(request, object_type)
    ids = posted_ids(request)
    different_say(object_type, ids, actor=request.actor)
    return with_events(HttpResponse(""), toast={"message": _("Remembered: these are not duplicates.")})


def posted_ids(request: AccountRequest) -> list[int]:
    """Ids of the form or the address; what is none is left out."""
    texts = [*request.POST.getlist("ids"), *request.GET.get("ids", "").split(",")]
    return list(dict.fromkeys(int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 19))


def require_identity(request: AccountRequest, object_type: ObjectType) -> None:
    """Raise NotFound for types without duplicates, Denied without the right to merge."""
    if object_type.identity is None:
        raise NotFound(object_type.key, "duplicates")
    policy.require(request.actor, object_type, "merge")
