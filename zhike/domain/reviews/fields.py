"""What reviews say of a customer, as read-only fields: when it is due, whether late, its class, until when it is observed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Case, CharField, DateField, DateTimeField, OuterRef, Subquery, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.reviews.models import Result, Review, ReviewState
from zhike.domain.reviews.models.review import RESULT_TONES
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.choice_option import Choice, choices_from_pairs
from zhike.metadata.object_type import ObjectType

STANDING = (
    Choice("due", pgettext_lazy("review", "due"), "blue"),
    Choice("overdue", pgettext_lazy("review", "overdue"), "red"),
)


@registry.extend
def review_fields(object_type: ObjectType) -> Mapping[str, Field]:
    """Fields of customers, each by one look into the reviews of the customer."""
    if object_type.key != "customer":
        return {}
    classes = choices_from_pairs(Result.choices, RESULT_TONES)
    return {
        field.key: field
        for field in (
            _field("review_state", _("review"), "choice", _standing, choices=STANDING),
            _field("review_due_on", _("review due on"), "date", _due_on),
            _field("review_class", _("review class"), "choice", _class, choices=classes),
            _field("observed_until", _("under observation until"), "date", _observed),
            _field("reviewed_at", _("last reviewed"), "datetime", _reviewed),
        )
    }


def _field(key: str, label: Label, kind: str, computed: Callable[[], Any], **options: Any) -> Field:
    return Field(key=key, type=field_type(kind), label=label, readonly=True, options=options, computed=computed)


def _of_customer(state: ReviewState) -> Any:
    return Review.objects.filter(customer_id=OuterRef("pk"), state=state, deletion__isnull=True)


def _standing() -> Any:
    late = When(due_on__lt=timezone.localdate(), then=Value("overdue"))
    rows = _of_customer(ReviewState.DUE).annotate(standing=Case(late, default=Value("due"), output_field=CharField()))
    return Subquery(rows.values("standing")[:1], output_field=CharField())


def _due_on() -> Any:
    return Subquery(_of_customer(ReviewState.DUE).values("due_on")[:1], output_field=DateField())


def _last(column: str, output: Any) -> Any:
    return Subquery(_of_customer(ReviewState.DONE).order_by("-done_at").values(column)[:1], output_field=output)


def _class() -> Any:
    return _last("result", CharField())


def _reviewed() -> Any:
    return _last("done_at", DateTimeField())


def _observed() -> Any:
    """The day of the last review's observation while it lasts."""
    last = _of_customer(ReviewState.DONE).order_by("-done_at")
    running = Case(When(observe_until__gte=timezone.localdate(), then="observe_until"), output_field=DateField())
    return Subquery(last.annotate(running=running).values("running")[:1], output_field=DateField())
