"""A hand-over in the demo: a manager has given his own customers to two colleagues, and may take them back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.engines.hand_over.planning import Rule
from zhike.engines.hand_over.services import hand_over_start
from zhike.jobs.worker import run_now
from zhike.metadata.actor import Actor

GIVER, SUCCESSORS = "zenglimin", ("sunlihua", "yuchiming")
PARTS = ("customer.owner", "task.owner")
REASON = "转任部门经理，名下客户交给组员"
NOTE = "重点客户请在两周内上门拜访一次，有问题先来找我。"


def hand_over(people: Mapping[Any, int], actor_of: Callable[[User], Actor]) -> None:
    """Carry it out; ``people`` are ids by user name. It is about those customers alone that are there by now."""
    if not {GIVER, *SUCCESSORS} <= people.keys() or not Customer.objects.filter(owner=people[GIVER]).exists():
        return
    actor = actor_of(User.objects.get(pk=people[GIVER]))
    rule = Rule("evenly", tuple(people[name] for name in SUCCESSORS))
    made = hand_over_start(people[GIVER], rule, PARTS, reason=REASON, note=NOTE, actor=actor)
    run_now(made.job_id or 0)
