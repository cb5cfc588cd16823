"""Idempotency-Key: a POST that is sent again gets the first answer, and its effect happens once.

The key is claimed in a transaction of its own, so that a second request sees it while the first still runs; the answer is
kept in the transaction of the effect, so that a crash leaves both or neither.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import timedelta

from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from zhike.api.models import KEPT, AnsweredRequest
from zhike.api.problems import Refused
from zhike.jobs.scheduler import scheduled
from zhike.metadata.actor import Actor
from zhike.metadata.storage import storage

LONGEST_KEY = 200
RUNS_AT_MOST = timedelta(minutes=2)
KEPT_HEADERS = ("Content-Type", "Location", "ETag")


@scheduled("answered requests", daily_at="03:40")
def forget_answered_requests() -> None:
    """Drop answers that nobody may ask for any more."""
    AnsweredRequest.objects.filter(created_at__lt=timezone.now() - KEPT).delete()


def once(
    request: HttpRequest, actor: Actor, run: Callable[[], HttpResponseBase], *, apart: bool = False
) -> HttpResponseBase:
    """Run a request for the first time, or give its first answer again.

    ``apart`` runs it outside the transaction that keeps the answer: for what waits for another computer, meanwhile nobody
    could write.
    """
    key = request.headers["Idempotency-Key"]
    if not key or len(key) > LONGEST_KEY or not key.isprintable():
        detail = _("An Idempotency-Key has 1 to 200 printable characters.")
        raise Refused(400, "bad_idempotency_key", detail, field="Idempotency-Key")
    identity = {"actor": f"{actor.kind}:{actor.user_id}", "endpoint": f"POST {request.path}"[:300], "key": key}
    digest = hashlib.sha256(request.body).hexdigest()
    claimed = _claim(identity, digest)
    if claimed.status is not None:
        return _again(claimed)
    return _first(claimed, run, apart=apart)


def _claim(identity: dict[str, str], digest: str) -> AnsweredRequest:
    """The row of this request: a new one, or the answered one; raises Refused for a conflict."""
    now = timezone.now()
    AnsweredRequest.objects.filter(**identity, created_at__lt=now - KEPT).delete()
    AnsweredRequest.objects.filter(**identity, status__isnull=True, running_until__lt=now).delete()
    try:
        with transaction.atomic():
            return AnsweredRequest.objects.create(
                **identity, body_digest=digest, created_at=now, running_until=now + RUNS_AT_MOST
            )
    except IntegrityError:
        found = AnsweredRequest.objects.filter(**identity).first()
    if found is None or (found.status is None and found.body_digest == digest):
        detail = _("The first request with this Idempotency-Key is still running.")
        raise Refused(409, "still_running", detail, headers={"Retry-After": "1"})
    if found.body_digest != digest:
        raise Refused(422, "key_reused", _("This Idempotency-Key was used for another body."), field="Idempotency-Key")
    return found


def _first(claimed: AnsweredRequest, run: Callable[[], HttpResponseBase], *, apart: bool) -> HttpResponseBase:
    try:
        answered = run() if apart else None
        with storage().write_transaction():
            response = run() if answered is None else answered
            claimed.status = response.status_code
            claimed.headers = {name: response[name] for name in KEPT_HEADERS if name in response}
            claimed.body = response.content if isinstance(response, HttpResponse) else b""
            claimed.save()
    except BaseException:
        AnsweredRequest.objects.filter(pk=claimed.pk, status__isnull=True).delete()
        raise
    return response


def _again(found: AnsweredRequest) -> HttpResponse:
    response = HttpResponse(bytes(found.body), status=found.status or 200, headers=found.headers)
    response["Idempotency-Replayed"] = "true"
    response["Cache-Control"] = "no-store"
    return response
