"""Proposed changes as an object type: they follow their customer, and are decided value by value."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.models import Proposal
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section


def describe() -> ObjectType:
    """The descriptor; every field is set by the services."""
    descriptor = registry.object_type(
        Proposal,
        key="proposal",
        exclude=("owner", "department", "told_by", "about"),
        icon="switch-horizontal",
        title="title",
        subtitle=("source", "state"),
        columns=("title", "customer", "source", "state", "received_at"),
        filters=("state", "source", "customer", "received_at"),
        search=("title",),
        form=(Section(_("Proposed change"), ("title", "customer", "contact", "source", "state", "received_at")),),
        badges=("source", "state"),
        default_sort="-received_at",
        scope_from="customer",
        permissions=("view", "export"),
        creatable=False,
        customisable=False,
        has_comments=False,
    )
    fields = {key: field.with_changes(readonly=key != "customer") for key, field in descriptor.fields.items()}
    return replace(descriptor, fields=fields)


PROPOSAL = registry.add(describe())
