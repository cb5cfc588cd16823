"""Lines: child records that are written with their parent, in its transaction and under its version.

``SaveBatch`` hands over what came under "lines" in the values of its rows. Rights are those over the parent; which fields of a
line may be written is asked of the actor, the writing itself is then done in the system's name for that person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field, replace
from typing import Any

from django.utils.translation import gettext_lazy as _

from zhike.lib.money import LARGEST
from zhike.metadata import checking, policy, registry
from zhike.metadata.actor import Actor, ActorKind
from zhike.metadata.columns import native_columns, plain_values
from zhike.metadata.errors import Problem, Problems
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.object_type import Lines, ObjectType, Values

#: Key of the parent's values under which its lines stand.
KEY = "lines"
MOST_LINES = 500
NOT_LISTED = Problem("not_a_list", _("Give the lines as a list of objects."))
TOO_MANY = Problem("too_many_lines", _("A record takes at most 500 lines."))

TOO_LARGE = Problem("too_large", _("The lines come to more than can be kept: check quantities and prices."))


class LinesRefused(Exception):
    """A line that only the database or the line's own checks refused, after the parent was written; rolls all of it back."""

    def __init__(self, problems: Mapping[int, Problems]) -> None:
        super().__init__("lines")
        #: By the parent's place in its batch.
        self.problems = problems


@dataclass(slots=True)
class Line:
    """One line as it was given and as it will be; ``before`` holds what is stored."""

    given: Values
    id: int | None = None
    before: Values | None = None
    values: Values = dataclass_field(default_factory=dict)

    @property
    def is_changed(self) -> bool:
        return self.before is None or any(value != self.before.get(key) for key, value in self.values.items())


def acting_for(actor: Actor) -> Actor:
    """The system in the person's name: rights were settled over the parent."""
    return replace(actor, kind=ActorKind.SYSTEM)


def line_type_of(lines: Lines) -> ObjectType:
    return registry.get(lines.object_key)


def written_fields(lines: Lines, actor: Actor) -> list[Field]:
    """Fields of a line that the actor may set; its parent and place follow from where it stands."""
    line_type = line_type_of(lines)
    own = {lines.via, lines.position, *registry.SYSTEM_COLUMNS}
    return [field for field in policy.writable_fields(actor, line_type) if field.key not in own]


def stored_lines(lines: Lines, parents: Sequence[int]) -> dict[int, list[Values]]:
    """Plain values of live lines by parent, in their order, with "id"; one query. The caller has settled the right to see them."""
    line_type = line_type_of(lines)
    link = line_type.field(lines.via).column or lines.via
    rows = policy.every_record(line_type).filter(deletion__isnull=True, **{f"{link}__in": list(parents)})
    columns = [*native_columns(line_type), "custom"]
    found: dict[int, list[Values]] = {}
    for row in rows.order_by(lines.position, "pk").values(*columns):
        found.setdefault(row[link], []).append({**plain_values(line_type, row), "id": row["id"]})
    return found


