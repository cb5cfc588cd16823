"""Exports of other programs, recognised by their headings and understood without anybody mapping columns."""

from __future__ import annotations

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field as dataclass_field
from functools import cache
from importlib.resources import files
from typing import Any

from zhike.engines.importing.targets import Target, guess_exact, plain

#: What a table of values says of a value that it does not name.
OTHERWISE = "*"
#: Jiangsu (CN): what stands behind a name to tell it from others.
IN_BRACKETS = re.compile(r"\s*[(（][^()（）]*[)）]\s*$")


class BadLayout(Exception):
    """A file of a layout says something that cannot be."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What becomes of a column: its target, and how its values are said here."""

    to: str
    #: Plain value there → value here; with ``OTHERWISE``, values that are not named are kept in the note as well.
    values: Mapping[str, str] = dataclass_field(default_factory=dict)
    #: Least number → value here, ascending.
    steps: tuple[tuple[float, str], ...] = ()
    #: Chinese names are written family name first, whatever the order of the columns.
    is_family_name: bool = False

    def value(self, cell: Any) -> tuple[Any, bool]:
        """The value here, and whether the cell said something that this does not."""
        if self.steps:
            return self._step(cell)
        if not self.values:
            return cell, False
        text = str(cell)
        found = self.values.get(plain(text), self.values.get(plain(IN_BRACKETS.sub("", text))))
        if found is not None:
            return found, False
        return (self.values[OTHERWISE], True) if OTHERWISE in self.values else (cell, False)

    def _step(self, cell: Any) -> tuple[Any, bool]:
        try:
            number = float(str(cell).replace(",", ""))
        except ValueError:
            return "", True
        place = bisect_right([least for least, _value in self.steps], number) - 1
        return (self.steps[place][1], False) if place >= 0 else ("", True)


@dataclass(frozen=True, slots=True)
class Case:
    """Rows that mean something else: their columns go elsewhere."""

    #: Plain heading → plain values, one of which the row has; an empty tuple asks for any value.
    when: Mapping[str, tuple[str, ...]]
    columns: Mapping[str, Rule]
    fill: Mapping[str, str]

    def fits(self, row: Mapping[str, str]) -> bool:
        """``row`` has the plain cell by plain heading."""
        return all(row.get(head, "") in values if values else row.get(head, "") for head, values in self.when.items())


@dataclass(frozen=True, slots=True)
class Layout:
    """The export of one program for one of our objects."""

    key: str
    label: str
    label_en: str
    object_key: str
    #: Where its headings are published.
    source: str
    #: Plain headings by which it is known, all of them there.
    needs: frozenset[str]
    columns: Mapping[str, Rule]
    #: Plain headings that mean nothing here, such as who changed the record last there.
    leave: frozenset[str]
    #: Cells that say nothing, such as the word for "none chosen".
    nothing: frozenset[str]
    #: Values for what a row leaves empty, by target.
    fill: Mapping[str, str]
    #: Target of what has no place of its own; "" leaves it out.
    note: str
    cases: tuple[Case, ...]
    import_key: str

    def knows(self, headers: Sequence[str]) -> bool:
        return self.needs <= {plain(heading) for heading in headers}

    def mapping(self, headers: Sequence[str], known: Mapping[str, Target]) -> dict[str, str]:
        """Target by column position (as text): by rule, by the exact name of a field, or into the note."""
        found: dict[str, str] = {}
        for position, heading in enumerate(headers):
            rule = self.columns.get(plain(heading))
            if rule is not None and rule.to in known:
                found[str(position)] = rule.to
        taken = set(found.values())
        for place, target in guess_exact(headers, {k: t for k, t in known.items() if k not in taken}).items():
            if plain(headers[int(place)]) not in self.leave:
                found.setdefault(place, target)
        if f"{self.note}:+" in known:
            for position, heading in enumerate(headers):
                if heading.strip() and plain(heading) not in self.leave:
                    found.setdefault(str(position), f"{self.note}:+")
        return dict(sorted(found.items(), key=lambda item: int(item[0])))


