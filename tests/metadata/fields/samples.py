"""One field of every kind, and the person who looks at them, for the tests of the kinds."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from zhike.metadata.actor import Actor, ActorKind
from zhike.metadata.fields import FIELD_TYPES, field_type
from zhike.metadata.fields.base import Context, Field
from zhike.metadata.fields.choice_option import Choice

#: Saturday noon in Shanghai.
NOW = datetime(2024, 6, 15, 4, 0, tzinfo=UTC)
ME = Actor(kind=ActorKind.USER, user_id=7, name="Bob", department_ids=frozenset({3}), subtree_ids=frozenset({3, 4, 5}))
CHOICES = (
    Choice("open", "进行中", "blue", "Open"),
    Choice("won", "已成交", "green", "Won"),
    Choice("lost", "已流失", "red", "Lost"),
    Choice("old", "旧值", "grey", "Old", retired=True),
)
OPTIONS: dict[str, dict[str, Any]] = {
    "choice": {"choices": CHOICES},
    "multi_choice": {"choices": CHOICES},
    "link": {"target": "customer"},
    "links": {"target": "tag"},
    "decimal": {"decimals": 3},
    "auto_number": {"pattern": "KH{YYYY}-{0000}"},
}


def context(language: str = "zh-hans", **changes: Any) -> Context:
    """Bob in Shanghai at noon."""
    values: dict[str, Any] = {"actor": ME, "now": NOW, "timezone": ZoneInfo("Asia/Shanghai"), "language": language}
    return Context(**{**values, **changes})


def field(kind: str, **changes: Any) -> Field:
    """A custom field of the kind."""
    options = {**OPTIONS.get(kind, {}), **changes.pop("options", {})}
    return Field(key=changes.pop("key", f"x_{kind}"), type=field_type(kind), label="栏", options=options, **changes)


def every_field() -> list[Field]:
    return [field(kind) for kind in FIELD_TYPES]
