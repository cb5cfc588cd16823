"""Reading lists: rows of one object type as an actor may see them, filtered, sorted and paged by keyset.

The database goes one of three ways. Where an index holds each department's rows in the order, the first rows of all parts of
the scope are merged. Otherwise a scope of at most 10,000 rows, or an order without any index, is gathered first and then
sorted, and a larger one is walked along the index of the order, with the scope as a filter. Left to itself the planner picks
wrongly at a million rows.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field as dataclass_field
from typing import Any

from django.db.models import Count as CountRows, OrderBy, Q, QuerySet, Sum
from django.db.models.lookups import IsNull
from django.utils.safestring import SafeString

from zhike.metadata import ordered_ids, policy
from zhike.metadata.actor import Actor, FieldAccess
from zhike.metadata.columns import is_links, plain_values
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.filters import compile_filter
from zhike.metadata.formula.expression import today
from zhike.metadata.kept import kept_for
from zhike.metadata.keyset import Cursor, beyond, decode, never_null, ordering, sort_keys
from zhike.metadata.labels import fill_labels
from zhike.metadata.linking import linked
from zhike.metadata.models import Record
from zhike.metadata.object_type import ObjectType, Values
from zhike.metadata.ordered_ids import is_ordered, is_ordered_by_department
from zhike.metadata.prepared import NO_RECORD, PreparedValues
from zhike.metadata.scope_size import is_small
from zhike.metadata.time_budget import OutOfTime, time_budget

COUNT_CAP = 10_000
COUNT_BUDGET = 0.3
PAGE_BUDGET = 5.0


@dataclass(frozen=True, slots=True)
class PageRow:
    """One record as the actor may see it: plain values by field key, masked ones already masked."""

    id: int
    version: int
    values: Values
    masked: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in order, and the cursors of the neighbouring pages."""

    rows: list[PageRow]
    next_cursor: str | None = None
    previous_cursor: str | None = None


@dataclass(frozen=True, slots=True)
class Count:
    """How many rows there are: exactly, more than the cap, or unknown because counting took too long."""

    value: int | None
    capped: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """Rows with the same value of a field: how many, and the sum of another field's values."""

    value: Any
    count: int
    sum: Any = None

    def with_more(self, other: Group) -> Group:
        """Both groups together, under the value of this one."""
        sums = [one.sum for one in (self, other) if one.sum is not None]
        return Group(self.value, self.count + other.count, sum(sums) if sums else None)


