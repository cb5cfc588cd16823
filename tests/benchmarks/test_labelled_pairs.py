"""The labelled pairs: enough of each kind, the same from the same seed, and unknown to the product."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks.duplicates import corruptions, negatives
from benchmarks.duplicates.labelled import FILE, HALVES, NEGATIVES, lines, pairs

PRODUCT = Path(__file__).parents[2] / "zhike"


def test_there_are_enough_pairs_of_each_kind_in_two_halves() -> None:
    kinds = Counter(pair.kind for half in HALVES for pair in pairs(half))
    assert kinds.total() >= 2_000
    assert all(kinds[kind] >= 200 for kind in corruptions.KINDS)
    assert sum(kinds[kind] for kind in NEGATIVES) >= 500
    for kind, count in kinds.items():
        assert sum(pair.kind == kind for pair in pairs("test")) == count // 2
    assert kinds.keys() == corruptions.KINDS.keys() | negatives.KINDS.keys()


def test_the_committed_pairs_are_those_of_the_seed() -> None:
    assert FILE.read_text(encoding="utf-8").splitlines() == list(lines())


def test_the_two_halves_share_no_pair() -> None:
    seen = [{(str(pair.left), str(pair.right)) for pair in pairs(half)} for half in HALVES]
    assert not seen[0] & seen[1]


def test_no_module_of_the_product_imports_them() -> None:
    assert not [path for path in PRODUCT.rglob("*.py") if any(name.startswith("benchmarks") for name in imports(path))]


def imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.module or ""
