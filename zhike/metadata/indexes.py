"""The indexes behind a list that people sort (over everything, and within departments) and behind the bin."""

from __future__ import annotations

from django.db import models


def list_indexes(model_name: str, sort: str, *, by_department: bool = True) -> list[models.Index]:
    """Indexes of live records for the order ``sort`` ("name", "-updated_at") with the id as the tie-break.

    The first serves actors who see everything, the second those who see departments; an object whose rights follow
    a parent (``scope_from``) needs no second one.
    """
    column = sort.removeprefix("-")
    order = (
        [models.F(column).desc(), models.F("id").desc()] if sort.startswith("-") else [models.F(column), models.F("id")]
    )
    live = models.Q(deletion__isnull=True)
    indexes = [models.Index(*order, condition=live, name=f"{model_name}_{column}")]
    if by_department:
        indexes.append(models.Index(models.F("department"), *order, condition=live, name=f"{model_name}_dept_{column}"))
    return indexes


def bin_index(model_name: str) -> models.Index:
    """Index of the deleted records; every model of records needs it, for ``deletion`` has none."""
    return models.Index(fields=("deletion",), condition=models.Q(deletion__isnull=False), name=f"{model_name}_bin")
