"""The index in SQLite: an FTS5 table that keeps tokens only (contentless), so it stays half the size.

Its tokeniser ``ascii`` divides at blanks and leaves everything beyond ASCII whole, and our tokens hold letters and digits
alone, so what goes in is what is found.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection

from zhike.engines.search.documents import Document
from zhike.engines.search.index.base import MOST_RANKED, RANK, Question, rank_params
from zhike.engines.search.models import SearchDocument
from zhike.lib.search_tokens import Phrase
from zhike.metadata.storage import storage

CREATE = "CREATE VIRTUAL TABLE search_tokens USING fts5(tokens, content='', contentless_delete=1, tokenize='ascii')"
DROP = "DROP TABLE search_tokens"
TABLE = "search_searchdocument"
ADAPT = SearchDocument._meta.get_field("updated_at").get_db_prep_save


class SQLiteIndex:
    """Implements ``Index``."""

    def add(self, object_key: str, rows: Sequence[tuple[int, Document]]) -> None:
        storage().insert_rows(
            TABLE,
            ("id", "object_key", "record_id", "title", "updated_at"),
            [(pk, object_key, d.record_id, d.title, ADAPT(d.updated_at, connection)) for pk, d in rows],
        )
        _write_tokens(rows)

    def replace(self, rows: Sequence[tuple[int, Document]]) -> None:
        storage().update_rows(
            TABLE, ("title", "updated_at"), [(d.title, ADAPT(d.updated_at, connection), pk) for pk, d in rows]
        )
        _write_tokens(rows)

    def remove(self, object_key: str, record_ids: Sequence[int]) -> None:
        found = SearchDocument.objects.filter(object_key=object_key, record_id__in=record_ids)
        ids = list(found.values_list("pk", flat=True))
        with connection.cursor() as cursor:
            cursor.executemany("DELETE FROM search_tokens WHERE rowid = %s", [(pk,) for pk in ids])
            cursor.executemany(f"DELETE FROM {TABLE} WHERE id = %s", [(pk,) for pk in ids])

    def ask(self, questions: Iterable[Question]) -> list[tuple[str, int]]:
        parts: list[str] = []
        params: list[Any] = []
        for question in questions:
            # The order of rowid comes free with the index: of too many hits the newest are looked at.
            parts.append(
                "SELECT * FROM (SELECT object_key, record_id FROM"
                f" (SELECT d.object_key, d.record_id, d.title, d.updated_at FROM search_tokens f JOIN {TABLE} d"
                " ON d.id = f.rowid WHERE f.tokens MATCH %s AND d.object_key = %s ORDER BY f.rowid DESC LIMIT %s)"
                f" ORDER BY {RANK} LIMIT %s)"
            )
            params += [match(question), question.object_key, MOST_RANKED]
            params += [*rank_params(question.title), question.limit]
        if not parts:
            return []
        with connection.cursor() as cursor:
            cursor.execute(" UNION ALL ".join(parts), params)
            return [(row[0], row[1]) for row in cursor.fetchall()]


def _write_tokens(rows: Sequence[tuple[int, Document]]) -> None:
    """Write tokens under their ids, also over those that a document emptied by other means has left there."""
    told = [(pk, f"{' '.join(document.sequence)} {' '.join(document.bag)}") for pk, document in rows]
    with connection.cursor() as cursor:
        cursor.executemany("INSERT OR REPLACE INTO search_tokens (rowid, tokens) VALUES (%s, %s)", told)


def match(question: Question) -> str:
    """The question in the language of FTS5."""
    parts = [
        " OR ".join(_phrase(mark, phrase) for phrase in term for mark in question.prefixes) for term in question.terms
    ]
    if question.reach is not None:
        parts.append(" OR ".join(f'"{token}"' for token in question.reach))
    return " AND ".join(f"({part})" for part in parts)


def _phrase(mark: str, phrase: Phrase) -> str:
    tokens = " ".join(mark + token for token in phrase.tokens)
    return f'"{tokens}"*' if phrase.open else f'"{tokens}"'
