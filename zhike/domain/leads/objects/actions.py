"""What people do with leads: buttons, bulk choices, API."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.domain.leads.models import Lead
from zhike.domain.leads.services.assigning import lead_distribute
from zhike.domain.leads.services.converting import lead_convert, lead_take_back
from zhike.domain.leads.services.handling import lead_respond, lead_return
from zhike.metadata import registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field

NEW = {"field": "state", "op": "eq", "value": "new"}
CONVERTED = {"field": "state", "op": "eq", "value": "converted"}
OPEN = {"field": "state", "op": "ne", "value": "converted"}

registry.action(
    Lead,
    key="respond",
    label=_("Answered"),
    permission="edit",
    icon="phone",
    when=NEW,
    arguments=(Field(key="said", type=field_type("long_text"), label=_("what was talked about"), required=True),),
)(lead_respond)
registry.action(
    Lead,
    key="convert",
    label=_("Convert"),
    permission="edit",
    icon="check",
    when=OPEN,
    arguments=(
        Field(
            key="customer",
            type=field_type("link"),
            label=_("customer that is there already (empty: a new one)"),
            options={"target": "customer"},
        ),
        Field(key="anyway", type=field_type("boolean"), label=_("a new one although a similar one is there")),
        Field(key="opportunity", type=field_type("boolean"), label=_("with an opportunity"), default=True),
    ),
)(lead_convert)
registry.action(
    Lead,
    key="return",
    label=_("Return"),
    permission="edit",
    icon="arrow-back-up",
    when=OPEN,
    arguments=(Field(key="reason", type=field_type("long_text"), label=_("reason"), required=True),),
)(lead_return)
registry.action(
    Lead,
    key="distribute",
    label=_("Give out by the rules"),
    permission="assign",
    icon="route",
    when=OPEN,
    is_rare=True,
)(lead_distribute)
registry.action(
    Lead,
    key="take_back",
    label=_("Take the conversion back"),
    permission="edit",
    icon="arrow-back-up",
    when=CONVERTED,
    is_rare=True,
)(lead_take_back)
