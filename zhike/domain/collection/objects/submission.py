"""What arrived by a form as an object type: seen by whoever looks after it, written by the services alone."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.domain.collection.models import FormSubmission
from zhike.metadata import registry
from zhike.metadata.object_type import ObjectType, Section, TimelineSource


def describe() -> ObjectType:
    """The descriptor; every field is set by the services."""
    descriptor = registry.object_type(
        FormSubmission,
        key="form_submission",
        slug="submissions",
        exclude=("given", "sender", "once"),
        icon="inbox",
        title="title",
        subtitle=("form", "state"),
        columns=("title", "form", "state", "customer", "owner", "received_at"),
        filters=("state", "form", "owner", "received_at"),
        search=("title",),
        form=(
            Section(_("Submission"), ("title", "form", "received_at", "state", "customer", "reason", "owner")),
            Section(_("Consent"), ("consented_at", "version_number")),
        ),
        badges=("state",),
        default_sort="-received_at",
        timeline=TimelineSource(subject="customer", at="received_at", title="title", kind="state", more=("form",)),
        permissions=("view", "export"),
        creatable=False,
        customisable=False,
        has_comments=False,
    )
    fields = {key: field.with_changes(readonly=key != "form") for key, field in descriptor.fields.items()}
    return replace(descriptor, fields=fields)


FORM_SUBMISSION = registry.add(describe())
