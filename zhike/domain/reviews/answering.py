"""Doing a review: open it, say of each field how it stands, correct what is wrong, and end it with a class."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.reviews.asking import fields_asked, find_review
from zhike.domain.reviews.models import (
    Result,
    Review,
    ReviewAnswer,
    ReviewOpening,
    ReviewState,
    Trend,
    Verdict,
)
from zhike.engines.verification.marking import confirm, withdraw
from zhike.engines.verification.models import Means
from zhike.lib.enumeration import enumerated
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied, Invalid, Problem
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

NOT_OPENED = Problem("not_opened", _("Open the record first: what one has not seen one cannot confirm."))
NOT_DUE = Problem("not_due", _("This review is over: somebody finished it, or a new cycle has begun."))
NOT_ASKED = Problem("not_asked", _("This field is not to be confirmed here."))
UNKNOWN_VERDICT = Problem("unknown", _("Say confirmed, corrected or not reachable."))
UNANSWERED = Problem("unanswered", _("Some fields are still without an answer: %(fields)s"))
UNKNOWN_CLASS = Problem("unknown", _("Choose important, special or general."))
WHY_OTHER = Problem("required", _("The rule proposes another class: please say why you choose this one."))
WHY_TREND = Problem("required", _("Please say why the customer grows, shrinks or has left."))
ALREADY_PAST = Problem("past", _("Choose a day to come."))
LONGEST = Problem("too_long", _("At most 2,000 characters."))
MOST_TEXT = 2_000


def review_open(review_id: int, *, actor: Actor) -> None:
    """Note that the actor has the record before their eyes. Raises NotFound, or Denied for who may not review it."""
    _note_opening(find_review(review_id, actor=actor, action="confirm"), actor)


def _note_opening(review: Review, actor: Actor) -> None:
    seen = ReviewOpening.objects.filter(review=review, user_id=actor.user_id or 0)
    if actor.user_id is None or review.state != ReviewState.DUE or seen.exists():
        return
    with storage().write_transaction():
        row = ReviewOpening(review_id=review.pk, user_id=actor.user_id, at=timezone.now())
        ReviewOpening.objects.bulk_create([row], ignore_conflicts=True)


def note_opening(review: Review, *, actor: Actor) -> None:
    """As ``review_open``, of a review that was found for editing already."""
    _note_opening(review, actor)


def field_answer(review_id: int, key: str, verdict: str, *, actor: Actor) -> Review:
    """Say how one field stands; the last word counts. Raises NotFound, Denied, or Invalid by field."""
    return fields_answer(review_id, {key: verdict}, actor=actor)


def fields_answer(review_id: int, verdicts: Mapping[str, str], *, actor: Actor) -> Review:
    """As ``field_answer``, of several fields at once: verdicts by field key."""
    if not set(verdicts.values()) <= set(Verdict.values):
        raise Invalid({"verdict": [UNKNOWN_VERDICT]})
    with storage().write_transaction():
        review = _held(review_id, actor)
        if not verdicts.keys() <= {field.key for field in fields_asked(review, actor)}:
            raise Invalid({"field": [NOT_ASKED]})
        earlier = ReviewAnswer.objects.filter(review_id=review.pk, field__in=verdicts)
        before = dict(earlier.values_list("field", "verdict"))
        said = {"at": timezone.now(), "by_id": actor.user_id}
        ReviewAnswer.objects.bulk_create(
            [
                ReviewAnswer(review_id=review.pk, field=key, verdict=verdict, **said)
                for key, verdict in verdicts.items()
            ],
            update_conflicts=True,
            unique_fields=["review", "field"],
            update_fields=["verdict", "at", "by_id"],
        )
        _mark(review, verdicts, before, actor)
    return review


def _mark(review: Review, verdicts: Mapping[str, str], before: Mapping[str, str], actor: Actor) -> None:
    """What the reviewer vouches for is verified; who takes that back leaves it unverified again."""
    customer = registry.get("customer")
    vouched = [key for key, verdict in verdicts.items() if verdict != Verdict.UNREACHABLE]
    if vouched:
        confirm(customer, {review.customer_id: vouched}, means=Means.REVIEW, by=actor.user_id)
    for key in verdicts.keys() - set(vouched):
        if before.get(key) in {Verdict.CONFIRMED, Verdict.CORRECTED}:
            withdraw(customer, review.customer_id, key, means=Means.REVIEW, by=actor.user_id)


def field_correct(review_id: int, key: str, raw: Any, *, actor: Actor, version: int | None = None) -> Review:
    """Write a better value into the customer and answer "corrected"; "confirmed" where it is the same.

    ``version`` is that of the customer as seen. Raises as ``field_answer``, and Stale where somebody else was faster.
    """
    with storage().write_transaction():
        review = _held(review_id, actor)
        if key not in {field.key for field in fields_asked(review, actor)}:
            raise Invalid({"field": [NOT_ASKED]})
        customer = registry.get("customer")
        before = _version(review)
        record_save(customer, {key: raw}, id=review.customer_id, version=version, actor=actor, origin=Origin("review"))
        verdict = Verdict.CONFIRMED if _version(review) == before else Verdict.CORRECTED
        return field_answer(review_id, key, verdict, actor=actor)


def _version(review: Review) -> int:
    found: int = type(review.customer)._default_manager.values_list("version", flat=True).get(pk=review.customer_id)
    return found


def _held(review_id: int, actor: Actor) -> Review:
    """The review, locked, that the actor may answer now; raises NotFound, Denied, Invalid."""
    review = find_review(review_id, actor=actor, action="confirm")
    Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
    review.refresh_from_db(fields=["state"])
    if review.state != ReviewState.DUE:
        raise Invalid({"": [NOT_DUE]})
    if not actor.is_system and not ReviewOpening.objects.filter(review=review, user_id=actor.user_id or 0).exists():
        raise Invalid({"": [NOT_OPENED]})
    return review


def review_finish(
    review_id: int,
    *,
    actor: Actor,
    result: str | None = None,
    reason: str | None = None,
    observe_until: date | None = None,
    watch: str | None = None,
) -> Review:
    """End a review with its class, the proposed one unless another is given with a reason.

    Special customers come under observation, by default for as long as the policy says. Raises NotFound, Denied, or Invalid by field.
    """
    with storage().write_transaction():
        review = _held(review_id, actor)
        words = (reason or "").strip()
        chosen = result or review.proposed
        _check_answers(review, actor)
        _check_result(review, chosen, words, (watch or "").strip())
        until = _until(review, chosen, observe_until)
        counts = Counter(review.answers.values_list("verdict", flat=True))
        values = {
            "state": ReviewState.DONE.value,
            "result": chosen,
            "reason": words or None,
            "observe_until": until,
            "watch": (watch or "").strip() or (review.cycle.policy.watch if until else None),
            "done_at": timezone.now(),
            "done_by": actor.user_id,
            "confirmed_count": counts[Verdict.CONFIRMED.value],
            "corrected_count": counts[Verdict.CORRECTED.value],
            "unreachable_count": counts[Verdict.UNREACHABLE.value],
        }
        acting = actor if actor.is_system else on_behalf(actor)
        record_save(registry.get("review"), values, id=review.pk, actor=acting, origin=Origin("review"))
    review.refresh_from_db()
    return review


def _check_answers(review: Review, actor: Actor) -> None:
    said = set(review.answers.values_list("field", flat=True))
    open_fields = [field for field in fields_asked(review, actor) if field.key not in said]
    if open_fields:
        names = enumerated(field.label for field in open_fields)
        raise Invalid({"": [Problem(UNANSWERED.code, str(UNANSWERED.message) % {"fields": names})]})


def _check_result(review: Review, chosen: str, reason: str, watch: str) -> None:
    if chosen not in Result.values:
        raise Invalid({"result": [UNKNOWN_CLASS]})
    if len(reason) > MOST_TEXT or len(watch) > MOST_TEXT:
        raise Invalid({"reason" if len(reason) > MOST_TEXT else "watch": [LONGEST]})
    if not reason and review.trend != Trend.STEADY:
        raise Invalid({"reason": [WHY_TREND]})
    if not reason and chosen != review.proposed:
        raise Invalid({"reason": [WHY_OTHER]})


def _until(review: Review, chosen: str, given: date | None) -> date | None:
    today = timezone.localdate()
    if given is not None and given <= today:
        raise Invalid({"observe_until": [ALREADY_PAST]})
    if given is None and chosen == Result.SPECIAL:
        return today + timedelta(days=review.cycle.policy.observe_days)
    return given


# As actions of the record -----------------------------------------------------------------------------------------


def reviews_open(ids: Sequence[int], *, actor: Actor) -> None:
    for pk in ids:
        review_open(pk, actor=actor)


def reviews_answer(ids: Sequence[int], *, actor: Actor, field: str | None = None, verdict: str | None = None) -> None:
    for pk in ids:
        field_answer(pk, field or "", verdict or "", actor=actor)


def reviews_finish(
    ids: Sequence[int],
    *,
    actor: Actor,
    result: str | None = None,
    reason: str | None = None,
    observe_until: date | None = None,
    watch: str | None = None,
) -> None:
    """Finish reviews, all or none."""
    if not ids:
        raise Denied("review", "confirm")
    with storage().write_transaction():
        for pk in ids:
            review_finish(pk, actor=actor, result=result, reason=reason, observe_until=observe_until, watch=watch)
