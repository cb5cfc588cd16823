"""What the write path asks of a database beyond the ORM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any, Protocol


class Storage(Protocol):
    """Set-based writing; one implementation a database."""

    #: How long one of many transactions of a long piece of work may keep other writers waiting, in seconds.
    hold_seconds: float

    def write_transaction(self) -> AbstractContextManager[None]:
        """A transaction for writing; on SQLite writers queue fairly before it begins."""
        ...

    def allocate_ids(self, table: str, count: int) -> list[int]:
        """Reserve ``count`` primary keys of ``table``; inside a write transaction."""
        ...

    def insert_rows(self, table: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
        """Insert rows of database values in one cursor call."""
        ...

    def update_rows(self, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
        """Set ``columns`` of each row; the last value of each row is its id."""
        ...

    def delete_pairs(self, table: str, columns: tuple[str, str], pairs: Sequence[tuple[int, int]]) -> None:
        """Delete the rows of a table between two others that hold these pairs."""
        ...

    def transaction_id(self) -> int:
        """Number by which the sealer orders this transaction; 0 where commits are serial."""
        ...

    def settled_before(self) -> int | None:
        """The number of the oldest transaction that may still commit: changes of older ones are all visible to the
        next query. None where commits are serial."""
        ...

    def lock_key(self, key: str) -> None:
        """Hold other transactions with the same key until this one ends."""
        ...

    def index_statements(self, tables: Sequence[str]) -> Mapping[str, str]:
        """What makes the indexes of tables that no constraint needs, by their names."""
        ...

    def analyse(self) -> None:
        """Tell the planner of queries how many rows there are, after very many have come."""
        ...

    def hurried(self) -> AbstractContextManager[None]:
        """This connection writes as fast as it can: what a power cut takes would be written anew.

        Within a transaction nothing changes.
        """
        ...
