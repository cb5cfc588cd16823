"""Copies of the first customers with all that belongs to them, made inside the database.

A million customers with ten interactions each are ten times 100,000: other numbers, the same owners, words and times. What
is measured depends on how many rows match, not on their being written once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field

from django.db import connection


@dataclass(frozen=True, slots=True)
class Copied:
    """A table: columns that point to copied rows (column → table), columns said anew in SQL, and which rows."""

    table: str
    links: Mapping[str, str] = dataclass_field(default_factory=dict)
    anew: Mapping[str, str] = dataclass_field(default_factory=dict)
    where: str = "TRUE"


CUSTOMER, CONTACT, INTERACTION = "customers_customer", "customers_contact", "activities_interaction"
CHANGE, TIMELINE, DOCUMENT = "metadata_change", "metadata_timelineentry", "search_searchdocument"
#: In ``anew``, {id} is the new id and {n} the number of the copy.
ROWS = (
    Copied(CUSTOMER, anew={"code": "'KH' || CAST({id} AS text)", "credit_code": "NULL"}),
    Copied(CONTACT, {"customer_id": CUSTOMER}),
    Copied("customers_customer_tags", {"customer_id": CUSTOMER}),
    Copied("customers_relation", {"customer_id": CUSTOMER, "other_id": CUSTOMER}),
    Copied(INTERACTION, {"customer_id": CUSTOMER, "contact_id": CONTACT}),
    Copied(TIMELINE, {"subject_id": CUSTOMER, "source_id": INTERACTION}, where="source_key = 'interaction'"),
    Copied(CHANGE, {"record_id": CUSTOMER, "seq": CHANGE}, where="object_key = 'customer'"),
    Copied(CHANGE, {"record_id": CONTACT, "seq": CHANGE}, where="object_key = 'contact'"),
    Copied(CHANGE, {"record_id": INTERACTION, "seq": CHANGE}, where="object_key = 'interaction'"),
)
#: Search documents with their words, which PostgreSQL keeps beside them.
DOCUMENTS = (
    Copied(DOCUMENT, {"record_id": CUSTOMER}, where="object_key = 'customer'"),
    Copied(DOCUMENT, {"record_id": CONTACT}, where="object_key = 'contact'"),
)


def spans() -> dict[str, int]:
    """Highest id of each table: the distance between a row and its copy. To be asked before the first copy is made."""
    return {table.table: _number(f'SELECT COALESCE(MAX(id), 0) FROM "{table.table}"') for table in (*ROWS, *DOCUMENTS)}


def copy(tables: Sequence[Copied], copies: int, spans: Mapping[str, int]) -> None:
    """Make so many copies of every row within the spans."""
    with connection.cursor() as cursor:
        for number in range(1, copies + 1):
            for table in tables:
                cursor.execute(_statement(table, number, spans))
        if connection.vendor == "postgresql":
            for name in {table.table for table in tables}:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('\"{name}\"', 'id'), (SELECT MAX(id) FROM \"{name}\"))"
                )


def _statement(table: Copied, number: int, spans: Mapping[str, int]) -> str:
    span = spans[table.table]
    columns = _columns(table.table)
    new_id = f"id + {span * number}"
    said = {column: sql.format(id=f"({new_id})", n=number) for column, sql in table.anew.items()}
    said |= {column: f"{column} + {spans[target] * number}" for column, target in table.links.items()}
    said["id"] = new_id
    chosen = ", ".join(said.get(column, f'"{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    return f'INSERT INTO "{table.table}" ({names}) SELECT {chosen} FROM "{table.table}" WHERE id <= {span} AND {table.where}'


def _columns(table: str) -> list[str]:
    with connection.cursor() as cursor:
        return [column.name for column in connection.introspection.get_table_description(cursor, table)]


def _number(statement: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])
