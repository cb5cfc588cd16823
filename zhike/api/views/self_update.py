"""Links by which customers check their own data, for programs that send them."""

from __future__ import annotations

from django.http import HttpResponse
from django.utils.translation import gettext as _

from zhike.api.endpoint import Call, json_response
from zhike.api.problems import Refused
from zhike.api.views.bulk import checked_id
from zhike.domain.collection.services import checking
from zhike.engines.mail.people import public_address

MOST = 1_000


def self_update_links(call: Call) -> HttpResponse:
    """POST /customers/self-update-links: a link for each customer in ``ids``; its address is told this once."""
    ids = call.object_body().get("ids")
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST:
        raise Refused(422, "bad_ids", _("“ids” must be a list of 1 to 1,000 ids."), field="ids")
    wanted = [checked_id(pk, f"ids.{place}") for place, pk in enumerate(ids)]
    made = checking.links_take_out(wanted, actor=call.actor)
    data = [
        {"customer": link.customer_id, "url": public_address(f"/c/{link.secret}/"), "expires_at": link.expires_at}
        for link in made
    ]
    return json_response({"data": data}, 201)
