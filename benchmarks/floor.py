"""The floor: a bare Django view with one keyset query and a template of 50 rows; nothing that Django does can be faster."""

from __future__ import annotations

from django.core.wsgi import get_wsgi_application
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

application = get_wsgi_application()

from zhike.domain.customers.models import Customer  # noqa: E402 - models can be imported only now

COLUMNS = ("id", "name", "kind", "tier", "stage", "risk", "wechat", "owner_id", "updated_at")


def floor(request: HttpRequest) -> HttpResponse:
    """The first 50 customers."""
    live = Customer.objects.filter(deletion__isnull=True).order_by("-updated_at", "-id")
    return render(request, "floor.html", {"rows": list(live.values_list(*COLUMNS)[:50])})


urlpatterns = [path("floor/", floor)]
