"""Whatever the formula and the values: SQL of the database at hand gives what the language means, worked out in Python.

Numbers are compared exactly on PostgreSQL; SQLite holds 15 significant digits, and so are they compared there.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Context, Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import HealthCheck, assume, given, settings as hypothesis_settings, strategies as st

from tests.cast import Cast, actor
from zhike.lib.formula.errors import FormulaError
from zhike.lib.formula.working_out import finished, work_out
from zhike.metadata import policy, registry
from zhike.metadata.actor import SYSTEM
from zhike.metadata.customising import field_create
from zhike.metadata.customising_objects import object_create
from zhike.metadata.formula.expression import formula_value, today
from zhike.metadata.formula.program import typed_tree
from zhike.metadata.records import Row, save

pytestmark = [pytest.mark.django_db, pytest.mark.query]

FIELDS = {"n": "integer", "d": "decimal", "p": "percent", "m": "money", "t": "text", "c": "choice", "day": "date",
          "at": "datetime", "b": "boolean"}  # fmt: skip
ROWS: list[dict[str, Any]] = [
    {},
    {"n": 0, "d": Decimal("0"), "p": Decimal("0"), "m": 0, "t": "零", "c": "hi", "day": date(1900, 1, 1), "b": False},
    {"n": 7, "d": Decimal("2.675"), "p": Decimal("12.5"), "m": 12_345, "t": "Zhike 知客", "c": "lo",
     "day": date(2024, 2, 29), "at": datetime(2024, 2, 29, 16, 30, tzinfo=UTC), "b": True},
    {"n": -3, "d": Decimal("-0.005"), "p": Decimal("-33.33"), "m": -1, "t": "'; --%s\\", "c": "hi",
     "day": date(2100, 12, 31), "at": datetime(1999, 12, 31, 15, 59, 59, 999999, tzinfo=UTC), "b": True},
    {"n": 2**40, "d": Decimal("99999999999.999"), "p": Decimal("0.01"), "m": 99_999_999_999_999, "t": "a" * 200,
     "day": date(2025, 12, 31), "at": datetime(2026, 1, 1, 0, 0, tzinfo=UTC)},
]  # fmt: skip


@pytest.fixture(autouse=True)
def _object(cast: Cast) -> Iterator[None]:
    registry.touch()
    adam = actor(cast.adam)
    object_create(label="样本", key="x_sample", actor=adam)
    choices = [{"key": "hi", "label": "高 %"}, {"key": "lo", "label": "低"}]
    for key, kind in FIELDS.items():
        options: dict[str, Any] = {"choice": {"choices": choices}, "decimal": {"decimals": 3}}.get(kind, {})
        field_create("x_sample", kind=kind, label=f"栏{key}", key=f"f_{key}", options=options, actor=adam)
    rows = [
        {"name": f"行{place}", **{f"f_{key}": json(value) for key, value in row.items()}}
        for place, row in enumerate(ROWS)
    ]
    saved = save(registry.get("x_sample"), [Row(row) for row in rows], actor=SYSTEM)
    assert saved.ok, [row.problems for row in saved.rows]
    yield
    registry.forget()


def scale(result: str, decimals: int) -> tuple[int, int]:
    """Decimals of the result, and of its currency: an amount is held in whole minor units."""
    return (0, 2) if result == "money" else (decimals, 0)


def json(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else str(value) if isinstance(value, Decimal) else value


def meant(key: str, value: Any) -> Any:
    """A field's value as formulas see it."""
    if value is None or FIELDS[key] in {"text", "choice", "date", "boolean"}:
        return value
    if FIELDS[key] == "datetime":
        return value.astimezone(ZoneInfo(settings.TIME_ZONE)).date()
    return Decimal(value) / {"percent": 100, "money": 100}.get(FIELDS[key], 1)


def by_sql(source: str, decimals: int) -> list[Any]:
    object_type = registry.get("x_sample")
    tree, _places = typed_tree(source, object_type, registry.catalogue())
    found = formula_value(source, object_type, registry.catalogue(), *scale(tree.type, decimals))
    rows = policy.every_record(object_type).order_by("pk").annotate(_found=found)
    return [finer(value) for value in rows.values_list("_found", flat=True)]


def by_python(source: str, decimals: int) -> list[Any]:
    object_type = registry.get("x_sample")
    tree, places = typed_tree(source, object_type, registry.catalogue())
    keys = [place.field.key.removeprefix("f_") for place in places]
    return [
        finer(
            finished(work_out(tree, [meant(key, row.get(key)) for key in keys], today()), *scale(tree.type, decimals))
        )
        for row in ROWS
    ]


def finer(value: Any) -> Any:
    """A number by its first 14 digits."""
    is_number = isinstance(value, int | Decimal) and not isinstance(value, bool)
    return Context(prec=14).create_decimal(value) if is_number else value


# Formulas of every kind -------------------------------------------------------------------------------------------

NUMBER = st.sampled_from(["{f_n}", "{f_d}", "{f_p}", "0", "1", "3", "0.005", "2.5", "100", "LEN({f_t})", "YEAR({f_day})",
                          "MONTH({f_at})", "DAYS({f_day}, {f_at})", "DAY(TODAY())"])  # fmt: skip
MONEY = st.sampled_from(["{f_m}", "{f_m} * 0.3", "{f_m} / 7", "ABS({f_m})"])
TEXT = st.sampled_from(
    ["{f_t}", '"x"', "'%s 100%'", '""', "{f_c}", "LEFT({f_t}, 2)", "RIGHT({f_t}, 3)", "RIGHT({f_t}, 0)"]
)
DAY = st.sampled_from(["{f_day}", "{f_at}", "TODAY()"])
CHOICE = st.sampled_from(['{f_c} = "hi"', "{f_c} <> '低'", "{f_c} = empty"])


