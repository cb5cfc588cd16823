"""The private address book: family and friends, seen by the person who wrote them down and by nobody else."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.customers.choices import AddressEntryKind
from zhike.metadata.fields.columns import (
    AddressField,
    BirthdayField,
    ChoiceField,
    EmailsField,
    LongTextField,
    PhonesField,
)
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class AddressEntry(Record):
    """Somebody in a person's own address book."""

    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    kind = ChoiceField(_("kind"), choices=AddressEntryKind, default=AddressEntryKind.FRIEND)
    phones = PhonesField(_("phones"))
    emails = EmailsField(_("e-mails"))
    wechat = models.CharField(_("WeChat"), max_length=60, null=True, blank=True)
    birthday = BirthdayField(_("birthday"), null=True, blank=True)
    address = AddressField(_("address"))
    tags = models.ManyToManyField("customers.Tag", verbose_name=_("tags"), blank=True, related_name="+")
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("private contact")
        verbose_name_plural = _("private address book")
        indexes = [bin_index("address_entry"), *list_indexes("address_entry", "name", by_department=False)]
        constraints = [
            models.CheckConstraint(condition=models.Q(owner__isnull=False), name="address_entry_has_owner"),
        ]

    def __str__(self) -> str:
        return self.name
