"""Following a record from its page, and the list of what one follows."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from zhike.accounts.middleware import AccountRequest
from zhike.engines.following.services import Followed, followed_by, record_follow, record_unfollow
from zhike.metadata.errors import Invalid
from zhike.metadata.fields.base import Context
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for
from zhike.web.edges import object_view
from zhike.web.records.header import follow as follow_button
from zhike.web.records.moments import moment
from zhike.web.records.subject import load
from zhike.web.views.answers import refused
from zhike.web.views.notifications import FOLLOWING, tabs


@require_POST
@object_view
def follow(request: AccountRequest, object_type: ObjectType, record_id: int) -> HttpResponse:
    """Follow the record, or leave it with ``on`` 0; the button comes back as it now stands."""
    change = record_unfollow if request.POST.get("on") == "0" else record_follow
    try:
        change(object_type, record_id, actor=request.actor)
    except Invalid as refusal:
        return refused(refusal)
    subject = load(request.actor, object_type, record_id)
    return render(request, "record_detail/follow.html", {"follow": follow_button(subject)})


@require_safe
def following_list(request: AccountRequest) -> HttpResponse:
    """What the person follows, the latest first, each with the button to leave it."""
    context = context_for(request.actor)
    told = {
        "tabs": tabs(active=FOLLOWING),
        "rows": [row(found, context) for found in followed_by(request.actor, context)],
        "empty": {
            "icon": "bell",
            "title": _("You follow nothing yet"),
            "text": _("Press the bell on a record’s page: then you hear here what others do with it."),
            "actions": [],
        },
    }
    return render(request, "notifications/following.html", told)


def row(found: Followed, context: Context) -> dict[str, Any]:
    return {
        "title": found.title,
        "url": found.url,
        "label": found.object_type.label,
        "icon": found.object_type.icon,
        "at": moment(found.at, context),
        "follow": {"url": f"{found.url}follow/", "on": True},
    }
