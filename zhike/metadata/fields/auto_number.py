"""A running number that the system gives to each new record."""

from __future__ import annotations

from datetime import date
from random import Random
from typing import ClassVar

from django.utils.translation import gettext_lazy as _

from zhike.lib.number_pattern import NumberPattern, read_pattern
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.text import TextType

DEFAULT_PATTERN = "{0000}"


class AutoNumberType(TextType):
    """A customer number, a file number: counted by the pattern of the field, never given twice."""

    key = "auto_number"
    label: ClassVar[Label] = _("Running number")
    icon = "hash"
    settings: ClassVar[tuple[str, ...]] = ("pattern", "start")
    is_assigned = True

    def pattern(self, field: Field) -> NumberPattern:
        """The pattern, which was checked when the field was made."""
        return read_pattern(str(field.options.get("pattern") or DEFAULT_PATTERN))

    def sample(self, field: Field, rng: Random) -> str:
        return self.pattern(field).number(date(2024, 5, 1), rng.randint(1, 9999))