_places: list[tuple[str, str]] = []


def add_layouts(package: str, folder: str) -> None:
    """Register the folder of a package; each TOML file in it is a layout, ``_values.toml`` has tables they share."""
    _places.append((package, folder))
    layouts.cache_clear()


@cache
def layouts() -> dict[str, Layout]:
    """Every layout by its key (the name of its file). Raises BadLayout."""
    found: dict[str, Layout] = {}
    for package, folder in _places:
        place = files(package).joinpath(folder)
        shared = _tables(tomllib.loads(place.joinpath("_values.toml").read_text("utf-8")))
        for file in sorted(place.iterdir(), key=lambda entry: entry.name):
            name = file.name.removesuffix(".toml")
            if file.name.endswith(".toml") and not name.startswith("_"):
                found[name] = _read(name, tomllib.loads(file.read_text("utf-8")), shared)
    return found


def recognised(headers: Sequence[str], object_key: str) -> Layout | None:
    """The layout with the most telling headings that the file has; None when no layout knows it."""
    fitting = [layout for layout in of_object(object_key) if layout.knows(headers)]
    return max(fitting, key=lambda layout: len(layout.needs), default=None)


def recognised_elsewhere(headers: Sequence[str], object_key: str) -> Layout | None:
    """A layout of another object that knows the file better than any of this one."""
    return next(
        (layout for layout in layouts().values() if layout.object_key != object_key and layout.knows(headers)), None
    )


def of_object(object_key: str) -> Iterator[Layout]:
    return (layout for layout in layouts().values() if layout.object_key == object_key)


def _read(key: str, told: Mapping[str, Any], shared: Mapping[str, Mapping[str, str]]) -> Layout:
    tables = {**shared, **_tables(told.get("values", {}))}
    columns = _rules(key, told["columns"], tables)
    cases = tuple(
        Case(
            {plain(head): tuple(plain(value) for value in values) for head, values in case["when"].items()},
            _rules(key, case["columns"], tables),
            case.get("fill", {}),
        )
        for case in told.get("case", ())
    )
    needs = frozenset(plain(heading) for heading in told["needs"])
    for case in cases:
        if not set(case.when) <= needs | set(columns):
            raise BadLayout(f"{key}: a case asks for a column that is not named")
    return Layout(
        key=key,
        label=told["label"],
        label_en=told["label_en"],
        object_key=told["object"],
        source=told["source"],
        needs=needs,
        columns=columns,
        leave=frozenset(plain(heading) for heading in told.get("leave", ())),
        nothing=frozenset(told.get("nothing", ())),
        fill=told.get("fill", {}),
        note=told.get("note", ""),
        cases=cases,
        import_key=told.get("key", ""),
    )


def _rules(key: str, told: Mapping[str, Any], tables: Mapping[str, Mapping[str, str]]) -> dict[str, Rule]:
    found: dict[str, Rule] = {}
    for heading, said in told.items():
        rule = _rule(key, {"to": said} if isinstance(said, str) else said, tables)
        found[plain(heading)] = rule
    return found


def _rule(key: str, said: Mapping[str, Any], tables: Mapping[str, Mapping[str, str]]) -> Rule:
    if unknown := said.keys() - {"to", "values", "steps", "family_name"}:
        raise BadLayout(f"{key}: {', '.join(sorted(unknown))}")
    if said.get("values") and said["values"] not in tables:
        raise BadLayout(f"{key}: there is no table of values {said['values']}")
    steps = tuple(sorted((float(least), value) for least, value in said.get("steps", {}).items()))
    return Rule(said["to"], tables.get(said.get("values", ""), {}), steps, bool(said.get("family_name")))


def _tables(told: Mapping[str, Mapping[str, str]]) -> dict[str, dict[str, str]]:
    return {
        name: {(word if word == OTHERWISE else plain(word)): value for word, value in _pairs(table)}
        for name, table in told.items()
    }


def _pairs(table: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    """Tables are written value here = words there (one or several), which is shorter to read."""
    for value, words in table.items():
        for word in [words] if isinstance(words, str) else words:
            yield word, value
