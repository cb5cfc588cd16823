"""Documents of records, built set-wise from what the descriptors say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import translation

from zhike.engines.search.vocabulary import prefix, scope_root, scope_tokens, search_fields
from zhike.lib.normalise import normalised
from zhike.lib.search_tokens import Tokens, name_tokens, text_tokens
from zhike.metadata import policy
from zhike.metadata.columns import is_links
from zhike.metadata.fields.base import Field
from zhike.metadata.listed_ids import among
from zhike.metadata.models import TeamMember
from zhike.metadata.object_type import ObjectType

#: Longer values are running text, which nobody looks for by its pinyin.
LONGEST_NAMED = 60
LONGEST_TITLE = 120
#: Search knows choices by their names in the language of the installation.
LANGUAGE = "zh-hans"


@dataclass(frozen=True, slots=True)
class Document:
    """What the index takes in: ``sequences`` keep the order of their tokens, ``bag`` has none."""

    record_id: int
    title: str
    updated_at: datetime
    sequence: list[str]
    bag: list[str]


def documents(object_type: ObjectType, ids: Sequence[int]) -> list[Document]:
    """Documents of those of the records that are live, in two queries whatever their number."""
    fields = [field for field in search_fields(object_type) if _has_value(object_type, field)]
    root, way = scope_root(object_type)
    columns = {field.column for field in fields if field.column}
    scope = {"owner": f"{way}owner_id", "department": f"{way}department_id", "root": f"{way}pk" if way else "pk"}
    rows = policy.every_record(object_type).filter(among("pk", ids), deletion__isnull=True)
    names = {"id", "updated_at", "custom", *columns, *scope.values()}
    found = list(rows.values(*sorted(names)))
    teams = _teams(root, {row[scope["root"]] for row in found})
    marks = [(field, prefix(object_type.key, field.key)) for field in fields]
    known: dict[str, Tokens] = {}
    with translation.override(LANGUAGE):
        return [
            _document(object_type, row, marks, scope_tokens(object_type, *_whose(row, scope, teams)), known)
            for row in found
        ]


def _has_value(object_type: ObjectType, field: Field) -> bool:
    return field.computed is None and not is_links(object_type, field)


def _teams(root: ObjectType, ids: Iterable[int | None]) -> dict[int, list[int]]:
    """Team members by record of the type that decides who sees."""
    found: dict[int, list[int]] = {}
    members = TeamMember.objects.filter(among("record_id", {pk for pk in ids if pk is not None}), object_key=root.key)
    for record_id, user_id in members.values_list("record_id", "user_id"):
        found.setdefault(record_id, []).append(user_id)
    return found


def _whose(row: dict[str, Any], scope: dict[str, str], teams: dict[int, list[int]]) -> tuple[Any, Any, list[int]]:
    return row[scope["owner"]], row[scope["department"]], teams.get(row[scope["root"]], [])


def _document(
    object_type: ObjectType,
    row: dict[str, Any],
    marks: Sequence[tuple[Field, str]],
    scope: list[str],
    known: dict[str, Tokens],
) -> Document:
    """``known`` remembers the tokens of texts: names are legal names as well, and titles repeat themselves."""
    sequence: list[str] = []
    bag = scope
    title = ""
    for field, mark in marks:
        text = _text(field, row) if field.column is None or row[field.column] is not None else ""
        if not text:
            continue
        if field.key == object_type.title:
            title = normalised(text[:LONGEST_TITLE])[:LONGEST_TITLE]
        if (tokens := known.get(text)) is None:
            tokens = known[text] = field_tokens(text)
        sequence += [mark + token for token in tokens.sequence]
        bag += [mark + token for token in tokens.bag]
    return Document(row["id"], title, row["updated_at"], sequence, bag)


def _text(field: Field, row: dict[str, Any]) -> str:
    """What the field contributes: of these few fields alone, for this runs millions of times."""
    if field.column is not None:
        return field.type.search_text(row[field.column], field)
    value = row["custom"].get(field.key)
    return "" if value is None else field.type.search_text(field.type.from_json(value, field), field)


def field_tokens(text: str) -> Tokens:
    """Tokens of one field's text."""
    return name_tokens(text) if len(text) <= LONGEST_NAMED else text_tokens(text)
