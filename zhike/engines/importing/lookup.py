"""Names in cells become links: customers, people, departments and tags, looked up once a batch."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from zhike.engines.importing.returning import bring_back
from zhike.metadata import policy, records, registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Problem
from zhike.metadata.fields.base import Field, ValueRefused
from zhike.metadata.object_type import ObjectType
from zhike.metadata.records import Origin, Row
from zhike.metadata.saving import context_for

SEPARATORS = re.compile(r"[,，;；、|\n]+")
UNKNOWN = Problem("unknown_name", _("There is no such record by this name, or you may not see it."))
AMBIGUOUS = Problem("ambiguous_name", _("Several records have this name."))


def names_in(cell: Any, field: Field) -> list[str]:
    """The names that a cell holds; several ones for links to many."""
    text = str(cell).strip()
    if not field.type.multiple:
        return [text] if text else []
    return list(dict.fromkeys(part.strip() for part in SEPARATORS.split(text) if part.strip()))


class Lookup:
    """Names of one link field, resolved for a batch; what it learned is kept for the next."""

    def __init__(self, field: Field, actor: Actor, *, creates: bool) -> None:
        self.field = field
        self.actor = actor
        self.target: ObjectType = registry.get(field.type.link_targets(field) or "")
        #: Only small things that are nothing but a name are made on the way (tags).
        self.creates = creates and field.type.multiple and policy.may(actor, self.target, "create")
        self._known: dict[str, list[int]] = {}

    def learn(self, cells: Iterable[Any], origin: Origin) -> None:
        """Look up every name of the cells that is not known yet: one query, and one batch of new records."""
        wanted = {name for cell in cells for name in names_in(cell, self.field)} - set(self._known)
        if not wanted:
            return
        for name in wanted:
            self._known[name] = []
        for column in self._columns():
            self._find(column, [name for name in wanted if not self._known[name]])
        self._find_by_mail({name for name in wanted if "@" in name and not self._known[name]})
        missing = sorted(name for name in wanted if not self._known[name])
        if missing and self.creates:
            self._create(missing, origin)

    def _columns(self) -> Sequence[str]:
        """Fields by which the target is known: its title, then its unique keys and its number."""
        keys = dict.fromkeys((self.target.title, *(field.key for field in self.target.active_fields if field.unique)))
        return [str(self.target.field(key).column) for key in keys if self.target.field(key).column]

    def _find(self, column: str, names: Sequence[str]) -> None:
        if not names:
            return
        rows = policy.queryset_for(self.actor, self.target).filter(Q(**{f"{column}__in": names}))
        for name, pk in rows.values_list(column, "pk"):
            self._known[str(name)].append(pk)

    def _find_by_mail(self, wanted: set[str]) -> None:
        """Other programs name an owner by the address that they sign in with."""
        field = next((found for found in self.target.active_fields if found.type.key == "email"), None)
        if not wanted or field is None or not field.column:
            return
        mails = {name.strip().lower(): name for name in wanted}
        try:
            held_by = field.type.condition("in", sorted(mails), field, context_for(self.actor))
        except ValueRefused:
            return
        rows = policy.queryset_for(self.actor, self.target).filter(held_by)
        for pk, held in rows.values_list("pk", field.column):
            for mail in {str(mail).lower() for mail in held or ()} & mails.keys():
                self._known[mails[mail]].append(pk)

    def _create(self, wanted: Sequence[str], origin: Origin) -> None:
        title, context = self.target.title, context_for(self.actor)
        back = bring_back(self.target, title, wanted, actor=self.actor, context=context, origin=origin)
        for name, pk in back.items():
            self._known[str(name)].append(pk)
        names = [name for name in wanted if not self._known[name]]
        rows = [Row({self.target.title: name}) for name in names]
        result = records.save(self.target, rows, actor=self.actor, origin=origin, partial=True)
        for name, row in zip(names, result.rows, strict=True):
            if row.id is not None:
                self._known[name].append(row.id)

    def forget(self) -> None:
        """Forget everything, after what was created on the way has been rolled back."""
        self._known.clear()

    def resolve(self, cell: Any) -> tuple[Any, Problem | None]:
        """The id (or ids) that a cell means, or what is wrong with it."""
        ids = []
        for name in names_in(cell, self.field):
            found = self._known.get(name, [])
            if len(found) != 1:
                return None, AMBIGUOUS if found else UNKNOWN
            ids.append(found[0])
        if self.field.type.multiple:
            return ids, None
        return (ids[0] if ids else None), None
