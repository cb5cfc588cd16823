"""The contact as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import Contact
from zhike.domain.customers.preparation import followers_prepare
from zhike.metadata import registry
from zhike.metadata.object_type import Identity, Kindred, Section
from zhike.metadata.registry import object_type

CONTACT = registry.add(
    object_type(
        Contact,
        icon="address-book",
        group="customers",
        order=20,
        shortcut="p",
        title="name",
        subtitle=("customer", "job_title"),
        columns=("name", "customer", "job_title", "role", "phones", "strength", "updated_at"),
        filters=("customer", "role", "strength", "is_primary", "tags"),
        search=("name", "phones", "emails", "wechat", "job_title"),
        quick=("customer", "name", "job_title", "phones"),
        form=(
            Section(_("Contact"), ("customer", "name", "job_title", "role", "is_primary", "strength", "tags")),
            Section(_("Ways to reach them"), ("phones", "emails", "wechat")),
            Section(_("Person"), ("birthday", "preferences", "note")),
        ),
        import_keys=("name",),
        identity=Identity(
            names=("name",),
            phones=("phones",),
            emails=("emails",),
            handles=("wechat",),
            birthday="birthday",
            parent="customer",
            kindred=(Kindred("customer"),),
        ),
        scope_from="customer",
        prepare=followers_prepare,
    )
)
