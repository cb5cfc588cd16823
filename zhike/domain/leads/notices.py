"""What people are told about leads."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.metadata import notices
from zhike.metadata.notices import NoticeKind

ASSIGNED = notices.register(
    NoticeKind("lead_assigned", _("I get a lead"), _("A lead for you: %(title)s. %(why)s"), icon="target-arrow")
)
LATE = notices.register(
    NoticeKind(
        "lead_late",
        _("A lead is not answered in time"),
        _("%(title)s was not answered in time by %(person)s."),
        icon="alert-triangle",
    )
)
RETURNED = notices.register(
    NoticeKind(
        "lead_returned",
        _("Somebody of my team returns a lead"),
        _("%(actor)s returned %(title)s: %(reason)s"),
        icon="arrow-back-up",
    )
)
