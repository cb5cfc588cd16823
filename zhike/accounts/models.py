"""People, the departments they belong to, and what they sign in with."""

from __future__ import annotations

import unicodedata
from datetime import datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo, available_timezones

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from zhike.metadata.fields.columns import EmailsField, MultiChoiceField, PhonesField, ReadingField
from zhike.metadata.indexes import bin_index, list_indexes
from zhike.metadata.models import Record


def validate_time_zone(name: str) -> None:
    """Raise ValidationError unless it is a time zone of the IANA data base."""
    if name not in available_timezones():
        raise ValidationError(_("There is no such time zone. Write it like Asia/Shanghai."), code="unknown_time_zone")


class Department(Record):
    """A node of the tree of departments; who belongs to it sees what its scope says."""

    name = models.CharField(_("name"), max_length=80)
    code = models.CharField(_("code"), max_length=40, unique=True, null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        models.PROTECT,
        verbose_name=_("parent department"),
        null=True,
        blank=True,
        related_name="children",
    )
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.SET_NULL,
        verbose_name=_("head of department"),
        null=True,
        blank=True,
        related_name="+",
    )

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        indexes = [bin_index("department"), *list_indexes("department", "name", by_department=False)]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(parent__isnull=True) | ~models.Q(parent=models.F("id")),
                name="department_not_its_own_parent",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    """Finds people by the user name they type, however they type it."""

    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(username=User.normalize_username(username or ""))


class User(Record, AbstractBaseUser):
    """A person who signs in. ``department`` is the home department; ``departments`` are further ones.

    What decides about rights (user name, departments, roles, activity) is not editable: services write it, which ask for the
    privilege first.
    """

    class Theme(models.TextChoices):
        AUTO = "auto", _("as the device")
        LIGHT = "light", _("light")
        DARK = "dark", _("dark")

    username = models.CharField(_("user name"), max_length=60, unique=True, editable=False)
    name = models.CharField(_("full name"), max_length=80)
    name_reading = ReadingField()
    job_title = models.CharField(_("job title"), max_length=80, blank=True, null=True)
    emails = EmailsField(_("e-mail"))
    phones = PhonesField(_("phone"))
    departments = models.ManyToManyField(
        Department, verbose_name=_("departments"), blank=True, related_name="members", editable=False
    )
    manager = models.ForeignKey(
        "self", models.SET_NULL, verbose_name=_("reports to"), null=True, blank=True, related_name="reports"
    )
    #: Keys of roles; a key that no role has any more gives nothing.
    roles = MultiChoiceField(_("roles"), editable=False)
    is_active = models.BooleanField(_("active"), default=True, editable=False)
    #: The last day on which the person may sign in, in their own time zone.
    expires_on = models.DateField(_("account valid until"), null=True, blank=True, editable=False)
    must_change_password = models.BooleanField(_("must change password"), default=False, editable=False)
    language = models.CharField(_("language"), max_length=10, choices=settings.LANGUAGES, default="zh-hans")
    timezone = models.CharField(_("time zone"), max_length=40, default="Asia/Shanghai", validators=[validate_time_zone])
    theme = models.CharField(_("appearance"), max_length=5, choices=Theme, default=Theme.AUTO)
    #: Demo people have public passwords; a database that has them listens on loopback only.
    is_demo = models.BooleanField(_("demo person"), default=False, db_index=True, editable=False)
    last_seen_at = models.DateTimeField(_("last seen"), null=True, blank=True, editable=False)
    #: {kind of notification: False} for what the person does not want; absent means wanted.
    notifications: Any = models.JSONField(_("notifications"), default=dict, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        indexes = [
            bin_index("user"),
            *list_indexes("user", "name", by_department=False),
            *list_indexes("user", "name_reading", by_department=False),
        ]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def normalize_username(cls, username: str) -> str:
        """Width, case and surrounding spaces do not matter: Ｌｉ.Lei is li.lei."""
        return unicodedata.normalize("NFKC", username).strip().lower()

    def is_usable(self, now: datetime | None = None) -> bool:
        """Whether the person may act: active, not deleted, not past the last day."""
        if not self.is_active or self.deletion_id is not None:
            return False
        if self.expires_on is None:
            return True
        return timezone.localdate(now or timezone.now(), ZoneInfo(self.timezone)) <= self.expires_on


class Absence(Record):
    """Days on which the owner is away, and who decides and takes work in their place."""

    reason = models.CharField(_("reason"), max_length=80)
    starts_on = models.DateField(_("first day"))
    #: Empty until it is known.
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    substitute = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("substitute"), null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("absence")
        verbose_name_plural = _("absences")
        indexes = [
            bin_index("absence"),
            *list_indexes("absence", "-starts_on"),
            models.Index(fields=("owner", "ends_on"), name="absence_owner_ends_on"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True) | models.Q(ends_on__gte=models.F("starts_on")),
                name="absence_ends_after_it_begins",
                violation_error_message=_("The last day lies before the first one."),
            ),
            models.CheckConstraint(
                condition=models.Q(substitute__isnull=True) | ~models.Q(substitute=models.F("owner")),
                name="absence_substitute_is_another",
                violation_error_message=_("Nobody stands in for themselves."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.owner_id} {self.starts_on}–{self.ends_on or ''}"


class LoginSession(models.Model):
    """One sign-in on one device; ended ones stay as the log of sign-ins until the retention period is over.

    The key in the cookie is known to the browser alone: the table has its SHA-256, so that who reads the table
    (or a backup) cannot take over a session.
    """

    digest = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="sessions")
    data = models.TextField(blank=True)
    device = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True)
    created_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.user_id} {self.device}"


class Token(models.Model):
    """A key with which a program acts as a person, within scopes; only the SHA-256 of its secret is kept."""

    user = models.ForeignKey(User, models.CASCADE, related_name="tokens")
    name = models.CharField(_("name"), max_length=80)
    #: The readable beginning, by which people recognise the token and the server finds it.
    prefix = models.CharField(max_length=16, unique=True)
    digest = models.CharField(max_length=64)
    #: "*", "*:read", "customer:write", "customer:export" …; see ``Actor``.
    scopes: Any = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by_id = models.BigIntegerField(null=True)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    last_used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.prefix}… {self.name}"

    def is_usable(self, now: datetime | None = None) -> bool:
        now = now or timezone.now()
        return self.revoked_at is None and (self.expires_at is None or self.expires_at > now)
