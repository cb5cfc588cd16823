"""Comments on a record's page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhike.accounts.audience import people_who_see
from zhike.accounts.middleware import AccountRequest
from zhike.engines.comments.models import Comment
from zhike.engines.comments.services import (
    Commented,
    comment_add,
    comment_delete,
    comment_edit,
    comment_for,
    comment_restore,
)
from zhike.engines.submissions.services import once
from zhike.lib.enumeration import enumerated
from zhike.metadata.errors import Invalid, NotFound
from zhike.metadata.labels import record_url
from zhike.metadata.object_type import ObjectType
from zhike.web.edges import object_view, with_events
from zhike.web.records.page import comment_box
from zhike.web.records.subject import load
from zhike.web.views.answers import changed

MOST_PEOPLE = 8
#: People by name of whom some may not see the record; asked one by one.
MOST_ASKED = 24


@require_POST
@object_view
def add(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Write a comment; people named who may not see the record are told of in the toast."""
    subject = load(request.actor, object_type, record_id)
    body = request.POST.get("body", "")
    picked = mention_ids(request)

    def work() -> list[int]:
        made = comment_add(object_type, record_id, body, actor=request.actor, mentions=picked)
        return sorted(made.unreached)

    try:
        unreached = once(request.POST.get("form_key", ""), work, actor=request.actor)
    except Invalid as refusal:
        message = str(refusal.problems["body"][0].message)
        context = {"comment": comment_box(subject, body=body, error=message)}
        return render(request, "record_detail/comment_box.html", context, status=422)
    return changed(toast=unreached_toast(unreached), close=False)


def mention_ids(request: AccountRequest) -> list[int]:
    return [int(text) for text in request.POST.getlist("mentions")[:50] if text.isascii() and text.isdigit()]


def unreached_toast(ids: list[int]) -> dict[str, Any] | None:
    """Says whom the comment does not reach."""
    if not ids:
        return None
    names = get_user_model()._default_manager.filter(pk__in=ids).order_by("pk").values_list("name", flat=True)
    text = format_lazy(_("{names} may not see this record and was not told."), names=enumerated(names))
    return {"message": str(text)}


@require_http_methods(["GET", "HEAD", "POST"])
@object_view
def edit(request: AccountRequest, object_type: ObjectType, record_id: int, comment_id: int) -> HttpResponse:
    """GET gives the form in place of one's comment; POST saves it."""
    comment = own_comment(request, object_type, record_id, comment_id)
    if request.method != "POST":
        return edit_form(request, object_type, comment, comment.body)
    body = request.POST.get("body", "")
    try:
        made: Commented = comment_edit(comment_id, body, actor=request.actor, mentions=mention_ids(request))
    except Invalid as refusal:
        message = str(refusal.problems["body"][0].message)
        return edit_form(request, object_type, comment, body, error=message, status=422)
    return changed(toast=unreached_toast(sorted(made.unreached)), close=False)


def own_comment(request: AccountRequest, object_type: ObjectType, record_id: int, comment_id: int) -> Comment:
    """The comment if it is one of this record and the reader wrote it."""
    comment = Comment.objects.filter(
        pk=comment_id, object_key=object_type.key, record_id=record_id, deleted_at__isnull=True
    ).first()
    load(request.actor, object_type, record_id)
    if comment is None or comment.author_id != request.actor.user_id:
        raise NotFound("comment", comment_id)
    return comment


def edit_form(
    request: AccountRequest, object_type: ObjectType, comment: Comment, body: str, *, error: str = "", status: int = 200
) -> HttpResponse:
    url = record_url(object_type, comment.record_id)
    context = {
        "url": f"{url}comments/{comment.pk}/edit/",
        "people_url": f"{url}people/",
        "body": body,
        "error": error,
    }
    return render(request, "record_detail/comment_edit.html", context, status=status)


@require_POST
@object_view
def delete(request: AccountRequest, object_type: ObjectType, record_id: int, comment_id: int) -> HttpResponse:
    """Take a comment away; the toast brings it back."""
    require_place(request, object_type, record_id, comment_id)
    comment_delete(comment_id, actor=request.actor)
    undo = f"{record_url(object_type, record_id)}comments/{comment_id}/restore/"
    return with_events(
        HttpResponse(status=204), timeline_changed={}, toast={"message": _("Comment deleted."), "undo": undo}
    )


@require_POST
@object_view
def restore(request: AccountRequest, object_type: ObjectType, record_id: int, comment_id: int) -> HttpResponse:
    """Bring back a comment that one deleted oneself."""
    require_place(request, object_type, record_id, comment_id, deleted=True)
    comment_restore(comment_id, actor=request.actor)
    return with_events(HttpResponse(status=204), timeline_changed={})


def require_place(
    request: AccountRequest, object_type: ObjectType, record_id: int, comment_id: int, *, deleted: bool = False
) -> None:
    """NotFound unless the comment belongs to the record of the address."""
    comment, found = comment_for(comment_id, actor=request.actor, deleted=deleted)
    if (found.key, comment.record_id) != (object_type.key, record_id):
        raise NotFound("comment", comment_id)


@require_safe
@object_view
def people(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """People whose name begins as typed behind an @ and who may see the record."""
    load(request.actor, object_type, record_id)
    typed = request.GET.get("q", "").replace("\x00", "").strip()[:40]
    rows = get_user_model()._default_manager.filter(is_active=True, deletion__isnull=True)
    rows = rows.filter(name__icontains=typed).exclude(pk=request.actor.user_id or 0).order_by("name", "pk")
    asked = {user.pk: user for user in rows[:MOST_ASKED]}
    seen = people_who_see(object_type, record_id, asked)
    shown = [user for pk, user in asked.items() if pk in seen][:MOST_PEOPLE]
    return JsonResponse(
        {"results": [{"id": user.pk, "text": user.name, "hint": user.job_title or ""} for user in shown]}
    )
