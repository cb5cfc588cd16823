"""Tables of mail: the server, the queue that is the log too, and addresses that do not exist."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _, pgettext_lazy


class Security(models.TextChoices):
    STARTTLS = "starttls", _("STARTTLS (usually port 587)")
    TLS = "tls", _("TLS from the start (usually port 465)")
    NONE = "none", _("none (only for a server on this machine)")


class MailServer(models.Model):
    """One row: the server that takes our mail, and what it last had against it."""

    host = models.CharField(max_length=253)
    port = models.PositiveIntegerField()
    security = models.CharField(max_length=10, choices=Security)
    username = models.CharField(max_length=254, blank=True)
    #: See ``lib/sealing.py``.
    password_sealed = models.TextField(blank=True)
    #: PEM of a certificate that is trusted beside the well-known ones: servers of the own firm sign themselves.
    certificate = models.TextField(blank=True)
    sender = models.CharField(max_length=254)
    sender_name = models.CharField(max_length=80, blank=True)
    reply_to = models.CharField(max_length=254, blank=True)
    per_minute = models.PositiveIntegerField(default=60)
    is_held = models.BooleanField(default=False)
    updated_at = models.DateTimeField()
    #: What the server as a whole last had against us; "" since it last took a mail.
    fault = models.CharField(max_length=40, blank=True)
    fault_answer = models.TextField(blank=True)
    fault_at = models.DateTimeField(null=True)
    #: Faults in a row, and when to try again.
    faults = models.PositiveIntegerField(default=0)
    retry_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


class MailState(models.TextChoices):
    QUEUED = "queued", pgettext_lazy("mail", "waiting")
    SENDING = "sending", pgettext_lazy("mail", "being sent")
    SENT = "sent", pgettext_lazy("mail", "sent")
    FAILED = "failed", pgettext_lazy("mail", "failed")
    UNCERTAIN = "uncertain", pgettext_lazy("mail", "uncertain")
    REFUSED = "refused", pgettext_lazy("mail", "held back")
    CANCELLED = "cancelled", pgettext_lazy("mail", "cancelled")


class Mail(models.Model):
    """A mail to one address. Its ``key`` never comes twice, so that nothing is sent twice."""

    OPEN: ClassVar = (MailState.QUEUED, MailState.SENDING)

    key = models.CharField(max_length=200, unique=True)
    to = models.CharField(max_length=254)
    #: The colleague it is for; null for people outside.
    user_id = models.BigIntegerField(null=True)
    purpose = models.CharField(max_length=40)
    subject = models.CharField(max_length=300)
    text = models.TextField(blank=True)
    html = models.TextField(blank=True)
    language = models.CharField(max_length=10, blank=True)
    message_id = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=MailState, default=MailState.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    run_at = models.DateTimeField()
    worker = models.CharField(max_length=80, blank=True)
    lease_until = models.DateTimeField(null=True)
    #: Written before the text goes over the line: without it the server cannot have the mail.
    handed_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    #: Why it is where it is (see ``words.py``), and what the server said last.
    reason = models.CharField(max_length=40, blank=True)
    answer = models.TextField(blank=True)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=("run_at", "id"), condition=Q(state="queued"), name="mail_queue"),
            models.Index(fields=("lease_until",), condition=Q(state="sending"), name="mail_sending"),
            models.Index(fields=("state", "-id"), name="mail_state"),
            models.Index(fields=("handed_at",), name="mail_handed"),
            models.Index(fields=("created_at",), name="mail_created"),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.key}"


class MailAttachment(models.Model):
    """A file that goes with a mail; kept as long as the mail's text."""

    mail = models.ForeignKey(Mail, models.CASCADE, related_name="attachments")
    name = models.CharField(max_length=200)
    content_type = models.CharField(max_length=100)
    content = models.BinaryField()

    def __str__(self) -> str:
        return self.name


class BadAddress(models.Model):
    """An address of which its server said that it does not exist; nothing is sent there until somebody clears it."""

    address = models.CharField(max_length=254, unique=True)
    answer = models.TextField(blank=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.address
