"""The indexes behind a list that people sort (over everything, and within departments) and behind the bin."""

from __future__ import annotations

from django.db import models


def list_indexes(
    model_name: str, sort: str, *, by_department: bool = True, by_owner: bool = False
) -> list[models.Index]:
    """Indexes of live records for the order ``sort`` ("name", "-updated_at") with the id as the tie-break.

    The first serves actors who see everything, the second those who see departments, the third their own records, which is
    worth its cost where people have thousands. An object whose rights follow a parent (``scope_from``) needs the first alone.
    """
    indexes = [_live_index(f"{model_name}_{sort.removeprefix('-')}", sort)]
    if by_department:
        indexes.append(_live_index(f"{model_name}_dept_{sort.removeprefix('-')}", sort, "department"))
    if by_owner:
        indexes.append(_live_index(f"{model_name}_owner_{sort.removeprefix('-')}", sort, "owner"))
    return indexes


def board_indexes(model_name: str, column: str, sort: str = "-updated_at") -> list[models.Index]:
    """Indexes for the columns of a board: each value's latest cards and their number, of all records and of a department's."""
    return [
        _live_index(f"{model_name}_{column}", sort, column),
        _live_index(f"{model_name}_dept_{column}", sort, "department", column),
    ]


def _live_index(name: str, sort: str, *leading: str) -> models.Index:
    column = sort.removeprefix("-")
    order = (
        [models.F(column).desc(), models.F("id").desc()] if sort.startswith("-") else [models.F(column), models.F("id")]
    )
    live = models.Q(deletion__isnull=True)
    return models.Index(*(models.F(found) for found in leading), *order, condition=live, name=name)


def bin_index(model_name: str) -> models.Index:
    """Index of the deleted records; every model of records needs it, for ``deletion`` has none."""
    return models.Index(fields=("deletion",), condition=models.Q(deletion__isnull=False), name=f"{model_name}_bin")
