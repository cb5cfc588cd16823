"""The contract template as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.contracts.models import ContractTemplate
from zhike.domain.contracts.preparation import templates_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

CONTRACT_TEMPLATE = registry.add(
    object_type(
        ContractTemplate,
        key="contract_template",
        slug="contract-templates",
        exclude=("owner", "department"),
        icon="forms",
        group="sales",
        order=86,
        title="name",
        columns=("name", "is_default", "is_active", "months", "updated_at"),
        filters=("is_default", "is_active"),
        search=("name",),
        form=(
            Section(_("Contract template"), ("name", "is_default", "is_active", "months")),
            Section(_("Words"), ("text",)),
        ),
        default_sort="name",
        import_keys=("name",),
        prepare=templates_prepare,
    )
)
