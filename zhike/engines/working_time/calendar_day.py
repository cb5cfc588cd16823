"""The firm's own day as an object type, so that it has a list, an import, an API and a history."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from zhike.engines.working_time.models import CalendarDay
from zhike.metadata import registry
from zhike.metadata.object_type import Section

CALENDAR_DAY = registry.add(
    registry.object_type(
        CalendarDay,
        key="calendar_day",
        slug="calendar-days",
        exclude=("owner", "department"),
        icon="calendar-event",
        title="name",
        columns=("day", "kind", "name", "updated_at"),
        filters=("day", "kind"),
        form=(Section(_("Day"), ("day", "kind", "name")),),
        quick=("day", "kind", "name"),
        import_keys=("day",),
        default_sort="-day",
        has_comments=False,
        customisable=False,
    )
)
