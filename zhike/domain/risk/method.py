"""Grading by evidence: how the machinery of versions and grades weighs, explains and tells of risk."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _, gettext_lazy, pgettext

from zhike.domain.customers.models import Customer
from zhike.domain.risk.indicators import label_of
from zhike.domain.risk.scheme import LEVELS, METHOD, NONE
from zhike.domain.risk.weighing import POINT, conditions, graded, weighed
from zhike.domain.tiers import methods
from zhike.domain.tiers.definition import Definition, check_filter, named_fields, refuse
from zhike.domain.tiers.grading import everybody
from zhike.domain.tiers.models import TierScheme
from zhike.domain.tiers.regrading import Move
from zhike.domain.tiers.words import speaking_context
from zhike.lib.enumeration import sentences
from zhike.metadata import notices, registry
from zhike.metadata.notices import Notice, NoticeKind

#: Signals named in a reason; the rest are on the customer's page.
MOST_NAMED = 6
MOST_CONDITIONS = 8
MOST_DAYS = 3_660

RISE = notices.register(
    NoticeKind(
        "risk_rise",
        gettext_lazy("A customer of mine becomes a higher risk"),
        gettext_lazy("%(title)s is now “%(new)s” with a score of %(score)s of 100."),
        icon="alert-triangle",
    )
)


def check(definition: Definition) -> None:
    """Raise Invalid for weights, days, conditions or windows that make no sense."""
    settings = definition.settings
    if tuple(grade.key for grade in definition.grades) != LEVELS:
        raise refuse("grades", gettext_lazy("The levels of risk are high, watch and none."))
    for weigh in settings.get("indicators", {}).values():
        if not 0 <= weigh["weight"] <= 100 or not 1 <= weigh["fade"] <= MOST_DAYS:
            raise refuse("indicators", gettext_lazy("A weight is 0 to 100, and evidence fades within 1 to 3,660 days."))
    if len(settings.get("conditions", ())) > MOST_CONDITIONS:
        raise refuse("conditions", gettext_lazy("At most eight conditions."))
    for condition in settings.get("conditions", ()):
        if not 1 <= condition["weight"] <= 100 or not condition.get("rule"):
            raise refuse("conditions", gettext_lazy("A condition has a filter and a weight from 1 to 100."))
        check_filter("conditions", condition["rule"])
    if not 1 <= settings.get("answer_hours", 8) <= 400:
        raise refuse("answer_hours", gettext_lazy("An anomaly is answered within 1 to 400 working hours."))
    for level, windows in settings.get("irregular", {}).items():
        for first, last in windows.values():
            if level not in LEVELS or not 1 <= first <= last <= MOST_DAYS:
                raise refuse(
                    "irregular", gettext_lazy("A window runs from a smaller to a larger number of working days.")
                )


def details(definition: Definition, customers: Sequence[int]) -> dict[int, dict[str, Any]]:
    """Signals and conditions by customer, with their points; enough to say the reason later as it was."""
    found: dict[int, dict[str, Any]] = {pk: {"signals": [], "conditions": []} for pk in customers}
    for signal in weighed(definition, customers):
        signals = found[signal.customer]["signals"]
        if len(signals) < MOST_NAMED:
            signals.append(
                {
                    "id": signal.id,
                    "indicator": signal.indicator,
                    "on": signal.seen_on.isoformat(),
                    "points": signal.points,
                }
            )
    for condition, rule in conditions(definition):
        holding = everybody(Q(pk__in=customers)).filter(rule).values_list("pk", flat=True)
        for pk in holding:
            found[pk]["conditions"].append({"indicator": condition["indicator"], "points": condition["weight"] * POINT})
    return found


def words(definition: Definition, detail: Mapping[str, Any], grade: str, language: str) -> str:
    """The score and what it adds up from; in the language that is active."""
    if not grade:
        return _("No evidence of risk counts any more.")
    parts = [
        _("%(indicator)s of %(day)s: %(points)s")
        % {
            "indicator": label_of(signal["indicator"]),
            "day": date_format(date.fromisoformat(signal["on"]), "Y-m-d"),
            "points": tenths(signal["points"]),
        }
        for signal in detail.get("signals", ())
    ]
    numbers = _numbers(definition, detail, language)
    parts += [
        _("%(indicator)s (%(numbers)s): %(points)s")
        % {
            "indicator": label_of(condition["indicator"]),
            "numbers": numbers.get(condition["indicator"], ""),
            "points": tenths(condition["points"]),
        }
        for condition in detail.get("conditions", ())
    ]
    said = _("Risk score %(score)s of 100.") % {"score": detail.get("score") or 0}
    return sentences((said, pgettext("between two values", "; ").join(parts)))


def tenths(points: int) -> str:
    """Hundredths of a point as people read them: 31.5."""
    return f"{points / POINT:.1f}".removesuffix(".0")


def _numbers(definition: Definition, detail: Mapping[str, Any], language: str) -> dict[str, str]:
    """What the fields held that each condition looked at, by indicator."""
    customers, context = registry.get("customer"), speaking_context(language)
    found = {}
    for condition in definition.settings.get("conditions", ()):
        parts = []
        for key in named_fields(condition["rule"]):
            field, raw = customers.fields.get(key), detail.get("values", {}).get(key)
            if field is not None and not field.retired:
                text = field.type.text(field.type.from_json(raw, field), field, context) if raw is not None else "–"
                parts.append(f"{field.label} {text}")
        found[condition["indicator"]] = pgettext("between two values", "; ").join(parts)
    return found


def tell(_scheme: TierScheme, definition: Definition, moves: Sequence[Move]) -> None:
    """Owner and head of department hear at once of a level that rose."""
    risen = {
        move.customer: move
        for move in moves
        if move.grade not in {"", NONE} and definition.place(move.grade) < definition.place(move.old or NONE)
    }
    rows = Customer.objects.filter(pk__in=risen).values_list("pk", "owner_id", "department__head_id")
    notices.send(
        [
            Notice(
                RISE.key,
                tuple({person for person in people if person is not None}),
                "customer",
                pk,
                params={
                    "new": definition.label(risen[pk].grade, "zh-hans"),
                    "score": risen[pk].score if risen[pk].score is not None else "–",
                },
            )
            for pk, *people in rows
        ]
    )


METHOD_OF_RISK = methods.register(
    methods.Method(
        METHOD,
        gettext_lazy("by evidence"),
        check=check,
        graded=graded,
        details=details,
        words=words,
        tell=tell,
        nothing=NONE,
        follows={"risk_signal": "customer"},
    )
)