class LineBatch:
    """The lines of all parents of one batch."""

    def __init__(self, lines: Lines, raws: Sequence[Mapping[str, Any]], context: Context) -> None:
        self.lines = lines
        self.line_type = line_type_of(lines)
        self.context = context
        self.actor = context.actor
        self._raws = raws
        #: As given, by the parent's place; parents of which nothing was said are absent.
        self._given: dict[int, list[Line]] = {}
        self._problems: dict[int, Problems] = {}

    def parse(self) -> None:
        """Read what was given, before any lock."""
        flat: list[tuple[int, int, Mapping[str, Any]]] = []
        for place, raw in enumerate(self._raws):
            if KEY not in raw:
                continue
            listed = raw[KEY]
            refused = refusal_of(listed)
            if refused is not None:
                self._problems[place] = {KEY: [refused]}
                continue
            self._given[place] = []
            flat += [(place, position, values) for position, values in enumerate(listed or ())]
        problems: list[Problems] = [{} for _line in flat]
        raws = [{key: value for key, value in values.items() if key != "id"} for _place, _position, values in flat]
        parsed = checking.parse_rows(self.line_type, raws, self.context, problems)
        own = {self.lines.via, self.lines.position}
        for (place, position, values), plain, found in zip(flat, parsed, problems, strict=True):
            for key in own & set(values):
                found[key] = [checking.READ_ONLY]
            self._given[place].append(Line(plain, values.get("id")))
            self._note(place, position, found)

    def _note(self, place: int, position: int, found: Problems) -> None:
        if found:
            self._problems.setdefault(place, {}).update(problems_of_line(position, found))

    def complete(
        self,
        ids: Sequence[int | None],
        plain: Sequence[Values],
        before: Mapping[int, Values],
        problems: Sequence[Problems],
    ) -> None:
        """Match lines with the stored ones, fill in and check them, and give the parents their sums; inside the transaction."""
        known = [pk for place, pk in enumerate(ids) if pk is not None and place in before]
        stored = stored_lines(self.lines, known) if known else {}
        #: Lines as they will be by the parent's place, and ids of those taken away.
        self.rows: dict[int, list[Line]] = {}
        self.gone: dict[int, list[int]] = {}
        for place, values in enumerate(plain):
            if ids[place] is not None and place not in before:
                continue
            parent = {**before.get(place, {}), **values}
            held = stored.get(ids[place] or 0, [])
            found: Problems = {key: list(listed) for key, listed in self._problems.get(place, {}).items()}
            rows = self._matched(place, held, found)
            self._fill(parent, rows)
            self._check(rows, found)
            if not found and self.lines.sums is not None:
                sums = self.lines.sums(parent, [line.values for line in rows])
                if any(
                    is_too_large(value) for told in (sums, *(line.values for line in rows)) for value in told.values()
                ):
                    found[KEY] = [TOO_LARGE]
                    sums = {}
                values.update(sums)
            self.rows[place] = rows
            kept = {line.id for line in rows}
            self.gone[place] = [row["id"] for row in held if row["id"] not in kept]
            frozen = self.lines.frozen(before[place]) if self.lines.frozen and place in before else None
            if frozen is not None and self.touches(place):
                found.setdefault(KEY, []).append(frozen)
            for key, listed in found.items():
                problems[place].setdefault(key, []).extend(listed)

    def _matched(self, place: int, held: Sequence[Values], found: Problems) -> list[Line]:
        by_id = {row["id"]: row for row in held}
        given = self._given.get(place)
        if given is None:
            # Nothing was said of them: they stay as they are, in the places that they have.
            return [Line({}, row["id"], row, {key: value for key, value in row.items() if key != "id"}) for row in held]
        rows: list[Line] = []
        for position, line in enumerate(given):
            before = by_id.pop(line.id, None) if type(line.id) is int else None
            if line.id is not None and before is None:
                found.update(problems_of_line(position, {"id": [checking.NO_SUCH_RECORD]}))
            start = before if before is not None else self._defaults()
            values = {**start, **line.given, self.lines.position: position + 1}
            values.pop("id", None)
            rows.append(Line(line.given, None if before is None else line.id, before, values))
        return rows

    def _defaults(self) -> Values:
        return {field.key: field.default for field in self.line_type.active_fields if field.default is not None}

    def _fill(self, parent: Values, rows: Sequence[Line]) -> None:
        """What follows from a product stands in the fields that were left open, for new lines and where another one was chosen."""
        source, fill = self.lines.source, self.lines.fill
        if source is None or fill is None:
            return
        concerned = [
            line
            for line in rows
            if line.values.get(source) is not None
            and (line.before is None or line.values[source] != line.before.get(source))
        ]
        if not concerned:
            return
        for line, values in zip(concerned, fill(parent, [line.values for line in concerned], self.actor), strict=True):
            for key, value in values.items():
                if line.given.get(key) is None:
                    line.values[key] = value

    def _check(self, rows: Sequence[Line], found: Problems) -> None:
        own: list[Problems] = [{} for _line in rows]
        changed: dict[str, dict[int, Any]] = {}
        for position, line in enumerate(rows):
            for key, value in line.given.items():
                if value != (line.before or {}).get(key):
                    changed.setdefault(key, {})[position] = value
        checking.check_links(self.line_type, changed, self.context, own)
        new = [position for position, line in enumerate(rows) if line.before is None]
        # The parent's number is not known yet where both are new.
        plain = [{**line.values, self.lines.via: line.values.get(self.lines.via) or 0} for line in rows]
        checking.check_required(self.line_type, plain, new, own)
        for position, problems in enumerate(own):
            for key, listed in problems_of_line(position, problems).items():
                found.setdefault(key, listed)

    def touches(self, place: int) -> bool:
        """Whether anything of the parent's lines will be written."""
        return bool(self.gone.get(place)) or any(line.is_changed for line in self.rows.get(place, ()))

    def changed_rows(self, place: int, parent_id: int) -> list[tuple[int, int | None, Values]]:
        """Position, id and JSON values of the lines to write."""
        return [
            (position, line.id, self._json(line, parent_id))
            for position, line in enumerate(self.rows.get(place, ()))
            if line.is_changed
        ]

    def _json(self, line: Line, parent_id: int) -> Values:
        fields = self.line_type.fields
        if line.before is None:
            values = {key: value for key, value in line.values.items() if value is not None}
            values[self.lines.via] = parent_id
        else:
            values = {key: value for key, value in line.values.items() if value != line.before.get(key)}
        return {
            key: None if value is None else exact_json(value, fields[key])
            for key, value in values.items()
            if key in fields and fields[key].computed is None
        }


def is_too_large(value: Any) -> bool:
    """Whether a computed amount is beyond what JSON and the databases hold exactly."""
    return isinstance(value, int) and abs(value) > LARGEST


def exact_json(value: Any, field: Field) -> Any:
    """The raw value for the write path; decimals stay as they are, for a float would carry noise."""
    if field.type.numeric:
        return value if isinstance(value, int) else str(value)
    return field.type.to_json(value, field)


def refusal_of(raw: Any) -> Problem | None:
    """What is wrong with the list as a whole."""
    if raw is None:
        return None
    if not isinstance(raw, list | tuple) or not all(isinstance(line, Mapping) for line in raw):
        return NOT_LISTED
    return TOO_MANY if len(raw) > MOST_LINES else None


def problems_of_line(position: int, found: Problems) -> Problems:
    """Problems of a line as its parent's: "lines.2.quantity", counted from zero as JSON does."""
    return {
        f"{KEY}.{position}.{key}" if key else f"{KEY}.{position}": [
            replace(problem, details={**problem.details, "line": position + 1}) for problem in listed
        ]
        for key, listed in found.items()
    }
