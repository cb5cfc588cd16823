"""The quote with its lines as object types, and what people do with quotes."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.deals.models import Opportunity
from zhike.domain.deals.objects.actions import OPEN
from zhike.domain.quotes.models import Quote, QuoteLine
from zhike.domain.quotes.preparation import frozen, lines_prepare, quotes_prepare
from zhike.domain.quotes.services import sending
from zhike.domain.quotes.services.from_deal import quotes_from_deals
from zhike.domain.quotes.sums import quote_fill, quote_sums
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import PERMISSIONS, Child, Lines, Panel, Section, TimelineSource
from zhike.metadata.registry import object_type

LINE_COLUMNS = ("product", "name", "quantity", "unit", "unit_price", "discount_percent", "tax_rate", "amount")
OVER = {"field": "state", "op": "in", "value": ["sent", "accepted", "refused", "expired"]}
DRAFT = {"field": "state", "op": "eq", "value": "draft"}
WAITS = {"field": "state", "op": "eq", "value": "approval"}

QUOTE = registry.add(
    object_type(
        Quote,
        icon="file-invoice",
        group="sales",
        order=40,
        title="title",
        subtitle=("number", "customer", "state"),
        columns=("title", "number", "customer", "state", "total", "valid_until", "revision", "owner", "updated_at"),
        filters=("state", "customer", "opportunity", "valid_until", "total", "below_list", "owner"),
        search=("title", "number"),
        quick=("customer", "title", "valid_until"),
        form=(
            Section(
                _("Quote"),
                (
                    "title",
                    "customer",
                    "contact",
                    "opportunity",
                    "seller",
                    "valid_until",
                    "tax_included",
                    "discount_percent",
                    "owner",
                ),
            ),
            Section(_("Terms and notes"), ("terms", "note")),
            Section(_("Course"), ("number", "revision", "replaces", "sent_at", "answered_at", "answered_by", "answer")),
        ),
        badges=("state",),
        figures=("total", "below_list", "valid_until"),
        scope_from="customer",
        import_keys=("number",),
        timeline=TimelineSource(
            subject="customer", at="sent_at", title="title", kind="state", more=("total",), is_named=True
        ),
        panels=(
            Panel("contract", "quote", ("title", "number", "state"), is_more=True),
            Panel("order", "quote", ("number", "day", "state", "amount"), is_more=True),
            Panel("quote", "replaces", ("number", "state", "total"), label=_("Newer versions"), is_more=True),
        ),
        children=(Child("quote_line", "quote"),),
        lines=Lines(
            "quote_line",
            "quote",
            LINE_COLUMNS,
            label=_("Lines"),
            source="product",
            fill=quote_fill,
            refill={"quantity": ("unit_price",)},
            sums=quote_sums,
            totals=("subtotal", "discount_amount", "net", "tax", "total"),
            inputs=("discount_percent", "tax_included"),
            frozen=frozen,
        ),
        prepare=quotes_prepare,
        permissions=(*PERMISSIONS, "approve"),
    )
)
QUOTE_LINE = registry.add(
    object_type(
        QuoteLine,
        key="quote_line",
        slug="quote_lines",
        icon="list-details",
        title="name",
        subtitle=("quote", "amount"),
        columns=("name", "quote", "product", "quantity", "unit", "unit_price", "discount_percent", "amount", "gross"),
        filters=("quote", "product", "amount"),
        search=("name",),
        form=(
            Section(_("Quote line"), ("quote", *LINE_COLUMNS, "specification", "list_price", "net", "tax", "gross")),
        ),
        scope_from="quote",
        prepare=lines_prepare,
        is_line=True,
        creatable=False,
        permissions=("view", "export"),
        has_comments=False,
        customisable=False,
    )
)

registry.action(Quote, key="send", label=_("Send"), permission="edit", icon="send", when=DRAFT)(sending.quotes_send)
registry.action(Quote, key="approve", label=_("Approve"), permission="approve", icon="check", when=WAITS)(
    sending.quotes_approve
)
registry.action(Quote, key="give_back", label=_("Give back"), permission="approve", icon="arrow-back-up", when=WAITS)(
    sending.quotes_give_back
)
registry.action(
    Quote,
    key="accept",
    label=_("Accepted by word"),
    permission="edit",
    icon="circle-check",
    is_rare=True,
    when={"field": "state", "op": "eq", "value": "sent"},
    arguments=(
        Field(
            key="answered_by",
            type=field_type("text"),
            label=_("answered by"),
            required=True,
            options={"max_length": 80},
        ),
    ),
)(sending.quotes_accept)
registry.action(
    Opportunity, key="quote", label=_("Make a quote"), permission="edit", icon="file-invoice", is_beside=True, when=OPEN
)(quotes_from_deals)
registry.action(Quote, key="revise", label=_("New version"), permission="edit", icon="copy", when=OVER)(
    sending.quotes_revise
)
