"""The credit hold as an object type, read-only: the actions of the customer place and lift it."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.risk.models import CreditHold
from zhike.domain.risk.preparation import holds_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section
from zhike.metadata.registry import object_type


def describe() -> ObjectType:
    """The descriptor; every field is set by ``holds.py``, whoever writes directly is refused."""
    descriptor = object_type(
        CreditHold,
        key="credit_hold",
        icon="lock",
        title="reason",
        subtitle=("customer",),
        columns=("reason", "customer", "owner", "placed_at", "lifted_at", "lifted_by", "lift_reason"),
        filters=("customer", "owner", "placed_at", "lifted_at"),
        search=("reason",),
        form=(
            Section(
                _("Credit hold"), ("customer", "reason", "owner", "placed_at", "lifted_at", "lifted_by", "lift_reason")
            ),
        ),
        default_sort="-placed_at",
        scope_from="customer",
        permissions=("view", "export"),
        prepare=holds_prepare,
        creatable=False,
        customisable=False,
    )
    fields = {key: field.with_changes(readonly=key != "customer") for key, field in descriptor.fields.items()}
    fields["owner"] = fields["owner"].with_changes(label=_("placed by"))
    return replace(descriptor, fields=fields)


CREDIT_HOLD = registry.add(describe())
