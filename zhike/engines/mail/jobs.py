"""When mail goes out, and when what was sent is forgotten."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.utils import timezone

from zhike.engines.mail.models import Mail, MailAttachment, MailState
from zhike.engines.mail.sending import due, ready, recover, send_due
from zhike.jobs.models import Job
from zhike.jobs.queue import enqueue, job
from zhike.jobs.run import JobRun
from zhike.jobs.scheduler import scheduled
from zhike.jobs.writing import writing
from zhike.metadata.storage import storage

SEND = "mail.send"
#: The text of a mail is kept so long, its place in the log, and with it the key, much longer.
TEXT_KEPT = timedelta(days=30)
LOG_KEPT = timedelta(days=730)
AT_ONCE = 1_000


@job(SEND)
def send(run: JobRun) -> dict[str, Any]:
    """Send what is due; begun again it goes on with what is left."""
    return {"handled": send_due(f"{run.worker}/{run.id}"[:80], stopped=run.cancelled)}


@scheduled("mail.wake", every=2)
def wake() -> None:
    """Start one job when there is something to send; without work this is one or two queries by index."""
    recover()
    if not due().exists() or ready() is None or _is_under_way():
        return
    with storage().write_transaction():
        storage().lock_key(SEND)
        if not _is_under_way():
            enqueue(SEND)


def _is_under_way() -> bool:
    return Job.objects.filter(kind=SEND, state__in=(Job.State.QUEUED, Job.State.RUNNING)).exists()


@scheduled("mail.forget", daily_at="03:40")
def forget() -> None:
    """Take away the texts of mails that are over, and at last their rows; a thousand a transaction."""
    now = timezone.now()
    over = Mail.objects.exclude(state__in=(*Mail.OPEN, MailState.UNCERTAIN))
    old = over.filter(created_at__lt=now - TEXT_KEPT).exclude(text="")
    while ids := list(old.values_list("pk", flat=True)[:AT_ONCE]):
        with writing():
            MailAttachment.objects.filter(mail_id__in=ids).delete()
            Mail.objects.filter(pk__in=ids).update(text="", html="")
    while ids := list(over.filter(created_at__lt=now - LOG_KEPT).values_list("pk", flat=True)[:AT_ONCE]):
        with writing():
            Mail.objects.filter(pk__in=ids).delete()