def numbers(inner: Any) -> Any:
    return st.one_of(
        st.tuples(inner, st.sampled_from("+-*/"), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda a: f"ROUND({a}, 2)"),
        inner.map(lambda a: f"-{a}"),
        st.tuples(inner, inner).map(lambda t: f"MAX({t[0]}, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"MIN({t[0]}, empty, {t[1]})"),
        st.tuples(inner, inner).map(lambda t: f"COALESCE({t[0]}, {t[1]})"),
        st.tuples(CHOICE, inner, inner).map(lambda t: f"IF({t[0]}, {t[1]}, {t[2]})"),
    )


NUMBERS = st.recursive(NUMBER, numbers, max_leaves=6)
DAYS = st.one_of(DAY, st.tuples(DAY, st.sampled_from("+-"), NUMBERS).map(lambda t: f"({t[0]} {t[1]} {t[2]})"))
COMPARISONS = st.one_of(
    CHOICE,
    st.tuples(NUMBERS, st.sampled_from(["=", "<>", "<", "<=", ">", ">="]), NUMBERS).map(" ".join),
    st.tuples(DAYS, st.sampled_from(["=", "<>", "<", ">="]), DAYS).map(" ".join),
    st.tuples(TEXT, st.sampled_from(["=", "<>", "<"]), TEXT).map(lambda t: " ".join(t) if t[0] != t[2] else "{f_b}"),
    st.one_of(TEXT, DAYS, NUMBERS).map(lambda a: f"ISEMPTY({a})"),
    st.just("{f_b}"),
)
CONDITIONS = st.recursive(
    COMPARISONS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from(["and", "or"]), inner).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
        inner.map(lambda a: f"not ({a})"),
    ),
    max_leaves=4,
)
TEXTS = st.one_of(
    st.lists(st.one_of(TEXT, NUMBERS, DAYS, MONEY), min_size=2, max_size=4).map(" & ".join),
    st.tuples(CONDITIONS, TEXT, TEXT).map(lambda t: f"IF({t[0]}, {t[1]}, {t[2]})"),
    st.tuples(TEXT, TEXT).map(lambda t: f"COALESCE({t[0]}, {t[1]})"),
)
MONEYS = st.one_of(
    st.tuples(MONEY, NUMBERS).map(lambda t: f"{t[0]} * ({t[1]})"),
    st.tuples(CONDITIONS, MONEY).map(lambda t: f"IF({t[0]}, {t[1]}, 0)"),
    st.tuples(MONEY, MONEY).map(lambda t: f"({t[0]}) + ({t[1]})"),
)


@hypothesis_settings(
    max_examples=250,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much],
)
@given(source=st.one_of(NUMBERS, MONEYS, TEXTS, DAYS, CONDITIONS), decimals=st.sampled_from([0, 2, 6]))
def test_sql_gives_what_the_language_means(source: str, decimals: int) -> None:
    try:
        expected = by_python(source, decimals)
    except FormulaError:
        assume(False)
    assert by_sql(source, decimals) == expected


@pytest.mark.parametrize(
    ("source", "decimals", "values"),
    [
        # Half up, exactly: binary floats would give 2.67 and -0.00.
        ("ROUND({f_d}, 2)", 2, [None, "0", "2.68", "-0.01", "100000000000"]),
        ("{f_n} / 0", 2, [None] * 5),
        ("COALESCE({f_n}, 0) + 1", 0, ["1", "1", "8", "-2", str(2**40 + 1)]),
        ("{f_m} * {f_p}", 2, [None, "0", "1543", "0", "10000000000"]),
        ("{f_m} * 10", 2, [None, "0", "123450", "-10", "999999999999990"]),
        ("{f_m} * 11", 2, [None, "0", "135795", "-11", None]),
        ("{f_day} + 1", 2, [None, date(1900, 1, 2), date(2024, 3, 1), date(2101, 1, 1), date(2026, 1, 1)]),
        ("{f_day} - 1", 2, [None, date(1899, 12, 31), date(2024, 2, 28), date(2100, 12, 30), date(2025, 12, 30)]),
        # 16:30 in UTC is the next day in Shanghai.
        ("{f_day} + 3000000 * {f_n}", 2, [None, date(1900, 1, 1), None, None, None]),
        ("{f_at}", 2, [None, None, date(2024, 3, 1), date(1999, 12, 31), date(2026, 1, 1)]),
        ('{f_day} > "2025-01-01"', 2, [False, False, False, True, True]),
        ("{f_c}", 2, [None, "高 %", "低", "高 %", None]),
        ('{f_c} <> "高 %"', 2, [True, False, True, False, True]),
        ("LEFT({f_t}, 2) & YEAR({f_day})", 2, [None, "零1900", "Zh2024", "';2100", "aa2025"]),
        ("{f_n} > 0 or {f_b}", 2, [False, False, True, True, True]),
    ],
)
def test_what_formulas_mean(source: str, decimals: int, values: list[Any]) -> None:
    numbers = [Decimal(value) if is_number(value) else value for value in values]
    assert by_sql(source, decimals) == by_python(source, decimals) == [finer(value) for value in numbers]


def is_number(value: Any) -> bool:
    return isinstance(value, str) and value.lstrip("-").replace(".", "").isdigit()
