"""The words that entries, papers and rules of money are classed by."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy


class EntryKind(models.TextChoices):
    """What an entry of the ledger says; what is open and what is an advance follow from the sums."""

    ORDERED = "ordered", pgettext_lazy("ledger", "ordered")
    RETURNED = "returned", pgettext_lazy("ledger", "returned")
    PLANNED = "planned", pgettext_lazy("ledger", "planned")
    RECEIVED = "received", pgettext_lazy("ledger", "received")
    ALLOCATED = "allocated", pgettext_lazy("ledger", "allocated")
    REFUNDED = "refunded", pgettext_lazy("ledger", "paid back")
    WRITTEN_OFF = "written_off", pgettext_lazy("ledger", "written off")


class Milestone(models.TextChoices):
    """What makes an instalment fall due."""

    DAY = "day", pgettext_lazy("instalment", "on a day")
    CONFIRMED = "confirmed", pgettext_lazy("instalment", "when the order is confirmed")
    DELIVERED = "delivered", pgettext_lazy("instalment", "at the first delivery")


class Method(models.TextChoices):
    TRANSFER = "transfer", pgettext_lazy("payment", "bank transfer")
    ACCEPTANCE = "acceptance", pgettext_lazy("payment", "acceptance bill")
    CHEQUE = "cheque", pgettext_lazy("payment", "cheque")
    CASH = "cash", pgettext_lazy("payment", "cash")
    WECHAT = "wechat", pgettext_lazy("payment", "WeChat Pay")
    ALIPAY = "alipay", pgettext_lazy("payment", "Alipay")
    OTHER = "other", pgettext_lazy("payment", "other")


class InvoiceKind(models.TextChoices):
    """Kinds of 发票 as issued since the fully digital ones."""

    DIGITAL_SPECIAL = "digital_special", pgettext_lazy("invoice", "fully digital, special VAT")
    DIGITAL_GENERAL = "digital_general", pgettext_lazy("invoice", "fully digital, general")
    PAPER_SPECIAL = "paper_special", pgettext_lazy("invoice", "paper, special VAT")
    PAPER_GENERAL = "paper_general", pgettext_lazy("invoice", "paper, general")


class Strictness(models.TextChoices):
    """What an order meets whose customer has no credit left."""

    BLOCK = "block", pgettext_lazy("credit", "blocks")
    ASK = "ask", pgettext_lazy("credit", "asks the manager")
    ALLOW = "allow", pgettext_lazy("credit", "lets pass")


class WriteOffState(models.TextChoices):
    """What is given up counts at once, unless somebody has to say yes first."""

    WAITING = "waiting", pgettext_lazy("write-off", "waits for approval")
    COUNTED = "counted", pgettext_lazy("write-off", "written off")
    REFUSED = "refused", pgettext_lazy("write-off", "refused")


WRITE_OFF_TONES = {"waiting": "amber", "counted": "green", "refused": "red"}
