"""Whole numbers as people read them: 1,742 rather than 1742 (``number|grouped``)."""

from __future__ import annotations

from typing import Any

from django import template

register = template.Library()


@register.filter
def grouped(value: Any) -> Any:
    """A whole number with its thousands set apart; anything else as it is."""
    return f"{value:,}" if isinstance(value, int) else value
