"""What happens to versions of contracts: sent, after approval where a flow asks for one, signed, ended, replaced."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.accounts.rights import on_behalf
from zhike.domain.contracts.choices import ContractState, Signature
from zhike.domain.contracts.goods import goods_of
from zhike.domain.contracts.merging import values_of
from zhike.domain.contracts.models import Contract, ContractObligation
from zhike.domain.quotes.services.sending import raw
from zhike.engines.approvals.kinds import ApprovalKind, register
from zhike.engines.approvals.models import Approval
from zhike.engines.approvals.requiring import approval_required, asked_about
from zhike.metadata import policy, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Invalid, NotFound, Problem
from zhike.metadata.records import Row, record_save, save
from zhike.metadata.storage import storage
from zhike.metadata.writes import Made

KIND = "contract"
NOT_A_DRAFT = Problem("not_a_draft", _("Only a draft can be sent."))
NO_WORDS = Problem("required", _("A contract without words agrees on nothing: write them, or choose a template."))
NOT_OVER = Problem("not_over", _("This is still a draft, or replaced already."))
NOT_SENT = Problem("not_sent", _("Only a contract that was sent is signed: send it first."))
CLOSED = Problem("closed", _("This contract has ended already."))
#: What a new version does not take over from the one that it replaces.
OWN_TO_A_VERSION = frozenset(
    {"id", "state", "revision", "replaces", "sent_at", "signature", "signed_on", "scan", "reminded_of"}
    | {"created_at", "updated_at", "created_by", "updated_by"}
)
OPEN = frozenset({ContractState.DRAFT, ContractState.APPROVAL, ContractState.REPLACED})


def contracts_within(ids: Sequence[int], action: str, actor: Actor) -> list[Contract]:
    """The contracts on which the actor may do the action, locked, in order; raises Denied or NotFound."""
    object_type = registry.get("contract")
    policy.require(actor, object_type, action)
    rows: Any = policy.queryset_for(actor, object_type, action).filter(pk__in=list(ids))
    found = {row.pk: row for row in rows.order_by("pk").select_for_update(of=("self",), no_key=True)}
    for missing in (pk for pk in ids if pk not in found):
        raise NotFound("contract", missing)
    return [found[pk] for pk in ids]


def _move(contracts: Sequence[Contract], values: dict[str, Any], actor: Actor) -> None:
    rows = [Row(values, id=contract.pk) for contract in contracts]
    for row in save(registry.get("contract"), rows, actor=on_behalf(actor)).rows:
        if row.problems:
            raise Invalid(row.problems)


def contracts_send(ids: Sequence[int], *, actor: Actor) -> None:
    """Freeze drafts to be signed; where a flow asks for a word, that is waited for first. Raises Denied, NotFound, Invalid."""
    with storage().write_transaction():
        contracts = contracts_within(ids, "edit", actor)
        for contract in contracts:
            if contract.state != ContractState.DRAFT:
                raise Invalid({"": [NOT_A_DRAFT]})
            if not (contract.text or "").strip():
                raise Invalid({"text": [NO_WORDS]})
        for contract in contracts:
            hold = partial(_move, [contract], {"state": ContractState.APPROVAL.value}, actor)
            if not approval_required(registry.get("contract"), contract.pk, kind=KIND, actor=actor, hold=hold):
                _freeze(contract, actor)


def _freeze(contract: Contract, actor: Actor) -> None:
    """From now on the paper says what it says now, whatever becomes of customer, order and template."""
    loaded = Contract.objects.select_related("customer", "contact", "seller", "owner", "quote", "order").get(
        pk=contract.pk
    )
    facts = {"values": values_of(loaded), "goods": goods_of(loaded)}
    _move([contract], {"state": ContractState.SENT.value, "sent_at": timezone.now()}, actor)
    Contract.objects.filter(pk=contract.pk).update(facts=facts)


def contract_granted(approval: Approval, *, actor: Actor) -> None:
    """Send what was waiting for the word."""
    contract = asked_about(approval, Contract, ContractState.APPROVAL)
    if contract is not None:
        _freeze(contract, actor)


def contract_given_back(approval: Approval, *, actor: Actor) -> None:
    """A draft again, to be changed."""
    contract = asked_about(approval, Contract, ContractState.APPROVAL)
    if contract is not None:
        _move([contract], {"state": ContractState.DRAFT.value}, actor)


def contract_asked_again(approval: Approval, *, actor: Actor) -> None:
    """What was returned and is sent again waits again, as it is by now."""
    contract = asked_about(approval, Contract, ContractState.DRAFT)
    if contract is None:
        raise Invalid({"": [NOT_A_DRAFT]})
    _move([contract], {"state": ContractState.APPROVAL.value}, actor)


register(
    ApprovalKind(
        KIND,
        _("Contract"),
        objects=("contract",),
        on_grant=contract_granted,
        on_refuse=contract_given_back,
        on_end=contract_given_back,
        on_again=contract_asked_again,
        icon="file-text",
        tone="blue",
    )
)


def contracts_sign(ids: Sequence[int], *, actor: Actor) -> None:
    """Both sides have signed: the contract is in force from today on."""
    with storage().write_transaction():
        contracts = contracts_within(ids, "edit", actor)
        if any(contract.state != ContractState.SENT for contract in contracts):
            raise Invalid({"": [NOT_SENT]})
        _move(contracts, {"signature": Signature.BOTH.value}, actor)


def contracts_cancel(ids: Sequence[int], *, actor: Actor, reason: str) -> None:
    """The contract is given up before its end, with the reason in its note."""
    with storage().write_transaction():
        for contract in contracts_within(ids, "edit", actor):
            if contract.state not in {ContractState.SENT, ContractState.SIGNED}:
                raise Invalid({"": [CLOSED]})
            note = "\n".join(part for part in (contract.note, reason.strip()) if part)
            _move([contract], {"state": ContractState.CANCELLED.value, "note": note}, actor)


def contracts_revise(ids: Sequence[int], *, actor: Actor) -> Made:
    """A new draft from each version, with its open obligations; it takes the place of the other."""
    with storage().write_transaction():
        made = [_revised(contract, actor) for contract in contracts_within(ids, "edit", actor)]
    return Made("contract", tuple(made))


def _revised(contract: Contract, actor: Actor) -> int:
    if contract.state in OPEN:
        raise Invalid({"": [NOT_OVER]})
    object_type = registry.get("contract")
    kept = [field for field in object_type.fields.values() if field.key not in OWN_TO_A_VERSION and field.column]
    values = raw(object_type, {field.key: getattr(contract, field.column or "") for field in kept})
    own = {key: value for key, value in contract.custom.items() if key in object_type.fields}
    _move([contract], {"state": ContractState.REPLACED.value}, actor)
    more = {"revision": contract.revision + 1, "replaces": contract.pk}
    pk = record_save(object_type, {**values, **own, **more}, actor=on_behalf(actor))
    for row in ContractObligation.objects.filter(contract=contract, done_on=None, deletion=None).order_by("due_on"):
        given = {"title": row.title, "side": row.side, "due_on": row.due_on.isoformat(), "note": row.note}
        record_save(
            registry.get("contract_obligation"),
            {**given, "contract": pk, "owner": row.owner_id},
            actor=on_behalf(actor),
        )
    return pk