@dataclass(slots=True)
class Query:
    """What to read; nothing is read before a method is called. Raises BadQuery from the methods."""

    object_type: ObjectType
    actor: Actor
    context: Context
    columns: Sequence[str] = ()
    filter: Mapping[str, Any] | None = None
    sort: Sequence[str] = ()
    cursor: str | None = None
    limit: int = 50
    #: The recycle bin instead of the live records.
    deleted: bool = False
    action: str = "view"
    budget: float = PAGE_BUDGET
    #: A further condition from code, such as the children of one record.
    where: Q | None = dataclass_field(default=None)

    # Public -------------------------------------------------------------------------------------------------------

    def page(self) -> Page:
        """Rows of the page at the cursor."""
        keys = sort_keys(self.object_type, self.sort or (self.object_type.default_sort,), self.context)
        cursor = decode(self.cursor, keys) if self.cursor else None
        back = cursor is not None and cursor.back
        with time_budget(self.budget):
            ids = self._page_ids(keys, cursor)
            more = len(ids) > self.limit
            ids = ids[: self.limit]
            if back:
                ids.reverse()
            rows = self._rows(ids, [key.field for key in keys])
        if not rows:
            return Page([])
        first, last = (self._cursor(keys, ids[position], rows) for position in (0, -1))
        has_next = more if not back else True
        has_previous = cursor is not None if not back else more
        return Page(
            [rows[pk] for pk in ids if pk in rows],
            last.encode() if has_next else None,
            Cursor(first.values, first.id, True).encode() if has_previous else None,
        )

    def count(self, cap: int = COUNT_CAP, budget: float = COUNT_BUDGET) -> Count:
        """Number of rows up to ``cap``; gives up after ``budget`` seconds."""
        try:
            with time_budget(budget):
                [found] = ordered_ids.counted([self.parts(apart=True) or [self.rows(gathered=True)]], cap + 1)
        except OutOfTime:
            return Count(None)
        return Count(min(found, cap), found > cap)

    def ids(self, limit: int | None = None) -> list[int]:
        """Ids of all matching rows, by id."""
        rows = self.rows(gathered=True).order_by("pk").values_list("pk", flat=True)
        return list(rows if limit is None else rows[:limit])

    def groups(self, key: str, *, sum_key: str | None = None, budget: float = PAGE_BUDGET) -> list[Group]:
        """Count (and sum) by a field that the actor may compare by."""
        field = self._comparable(key)
        summed = self._comparable(sum_key) if sum_key is not None else None
        parts = []
        for rows in self.parts(apart=True) or [self.rows(gathered=True)]:
            part: Any = rows.order_by().values(_group=field.type.expression(field)).annotate(_count=CountRows("pk"))
            parts.append(part if summed is None else part.annotate(_sum=Sum(summed.type.expression(summed))))
        found: dict[Any, Group] = {}
        with time_budget(budget):
            for row in parts[0].union(*parts[1:], all=True) if parts else ():
                group = Group(row["_group"], row["_count"], row.get("_sum"))
                known = found.get(group.value)
                found[group.value] = group if known is None else known.with_more(group)
        return list(found.values())

    def each(self, batch: int = 1_000) -> Iterator[list[PageRow]]:
        """Every row in the order of the query, in batches; for exports of any size."""
        keys = sort_keys(self.object_type, self.sort or (self.object_type.default_sort,), self.context)
        cursor: Cursor | None = None
        limit, self.limit = self.limit, batch
        try:
            while ids := self._page_ids(keys, cursor)[:batch]:
                rows = self._rows(ids, [key.field for key in keys])
                cursor = decode(self._cursor(keys, ids[-1], rows).encode(), keys)
                yield [rows[pk] for pk in ids if pk in rows]
        finally:
            self.limit = limit

    def fetch(self, ids: Sequence[int]) -> dict[int, PageRow]:
        """The records with these ids, which must come from this query, by id."""
        return self._rows(ids, ())

    def rows(self, *, fenced: bool = False, gathered: bool = False) -> QuerySet[Record]:
        """Matching records as a queryset, rights included; ``fenced`` and ``gathered`` as in ``policy.queryset_for``."""
        found = policy.queryset_for(
            self.actor, self.object_type, self.action, deleted=self.deleted, fenced=fenced, gathered=gathered
        ).filter(compile_filter(self.object_type, self.filter, self.context))
        return found if self.where is None else found.filter(self.where)

    def parts(self, *, apart: bool = False) -> list[QuerySet[Record]] | None:
        """The matching records in the parts of ``policy.parts_for``; None where the rights have none."""
        found = policy.parts_for(self.actor, self.object_type, self.action, deleted=self.deleted, apart=apart)
        if found is None:
            return None
        chosen = compile_filter(self.object_type, self.filter, self.context)
        return [rows.filter(chosen) if self.where is None else rows.filter(chosen).filter(self.where) for rows in found]

    # Pages --------------------------------------------------------------------------------------------------------

    def _comparable(self, key: str) -> Field:
        return sort_field(self.object_type, key, self.context)

    def _page_ids(self, keys: Any, cursor: Cursor | None) -> list[int]:
        """Ids of the page and one more, crossing from records with a first sort value to those without."""
        back = cursor is not None and cursor.back
        if never_null(self.object_type, keys[0].field):
            return self._branch(keys, cursor, None)
        in_absent = cursor is not None and cursor.values[0] is None
        branches = [True, False] if back else [False, True]
        if in_absent is not back:
            # The cursor lies in the second branch of this direction: the first one is done with.
            return self._branch(keys, cursor, branches[1])
        ids = self._branch(keys, cursor, branches[0])
        if len(ids) <= self.limit:
            ids += self._branch(keys, None, branches[1], back=back)
        return ids[: self.limit + 1]

    def _branch(self, keys: Any, cursor: Cursor | None, absent: bool | None, *, back: bool | None = None) -> list[int]:
        back = (cursor is not None and cursor.back) if back is None else back
        narrowed = Q() if absent is None else Q(IsNull(keys[0].expression, absent))
        if cursor is not None:
            narrowed &= beyond(keys, cursor)
        return ordered_ids.ids(self.first_ids(keys[0].field, narrowed, ordering(keys, back=back), self.limit + 1))

    def first_ids(self, field: Field, narrowed: Q, orders: Sequence[OrderBy], limit: int) -> ordered_ids.Sql | None:
        """The statement for the first ids in an order that begins with the field; None when nothing can match."""
        parts = self.parts() if is_ordered_by_department(self.object_type, field) else None
        if parts is not None:
            found = ordered_ids.merged([rows.filter(narrowed) for rows in parts], orders, limit)
            if found is None or len(found[1]) <= ordered_ids.MOST_PARAMETERS:
                return found
        if self.reaches_all():
            return ordered_ids.merged([self.rows().filter(narrowed)], orders, limit)
        if is_small(self.actor, self.object_type, self.action) or not is_ordered(self.object_type, field):
            return ordered_ids.gathered(self.rows(gathered=True).filter(narrowed), orders, limit)
        return ordered_ids.merged([self.rows(fenced=True).filter(narrowed)], orders, limit)

    def takes_all(self) -> bool:
        """Whether every record of the type is asked for."""
        return not self.filter and self.where is None and self.reaches_all()

    def reaches_all(self) -> bool:
        return policy.scope_condition(self.actor, self.object_type, self.action) is None

    def _rows(self, ids: Sequence[int], sorted_by: Sequence[Field]) -> dict[int, PageRow]:
        """The records with these ids as the actor may see them, by id."""
        return self._drawn(policy.every_record(self.object_type).filter(pk__in=list(ids)), sorted_by)

    def _drawn(self, rows: QuerySet[Record], sorted_by: Sequence[Field]) -> dict[int, PageRow]:
        """Plain values of records that the actor may see, one query and one for each link to many."""
        fields = self._wanted(sorted_by)
        return self._shaped(self._valued(rows, fields), fields)

    def _valued(self, rows: QuerySet[Record], fields: Sequence[Field]) -> QuerySet[Any, dict[str, Any]]:
        """The columns that the fields need."""
        native = {field.column for field in fields if field.column and not is_links(self.object_type, field)}
        names = ["id", "version", "custom", *(sorted(native - {"id"}))]
        computed = {
            computed_name(field): field.type.expression(field) for field in fields if field.computed is not None
        }
        found: QuerySet[Any, dict[str, Any]] = rows.annotate(**computed).values(*names, *computed)
        return found

    def _shaped(self, rows: Iterable[dict[str, Any]], fields: Sequence[Field]) -> dict[int, PageRow]:
        """Rows of ``_valued`` as the actor may see them, by id."""
        computed = {computed_name(field): field for field in fields if field.computed is not None}
        found: dict[int, tuple[int, Values]] = {}
        for row in rows:
            values = plain_values(self.object_type, row, fields)
            # What a computed field's expression gives is a plain value already.
            values.update({field.key: row[name] for name, field in computed.items()})
            found[row["id"]] = (row["version"], values)
        for field in fields:
            if is_links(self.object_type, field):
                for source, target in linked(self.object_type, field, list(found)):
                    held = found[source][1]
                    held[field.key] = [*(held.get(field.key) or ()), target]
        limited = [
            field for field in fields if policy.access(self.actor, self.object_type, field) < FieldAccess.READ_ONLY
        ]
        keys = [field.key for field in fields]
        return {pk: self._seen(pk, version, values, keys, limited) for pk, (version, values) in found.items()}

    def _wanted(self, sorted_by: Sequence[Field]) -> list[Field]:
        readable = {field.key: field for field in policy.readable_fields(self.actor, self.object_type)}
        keys = self.columns or tuple(readable)
        wanted = {key: readable[key] for key in keys if key in readable}
        wanted.update({field.key: field for field in sorted_by})
        wanted.setdefault(self.object_type.title, self.object_type.field(self.object_type.title))
        return list(wanted.values())

    def _seen(self, pk: int, version: int, values: Values, keys: Sequence[str], limited: Sequence[Field]) -> PageRow:
        """The row as the actor may see it; ``limited`` are the fields that are not simply shown."""
        shown: Values = {key: values.get(key) for key in keys}
        masked = set()
        for field in limited:
            value = shown[field.key]
            shown[field.key] = policy.shown(self.actor, self.object_type, field, value)
            if value is not None and shown[field.key] != value:
                masked.add(field.key)
        return PageRow(pk, version, shown, frozenset(masked))

    def _cursor(self, keys: Any, pk: int, rows: Mapping[int, PageRow]) -> Cursor:
        values = []
        for key in keys:
            value = rows[pk].values.get(key.field.key)
            values.append(None if value is None else key.field.type.to_json(value, key.field))
        return Cursor(tuple(values), pk)


