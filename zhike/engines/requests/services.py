"""Asking, granting, refusing, withdrawing, and timing out; whoever decides first decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.engines.requests.kinds import RequestKind, find_kind, request_kind
from zhike.engines.requests.models import Request, RequestState
from zhike.metadata import notices, records, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.models import TeamMember
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Row
from zhike.metadata.storage import storage

#: At most so many people are asked at once.
MOST_DECIDERS = 20
TITLE_LENGTH = 200
EXPIRED_AT_ONCE = 500

NOBODY = Problem(
    "nobody_to_ask", _("There is nobody who could decide this. Ask an administrator to name a manager for you.")
)
ASKED_ALREADY = Problem("asked_already", _("You have asked for this already; the answer is still to come."))
DECIDED_ALREADY = Problem(
    "decided_already", _("This request is no longer open: somebody else decided, or it was withdrawn.")
)
SAY_WHY = Problem("required", _("Please say why, so that the other person knows what to do."))

ASKED = notices.register(
    NoticeKind("request_asked", _("Somebody asks me to decide"), _("%(actor)s asks you: %(title)s"), icon="message-2")
)
GRANTED = notices.register(
    NoticeKind("request_granted", _("My request is granted"), _("%(actor)s granted: %(title)s"), icon="circle-check")
)
REFUSED = notices.register(
    NoticeKind("request_refused", _("My request is refused"), _("%(actor)s refused: %(title)s"), icon="circle-x")
)
EXPIRED = notices.register(
    NoticeKind(
        "request_expired", _("My request has timed out"), _("Nobody answered in time: %(title)s"), icon="hourglass"
    )
)
OUTCOMES = {RequestState.GRANTED: GRANTED, RequestState.REFUSED: REFUSED, RequestState.EXPIRED: EXPIRED}


def request_make(
    kind: str,
    *,
    title: str,
    deciders: Sequence[int],
    actor: Actor,
    about: tuple[str, int] | None = None,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
    expires_at: datetime | None = None,
) -> int:
    """Ask people for something and return the request's id; whoever of them answers first decides.

    ``about`` is (object key, record id); ``title`` is a sentence that asker and deciders may both read, the asker being shown no more
    of the record than what it says. ``details`` are JSON that the kind's ``on_grant`` needs. Without ``expires_at`` it
    times out after the days of its kind. See ``deciders.py`` for whom to ask.
    Raises Invalid when nobody is left to ask or the same is asked already, UnknownKind, and Denied for who cannot have requests.
    """
    found = request_kind(kind)
    if actor.user_id is None or actor.is_anonymous:
        raise Denied("request", "create")
    asked = [user_id for user_id in dict.fromkeys(deciders) if user_id != actor.user_id][:MOST_DECIDERS]
    if not asked:
        raise Invalid({"": [NOBODY]})
    with storage().write_transaction():
        about_key, about_id = about or ("", None)
        storage().lock_key(f"request:{actor.user_id}:{kind}:{about_key}:{about_id}")
        same = Request.objects.filter(
            owner_id=actor.user_id, kind=kind, about_key=about_key, about_id=about_id, state=RequestState.OPEN
        )
        if about_id is not None and same.filter(deletion__isnull=True).exists():
            raise Invalid({"": [ASKED_ALREADY]})
        values = {
            "title": " ".join(title.split())[:TITLE_LENGTH],
            "kind": kind,
            "reason": reason.strip() or None,
            "owner": actor.user_id,
            "deciders": asked,
            "expires_at": expires_at or timezone.now() + timedelta(days=found.days),
        }
        pk = records.record_save(registry.get("request"), values, actor=on_behalf(actor))
        Request.objects.filter(pk=pk).update(about_key=about_key, about_id=about_id, details=dict(details or {}))
        _let_in(pk, asked, actor)
        notices.send([Notice(ASKED.key, tuple(asked), "request", pk, actor_id=actor.user_id, once=f"request:{pk}")])
    return pk


def _let_in(pk: int, people: Sequence[int], actor: Actor) -> None:
    """Those who decide see the request beside its asker."""
    now = timezone.now()
    TeamMember.objects.bulk_create(
        TeamMember(
            object_key="request",
            record_id=pk,
            user_id=user_id,
            access=TeamMember.Access.VIEW,
            added_at=now,
            added_by_id=actor.user_id,
        )
        for user_id in people
    )


# Deciding ---------------------------------------------------------------------------------------------------------


def request_grant(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Grant requests and carry them out, all or none.

    Raises Denied for who is not asked, Invalid when one is no longer open or cannot be carried out.
    """
    _decide(ids, RequestState.GRANTED, answer, actor=actor)


