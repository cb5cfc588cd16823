"""What was said: texts of interactions and tasks from the templates, by channel, outcome and industry."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import Any

from zhike.domain.demo.vocabulary import Weighted, one_of, toml

#: How often a goods count appears; people order round numbers.
COUNTS = ("10", "20", "30", "50", "60", "80", "100", "120", "150", "200", "300", "500", "1000")
AMOUNTS = (
    "980",
    "1,860",
    "2,400",
    "3,680",
    "5,200",
    "7,950",
    "9,800",
    "12,600",
    "18,500",
    "26,400",
    "38,000",
    "56,000",
    "86,400",
    "128,000",
)
MONTHS = tuple(str(month) for month in range(1, 13))

Slots = dict[str, str]


class Conversation:
    """The templates, parsed once."""

    def __init__(self) -> None:
        data = toml("interactions.toml")
        self.channels: Weighted[str] = Weighted((key, entry["weight"]) for key, entry in data["channels"].items())
        self.outcomes: Weighted[str] = Weighted((key, entry["weight"]) for key, entry in data["outcomes"].items())
        self._channels: dict[str, dict[str, Any]] = data["channels"]
        self._outcomes: dict[str, dict[str, Any]] = data["outcomes"]
        self.task_kinds: Weighted[str] = Weighted((key, entry["weight"]) for key, entry in data["tasks"].items())
        self._tasks: dict[str, dict[str, Any]] = data["tasks"]
        self.task_notes: Sequence[str] = data["task_notes"]["lines"]
        self.rivals: Sequence[str] = data["rivals"]["names"]

    def slots(self, goods: Sequence[str], need: str, customer: str, place: str, staff: str, rng: Random) -> Slots:
        """What stays the same over all texts about one customer."""
        return {
            "customer": customer,
            "good": one_of(goods, rng),
            "other": one_of(goods, rng),
            "need": need,
            "place": place,
            "staff": staff,
            "rival": one_of(self.rivals, rng),
            "person": customer,
            "count": "50",
            "money": "2,400",
            "month": "3",
        }

    def vary(self, slots: Slots, goods: Sequence[str], rng: Random) -> None:
        """Other goods, counts and amounts for the next text."""
        slots["good"] = one_of(goods, rng)
        slots["count"] = one_of(COUNTS, rng)
        slots["money"] = one_of(AMOUNTS, rng)
        slots["month"] = one_of(MONTHS, rng)

    def said(self, channel: str, outcome: str, slots: Slots, rng: Random) -> str:
        """The content of an interaction."""
        talk = self._outcomes[outcome]
        opening = one_of(self._channels[channel]["openings"], rng)
        template = f"{opening}{one_of(talk['bodies'], rng)}{one_of(talk['details'], rng)}"
        return template.format_map(slots)

    def feedback(self, outcome: str, slots: Slots, rng: Random) -> str:
        return str(one_of(self._outcomes[outcome]["feedback"], rng)).format_map(slots)

    def next_action(self, outcome: str, slots: Slots, rng: Random) -> str:
        return str(one_of(self._outcomes[outcome]["next_actions"], rng)).format_map(slots)

    def minutes(self, channel: str, rng: Random) -> int:
        low, high = self._channels[channel]["minutes"]
        return int(low + (high - low) * rng.random() ** 2)

    def task_title(self, kind: str, slots: Slots, rng: Random) -> str:
        return str(one_of(self._tasks[kind]["titles"], rng)).format_map(slots)[:200]

    def task_note(self, slots: Slots, rng: Random) -> str:
        return one_of(self.task_notes, rng).format_map(slots)
