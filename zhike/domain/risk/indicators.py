"""What evidence of risk is about: the indicators that 知客 brings, and those that other code adds.

Overdue payment as the sales ledger knows it registers one here and gives its days by a condition over a figure.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.metadata.fields.base import Label
from zhike.metadata.fields.choice_option import Choice, LiveChoices


@dataclass(frozen=True, slots=True)
class Indicator:
    """One kind of evidence. ``weight`` is what a fresh and confirmed observation adds to the score (0 to 100), ``fade`` after how
    many days it counts no more; both are where a new set of rules starts from."""

    key: str
    label: Label
    weight: int
    fade: int
    tone: str = "amber"
    #: A filter over customers; where it holds, the indicator's weight is added without anybody's word.
    rule: Mapping[str, Any] | None = None


_indicators: dict[str, Indicator] = {}


def register(indicator: Indicator) -> Indicator:
    """Add an indicator, when its app is ready."""
    if indicator.key in _indicators:
        raise ValueError(f"indicator {indicator.key!r} is registered already")
    _indicators[indicator.key] = indicator
    return indicator


def forget(key: str) -> None:
    """Take an indicator out again (an app that is switched off)."""
    _indicators.pop(key, None)


def indicators() -> Mapping[str, Indicator]:
    """All of them by key, in the order of registration."""
    return _indicators


def label_of(key: str) -> str:
    """The name of an indicator; the key itself where its app is gone."""
    found = _indicators.get(key)
    return str(found.label) if found is not None else key


class IndicatorChoices(LiveChoices):
    """The registered indicators as choices of a field, whenever they were registered."""

    def current(self) -> tuple[Choice, ...]:
        return tuple(Choice(found.key, found.label, found.tone) for found in _indicators.values())


for shipped in (
    Indicator("bankruptcy", _("facing bankruptcy"), 80, 365, "red"),
    Indicator("arrears", _("arrears"), 45, 180, "red"),
    Indicator("litigation", _("lawsuit or enforcement"), 40, 270, "red"),
    Indicator("falling_credit", _("falling credit"), 30, 180),
    Indicator("poor_operations", _("poor operations"), 30, 180),
    Indicator("restructuring", _("restructuring or change of ownership"), 25, 180),
    Indicator("key_person_left", _("key person left"), 20, 120),
    Indicator("order_decline", _("fewer or smaller orders"), 20, 120),
    Indicator("silence", pgettext_lazy("risk", "silence"), 15, 90),
    Indicator("holdings_falling", _("holdings falling"), 20, 120),
    Indicator("carried_over", _("level set by hand before"), 70, 365, "grey"),
    Indicator("other", pgettext_lazy("risk", "other anomaly"), 25, 90),
):
    register(shipped)
