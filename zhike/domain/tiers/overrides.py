"""Setting a grade aside: a person gives another one, with a reason and the last day on which it holds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import Tier
from zhike.domain.customers.models import Customer
from zhike.domain.tiers.following import cuts_of
from zhike.domain.tiers.models import TierOverride, TierScheme, TierVersion
from zhike.domain.tiers.regrading import regrade, version_in_force
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.fields.choice_option import choices_from_pairs
from zhike.metadata.storage import storage
from zhike.metadata.writes import RowResult, SaveResult

NO_SCHEME = Problem("no_scheme", _("No scheme grades the customer by this field: change the field itself."))
IN_THE_PAST = Problem("in_the_past", _("Give a day that is still to come."))
NOT_FOUND = Problem("not_found", _("There is no such record, or you may not change it."))


def _version(writes: str) -> TierVersion:
    scheme = TierScheme.objects.filter(is_active=True, writes=writes).first()
    version = version_in_force(scheme) if scheme is not None else None
    if version is None:
        raise Invalid({"": [NO_SCHEME]})
    return version


def tier_override(ids: Sequence[int], *, actor: Actor, grade: str, reason: str, until: date) -> SaveResult:
    """Give customers a tier until a day, whatever the rules say; it stands in the history with the reason."""
    return grade_override(TierScheme.TIER, ids, actor=actor, grade=grade, reason=reason, until=until)


def grade_override(
    writes: str, ids: Sequence[int], *, actor: Actor, grade: str, reason: str, until: date
) -> SaveResult:
    """Set the grade aside that goes into the customer's field ``writes``. Raises Invalid."""
    version = _version(writes)
    if until < timezone.localdate():
        raise Invalid({"until": [IN_THE_PAST]})
    with storage().write_transaction():
        found = _editable(ids, actor)
        TierOverride.objects.filter(scheme_id=version.scheme_id, customer_id__in=found).delete()
        now = timezone.now()
        TierOverride.objects.bulk_create(
            TierOverride(
                scheme_id=version.scheme_id,
                customer_id=pk,
                grade=grade,
                reason=reason,
                until=until,
                by_id=actor.user_id,
                at=now,
            )
            for pk in sorted(found)
        )
        _grade(version, found)
    return _told(ids, found)


def tier_by_rules(ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Let the rules decide again."""
    return grade_by_rules(TierScheme.TIER, ids, actor=actor)


def grade_by_rules(writes: str, ids: Sequence[int], *, actor: Actor) -> SaveResult:
    """Let the rules of the customer's field ``writes`` decide again. Raises Invalid."""
    version = _version(writes)
    with storage().write_transaction():
        found = _editable(ids, actor)
        TierOverride.objects.filter(scheme_id=version.scheme_id, customer_id__in=found).delete()
        _grade(version, found)
    return _told(ids, found)


def _grade(version: TierVersion, customers: set[int]) -> None:
    if customers:
        regrade(version, cuts_of(version), Q(pk__in=sorted(customers)))


def _editable(ids: Sequence[int], actor: Actor) -> set[int]:
    rows: Any = policy.queryset_for(actor, registry.get("customer"), "edit")
    return set(rows.filter(pk__in=ids).values_list("pk", flat=True))


def _told(ids: Sequence[int], found: set[int]) -> SaveResult:
    return SaveResult(
        [
            RowResult("updated", id=pk) if pk in found else RowResult("refused", id=pk, problems={"": [NOT_FOUND]})
            for pk in ids
        ]
    )


registry.action(
    Customer,
    key="tier_override",
    label=_("Set the tier"),
    permission="edit",
    icon="scale",
    is_rare=True,
    arguments=(
        Field(
            key="grade",
            type=field_type("choice"),
            label=_("tier"),
            required=True,
            options={"choices": choices_from_pairs(Tier.choices, {})},
        ),
        Field(key="reason", type=field_type("text"), label=_("reason"), required=True, options={"max_length": 300}),
        Field(key="until", type=field_type("date"), label=_("holds until"), required=True),
    ),
)(tier_override)
registry.action(
    Customer, key="tier_by_rules", label=_("Tier by the rules again"), permission="edit", icon="refresh", is_rare=True
)(tier_by_rules)
