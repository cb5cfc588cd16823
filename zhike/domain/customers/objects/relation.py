"""The relation between two customers as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Relation
from zhike.domain.customers.preparation import relations_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

RELATION = registry.add(
    object_type(
        Relation,
        icon="affiliate",
        order=30,
        title="kind",
        subtitle=("customer", "other"),
        columns=("customer", "kind", "other", "note", "updated_at"),
        filters=("customer", "other", "kind"),
        quick=("customer", "kind", "other"),
        form=(Section(_("Relation"), ("customer", "kind", "other", "note")),),
        scope_from="customer",
        has_comments=False,
        prepare=relations_prepare,
    )
)
