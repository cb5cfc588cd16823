"""The public pool of the demo: one pool, a dozen customers in it, and one that its owner loses on the next working day."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime, time
from typing import Any

from django.utils import timezone

from zhike.accounts.models import User
from zhike.domain.customers.models import Customer
from zhike.domain.demo.stories import numbers
from zhike.domain.pools.services.hands import release
from zhike.engines.working_time.services import add_working_days
from zhike.lib.working_time import YearNotKnown
from zhike.metadata import registry
from zhike.metadata.actor import SYSTEM, Actor
from zhike.metadata.records import Origin, record_save

ORIGIN = Origin("demo")
IDLE_DAYS = 30
IN_THE_POOL = 12
#: The story whose customer goes back on the next working day, and who cleans the archive up.
LEAVING, CLEANER = "silent_key", "qiuxiulan"


def pools(
    people: Mapping[Any, int], customers: Mapping[Any, int], actor_of: Callable[[User], Actor], today: date
) -> None:
    """Make the pool and put customers into it; ``people`` are ids by user name, ``customers`` by local number."""
    sellers = [people[name] for name in ("zhaojianguo", "chenzhiqiang", "shanyutong") if name in people]
    if CLEANER not in people or not sellers:
        return
    values = {
        "name": "华东公海",
        "managers": [people["linxiaoyan"]] if "linxiaoyan" in people else [],
        "members": sellers,
        "claims_per_day": 5,
        "most_held": 2_000,
        "cooldown_days": 30,
        "protection_days": 10,
        "idle_days": IDLE_DAYS,
        "note": "30 个工作日没有跟进的客户收回公海，每人每天最多认领 5 个。",
    }
    record_save(registry.get("pool"), values, actor=SYSTEM, origin=ORIGIN)
    _clean_up(customers, actor_of(User.objects.get(pk=people[CLEANER])))
    _set_countdown(customers, today)


def _clean_up(customers: Mapping[Any, int], cleaner: Actor) -> None:
    """Some customers that were given up lie in the pool."""
    told = set(numbers().values())
    ids = [pk for number, pk in customers.items() if number not in told]
    given_up = Customer.objects.filter(pk__in=ids, stage__in=("silent", "lost"), deletion__isnull=True).order_by("pk")
    chosen: Sequence[int] = list(given_up.values_list("pk", flat=True)[:IN_THE_POOL])
    if chosen:
        release(chosen, actor=cleaner, reason="长期没有跟进，清理入池")


def _set_countdown(customers: Mapping[Any, int], today: date) -> None:
    """The owner of one customer has had it for just as long as the pool allows."""
    leaving = customers.get(numbers()[LEAVING])
    try:
        since = add_working_days(add_working_days(today, 1), -IDLE_DAYS)
    except YearNotKnown:
        return
    at = timezone.make_aware(datetime.combine(since, time(10)))
    if leaving is not None:
        record_save(registry.get("customer"), {"custody_since": at}, id=leaving, actor=SYSTEM, origin=ORIGIN)
