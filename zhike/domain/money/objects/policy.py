"""Rules of credit and payment as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.money.models import CreditPolicy
from zhike.domain.money.preparation import policies_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

CREDIT_POLICY = registry.add(
    object_type(
        CreditPolicy,
        key="credit_policy",
        slug="credit_policies",
        icon="scale",
        group="sales",
        order=59,
        title="name",
        subtitle=("starts_on",),
        columns=("name", "starts_on", "payment_days", "on_hold", "over_limit", "dunning_days"),
        filters=("starts_on",),
        quick=("name", "starts_on"),
        form=(
            Section(_("Rule"), ("name", "starts_on", "note")),
            Section(_("Credit"), ("on_hold", "over_limit")),
            Section(_("Payment"), ("payment_days", "dunning_days")),
        ),
        default_sort="-starts_on",
        prepare=policies_prepare,
    )
)
