"""A colleague who changes a customer again and again while something large goes on, in a process of their own as in the product.

``python -m benchmarks.colleague`` in the settings of a base; a closed standard input ends it, and it prints the times in
milliseconds as JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module

import django

PAUSE = 0.05


def main() -> int:
    django.setup()
    # Models can be imported only now.
    accounts, people, registry, records = (
        import_module(f"zhike.{name}")
        for name in ("accounts.models", "accounts.actors", "metadata.registry", "metadata.records")
    )
    seller = people.actor_for(accounts.User.objects.get(username="sales_1_1"))
    customer = registry.get("customer")
    pk = customer.model._default_manager.filter(owner_id=seller.user_id).values_list("pk", flat=True)[0]
    done = threading.Event()
    threading.Thread(target=lambda: (sys.stdin.read(), done.set()), daemon=True).start()
    waits = []
    while not done.is_set():
        started = time.perf_counter()
        records.record_save(customer, {"note": f"改 {started}"}, actor=seller, id=pk)
        waits.append((time.perf_counter() - started) * 1000)
        time.sleep(PAUSE)
    print(json.dumps(waits))
    return 0


@contextmanager
def at_work() -> Iterator[list[float]]:
    """Let the colleague work meanwhile; the times of the saves are in the list afterwards, the shortest first."""
    command = [sys.executable, "-m", "benchmarks.colleague"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)  # noqa: S603
    waits: list[float] = []
    try:
        yield waits
    finally:
        printed, _nothing = process.communicate(timeout=120)
    waits.extend(sorted(json.loads(printed or b"[]")))


if __name__ == "__main__":
    sys.exit(main())
