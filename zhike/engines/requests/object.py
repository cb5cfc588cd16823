"""The request as an object type: a list, a page with history, actions and an API, all read-only but for deciding."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.engines.requests import services
from zhike.engines.requests.kinds import KindChoices
from zhike.engines.requests.models import Request
from zhike.metadata import belongings, registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field
from zhike.metadata.object_type import ObjectType, Section

WAITING = {"field": "state", "op": "eq", "value": "open"}
MINE_TO_DECIDE = {"all": [WAITING, {"field": "deciders", "op": "eq", "value": "me"}]}
MINE_TO_WITHDRAW = {"all": [WAITING, {"field": "owner", "op": "eq", "value": "me"}]}


def describe() -> ObjectType:
    """The descriptor; every field is set by the services."""
    descriptor = registry.object_type(
        Request,
        key="request",
        exclude=("about_key", "about_id", "details"),
        icon="message-2",
        title="title",
        subtitle=("kind", "state"),
        columns=("title", "kind", "owner", "state", "deciders", "expires_at", "decided_by", "created_at"),
        filters=("state", "kind", "owner", "decided_by"),
        search=("title",),
        form=(
            Section(_("Request"), ("title", "kind", "reason", "owner", "deciders", "expires_at")),
            Section(_("Decision"), ("state", "decided_by", "decided_at", "answer")),
        ),
        badges=("kind", "state"),
        permissions=("view", "export"),
        creatable=False,
        customisable=False,
    )
    fields = {key: field.with_changes(readonly=True) for key, field in descriptor.fields.items()}
    fields["owner"] = fields["owner"].with_changes(label=_("asked by"))
    fields["kind"] = fields["kind"].with_changes(type=field_type("choice"), options={"choices": KindChoices()})
    return replace(descriptor, fields=fields)


REQUEST = registry.add(describe())
belongings.register(
    belongings.Belonging(
        "requests", Request, key_column="about_key", id_column="about_id", once=("owner_id", "kind", "state")
    )
)


def answer_field(*, required: bool) -> Field:
    return Field(key="answer", type=field_type("long_text"), label=_("reason"), required=required)


registry.action(
    Request,
    key="grant",
    label=_("Grant"),
    permission="view",
    icon="check",
    when=MINE_TO_DECIDE,
    arguments=(answer_field(required=False),),
)(services.request_grant)
registry.action(
    Request,
    key="refuse",
    label=_("Refuse"),
    permission="view",
    icon="x",
    when=MINE_TO_DECIDE,
    arguments=(answer_field(required=True),),
)(services.request_refuse)
registry.action(
    Request, key="withdraw", label=_("Withdraw"), permission="view", icon="arrow-back-up", when=MINE_TO_WITHDRAW
)(services.request_withdraw)
