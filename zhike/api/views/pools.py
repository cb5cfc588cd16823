"""The public pool for programs: what lies in it; claiming and assigning are actions of the pool."""

from __future__ import annotations

from django.http import HttpResponse

from zhike.api.endpoint import Call, json_response
from zhike.api.views.records import whole_number
from zhike.domain.pools.belonging import find_pool
from zhike.domain.pools.listing import pool_page

LARGEST = 2**63 - 1


def pool_customers(call: Call, pool_id: int) -> HttpResponse:
    """GET /pools/<id>/customers: customers that nobody owns; ``q`` is part of the name, ``after`` where the last page ended."""
    found = find_pool(pool_id, actor=call.actor)
    after = whole_number(call, "after", 0, 1, LARGEST) or None
    rows, more = pool_page(found, actor=call.actor, q=call.parameter("q"), after=after)
    data = [{"id": row.id, "name": row.name, "since": row.since, **row.values, **row.masked} for row in rows]
    return json_response({"data": data, "next": more})
