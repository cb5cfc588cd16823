"""Several things in one line (``parts|enumerated``), and one sentence behind another (``first|then:second``)."""

from __future__ import annotations

from django import template
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString

from zhike.lib.enumeration import enumerated, sentences

register = template.Library()
register.filter("enumerated", enumerated)


@register.filter
def then(first: str, second: str) -> SafeString:
    """Both sentences, escaped unless they are already."""
    return SafeString(sentences((conditional_escape(first), conditional_escape(second))))
