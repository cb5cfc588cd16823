"""Contacts: the people at a customer."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from zhike.domain.customers.choices import ContactRole, Strength
from zhike.metadata.fields.columns import (
    BirthdayField,
    ChoiceField,
    EmailsField,
    LongTextField,
    PhonesField,
    ReadingField,
)
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


class Contact(Record):
    """A person whom we speak to at a customer; seen by whoever sees the customer."""

    customer = models.ForeignKey(
        "customers.Customer", models.PROTECT, verbose_name=_("customer"), related_name="contacts"
    )
    name = models.CharField(pgettext_lazy("person", "name"), max_length=80)
    name_reading = ReadingField()
    role = ChoiceField(_("role in decisions"), choices=ContactRole, null=True, blank=True)
    job_title = models.CharField(_("job title"), max_length=80, null=True, blank=True)
    is_primary = models.BooleanField(_("main contact"), default=False)
    phones = PhonesField(_("phones"))
    emails = EmailsField(_("e-mails"))
    wechat = models.CharField(_("WeChat"), max_length=60, null=True, blank=True)
    birthday = BirthdayField(_("birthday"), null=True, blank=True)
    strength = ChoiceField(_("relationship"), choices=Strength, null=True, blank=True)
    preferences = LongTextField(_("preferences"), null=True, blank=True)
    tags = models.ManyToManyField("customers.Tag", verbose_name=_("tags"), blank=True, related_name="+")
    note = LongTextField(_("note"), null=True, blank=True)

    class Meta:
        verbose_name = _("contact")
        verbose_name_plural = _("contacts")
        indexes = [bin_index("contact"), *list_indexes("contact", "-updated_at", by_department=False)]

    def __str__(self) -> str:
        return self.name
