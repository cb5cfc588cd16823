"""The second look at a sampled review: right or wrong, field by field, by somebody else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.reviews.asking import find_review, reviews_seen
from zhike.domain.reviews.models import Recheck, RecheckState, Review
from zhike.metadata import notices, policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.notices import Notice, NoticeKind
from zhike.metadata.records import Origin, record_save
from zhike.metadata.storage import storage

NOT_SAMPLED = Problem("not_sampled", _("This review is not in the sample, or was checked already."))
NOT_ONES_OWN = Problem("own", _("Nobody checks their own review again."))
UNANSWERED = Problem("unanswered", _("Say of each field whether it is right."))

FOUND_WRONG = notices.register(
    NoticeKind(
        "review_wrong",
        _("The second check of my review found errors"),
        _("%(actor)s checked your review of “%(title)s” again: %(count)s fields are wrong."),
        icon="alert-triangle",
    )
)


def may_recheck(actor: Actor) -> bool:
    """Whether the actor checks reviews of others at all."""
    return policy.may(actor, registry.get("review"), "recheck")


def to_recheck(actor: Actor) -> Any:
    """Sampled reviews that wait for a second look by the actor."""
    rows = reviews_seen(actor, "recheck").filter(recheck=RecheckState.WAITING)
    return rows.exclude(done_by_id=actor.user_id).order_by("done_by_id", "pk")


def review_recheck(review_id: int, found: Mapping[str, bool], *, actor: Actor) -> Review:
    """Enter what the second look found: {field key: right}. Raises NotFound, Denied, or Invalid."""
    with storage().write_transaction():
        review = find_review(review_id, actor=actor, action="recheck")
        Review.objects.select_for_update(of=("self",), no_key=True).get(pk=review.pk)
        review.refresh_from_db(fields=["recheck"])
        if review.recheck != RecheckState.WAITING:
            raise Invalid({"": [NOT_SAMPLED]})
        if review.done_by_id == actor.user_id:
            raise Invalid({"": [NOT_ONES_OWN]})
        asked = set(review.answers.values_list("field", flat=True))
        if not asked or set(found) != asked:
            raise Invalid({"": [UNANSWERED]})
        now, wrong = timezone.now(), sum(not right for right in found.values())
        Recheck.objects.bulk_create(
            Recheck(review=review, field=key, is_right=right, at=now, by_id=actor.user_id)
            for key, right in sorted(found.items())
        )
        values = {
            "recheck": (RecheckState.WRONG if wrong else RecheckState.RIGHT).value,
            "checked_count": len(found),
            "wrong_count": wrong,
            "rechecked_at": now,
            "rechecked_by": actor.user_id,
        }
        acting = actor if actor.is_system else on_behalf(actor)
        record_save(registry.get("review"), values, id=review.pk, actor=acting, origin=Origin("review"))
        if wrong and review.done_by_id is not None:
            _tell(review, wrong, actor)
    review.refresh_from_db()
    return review


def _tell(review: Review, wrong: int, actor: Actor) -> None:
    notices.send(
        [
            Notice(
                FOUND_WRONG.key,
                (review.done_by_id or 0,),
                "customer",
                review.customer_id,
                actor_id=actor.user_id,
                params={"count": wrong},
                once=f"{FOUND_WRONG.key}:{review.pk}",
            )
        ]
    )
