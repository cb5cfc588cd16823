"""Who works on a record and who sees it: its team, and why somebody can see it."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.actors import actor_for_id
from zhike.accounts.middleware import AccountRequest
from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.labels import fill_labels
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.team import member_add, member_remove
from zhike.metadata.why import Reason, why
from zhike.web.edges import object_view
from zhike.web.records.page import has_team
from zhike.web.records.people_picker import picked_user, user_picker
from zhike.web.records.side import load_team
from zhike.web.records.story_words import person_name
from zhike.web.records.subject import Subject, load, load_for
from zhike.web.views.answers import changed

# Team -------------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def team(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """GET shows the team in the dialog; POST adds somebody or changes what they may do."""
    subject = load(request.actor, object_type, record_id)
    if not has_team(subject):
        raise NotFound(object_type.key, record_id)
    if request.method != "POST":
        return team_dialog(request, subject)
    subject = load_for(request.actor, object_type, record_id, "edit")
    try:
        user_id = picked_user(request.POST.get("user", ""))
        member_add(object_type, record_id, user_id, access=request.POST.get("access", ""), actor=request.actor)
    except Invalid as refusal:
        return team_dialog(request, subject, error=str(next(iter(refusal.problems.values()))[0].message), status=422)
    return with_refresh(team_dialog(request, subject))


@require_POST
@object_view
def team_remove(request: AccountRequest, object_type: ObjectType, record_id: int, user_id: int) -> HttpResponse:
    """Take somebody off the team."""
    subject = load_for(request.actor, object_type, record_id, "edit")
    member_remove(object_type, record_id, user_id, actor=request.actor)
    return with_refresh(team_dialog(request, subject))


def with_refresh(response: HttpResponse) -> HttpResponse:
    """The dialog stays open; the page behind it learns of the change."""
    response["HX-Trigger"] = changed(close=False)["HX-Trigger"]
    return response


def team_dialog(request: AccountRequest, subject: Subject, *, error: str = "", status: int = 200) -> HttpResponse:
    members = load_team(subject)
    fill_labels({"user": [member.user_id for member in members]}, subject.context)
    url = f"{subject.url}team/"
    context = {
        "record": {"title": subject.title},
        "url": url,
        "may_edit": subject.may("edit"),
        "error": error,
        "picker": user_picker(subject.context),
        "choices": TeamMember.Access.choices,
        "members": [
            {
                "id": member.user_id,
                "name": person_name(member.user_id, subject.context),
                "initials": person_name(member.user_id, subject.context)[:1],
                "access": member.access,
                "label": TeamMember.Access(member.access).label,
                "remove_url": f"{url}{member.user_id}/remove/",
            }
            for member in members
        ],
    }
    return render(request, "record_detail/team.html", context, status=status)


# Why --------------------------------------------------------------------------------------------------------------


@require_safe
@object_view
def why_seen(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Which rules let the reader see the record; whoever may edit it, or administers roles, may ask for others too."""
    subject = load(request.actor, object_type, record_id)
    asked, error = asked_actor(request, subject)
    record = policy.queryset_for(request.actor, object_type).get(pk=record_id)
    actions = ("view", "edit", "delete")
    answers = [answer(asked, subject, record, action) for action in actions] if asked is not None else []
    context = {
        "record": {"title": subject.title},
        "url": f"{subject.url}why/",
        "who": asked.name if asked is not None else "",
        "is_self": asked is not None and asked.user_id == request.actor.user_id,
        "answers": answers,
        "error": error,
        "picker": user_picker(subject.context) if may_ask(subject) else "",
    }
    return render(request, "record_detail/why.html", context)


def may_ask(subject: Subject) -> bool:
    """Whether the actor may ask about other people."""
    return subject.may("edit") or subject.actor.has("roles")


def asked_actor(request: AccountRequest, subject: Subject) -> tuple[Actor | None, str]:
    """The person asked about as an actor, or None with the reason."""
    text = request.GET.get("user", "")
    if not text or not may_ask(subject):
        return request.actor, ""
    try:
        user_id = picked_user(text)
    except Invalid:
        return None, _("Choose a colleague from the list.")
    found = actor_for_id(user_id)
    if found is None:
        name = get_user_model()._default_manager.filter(pk=user_id).values_list("name", flat=True).first()
        return None, _("%(name)s cannot sign in and sees nothing.") % {"name": name or "—"}
    return found, ""


def answer(actor: Actor, subject: Subject, record: Any, action: str) -> dict[str, Any]:
    """One action with the rules that bear on it."""
    words = {"view": _("see it"), "edit": _("change it"), "delete": _("delete it")}
    reasons: list[Reason] = why(actor, subject.object_type, record, action)
    allowed = policy.queryset_for(actor, subject.object_type, action).filter(pk=subject.id).exists()
    return {"action": words[action], "allowed": allowed, "reasons": reasons}
