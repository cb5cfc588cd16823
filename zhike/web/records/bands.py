"""A band below the head of a record's page that other pages of the product draw, such as the stages of a deal."""

from __future__ import annotations

from collections.abc import Callable

from django.utils.safestring import SafeString

from zhike.web.records.subject import Subject

Draw = Callable[[Subject], SafeString]
_bands: dict[str, Draw] = {}


def add(object_key: str) -> Callable[[Draw], Draw]:
    """Register what draws the band of an object type's records."""

    def register(draw: Draw) -> Draw:
        _bands[object_key] = draw
        return draw

    return register


def band(subject: Subject) -> SafeString:
    """The band as markup; "" for records that have none."""
    draw = _bands.get(subject.object_type.key)
    return draw(subject) if draw is not None else SafeString("")
