"""The entry of a private address book as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.models import AddressEntry
from zhike.metadata import registry
from zhike.metadata.object_type import Section
from zhike.metadata.registry import object_type

ADDRESS_ENTRY = registry.add(
    object_type(
        AddressEntry,
        key="address_entry",
        slug="address_book",
        icon="book-2",
        group="customers",
        order=40,
        title="name",
        subtitle=("phones",),
        columns=("name", "kind", "phones", "birthday", "updated_at"),
        filters=("kind", "tags"),
        search=("name", "phones", "emails", "wechat"),
        quick=("name", "kind", "phones"),
        form=(
            Section(_("Private contact"), ("name", "kind", "tags", "phones", "emails", "wechat")),
            Section(_("Person"), ("birthday", "address", "note")),
        ),
        import_keys=("name",),
        default_sort="name",
        is_private=True,
        has_comments=False,
        customisable=False,
    )
)
