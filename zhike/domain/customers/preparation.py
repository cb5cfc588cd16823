"""What is completed and checked on customers, contacts, relations and groups before they are saved.

Each function serves a whole batch: plain values by row, the stored values of rows that exist already, and the actor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.domain.customers.choices import CustomerKind, GroupKind
from zhike.domain.customers.models import Customer, Group
from zhike.lib.credit_code import parse_credit_code
from zhike.lib.refusal import Refused
from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import BadQuery, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.listed_ids import among
from zhike.metadata.object_type import Values
from zhike.metadata.saving import context_for
from zhike.metadata.storage import storage

#: The one problem of a row by field key.
Found = dict[int, dict[str, Problem]]

#: Fields that only one kind of customer has.
COMPANY_ONLY = ("legal_name", "credit_code", "size", "annual_revenue", "legal_representative", "founded_year")
PERSON_ONLY = ("gender", "birthday", "birth_year", "occupation", "home_address")

NOT_OF_A_PERSON = Problem("not_of_a_person", _("A person has no such field. Change the kind to company first."))
NOT_OF_A_COMPANY = Problem("not_of_a_company", _("A company has no such field. Change the kind to person first."))
OTHER_YEAR = Problem("other_year", _("The year of birth and the birthday say different years."))
TO_ITSELF = Problem("to_itself", _("A customer cannot be related to itself."))
IN_ITSELF = Problem("in_itself", _("A group cannot lie within itself or one of its subgroups."))
FILTER_MISSING = Problem("filter_missing", _("A live group needs a filter."))
MEMBERS_BY_FILTER = Problem("members_by_filter", _("The members of a live group follow from its filter."))

#: Why a credit code is refused → what to tell people.
CODE_MESSAGES = {
    "bad_character": _("The credit code has a character that such codes never have (I, O, S, V, Z or a sign)."),
    "too_short": _("The credit code is too short: it has 18 characters."),
    "too_long": _("The credit code is too long: it has 18 characters."),
    "bad_checksum": _("The last character of the credit code does not fit the others: please check for a slip."),
}


def merged(row: Values, stored: Values | None, key: str) -> Any:
    """The value that the record will have."""
    return row[key] if key in row else (stored or {}).get(key)


def customers_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """Normal form of the credit code, year of birth from the birthday, and no field of the other kind."""
    found: Found = defaultdict(dict)
    for index, row in enumerate(rows):
        stored = existing.get(index)
        _credit_code(row, found[index])
        _fields_of_kind(row, stored, found[index])
        _birth_year(row, stored, found[index])
        _custody(row, stored)
    return found


def _custody(row: Values, stored: Values | None) -> None:
    """A customer that changes hands begins a new time with its owner, who takes it out of the public pool."""
    if "owner" not in row or (stored is not None and row["owner"] == stored.get("owner")):
        return
    row.setdefault("custody_since", timezone.now())
    if row["owner"] is not None:
        row["pool"] = None


def _credit_code(row: Values, problems: dict[str, Problem]) -> None:
    if not row.get("credit_code"):
        return
    try:
        row["credit_code"] = parse_credit_code(row["credit_code"])
    except Refused as refusal:
        problems["credit_code"] = Problem(refusal.code, CODE_MESSAGES[refusal.code])


def _fields_of_kind(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    """Refuse what is newly said of the wrong kind; what stands there since the kind was another may stay."""
    is_person = merged(row, stored, "kind") == CustomerKind.PERSON
    foreign, problem = (COMPANY_ONLY, NOT_OF_A_PERSON) if is_person else (PERSON_ONLY, NOT_OF_A_COMPANY)
    for key in foreign:
        if row.get(key) is not None and row[key] != (stored or {}).get(key):
            problems[key] = problem


def _birth_year(row: Values, stored: Values | None, problems: dict[str, Problem]) -> None:
    """A birthday with its year gives the year of birth; both said differently in one go is a mistake."""
    said = year_of(row.get("birthday"))
    if said is None:
        return
    given = row.get("birth_year")
    if given is not None and given != (stored or {}).get("birth_year") and abs(given - said) > 1:
        problems["birth_year"] = OTHER_YEAR
    elif given is None or given == (stored or {}).get("birth_year"):
        row["birth_year"] = said


def year_of(birthday: str | None) -> int | None:
    """The year in a birthday's code; None where the code has none."""
    digits = (birthday or "").removeprefix("L")[:4]
    return int(digits) if digits.isdigit() else None


# What follows a customer ------------------------------------------------------------------------------------------


def followers_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """New contacts, relations and interactions belong to the department of their customer."""
    homeless = [row for index, row in enumerate(rows) if index not in existing and row.get("customer")]
    wanted = {row["customer"] for row in homeless}
    homes = dict(Customer.objects.filter(among("pk", wanted)).values_list("pk", "department_id")) if wanted else {}
    for row in homeless:
        row["department"] = homes.get(row["customer"]) or row.get("department")
    return {}


def relations_prepare(rows: list[Values], existing: Mapping[int, Values], _actor: Actor) -> Found:
    """As ``followers_prepare``; and no customer is related to itself."""
    followers_prepare(rows, existing, _actor)
    found: Found = {}
    for index, row in enumerate(rows):
        customer = merged(row, existing.get(index), "customer")
        if customer is not None and customer == merged(row, existing.get(index), "other"):
            found[index] = {"other": TO_ITSELF}
    return found


# Groups -----------------------------------------------------------------------------------------------------------


def groups_prepare(rows: list[Values], existing: Mapping[int, Values], actor: Actor) -> Found:
    """A live group has a filter and no members, a static one the other way round; no group lies within itself."""
    found: Found = {}
    for index, row in enumerate(rows):
        if problems := _group_problems(row, existing.get(index)) or _filter_problems(row, actor):
            found[index] = problems
    _check_parents(rows, existing, found)
    return found


def _group_problems(row: Values, stored: Values | None) -> dict[str, Problem]:
    if merged(row, stored, "kind") == GroupKind.LIVE:
        if row.get("members"):
            return {"members": MEMBERS_BY_FILTER}
        return {} if merged(row, stored, "filter") else {"filter": FILTER_MISSING}
    row["filter"] = None
    return {}


def _filter_problems(row: Values, actor: Actor) -> dict[str, Problem]:
    """A filter must work for the person who writes it; who reads the group later sees what they may see."""
    if not row.get("filter"):
        return {}
    try:
        compile_filter(registry.get("customer"), row["filter"], context_for(actor))
    except BadQuery as refusal:
        return {"filter": Problem(refusal.code, refusal.message)}
    return {}


def _check_parents(rows: list[Values], existing: Mapping[int, Values], found: Found) -> None:
    moved = {index: row["parent"] for index, row in enumerate(rows) if index in existing and row.get("parent")}
    if not moved:
        return
    # Two moves at once could each be sound and together make a circle.
    storage().lock_key("groups")
    parents = dict(Group.objects.values_list("pk", "parent_id"))
    parents |= {existing[index]["id"]: parent for index, parent in moved.items()}
    for index, parent in moved.items():
        if existing[index]["id"] in chain(parent, parents.get):
            found.setdefault(index, {})["parent"] = IN_ITSELF


def chain(start: int | None, parent_of: Callable[[int], int | None]) -> Iterable[int]:
    """A node and all above it; stops where a circle closes."""
    seen: set[int] = set()
    node = start
    while node is not None and node not in seen:
        seen.add(node)
        yield node
        node = parent_of(node)
