"""What a trial has read so far: earlier rows of the file, of which the base knows nothing because each batch is taken back."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Any

import orjson

from zhike.engines.duplicates.blocking import LARGEST_BLOCK, keys
from zhike.engines.duplicates.reading import traits_from
from zhike.engines.duplicates.traits import Traits
from zhike.metadata.object_type import ObjectType

#: Parameters of one statement.
AT_ONCE = 500
TABLES = """
CREATE TABLE IF NOT EXISTS said (line INTEGER PRIMARY KEY, said BLOB NOT NULL);
CREATE TABLE IF NOT EXISTS block (number INTEGER NOT NULL, line INTEGER NOT NULL, PRIMARY KEY (number, line)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS holder (field TEXT, value TEXT, line INTEGER, PRIMARY KEY (field, value)) WITHOUT ROWID;
"""


class Seen:
    """Rows of one trial in a file of its own, so that memory does not grow with them and a successor goes on there."""

    def __init__(self, path: Path, object_type: ObjectType, *, after: int) -> None:
        """Opens what a killed attempt left, without the rows behind ``after`` that it did not commit."""
        self.object_type = object_type
        self.path = path
        self.base = sqlite3.connect(path, isolation_level=None)
        # A trial that is lost with the machine is tried again.
        self.base.execute("PRAGMA synchronous=OFF")
        self.base.executescript(TABLES)
        for table in ("said", "block", "holder"):
            self.base.execute(f"DELETE FROM {table} WHERE line > ?", (after,))

    def close(self) -> None:
        """Forget everything."""
        self.base.close()
        self.path.unlink(missing_ok=True)

    def alike(self, numbers: Collection[int]) -> dict[int, list[tuple[Traits, int]]]:
        """Earlier rows by blocking key: their traits and line numbers; those of overlarge blocks are left out."""
        blocks: dict[int, list[int]] = defaultdict(list)
        for some in _parts(numbers):
            rows = self.base.execute(f"SELECT number, line FROM block WHERE number IN ({_marks(some)})", some)
            for number, line in rows:
                blocks[number].append(line)
        fitting = {number: lines for number, lines in blocks.items() if len(lines) <= LARGEST_BLOCK}
        known = self._traits({line for lines in fitting.values() for line in lines})
        return {number: [(known[line], line) for line in lines if line in known] for number, lines in fitting.items()}

    def _traits(self, lines: Collection[int]) -> dict[int, Traits]:
        found: dict[int, Traits] = {}
        for some in _parts(lines):
            for line, told in self.base.execute(f"SELECT line, said FROM said WHERE line IN ({_marks(some)})", some):
                traits = traits_from(self.object_type, orjson.loads(told))
                if traits is not None:
                    found[line] = traits
        return found

    def holders(self, field: str, values: Iterable[str]) -> dict[str, int]:
        """Lines of the earlier rows that have these values of a unique field."""
        found: dict[str, int] = {}
        for some in _parts(set(values)):
            query = f"SELECT value, line FROM holder WHERE field = ? AND value IN ({_marks(some)})"
            found.update(self.base.execute(query, (field, *some)))
        return found

    def add(self, rows: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
        """Remember rows that would be created: line numbers and plain values by field key."""
        identity = self.object_type.identity
        said: list[tuple[int, bytes]] = []
        blocks: list[tuple[int, int]] = []
        holders: list[tuple[str, str, int]] = []
        unique = {
            *(field.key for field in self.object_type.active_fields if field.unique),
            *self.object_type.import_keys,
        }
        for line, values in rows:
            holders += [(key, str(values[key]), line) for key in unique if values.get(key) is not None]
            traits = traits_from(self.object_type, values)
            if identity is None or traits is None:
                continue
            told = {key: values[key] for key in identity.keys if values.get(key) is not None}
            said.append((line, orjson.dumps(told, default=str)))
            blocks += [(number, line) for number in keys(traits)]
        self.base.execute("BEGIN")
        self.base.executemany("INSERT OR IGNORE INTO said VALUES (?, ?)", said)
        self.base.executemany("INSERT OR IGNORE INTO block VALUES (?, ?)", blocks)
        self.base.executemany("INSERT OR IGNORE INTO holder VALUES (?, ?, ?)", holders)
        self.base.execute("COMMIT")


def _parts(values: Collection[Any]) -> Iterable[list[Any]]:
    listed = list(values)
    return (listed[start : start + AT_ONCE] for start in range(0, len(listed), AT_ONCE))


def _marks(values: Collection[Any]) -> str:
    return ",".join("?" * len(values))