def request_refuse(ids: Sequence[int], *, actor: Actor, answer: str | None = None) -> None:
    """Refuse requests with the reason. Raises as ``request_grant``."""
    if not (answer or "").strip():
        raise Invalid({"answer": [SAY_WHY]})
    _decide(ids, RequestState.REFUSED, answer, actor=actor)


def request_withdraw(ids: Sequence[int], *, actor: Actor) -> None:
    """Take back what one asked for oneself. Raises Denied, or Invalid when one is no longer open."""
    with storage().write_transaction():
        for request in _locked(ids):
            if not actor.is_system and request.owner_id != actor.user_id:
                raise Denied("request", "withdraw")
            _require_writing(actor)
            _close(request, RequestState.WITHDRAWN, None, actor=actor)


def _decide(ids: Sequence[int], state: RequestState, answer: str | None, *, actor: Actor) -> None:
    with storage().write_transaction():
        for request in _locked(ids):
            _require_decider(request, actor)
            _close(request, state, answer, actor=actor)
            carry_out(request, state, actor=actor)


def _locked(ids: Sequence[int]) -> list[Request]:
    """Open requests, held until the end of the transaction. Raises Invalid for others."""
    wanted = set(ids)
    rows = Request.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=wanted, deletion__isnull=True)
    found = [request for request in rows.order_by("pk") if request.state == RequestState.OPEN]
    if len(found) != len(wanted):
        raise Invalid({"": [DECIDED_ALREADY]})
    return found


def _require_decider(request: Request, actor: Actor) -> None:
    if actor.is_system:
        return
    _require_writing(actor)
    kind = find_kind(request.kind)
    asked = request.deciders.filter(pk=actor.user_id).exists()
    if not asked or (kind is not None and kind.may_decide is not None and not kind.may_decide(request, actor)):
        raise Denied("request", "decide")


def _require_writing(actor: Actor) -> None:
    """A token that may only read decides nothing."""
    if actor.token_scopes is not None and not actor.token_allows("request", "decide"):
        raise Denied("request", "decide")


def _close(request: Request, state: RequestState, answer: str | None, *, actor: Actor) -> None:
    values = {
        "state": state.value,
        "answer": (answer or "").strip() or None,
        "decided_by": actor.user_id,
        "decided_at": timezone.now(),
    }
    acting = actor if actor.is_system else on_behalf(actor)
    records.record_save(registry.get("request"), values, actor=acting, id=request.pk)
    if state in OUTCOMES and request.owner_id is not None:
        notice = Notice(OUTCOMES[state].key, (request.owner_id,), "request", request.pk, actor_id=actor.user_id)
        notices.send([notice])


def carry_out(request: Request, state: RequestState, *, actor: Actor) -> None:
    """What the kind does about the decision."""
    kind: RequestKind = request_kind(request.kind)
    consequence = kind.on_grant if state is RequestState.GRANTED else kind.on_refuse
    if consequence is not None:
        consequence(request, actor=actor)


# Timing out -------------------------------------------------------------------------------------------------------


def requests_expire(now: datetime | None = None) -> int:
    """Close what nobody answered in time and tell who asked; returns how many."""
    moment = now or timezone.now()
    due = Request.objects.filter(state=RequestState.OPEN, deletion__isnull=True, expires_at__lte=moment)
    ids = list(due.order_by("expires_at").values_list("pk", flat=True)[:EXPIRED_AT_ONCE])
    if not ids:
        return 0
    with storage().write_transaction():
        rows = Request.objects.select_for_update(of=("self",), no_key=True).filter(pk__in=ids, state=RequestState.OPEN)
        found = list(rows.order_by("pk"))
        values = {"state": RequestState.EXPIRED.value, "decided_at": moment}
        records.save(registry.get("request"), [Row(values, id=request.pk) for request in found], actor=SYSTEM)
        for request in found:
            if find_kind(request.kind) is not None:
                carry_out(request, RequestState.EXPIRED, actor=SYSTEM)
        notices.send(
            [Notice(EXPIRED.key, (request.owner_id,), "request", request.pk) for request in found if request.owner_id]
        )
    return len(found)
