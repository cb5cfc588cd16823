"""The approval as an object type: a list, a page with history, actions and an API, all read-only but for deciding."""

from __future__ import annotations

from dataclasses import replace

from django.utils.translation import gettext_lazy as _

from zhike.engines.approvals import deciding, signers
from zhike.engines.approvals.kinds import GRANT, REFUSE, KindChoices, find_kind
from zhike.engines.approvals.models import Approval
from zhike.metadata import belongings, registry
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.choice_option import Choice
from zhike.metadata.object_type import ObjectType, Section, Values

WAITING = {"field": "state", "op": "eq", "value": "open"}
MINE_TO_DECIDE = {"all": [WAITING, {"field": "deciders", "op": "eq", "value": "me"}]}
OWN = {"field": "owner", "op": "eq", "value": "me"}
MINE_TO_WITHDRAW = {"all": [{"field": "state", "op": "in", "value": ["open", "returned"]}, OWN]}
MINE_TO_SEND_AGAIN = {"all": [{"field": "state", "op": "eq", "value": "returned"}, OWN]}


def describe() -> ObjectType:
    """The descriptor; every field is set by the services."""
    descriptor = registry.object_type(
        Approval,
        key="approval",
        bookkeeping=("deciders", "expires_at"),
        formerly=(("request", "requests"),),
        exclude=("about_key", "about_id", "details", "flow_version", "round", "covers", "facts"),
        icon="message-2",
        title="title",
        subtitle=("kind", "state"),
        columns=("title", "kind", "owner", "state", "deciders", "expires_at", "decided_by", "created_at"),
        filters=("state", "kind", "owner", "decided_by"),
        search=("title",),
        form=(
            Section(_("Approval"), ("title", "kind", "reason", "owner", "deciders", "expires_at")),
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


APPROVAL = registry.add(describe())
belongings.register(
    belongings.Belonging(
        "approvals", Approval, key_column="about_key", id_column="about_id", once=("owner_id", "kind", "state")
    )
)


def answer_field(*, required: bool) -> Field:
    return Field(key="answer", type=field_type("long_text"), label=_("reason"), required=required)


def person_field() -> Field:
    return Field(key="person", type=field_type("user"), label=_("colleague"), required=True)


PLACE = Field(
    key="place",
    type=field_type("choice"),
    label=_("when"),
    required=True,
    default=signers.BEFORE,
    options={"choices": (Choice(signers.BEFORE, _("before I decide")), Choice(signers.AFTER, _("after me")))},
)


def granting(values: Values) -> Label:
    """What granting is called for an approval of this kind."""
    kind = find_kind(str(values.get("kind")))
    return kind.grant_label if kind else GRANT


def refusing(values: Values) -> Label:
    kind = find_kind(str(values.get("kind")))
    return kind.refuse_label if kind else REFUSE


registry.action(
    Approval,
    key="grant",
    words=granting,
    label=GRANT,
    permission="view",
    icon="check",
    when=MINE_TO_DECIDE,
    arguments=(answer_field(required=False),),
)(deciding.approval_grant)
registry.action(
    Approval,
    key="refuse",
    words=refusing,
    label=REFUSE,
    permission="view",
    icon="x",
    when=MINE_TO_DECIDE,
    arguments=(answer_field(required=True),),
)(deciding.approval_refuse)
registry.action(
    Approval,
    key="return",
    label=_("Return to the asker"),
    permission="view",
    icon="arrow-back-up",
    when=MINE_TO_DECIDE,
    arguments=(answer_field(required=True),),
)(deciding.approval_return)
registry.action(
    Approval,
    key="pass_on",
    label=_("Let somebody else decide"),
    permission="view",
    icon="send",
    when=MINE_TO_DECIDE,
    is_rare=True,
    arguments=(person_field(), answer_field(required=False)),
)(signers.approval_pass_on)
registry.action(
    Approval,
    key="add_signer",
    label=_("Ask somebody else too"),
    permission="view",
    icon="user-plus",
    when=MINE_TO_DECIDE,
    is_rare=True,
    arguments=(person_field(), PLACE, answer_field(required=True)),
)(signers.approval_add_signer)
registry.action(
    Approval,
    key="send_again",
    label=_("Send again"),
    permission="view",
    icon="send",
    when=MINE_TO_SEND_AGAIN,
    arguments=(answer_field(required=False),),
)(deciding.approval_send_again)
registry.action(Approval, key="withdraw", label=_("Withdraw"), permission="view", icon="x", when=MINE_TO_WITHDRAW)(
    deciding.approval_withdraw
)
