"""What is completed and checked on contracts, templates and obligations before they are saved, a whole batch at a time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.contracts.choices import ContractState, Signature
from zhike.domain.contracts.merging import problem_in
from zhike.domain.contracts.models import Contract, ContractTemplate
from zhike.domain.customers.preparation import Found, followers_prepare, merged
from zhike.domain.deals.models import Opportunity
from zhike.domain.money.planning import months_later
from zhike.domain.orders.models import Order
from zhike.domain.orders.numbers import give_numbers
from zhike.domain.quotes.models import Quote, Seller
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.object_type import Values

FROZEN = Problem(
    "frozen", _("This version was sent or waits for approval and does not change any more: make a new version.")
)
NOT_SENT = Problem("not_sent", _("Only a contract that was sent is signed: send it first."))
STAYS_SIGNED = Problem("stays_signed", _("Both sides have signed: end the contract, or make a new version."))
OTHER_CUSTOMER = Problem("other_customer", _("It belongs to another customer."))
ENDS_EARLY = Problem("ends_early", _("A contract ends after it starts."))
IN_THE_FUTURE = Problem("in_the_future", _("Nobody has signed on a day to come."))
NEGATIVE = Problem("negative_amount", _("Prices and costs are not negative."))
#: What may change at any time: how we work with a contract, not what was agreed on.
FREE = frozenset({"owner", "department", "note", "signature", "signed_on", "scan", "remind_days", "renewal"})
#: Fields that name something of the same customer, and where to look for whose it is.
OF_CUSTOMER: Mapping[str, Any] = {"opportunity": Opportunity, "quote": Quote, "order": Order}


def contracts_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """Number, words and own company of new contracts; what was sent stays as it is, and signatures are of what was sent."""
    followers_prepare(rows, existing, actor)
    found: Found = defaultdict(dict)
    new = [row for index, row in enumerate(rows) if index not in existing]
    _begin(new)
    strange = _of_others(rows, existing)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if stored is not None and not actor.is_system and stored["state"] != ContractState.DRAFT:
            changed = {key for key, value in row.items() if value != stored.get(key)} - FREE
            found[index] |= dict.fromkeys(changed, FROZEN)
        _sign(row, stored, found[index], actor)
        _check(row, stored, found[index])
        found[index] |= dict.fromkeys(strange.get(index, ()), OTHER_CUSTOMER)
    return {index: problems for index, problems in found.items() if problems}


def _begin(new: list[Values]) -> None:
    """A number by year, the company that is set for new papers, and the words of the template."""
    if not new:
        return
    today = timezone.localdate()
    for row in new:
        row.setdefault("starts_on", today)
    _number(new, today)
    seller = Seller.objects.filter(is_default=True, deletion=None).order_by("pk").first()
    templates = {row.pk: row for row in ContractTemplate.objects.filter(is_active=True, deletion=None).order_by("pk")}
    usual = next((template for template in templates.values() if template.is_default), None)
    for row in new:
        if row.get("seller") is None and seller is not None:
            row["seller"] = seller.pk
        template = templates.get(row.get("template") or 0) or usual
        if template is None or row.get("text"):
            continue
        row |= {"template": template.pk, "text": template.text}
        if template.months and row.get("ends_on") is None and row.get("starts_on"):
            row["ends_on"] = months_later(row["starts_on"], template.months) - timedelta(days=1)


def _number(new: list[Values], today: date) -> None:
    """HT2026-000001; a version made from another has its number already."""
    waiting = [row for row in new if not row.get("number")]
    papers: list[Values] = [{"day": today} for _row in waiting]
    give_numbers(papers, {}, "HT")
    for row, paper in zip(waiting, papers, strict=True):
        row["number"] = paper["number"]


def _of_others(rows: list[Values], existing: Mapping[int, Values]) -> dict[int, list[str]]:
    """Links to what belongs to another customer, by row."""
    found: dict[int, list[str]] = {}
    for key, model in OF_CUSTOMER.items():
        wanted = {row[key] for row in rows if row.get(key)}
        homes = dict(model.objects.filter(pk__in=wanted).values_list("pk", "customer_id")) if wanted else {}
        for index, row in enumerate(rows):
            home = homes.get(row.get(key) or 0)
            if home is not None and home != merged(row, existing.get(index), "customer"):
                found.setdefault(index, []).append(key)
    return found


def _sign(row: Values, stored: Values | None, problems: dict[str, Problem], actor: Actor) -> None:
    """Whoever has signed signed what was sent; with both the contract is in force."""
    before = stored["signature"] if stored else Signature.NONE.value
    after = merged(row, stored, "signature") or before
    state = merged(row, stored, "state") or ContractState.DRAFT.value
    if after == before:
        return
    if state == ContractState.SIGNED and before == Signature.BOTH and not actor.is_system:
        problems["signature"] = STAYS_SIGNED
    elif state != ContractState.SENT and not actor.is_system:
        problems["signature"] = NOT_SENT
    elif after == Signature.BOTH and state == ContractState.SENT:
        row["state"] = ContractState.SIGNED.value
        if not merged(row, stored, "signed_on"):
            row["signed_on"] = timezone.localdate()


def _check(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    starts, ends = merged(row, stored, "starts_on"), merged(row, stored, "ends_on")
    if starts and ends and ends < starts:
        problems["ends_on"] = ENDS_EARLY
    if (merged(row, stored, "amount") or 0) < 0:
        problems["amount"] = NEGATIVE
    signed = row.get("signed_on")
    if signed is not None and signed > timezone.localdate():
        problems["signed_on"] = IN_THE_FUTURE
    wrong = problem_in(row.get("text"))
    if wrong is not None:
        problems["text"] = wrong


def templates_prepare(rows: list[Values], _existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Merge fields are known ones."""
    wrong = {index: problem for index, row in enumerate(rows) if (problem := problem_in(row.get("text")))}
    return {index: {"text": problem} for index, problem in wrong.items()}


def obligations_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """An obligation stays with its contract, and lies in its department."""
    wanted = {merged(row, existing.get(index), "contract") for index, row in enumerate(rows)} - {None}
    homes = dict(Contract.objects.filter(pk__in=wanted).values_list("pk", "department_id"))
    found: Found = {}
    for index, row in enumerate(rows):
        stored = existing.get(index)
        if stored is None:
            row["department"] = homes.get(row.get("contract") or 0) or row.get("department")
        elif row.get("contract", stored["contract"]) != stored["contract"]:
            found[index] = {"contract": OTHER_CONTRACT}
    return found


OTHER_CONTRACT = Problem("other_contract", _("It cannot move to another contract."))
