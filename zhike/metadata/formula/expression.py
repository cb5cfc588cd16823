"""The SQL of a formula field: one expression that lists show, filter and sort by."""

from __future__ import annotations

from collections import OrderedDict
from datetime import date, datetime
from decimal import Decimal
from threading import Lock
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import BigIntegerField, BooleanField, DateField, DecimalField, Func, TextField, Value
from django.db.models.sql.compiler import SQLCompiler
from django.utils import timezone

from zhike.lib.formula.errors import FormulaError
from zhike.metadata.formula.inputs import Catalogue
from zhike.metadata.formula.postgresql import Writer, column, finish
from zhike.metadata.formula.program import Program, typed_tree
from zhike.metadata.object_type import ObjectType

#: SQLite has no exact numbers, so there the formula is a function of ours; its name in SQL.
FUNCTION = "zhike_formula"
MOST_KEPT = 5_000
_programs: OrderedDict[str, Program] = OrderedDict()
_lock = Lock()

OUTPUT: dict[str, Any] = {"text": TextField, "date": DateField, "boolean": BooleanField}


def output_field(kind: str, decimals: int) -> Any:
    """What Django reads the result as."""
    if kind in {"number", "money"}:
        return DecimalField(max_digits=21, decimal_places=6) if decimals else BigIntegerField()
    return OUTPUT[kind]()


def today() -> date:
    """The day of the installation, so that a formula is the same for everybody."""
    return timezone.now().astimezone(ZoneInfo(settings.TIME_ZONE)).date()


class Formula(Func):
    """The result of a program for the fields of a record."""

    def __init__(self, *columns: Any, program: Program, day: date) -> None:
        self.program = program
        self.day = day
        super().__init__(*columns, output_field=output_field(program.tree.type, program.decimals))

    def as_sql(
        self,
        compiler: SQLCompiler,
        connection: BaseDatabaseWrapper,
        function: str | None = None,
        template: str | None = None,
        arg_joiner: str | None = None,
        **extra_context: Any,
    ) -> tuple[str, tuple[Any, ...]]:
        compiled = [compiler.compile(source) for source in self.source_expressions]
        params = [param for _sql, given in compiled for param in given]
        columns = [sql for sql, _params in compiled]
        if connection.vendor == "sqlite":
            keep(self.program)
            listed = ", ".join([f"'{self.program.key}'", f"'{self.day.isoformat()}'", *columns])
            return f"{FUNCTION}({listed})", tuple(params)
        writer = Writer([f"i{place}" for place in range(len(columns))], self.day)
        found = writer.sql(self.program.tree)
        done = finish(found, self.program.tree.type, self.program.decimals, self.program.minor)
        kinds = enumerate(zip(self.program.kinds, columns, strict=True))
        named = ", ".join(column(kind, minor, place, sql) for place, ((kind, minor), sql) in kinds)
        return f"(SELECT {done} FROM (SELECT {named or '1'}) AS inputs)", (*writer.params, *params)


def formula_value(source: str, object_type: ObjectType, catalogue: Catalogue, decimals: int, minor: int) -> Any:
    """The expression of a formula for records of the object type; no value where it has lost its meaning."""
    try:
        tree, places = typed_tree(source, object_type, catalogue)
    except FormulaError:
        return Value(None, output_field=TextField())
    program = Program(tree, tuple((place.kind, place.minor) for place in places), decimals, minor)
    return Formula(*(place.expression(catalogue) for place in places), program=program, day=today())


# SQLite -----------------------------------------------------------------------------------------------------------


def keep(program: Program) -> None:
    """Have the program at hand when the database asks for it."""
    with _lock:
        _programs[program.key] = program
        _programs.move_to_end(program.key)
        if len(_programs) > MOST_KEPT:
            _programs.popitem(last=False)


def run(key: str, day: str, *raws: Any) -> Any:
    """The function behind ``FUNCTION``: values as columns of SQLite hold them, in and out."""
    program = _programs[key]
    value = program.run(date.fromisoformat(day), raws)
    if isinstance(value, Decimal):
        return float(value) if program.decimals else int(value)
    return value.isoformat() if isinstance(value, date | datetime) else value


def connected(*, connection: BaseDatabaseWrapper, **_rest: Any) -> None:
    """Teach a new connection the function."""
    if connection.vendor == "sqlite":
        connection.connection.create_function(FUNCTION, -1, run, deterministic=True)
