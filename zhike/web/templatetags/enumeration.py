"""The ``enumerated`` filter: several things in one line."""

from __future__ import annotations

from django import template

from zhike.lib.enumeration import enumerated

register = template.Library()
register.filter("enumerated", enumerated)
