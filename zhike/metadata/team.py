"""The team of a record: people who work on it with its owner, beyond what roles give them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.metadata import policy
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, NotFound, Problem
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType
from zhike.metadata.storage import storage

MOST_MEMBERS = 50

NO_SUCH_PERSON = Problem("no_such_record", _("There is no such colleague, or the account is closed."))
BAD_ACCESS = Problem("unknown_choice", _("Members may see the record, or see and edit it."))
TOO_MANY = Problem("too_many", _("A team has at most 50 members; share with a department instead."))


#: Called with the type and the id of a record whose team has changed, inside the transaction.
TeamListener = Callable[[ObjectType, int], None]
_listeners: list[TeamListener] = []


def after_team_change(listener: TeamListener) -> TeamListener:
    """Register what must happen together with every change of a team, such as who finds the record by search."""
    if listener not in _listeners:
        _listeners.append(listener)
    return listener


def tell(object_type: ObjectType, record_id: int) -> None:
    """Call every listener of the record's team."""
    for listener in _listeners:
        listener(object_type, record_id)


def member_add(object_type: ObjectType, record_id: int, user_id: int, *, access: str, actor: Actor) -> None:
    """Add somebody to the team, or change what they may do.

    Needs the right to edit the record; raises NotFound, Denied or Invalid (fields "user" and "access").
    """
    if access not in TeamMember.Access.values:
        raise Invalid({"access": [BAD_ACCESS]})
    with storage().write_transaction():
        require_command(object_type, record_id, actor=actor)
        people = get_user_model()._default_manager.filter(is_active=True, deletion__isnull=True)
        if not people.filter(pk=user_id).exists():
            raise Invalid({"user": [NO_SUCH_PERSON]})
        members = TeamMember.objects.filter(object_key=object_type.key, record_id=record_id)
        if members.exclude(user_id=user_id).count() >= MOST_MEMBERS:
            raise Invalid({"user": [TOO_MANY]})
        TeamMember.objects.update_or_create(
            object_key=object_type.key,
            record_id=record_id,
            user_id=user_id,
            defaults={"access": access, "added_at": timezone.now(), "added_by_id": actor.user_id},
        )
        tell(object_type, record_id)


def member_remove(object_type: ObjectType, record_id: int, user_id: int, *, actor: Actor) -> None:
    """Take somebody off the team; nothing happens when they are not on it. Raises NotFound or Denied."""
    with storage().write_transaction():
        require_command(object_type, record_id, actor=actor)
        TeamMember.objects.filter(object_key=object_type.key, record_id=record_id, user_id=user_id).delete()
        tell(object_type, record_id)


def require_command(object_type: ObjectType, record_id: int, *, actor: Actor) -> None:
    """Raise NotFound or Denied unless the actor may edit the record; types whose rights follow others have no teams."""
    seen = policy.queryset_for(actor, object_type).filter(pk=record_id).exists()
    if not seen or object_type.scope_from is not None or object_type.is_private:
        raise NotFound(object_type.key, record_id)
    if not policy.queryset_for(actor, object_type, "edit").filter(pk=record_id).exists():
        raise Denied(object_type.key, "edit")
