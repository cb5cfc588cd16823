"""Who gets what: the rule, and how it divides records."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from zhike.accounts.models import User
from zhike.engines.hand_over.parts import LEADING, Part, parts
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.filters import compile_filter
from zhike.metadata.labels import fill_labels
from zhike.metadata.models import TeamMember
from zhike.metadata.query import Count, Query
from zhike.metadata.saving import context_for

MOST_SUCCESSORS = 50
MOST_STEPS = 50
SAMPLES = 3
COUNT_CAP = 1_000_000
COUNT_BUDGET = 1.0

NOBODY = Problem("required", _("Choose at least one successor."))
TOO_MANY = Problem("too_many", _("At most 50 successors at once."))
NOT_HERE = Problem("no_such_record", _("There is no such colleague, or the account is closed."))
SELF = Problem("self", _("A person cannot succeed themselves."))
BAD_RULE = Problem("unknown_choice", _("Choose how the records are divided."))


@dataclass(frozen=True, slots=True)
class Rule:
    """``by``: "evenly" among ``to`` (with one of them, all to that one), or "filter": each customer goes by the first of
    ``steps`` (filter, successor) that fits; what fits none, and what belongs to no customer, is divided among ``to``."""

    by: str
    to: tuple[int, ...]
    steps: tuple[tuple[Mapping[str, Any], int], ...] = ()

    @property
    def successors(self) -> list[int]:
        return list(dict.fromkeys([*self.to, *(user_id for _filter, user_id in self.steps)]))

    def to_json(self) -> dict[str, Any]:
        return {"by": self.by, "to": list(self.to), "steps": [[dict(tree), pk] for tree, pk in self.steps]}


def rule_from(told: Mapping[str, Any]) -> Rule:
    return Rule(told["by"], tuple(told["to"]), tuple((tree, pk) for tree, pk in told["steps"]))


def check_rule(rule: Rule, person_id: int, *, actor: Actor) -> None:
    """Raise Invalid for a rule that cannot be followed, BadQuery for filters that the actor may not use."""
    if rule.by not in {"evenly", "filter"} or (rule.by == "evenly" and rule.steps):
        raise Invalid({"by": [BAD_RULE]})
    if not rule.to:
        raise Invalid({"to": [NOBODY]})
    if len(rule.successors) > MOST_SUCCESSORS or len(rule.steps) > MOST_STEPS:
        raise Invalid({"to": [TOO_MANY]})
    if person_id in rule.successors:
        raise Invalid({"to": [SELF]})
    seen: Any = policy.queryset_for(actor, registry.get("user"))
    here = {user.pk for user in seen.filter(pk__in=rule.successors) if user.is_usable()}
    if here != set(rule.successors):
        raise Invalid({"to": [NOT_HERE]})
    customer = registry.get(LEADING)
    for tree, _user in rule.steps:
        compile_filter(customer, tree, context_for(actor))


def divide(rule: Rule, part: Part, ids: Sequence[int], before: int, *, actor: Actor) -> dict[int, int]:
    """Successor by record id; ``before`` is how many were divided evenly already, so that turns go on where they stood."""
    given: dict[int, int] = {}
    if part.object_key == LEADING:
        left = list(ids)
        for tree, user_id in rule.steps:
            where = Q(pk__in=left)
            fitting = set(Query(part.object_type, actor, context_for(actor), filter=tree, where=where).ids())
            given |= dict.fromkeys(fitting, user_id)
            left = [pk for pk in left if pk not in fitting]
    rest = [pk for pk in ids if pk not in given]
    return given | {pk: rule.to[(before + place) % len(rule.to)] for place, pk in enumerate(rest)}


@dataclass(frozen=True, slots=True)
class Share:
    """What one successor would get of a part: how many, and a few by title."""

    user_id: int
    count: int | None
    samples: list[str]


@dataclass(frozen=True, slots=True)
class Preview:
    """A part as it would be divided. ``shares`` is empty where records go along with their customers."""

    part: Part
    count: Count
    shares: list[Share]


def preview(rule: Rule, person: User, listed: Collection[Part], *, actor: Actor) -> list[Preview]:
    """Counts and samples by part and successor; a handful of queries a part and step."""
    found = []
    leads = any(part.leads for part in listed)
    for part in listed:
        count = part.query(person.pk, actor, department_id=person.department_id).count(COUNT_CAP, COUNT_BUDGET)
        shares = [] if part.follows and leads else _shares(rule, part, person, count, actor)
        found.append(Preview(part, count, shares))
    return found


def _shares(rule: Rule, part: Part, person: User, count: Count, actor: Actor) -> list[Share]:
    shares: dict[int, tuple[int | None, list[str]]] = {}
    earlier: list[Mapping[str, Any]] = []
    rest = count.value
    steps = rule.steps if part.object_key == LEADING else ()
    for tree, user_id in steps:
        # The first that fits counts.
        filtered = {"all": [tree, *({"not": other} for other in earlier)]}
        query = part.query(person.pk, actor, department_id=person.department_id, filter=filtered)
        some = query.count(COUNT_CAP, COUNT_BUDGET).value
        rest = None if rest is None or some is None else rest - some
        had, listed = shares.get(user_id, (0, []))
        added = None if had is None or some is None else had + some
        shares[user_id] = (added, [*listed, *_titles(part, query.ids(SAMPLES), actor)][:SAMPLES])
        earlier.append(tree)
    others = {"all": [{"not": tree} for tree in earlier]} if earlier else None
    query = part.query(person.pk, actor, department_id=person.department_id, filter=others)
    first = query.ids(SAMPLES * len(rule.to))
    for place, user_id in enumerate(rule.to):
        some = None if rest is None else len(range(place, rest, len(rule.to)))
        had, listed = shares.get(user_id, (0, []))
        added = None if had is None or some is None else had + some
        shares[user_id] = (added, [*listed, *_titles(part, first[place :: len(rule.to)], actor)][:SAMPLES])
    return [Share(user_id, some, listed) for user_id, (some, listed) in shares.items()]


def _titles(part: Part, ids: Sequence[int], actor: Actor) -> list[str]:
    if part.is_departments or not ids:
        return []
    context = context_for(actor)
    fill_labels({part.object_key: set(ids)}, context)
    return [context.labels[part.object_key, pk][0] for pk in ids if (part.object_key, pk) in context.labels]


def owns_anything(person: User) -> bool:
    """Whether anything that is handed over still names the person; asked without rights, in one query, and tells no more."""
    named: list[Any] = [part.query(person.pk, SYSTEM).rows() for part in parts().values() if not part.is_team]
    named.append(TeamMember.objects.filter(user=person))
    return User.objects.filter(reduce(or_, (Q(Exists(rows)) for rows in named)), pk=person.pk).exists()