def computed_name(field: Field) -> str:
    """The name of a computed field's column in a query."""
    return f"c_{field.key}"


def sort_field(object_type: ObjectType, key: str, context: Context) -> Field:
    """A field that the actor may compare by; raises BadQuery."""
    return sort_keys(object_type, (key,), context)[0].field


def record_row(
    object_type: ObjectType,
    record_id: int,
    *,
    actor: Actor,
    context: Context,
    columns: Sequence[str] = (),
    deleted: bool = False,
) -> PageRow | None:
    """One record with all that the actor may see of it, or these columns and its title; None when there is none within reach."""
    action = "restore" if deleted else "view"
    query = Query(object_type, actor, context, columns=columns, deleted=deleted, action=action)
    fields = query._wanted(())

    def prepared() -> PreparedValues[int]:
        return PreparedValues(query._valued(query.rows().filter(pk=NO_RECORD), fields), place=NO_RECORD)

    # Formulas know what day it is.
    asked = kept_for(actor, object_type, ("record", tuple(columns), deleted), prepared, day=today())
    return query._shaped(asked.ask(record_id), fields).get(record_id)


def first_rows(
    object_type: ObjectType,
    rows: QuerySet[Record],
    *,
    actor: Actor,
    context: Context,
    columns: Sequence[str] = (),
    budget: float | None = None,
) -> list[PageRow]:
    """Rows of a short ordered queryset that starts at ``policy.queryset_for``, as the actor may see them.

    One query, and one for each link to many; with a budget in seconds it raises OutOfTime.
    """
    query = Query(object_type, actor, context, columns=columns)
    with nullcontext() if budget is None else time_budget(budget):
        return list(query._drawn(rows, ()).values())


