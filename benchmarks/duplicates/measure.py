"""How well the duplicate finder tells the labelled pairs: precision, recall, and recall by kind.

``python -m benchmarks.duplicates.measure [tuning|test]`` prints them; part of ``make bench``, which fails below the bounds.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from benchmarks.duplicates.entities import Record
from benchmarks.duplicates.labelled import Pair, pairs
from zhike.engines.duplicates.blocking import keys
from zhike.engines.duplicates.scoring import compare
from zhike.engines.duplicates.traits import Traits, traits_of

LEAST_PRECISION = 0.97
LEAST_RECALL = 0.95
LEAST_RECALL_OF_A_KIND = 0.90

#: Whether two records are taken for the same.
Judge = Callable[[Record, Record], bool]


@dataclass(slots=True)
class Measured:
    """Counts by kind: of all pairs, and of those taken for the same."""

    of_same: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    of_others: Counter[str] = field(default_factory=Counter)
    mistaken: Counter[str] = field(default_factory=Counter)

    @property
    def precision(self) -> float:
        return self.found.total() / max(self.found.total() + self.mistaken.total(), 1)

    @property
    def recall(self) -> float:
        return self.found.total() / max(self.of_same.total(), 1)

    @property
    def recalls(self) -> dict[str, float]:
        return {kind: self.found[kind] / count for kind, count in self.of_same.items()}

    def shortfalls(self) -> Iterator[str]:
        """What stays below its bound."""
        if self.precision < LEAST_PRECISION:
            yield f"precision {self.precision:.4f} < {LEAST_PRECISION}"
        if self.recall < LEAST_RECALL:
            yield f"recall {self.recall:.4f} < {LEAST_RECALL}"
        for kind, share in self.recalls.items():
            if share < LEAST_RECALL_OF_A_KIND:
                yield f"recall of {kind} {share:.4f} < {LEAST_RECALL_OF_A_KIND}"

    def lines(self) -> Iterator[str]:
        """The report."""
        yield f"precision {self.precision:.4f}, recall {self.recall:.4f}"
        for kind, share in self.recalls.items():
            yield f"  {kind:<24} recall {share:.3f}  ({self.found[kind]} of {self.of_same[kind]})"
        for kind, count in self.of_others.items():
            yield f"  {kind:<24} mistaken {self.mistaken[kind]} of {count}"


def traits(record: Record) -> Traits | None:
    """A labelled record as the product would see it."""
    return traits_of(
        {
            "kind": record["kind"],
            "names": [record["name"]],
            "phones": record.get("phones"),
            "emails": record.get("emails"),
            "handles": [record["wechat"]] if "wechat" in record else (),
            "code": record.get("credit_code"),
            "birthday": record.get("birthday"),
            "representative": record.get("legal_representative"),
            "addresses": [record["address"]] if "address" in record else (),
        }
    )


def finder(left: Record, right: Record) -> bool:
    """The product's answer: a key in common, and a match."""
    one, other = traits(left), traits(right)
    return one is not None and other is not None and bool(keys(one) & keys(other)) and compare(one, other) is not None


def measure(given: Sequence[Pair], judge: Judge = finder) -> Measured:
    """Counts over the pairs."""
    found = Measured()
    for pair in given:
        is_found = judge(pair.left, pair.right)
        totals, hits = (found.of_same, found.found) if pair.is_same else (found.of_others, found.mistaken)
        totals[pair.kind] += 1
        hits[pair.kind] += is_found
    return found


def main(half: str = "test") -> int:
    """Print the measures of one half; 1 when a bound is not held."""
    measured = measure(pairs(half))
    print(f"duplicates, {half} half:", *measured.lines(), sep="\n")
    short = list(measured.shortfalls())
    print(*short, sep="\n")
    return 1 if short else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
