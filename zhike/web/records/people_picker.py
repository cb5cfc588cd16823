"""Choosing a colleague outside of any record's own fields."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.metadata.errors import Invalid, Problem
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Context, Field

COLLEAGUE = Field(key="user", type=field_type("user"), label=_("colleague"), options={"target": "user"})
NOBODY = Problem("required", _("Choose a colleague from the list."))


def user_picker(context: Context) -> SafeString:
    """The control, named ``user``."""
    return COLLEAGUE.type.widget(None, COLLEAGUE, context, name="user", attrs='id="pick-user"')


def picked_user(text: str) -> int:
    """The id that the control sent; raises Invalid (field "user")."""
    if not (text.isascii() and text.isdigit() and len(text) < 16):
        raise Invalid({"user": [NOBODY]})
    return int(text)
