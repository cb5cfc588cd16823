"""What quotes go by: the firm's own companies and the limits of discounts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.quotes.models import DiscountLimit, Seller
from zhike.domain.quotes.preparation import limits_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

SELLER = registry.add(
    object_type(
        Seller,
        exclude=("owner", "department"),
        icon="building",
        group="sales",
        order=84,
        title="name",
        subtitle=("tax_number",),
        columns=("name", "is_default", "tax_number", "bank", "updated_at"),
        filters=("is_default",),
        search=("name", "tax_number"),
        form=(
            Section(
                _("Own company"), ("name", "is_default", "tax_number", "address", "phone", "bank", "account", "terms")
            ),
        ),
        default_sort="name",
        import_keys=("name",),
    )
)
DISCOUNT_LIMIT = registry.add(
    object_type(
        DiscountLimit,
        key="discount_limit",
        slug="discount_limits",
        exclude=("owner", "department"),
        icon="discount",
        group="sales",
        order=85,
        title="role",
        columns=("role", "percent", "valid_from", "updated_at"),
        filters=("role", "valid_from"),
        form=(Section(_("Discount limit"), ("role", "percent", "valid_from")),),
        default_sort="-valid_from",
        prepare=limits_prepare,
    )
)
