"""The bases that are measured: how large they are, and where they live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Base:
    """A database to measure; ``key`` names it on the command line."""

    key: str
    #: Customers that are generated one by one, and how many copies the database makes of them.
    generated: int
    copies: int
    #: Interactions of every customer.
    interactions: int
    #: Departments with four salespeople and a manager each.
    departments: int
    tasks: int = 20_000
    objects: int = 100_000

    @property
    def customers(self) -> int:
        return self.generated * (1 + self.copies)


#: S is for trying the measurements out.
BASES = {
    "S": Base("S", 1_500, 1, 3, 4, tasks=1_000, objects=2_000),
    "L": Base("L", 100_000, 0, 3, 40),
    "XL": Base("XL", 100_000, 9, 10, 40),
}
VENDORS = ("sqlite", "postgresql")


def directory() -> Path:
    """Where SQLite bases stay between runs; ``ZHIKE_BENCH_DIR`` moves it."""
    found = Path(os.environ.get("ZHIKE_BENCH_DIR") or Path.home() / ".cache" / "zhike" / "bench")
    found.mkdir(parents=True, exist_ok=True)
    return found


def database_name(base: Base) -> str:
    """Name of the database on PostgreSQL."""
    return f"zhike_bench_{base.key.lower()}"


def server() -> str:
    """Address of the PostgreSQL server without a database; ``ZHIKE_BENCH_POSTGRES`` names another."""
    return os.environ.get("ZHIKE_BENCH_POSTGRES", "postgresql://postgres@127.0.0.1:5432").rstrip("/")


def environment(base: Base, vendor: str) -> dict[str, str]:
    """Settings under which the product opens the base."""
    home = directory() / f"{base.key.lower()}-{vendor}"
    home.mkdir(exist_ok=True)
    found = {
        "DJANGO_SETTINGS_MODULE": "zhike.config.settings",
        "ZHIKE_DATA_DIR": str(home),
        "ZHIKE_SECRET_KEY": "a key for measurements that is long enough to be taken",
    }
    if vendor == "postgresql":
        found["DATABASE_URL"] = f"{server()}/{database_name(base)}"
    return found