def related_rows(
    object_type: ObjectType,
    rows: Callable[[int], QuerySet[Record]],
    record_id: int,
    *,
    key: Hashable,
    actor: Actor,
    context: Context,
    columns: Sequence[str] = (),
) -> list[PageRow]:
    """The same for rows that belong to a record, of which nothing but its id changes the question within a day.

    Its SQL is put together once for each actor and ``key``.
    """
    query = Query(object_type, actor, context, columns=columns)
    fields = query._wanted(())

    def prepared() -> PreparedValues[int]:
        return PreparedValues(query._valued(rows(NO_RECORD), fields), place=NO_RECORD)

    asked = kept_for(actor, object_type, ("below", key, tuple(columns)), prepared, day=today())
    return list(query._shaped(asked.ask(record_id), fields).values())


# Faces ------------------------------------------------------------------------------------------------------------


def cell(row: PageRow, field: Field, context: Context) -> SafeString:
    """The escaped HTML of one value; masked values are shown as plain text."""
    value = row.values.get(field.key)
    if field.key in row.masked:
        return field.type.masked_cell(value)
    return field.type.cell(value, field, context)


def label_rows(object_type: ObjectType, rows: Sequence[PageRow], context: Context) -> None:
    """Fetch the titles of all records that the rows link to; one query for each type linked to."""
    wanted: dict[str, set[int]] = {}
    for key in dict.fromkeys(key for row in rows[:1] for key in row.values):
        field = object_type.fields[key]
        target = field.type.link_targets(field)
        if target is None:
            continue
        held = wanted.setdefault(target, set())
        for row in rows:
            value = row.values[key]
            if value is not None and key not in row.masked:
                held.update(field.type.link_ids(value))
    fill_labels(wanted, context)
