"""Why somebody can, or cannot, see or do something with a record."""

from __future__ import annotations

import re
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_safe

from zhike.accounts.actors import actor_for
from zhike.accounts.middleware import AccountRequest
from zhike.accounts.models import User
from zhike.accounts.roles import actions_of
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.object_type import ObjectType, UnknownObject
from zhike.metadata.why import why
from zhike.web.settings_pages import SettingsPage, add, belongs_to, settings_render
from zhike.web.views.settings.people import number
from zhike.web.views.settings.role_fields import ACCESS_LABELS
from zhike.web.views.settings.roles import ACTION_LABELS

PAGE = add(
    SettingsPage(
        address="settings_why",
        label=gettext_lazy("Why can somebody see this?"),
        text=gettext_lazy(
            "Changes nothing: it explains, for any person and record, which rules let them see or do something."
        ),
        group="people",
        privilege="audit",
        icon="zoom-question",
        words=gettext_lazy("explain rights access reason"),
    )
)
#: The address of a record's page, as people copy it.
RECORD_ADDRESS = re.compile(r"/o/([a-z0-9_-]+)/(\d{1,18})(?:/|\Z|\?)")


@belongs_to(PAGE)
@require_safe
def why_page(request: AccountRequest) -> HttpResponse:
    """The question and, once it is complete, the answer."""
    person = User.objects.filter(pk=number(request.GET.get("user", "")) or 0).first()
    address, action = request.GET.get("record", "").strip(), request.GET.get("action", "view")
    asked = record_at(address)
    context: dict[str, Any] = {
        "people": User.objects.filter(deletion__isnull=True).order_by("name"),
        "person": person,
        "record": address,
        "actions": [(key, label) for key, label in ACTION_LABELS.items() if key not in policy.BEFORE_EXISTENCE],
        "action": action,
        "error": _("Paste the address of a record's page, such as /o/customers/12/.") if address and not asked else "",
    }
    if person is not None and asked is not None:
        context |= answer(person, *asked, action)
    return settings_render(request, PAGE, "settings/why.html", context)


def record_at(address: str) -> tuple[ObjectType, int] | None:
    """The object type and number that an address names."""
    match = RECORD_ADDRESS.search(address)
    if match is None:
        return None
    try:
        return registry.by_slug(match[1]), int(match[2])
    except UnknownObject:
        return None


def answer(person: User, object_type: ObjectType, record_id: int, action: str) -> dict[str, Any]:
    """The verdict with its reasons, in words that show nothing of the record itself."""
    record = policy.every_record(object_type).filter(pk=record_id).first()
    if record is None:
        return {"verdict": "none", "reasons": []}
    actor = actor_for(person)
    if actor is None:
        return {"verdict": "closed", "reasons": []}
    if action not in actions_of(object_type):
        return {"verdict": "no", "reasons": []}
    deleted = record.deletion_id is not None
    allowed = policy.queryset_for(actor, object_type, action, deleted=deleted).filter(pk=record_id).exists()
    return {
        "verdict": "yes" if allowed else "no",
        "reasons": why(actor, object_type, record, action),
        "limited": limited_fields(actor, object_type) if allowed else [],
        "deleted": deleted,
    }


def limited_fields(actor: Actor, object_type: ObjectType) -> list[tuple[Any, Any]]:
    """Fields that the person does not see in full or cannot change, with what they may."""
    found = [(field, actor.access(object_type.key, field.key)) for field in object_type.active_fields]
    return [(field.label, ACCESS_LABELS[access]) for field, access in found if access < FieldAccess.EDIT]
