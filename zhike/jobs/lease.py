"""Leases: a named right that exactly one holder has until it lets go or falls silent."""

from __future__ import annotations

from datetime import timedelta

from django.db.models import Q
from django.utils import timezone

from zhike.jobs.models import Lease
from zhike.jobs.writing import writing


@writing()
def lease_take(name: str, holder: str, *, seconds: float) -> bool:
    """Take or extend the lease ``name``; False while somebody else holds it. Clocks of several machines must agree."""
    now = timezone.now()
    until = now + timedelta(seconds=seconds)
    free = Q(holder=holder) | Q(until__lt=now)
    if Lease.objects.filter(free, name=name).update(holder=holder, until=until):
        return True
    if Lease.objects.filter(name=name).exists():
        return False
    Lease.objects.bulk_create([Lease(name=name, holder=holder, until=until)], ignore_conflicts=True)
    return Lease.objects.filter(name=name, holder=holder).exists()


@writing()
def lease_release(name: str, holder: str) -> None:
    """Let go of a lease, if ``holder`` still has it."""
    Lease.objects.filter(name=name, holder=holder).delete()


def leases_alive(prefix: str) -> list[str]:
    """Names of the leases that begin with ``prefix`` and have not run out."""
    return list(
        Lease.objects.filter(name__startswith=prefix, until__gte=timezone.now())
        .order_by("name")
        .values_list("name", flat=True)
    )
