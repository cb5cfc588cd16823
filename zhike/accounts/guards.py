"""What must stay true of accounts whichever way records are written; checked inside the transaction of each write."""

from __future__ import annotations

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import Department, User
from zhike.accounts.role_book import current_book
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.storage import storage
from zhike.metadata.writes import WriteEvent, after_write

LAST_ADMIN = Problem(
    "last_administrator",
    _("Somebody must remain who can manage people and roles. Give that role to another person first."),
)
STILL_USED = Problem("in_use", _("People or departments still belong to it: move them first."))

#: Whoever has both can give everybody everything again.
NEEDED = frozenset({"users", "roles"})


@after_write
def guard_people(event: WriteEvent) -> None:
    """Refuse a write that leaves nobody to manage people, and deleting by whoever may not manage people at all."""
    if event.object_type.key != "user":
        return
    removed = (*event.deleted, *event.purged)
    if (removed or event.restored) and not event.actor.has("users"):
        raise Denied("user", "delete")
    if removed or event.changed_keys & {"roles", "is_active", "expires_on"}:
        require_an_administrator()


def require_an_administrator() -> None:
    """Raise Invalid unless somebody can manage people and roles, today and for good.

    An installation that never had such a person (a fresh one, or a test's) is left alone by asking only after changes.
    """
    # Two administrators who disable each other at the same moment must not both succeed.
    storage().lock_key("administrators")
    keys = {role.key for role in current_book().values() if role.privileges >= NEEDED}
    lasting = Q(expires_on__isnull=True) | Q(expires_on__gte=timezone.localdate())
    people = User.objects.filter(lasting, is_active=True, deletion__isnull=True)
    if not any(keys.intersection(roles or ()) for roles in people.values_list("roles", flat=True)):
        raise Invalid({"": [LAST_ADMIN]})


@after_write
def guard_departments(event: WriteEvent) -> None:
    """Refuse to delete a department to which people or living departments belong."""
    if event.object_type.key != "department" or not event.deleted:
        return
    ids = event.deleted
    below = Department.objects.filter(parent_id__in=ids, deletion__isnull=True)
    members = User.objects.filter(Q(department_id__in=ids) | Q(departments__in=ids), deletion__isnull=True)
    if below.exists() or members.exists():
        raise Invalid({"": [STILL_USED]})
