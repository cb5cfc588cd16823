"""The index in PostgreSQL: a tsvector beside each document, under a GIN index.

Tokens whose order matters carry positions, by which phrases are verified; the others carry none and take less room.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from typing import Any

from django.db import connection

from zhike.engines.search.documents import Document
from zhike.engines.search.index.base import MOST_RANKED, RANK, Question, rank_params
from zhike.engines.search.models import SearchDocument
from zhike.lib.search_tokens import Phrase
from zhike.metadata.storage import storage

TABLE = "search_searchdocument"
INDEX = "search_document_tokens"
GATHERED_FROM = 200
GATHERED_KILOBYTES = 65_536
#: The documents with some tokens, always by their index. The planner would guess from the tokens that so many match that the
#: first of them are found sooner by reading the whole table; of a query's result it guesses little. Fenced by OFFSET, or
#: it would gather every document of the type as well, though the tokens name their type.
MATCHING = f"SELECT object_key, record_id, title, updated_at FROM {TABLE} WHERE tokens @@ (SELECT %s::tsquery) OFFSET 0"
CREATE = (
    f"ALTER TABLE {TABLE} ADD COLUMN tokens tsvector NOT NULL DEFAULT ''",
    f"CREATE INDEX {INDEX} ON {TABLE} USING gin (tokens) WITH (fastupdate = off)",
)
DROP = (f"DROP INDEX {INDEX}", f"ALTER TABLE {TABLE} DROP COLUMN tokens")


class PostgreSQLIndex:
    """Implements ``Index``."""

    def add(self, object_key: str, rows: Sequence[tuple[int, Document]]) -> None:
        with _gathered(len(rows)):
            storage().insert_rows(
                TABLE,
                ("id", "object_key", "record_id", "title", "updated_at", "tokens"),
                [(pk, object_key, d.record_id, d.title, d.updated_at, vector(d)) for pk, d in rows],
            )

    def replace(self, rows: Sequence[tuple[int, Document]]) -> None:
        with _gathered(len(rows)):
            storage().update_rows(
                TABLE, ("title", "updated_at", "tokens"), [(d.title, d.updated_at, vector(d), pk) for pk, d in rows]
            )

    def remove(self, object_key: str, record_ids: Sequence[int]) -> None:
        SearchDocument.objects.filter(object_key=object_key, record_id__in=record_ids).delete()

    def ask(self, questions: Iterable[Question]) -> list[tuple[str, int]]:
        parts: list[str] = []
        params: list[Any] = []
        for question in questions:
            parts.append(
                f"(SELECT object_key, record_id FROM (SELECT * FROM ({MATCHING}) AS matching"
                f" WHERE object_key = %s LIMIT %s) AS hits ORDER BY {RANK} LIMIT %s)"
            )
            params += [tsquery(question), question.object_key, MOST_RANKED]
            params += [*rank_params(question.title), question.limit]
        if not parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            return [(row[0], row[1]) for row in cursor.fetchall()]


@contextmanager
def _gathered(rows: int) -> Iterator[None]:
    """Let the index gather the tokens of many rows and sort them in at once, which takes less than half the time.

    The option never leaves this transaction: others go on writing each row into the index, because a list of gathered
    tokens costs every search a few milliseconds and now and then one writer a third of a second.
    """
    if rows < GATHERED_FROM:
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER INDEX {INDEX} SET (fastupdate = on, gin_pending_list_limit = {GATHERED_KILOBYTES})")
        yield
        cursor.execute("SELECT gin_clean_pending_list(%s::regclass)", [INDEX])
        cursor.execute(f"ALTER INDEX {INDEX} SET (fastupdate = off)")


def vector(document: Document) -> str:
    """The tokens as the text of a tsvector; they hold letters and digits alone, so nothing needs quoting."""
    placed = [f"{token}:{position}" for token, position in zip(document.sequence, count(1), strict=False)]
    return " ".join(placed + document.bag)


def tsquery(question: Question) -> str:
    """The question as the text of a tsquery."""
    parts = [
        " | ".join(_phrase(mark, phrase) for phrase in term for mark in question.prefixes) for term in question.terms
    ]
    if question.reach is not None:
        parts.append(" | ".join(question.reach))
    return " & ".join(f"({part})" for part in parts)


def _phrase(mark: str, phrase: Phrase) -> str:
    *first, last = (mark + token for token in phrase.tokens)
    return "(" + " <-> ".join([*first, last + ":*" if phrase.open else last]) + ")"
