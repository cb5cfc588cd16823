"""What people do with policies and reviews: a button and an endpoint each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.reviews import answering, rechecking
from zhike.domain.reviews.models import Result, Review, ReviewPolicy, Verdict
from zhike.domain.reviews.models.review import RESULT_TONES
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs
from zhike.metadata.records import record_save
from zhike.metadata.undo import stored

DUE = {"field": "state", "op": "eq", "value": "due"}
SAMPLED = {"field": "recheck", "op": "eq", "value": "waiting"}
ONE_ONLY = Problem("one_only", _("Make new versions of one policy at a time."))


def _choice(key: str, label: Any, choices: Any, *, required: bool) -> Field:
    options = {"choices": choices_from_pairs(choices.choices, RESULT_TONES)}
    return Field(key=key, type=field_type("choice"), label=label, required=required, options=options)


def _text(key: str, label: Any, *, required: bool = False) -> Field:
    return Field(key=key, type=field_type("text"), label=label, required=required, options={"max_length": 2000})


registry.action(
    Review, key="open", label=_("Open for review"), permission="confirm", icon="eye", when=DUE, is_rare=True
)(answering.reviews_open)
registry.action(
    Review,
    key="answer",
    label=_("Answer for a field"),
    permission="confirm",
    icon="check",
    when=DUE,
    is_rare=True,
    arguments=(
        _text("field", _("field"), required=True),
        _choice("verdict", _("answer"), Verdict, required=True),
    ),
)(answering.reviews_answer)
registry.action(
    Review,
    key="finish",
    label=_("Finish the review"),
    permission="confirm",
    icon="checks",
    when=DUE,
    arguments=(
        _choice("result", _("review class"), Result, required=False),
        _text("reason", _("reason")),
        Field(key="observe_until", type=field_type("date"), label=_("under observation until")),
        _text("watch", _("what to watch")),
    ),
)(answering.reviews_finish)


@registry.action(
    Review,
    key="recheck",
    label=_("Check again"),
    permission="recheck",
    icon="checks",
    when=SAMPLED,
    is_rare=True,
    arguments=(_text("wrong", _("keys of wrong fields, with commas between")),),
)
def review_recheck(ids: Sequence[int], *, actor: Actor, wrong: str | None = None) -> None:
    """Enter the second look at reviews: the fields named are wrong, all others right. Raises Invalid for unknown ones."""
    keys = {key.strip() for key in (wrong or "").replace("，", ",").split(",") if key.strip()}
    for pk in ids:
        asked = set(Review.objects.get(pk=pk).answers.values_list("field", flat=True))
        if keys - asked:
            raise Invalid({"wrong": [rechecking.UNANSWERED]})
        rechecking.review_recheck(pk, {key: key not in keys for key in asked}, actor=actor)


@registry.action(ReviewPolicy, key="renew", label=_("Make a new version"), permission="create", icon="copy")
def policy_renew(ids: Sequence[int], *, actor: Actor) -> None:
    """A copy that comes into force after every other version, at the earliest tomorrow, to be changed until then."""
    if len(ids) != 1:
        raise Invalid({"": [ONE_ONLY]})
    policy_type = registry.get("review_policy")
    last = ReviewPolicy.objects.aggregate(last=Max("effective_on"))["last"]
    today = timezone.localdate()
    values = {
        key: value
        for key, value in stored(policy_type, ids)[ids[0]].items()
        if key in policy_type.fields and not policy_type.fields[key].readonly
    }
    values["effective_on"] = max(last or today, today) + timedelta(days=1)
    record_save(policy_type, values, actor=actor)
