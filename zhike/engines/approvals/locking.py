"""What an approval covers stands still while it is open: the write path asks here, and says whom to ask."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.engines.approvals.known import known
from zhike.engines.approvals.models import Approval, ApprovalState
from zhike.metadata import locks
from zhike.metadata.errors import Problem
from zhike.metadata.locks import Lock

#: So many of those who are asked are named.
MOST_NAMED = 3


def is_lockable(object_key: str) -> bool:
    return object_key in known().covering


def locks_by_approvals(object_key: str, ids: Collection[int]) -> Mapping[int, Sequence[Lock]]:
    """Locks of open approvals by record; two queries where there is any."""
    rows = list(
        Approval.objects.filter(
            about_key=object_key, about_id__in=list(ids), state=ApprovalState.OPEN, deletion__isnull=True
        )
    )
    rows = [row for row in rows if row.covers]
    asked: dict[int, list[str]] = {}
    through = Approval.deciders.through.objects.filter(approval_id__in=[row.pk for row in rows]).order_by("pk")
    names = dict(User.objects.filter(pk__in=through.values("user_id")).values_list("pk", "name")) if rows else {}
    for approval_id, user_id in through.values_list("approval_id", "user_id") if rows else ():
        asked.setdefault(approval_id, []).append(names.get(user_id, ""))
    found: dict[int, list[Lock]] = {}
    for row in rows:
        problem = Problem(
            locks.LOCKED,
            format_lazy(
                _("This stands still while “{title}” is being decided. Ask {people}, or withdraw it first."),
                title=row.title,
                people="、".join(asked.get(row.pk, [])[:MOST_NAMED]) or _("an administrator"),
            ),
            {"approval": row.pk},
        )
        found.setdefault(row.about_id or 0, []).append(Lock(frozenset(row.covers), problem))
    return found


locks.register(locks_by_approvals, is_lockable)
