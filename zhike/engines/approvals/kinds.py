"""The kinds of approval that code registers; each says what happens once it is granted or refused."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy

from zhike.metadata.fields.base import Label
from zhike.metadata.fields.choice_option import Choice, LiveChoices

if TYPE_CHECKING:
    from zhike.engines.approvals.models import Approval
    from zhike.metadata.actor import Actor


#: Whether somebody may (still) decide; asked beside being named in the approval.
Fitness = Callable[["Approval", "Actor"], bool]


GRANT, REFUSE = gettext_lazy("Grant"), gettext_lazy("Refuse")


@dataclass(frozen=True, slots=True)
class ApprovalKind:
    """One kind of approval.

    ``on_grant(approval, *, actor)`` runs when the last step is granted, ``on_refuse`` when one is refused or it times out,
    ``on_end`` when it is withdrawn or returned to the asker; each inside the transaction of the decision. ``actor`` is who decided
    (the system for a time-out). They check what the actor may do, or act on the actor's behalf; Invalid or Denied undoes the
    decision and shows the reason to who decided.
    """

    key: str
    label: Label
    on_grant: Callable[..., None] | None = None
    on_refuse: Callable[..., None] | None = None
    on_end: Callable[..., None] | None = None
    #: Runs when what was returned is sent again, in that transaction; raises Invalid where that makes no sense any more.
    on_again: Callable[..., None] | None = None
    may_decide: Fitness | None = None
    icon: str = "message-2"
    tone: str = "blue"
    #: After how many days without an answer it times out, where no flow says otherwise.
    days: int = 7
    #: Object types for which administrators may draw flows of this kind; () for a kind that names its deciders itself.
    objects: tuple[str, ...] = ()
    #: Asked for on the record's page and through the API by whoever may change the record; else a service of the kind's own asks.
    is_offered: bool = False
    #: Administrators may draw flows of it for every object that the navigation shows.
    is_general: bool = False
    #: Whether the asker's manager is asked where no flow fits; else no approval is needed then.
    is_always: bool = False
    #: What the two decisions are called where "grant" and "refuse" would say something else than is meant.
    grant_label: Label = GRANT
    refuse_label: Label = REFUSE


class UnknownKind(LookupError):
    """No such kind of approval is registered."""


_kinds: dict[str, ApprovalKind] = {}


def register(kind: ApprovalKind) -> ApprovalKind:
    """Add a kind of approval, when its app is ready."""
    if kind.key in _kinds:
        raise ValueError(f"approval kind {kind.key!r} is registered already")
    _kinds[kind.key] = kind
    return kind


def forget(key: str) -> None:
    """Take a kind out again (an app that is switched off)."""
    _kinds.pop(key, None)


def approval_kind(key: str) -> ApprovalKind:
    """The kind with this key; raises UnknownKind."""
    try:
        return _kinds[key]
    except KeyError:
        raise UnknownKind(key) from None


def find_kind(key: str) -> ApprovalKind | None:
    """The kind with this key, or None for one whose app is gone."""
    return _kinds.get(key)


def all_kinds() -> tuple[ApprovalKind, ...]:
    """Every kind in the order of registration."""
    return tuple(_kinds.values())


class KindChoices(LiveChoices):
    """The registered kinds as choices of a field, whenever they were registered."""

    def current(self) -> tuple[Choice, ...]:
        return tuple(Choice(kind.key, kind.label, kind.tone) for kind in _kinds.values())
