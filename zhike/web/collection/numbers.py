"""Numbers of a form: views and arrivals by day, arrivals by what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone

from zhike.domain.collection.models import FormDay, FormSubmission, SubmissionState, WebForm

DAYS = 30
#: Units of the drawing.
BAR, GAP, HIGH = 8, 4, 80


def totals(form: WebForm) -> Mapping[str, int]:
    """Arrivals by state, ``all`` of them and those that are no spam; views since the beginning."""
    rows: Any = FormSubmission.objects.filter(form=form, deletion__isnull=True).order_by().values("state")
    by_state = dict(rows.annotate(found=Count("id")).values_list("state", "found"))
    views = FormDay.objects.filter(form=form).aggregate(found=Sum("views"))["found"] or 0
    spam = by_state.get(SubmissionState.SPAM, 0)
    counted = {state: by_state.get(state, 0) for state in SubmissionState.values}
    return {**counted, "arrived": sum(by_state.values()) - spam, "views": views}


def days(form: WebForm, today: date) -> list[dict[str, Any]]:
    """The last 30 days with views and honest arrivals, the oldest first, and where their bars stand."""
    first = today - timedelta(days=DAYS - 1)
    seen = dict(FormDay.objects.filter(form=form, day__gte=first).values_list("day", "views"))
    zone = timezone.get_current_timezone()
    rows: Any = FormSubmission.objects.filter(form=form, deletion__isnull=True)
    rows = rows.filter(received_at__gte=timezone.now() - timedelta(days=DAYS + 1)).exclude(state=SubmissionState.SPAM)
    counted = rows.annotate(day=TruncDate("received_at", tzinfo=zone)).values("day").annotate(found=Count("id"))
    arrived = dict(counted.order_by().values_list("day", "found"))
    most = max([1, *seen.values(), *arrived.values()])
    found = []
    for place in range(DAYS):
        day = first + timedelta(days=place)
        views, arrivals = seen.get(day, 0), arrived.get(day, 0)
        high, low = round(HIGH * views / most), round(HIGH * arrivals / most)
        bar = {"x": place * (BAR + GAP), "views_y": HIGH - high, "views_h": high, "y": HIGH - low, "h": low}
        found.append({"day": day, "views": views, "arrived": arrivals, **bar})
    return found


def arrived_by_form(ids: list[int]) -> dict[int, int]:
    """Honest arrivals of each form; counted in an index alone."""
    rows: Any = FormSubmission.objects.filter(form__in=ids, deletion__isnull=True).order_by()
    found: dict[int, int] = {}
    for form, state, count in rows.values("form", "state").annotate(n=Count("id")).values_list("form", "state", "n"):
        if state != SubmissionState.SPAM:
            found[form] = found.get(form, 0) + count
    return found
