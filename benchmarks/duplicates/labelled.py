"""The labelled set: pairs by kind, made from a seed, halved into tuning and test.

``python -m benchmarks.duplicates.labelled`` writes ``labelled.jsonl``, which is committed; a test holds it to the generator.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

from benchmarks.duplicates import corruptions, negatives
from benchmarks.duplicates.entities import Entities, Record

SEED = 20_260_417
POSITIVES = 220
#: The four kinds of the requirement count more than those added to them.
NEGATIVES = {"same_surname_and_city": 150, "parent_and_subsidiary": 150, "two_branches": 180, "same_switchboard": 150}
OTHER_NEGATIVES = 60
FILE = Path(__file__).parent / "labelled.jsonl"
HALVES = ("tuning", "test")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two records, whether they are the same, how the pair was made, and which half it belongs to."""

    left: Record
    right: Record
    is_same: bool
    kind: str
    half: str


def generated(seed: int = SEED) -> Iterator[Pair]:
    """Every pair, kind after kind; each kind is drawn by itself, so that one can be changed without the others."""
    for kind, corrupt in corruptions.KINDS.items():
        yield from _of_kind(kind, corrupt, POSITIVES, True, seed)
    for kind, make in negatives.KINDS.items():
        yield from _of_kind(kind, make, NEGATIVES.get(kind, OTHER_NEGATIVES), False, seed)


def _of_kind(kind: str, make: Any, count: int, is_same: bool, seed: int) -> Iterator[Pair]:
    rng = Random(f"{seed} {kind}")
    entities = Entities(rng)
    halves = [HALVES[place % 2] for place in range(count)]
    rng.shuffle(halves)
    for half in halves:
        left, right = make(entities, rng)
        if rng.random() < 0.5:
            left, right = right, left
        yield Pair(left, right, is_same, kind, half)


@cache
def pairs(half: str) -> tuple[Pair, ...]:
    """The committed pairs of one half."""
    rows = (json.loads(line) for line in FILE.read_text(encoding="utf-8").splitlines())
    return tuple(Pair(**row) for row in rows if row["half"] == half)


def lines(seed: int = SEED) -> Iterator[str]:
    """The set as it is written to the file."""
    for pair in generated(seed):
        told = {name: getattr(pair, name) for name in pair.__slots__}
        yield json.dumps(told, ensure_ascii=False, separators=(",", ":"))


if __name__ == "__main__":
    FILE.write_text("".join(f"{line}\n" for line in lines()), encoding="utf-8")
