"""What search asks of a database's full-text index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from zhike.engines.search.documents import Document
from zhike.lib.search_tokens import Query

#: Beyond this many hits of one type the rest is left unread, and so is never ranked: reading them costs 4 ms a thousand.
MOST_RANKED = 2_000


@dataclass(frozen=True, slots=True)
class Question:
    """What is sought among documents of one type: all ``terms``, each in any of the fields ``prefixes`` stand for.

    ``reach`` are scope tokens of which one must be there, None for no narrowing; ``title`` is the normalised query,
    by which titles are ranked.
    """

    object_key: str
    terms: Query
    prefixes: tuple[str, ...]
    reach: tuple[str, ...] | None
    title: str
    limit: int


class Index(Protocol):
    """Documents go in and out by the id of their SearchDocument row; all calls are set-wise."""

    def add(self, object_key: str, rows: Sequence[tuple[int, Document]]) -> None:
        """Insert new documents, row and tokens, under these ids."""
        ...

    def replace(self, rows: Sequence[tuple[int, Document]]) -> None:
        """Write documents over those that have these ids."""
        ...

    def remove(self, object_key: str, record_ids: Sequence[int]) -> None:
        """Take the documents of these records out; those that have none do not matter."""
        ...

    def ask(self, questions: Iterable[Question]) -> list[tuple[str, int]]:
        """(object key, record id) of hits, best first within each question; one cursor call for all questions."""
        ...


#: Best first: the title itself, titles that begin with the query, titles that hold it, others; short titles, then fresh ones.
RANK = (
    "CASE WHEN title = %s THEN 0 WHEN title LIKE %s ESCAPE '\\' THEN 1 WHEN title LIKE %s ESCAPE '\\' THEN 2 ELSE 3 END,"
    " length(title), updated_at DESC"
)


def rank_params(title: str) -> list[Any]:
    pattern = title.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    return [title, f"{pattern}%", f"%{pattern}%"]
