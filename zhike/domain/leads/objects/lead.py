"""The lead as an object type."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.leads.models import Lead
from zhike.metadata import registry
from zhike.metadata.object_type import Identity, Kindred, Section

LEAD = registry.add(
    registry.object_type(
        Lead,
        exclude=("trail",),
        bookkeeping=("score", "score_why"),
        icon="user-question",
        group="sales",
        order=5,
        title="name",
        subtitle=("contact_name", "source"),
        columns=("name", "state", "score", "source", "campaign", "product", "owner", "respond_by", "created_at"),
        filters=("state", "source", "campaign", "owner", "score", "respond_by"),
        search=("name", "contact_name", "phones", "emails"),
        quick=("name", "contact_name", "phones", "source", "product", "owner"),
        form=(
            Section(_("Lead"), ("name", "kind", "contact_name", "phones", "emails", "wechat", "address")),
            Section(_("Interest"), ("product", "needs", "source", "campaign", "owner", "note")),
            Section(_("Score and turn"), ("score", "score_why", "assigned_at", "assigned_why")),
            Section(
                _("What became of it"),
                ("state", "respond_by", "responded_at", "return_reason", "customer", "contact", "converted_at"),
            ),
        ),
        badges=("state", "source"),
        figures=("score",),
        identity=Identity(
            names=("name",),
            kind="kind",
            phones=("phones",),
            emails=("emails",),
            handles=("wechat",),
            addresses=("address",),
            kindred=(
                Kindred("customer", action="convert", argument="customer"),
                Kindred("contact", persons=("contact_name", "name")),
            ),
        ),
    )
)
