"""Tables of the kernel: what every record has, who may do what, what was changed, and what administrators defined."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from zhike.metadata.actor import FieldAccess, Scope
from zhike.metadata.fields.columns import ReadingField
from zhike.metadata.indexes import bin_index


class Record(models.Model):
    """What every business record has; written through ``records.py`` alone."""

    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, verbose_name=_("owner"), null=True, blank=True, related_name="+"
    )
    #: Each object type has (department, sort, id) indexes of its own, so the plain one would only cost writes.
    department = models.ForeignKey(
        "accounts.Department",
        models.PROTECT,
        verbose_name=_("department"),
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
    )
    created_at = models.DateTimeField(_("created at"), editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("created by"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    updated_at = models.DateTimeField(_("updated at"), editable=False)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.DO_NOTHING,
        verbose_name=_("updated by"),
        null=True,
        editable=False,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    version = models.PositiveIntegerField(_("version"), default=1, editable=False)
    #: Set while the record is in the recycle bin; the row of Deletion says by whom, when and with what.
    #: Without an index of its own: SQLite takes "IS NULL" for a rare value and would read every live record by it
    #: instead of walking the order of a list. ``indexes.bin_index`` holds the deleted ones.
    deletion = models.ForeignKey(
        "metadata.Deletion",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        db_index=False,
    )
    custom: Any = models.JSONField(default=dict, blank=True, editable=False)

    class Meta:
        abstract = True


class Stamp(models.Model):
    """Marks that tell every process something, most of them that what it caches was changed."""

    METADATA = "metadata"
    RIGHTS = "rights"
    #: Stands while a large demo business is loaded, with the number of its customers, and for good if that is broken off.
    DEMO = "demo"

    key = models.CharField(primary_key=True, max_length=40)
    value = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key}={self.value}"


class Deletion(models.Model):
    """One act of deleting: the records that carry its id came into the bin together and return together."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True)
    object_key = models.CharField(max_length=60)
    label = models.CharField(max_length=200, blank=True)
    count = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.object_key}: {self.label}"


class Batch(models.Model):
    """One call of the write path: what was written together can be undone together."""

    at = models.DateTimeField(db_index=True)
    actor_id = models.BigIntegerField(null=True, db_index=True)
    #: web, api, import, bulk, job, system, undo.
    source = models.CharField(max_length=20)
    label = models.CharField(max_length=200, blank=True)
    object_key = models.CharField(max_length=60)
    created = models.PositiveIntegerField(default=0)
    updated = models.PositiveIntegerField(default=0)
    deleted = models.PositiveIntegerField(default=0)
    job_id = models.BigIntegerField(null=True, db_index=True)
    undone_by = models.ForeignKey("self", models.SET_NULL, null=True, related_name="undoes")

    def __str__(self) -> str:
        return f"{self.source} {self.object_key} {self.pk}"


class Change(models.Model):
    """One change of one record: history, outbox and audit in one.

    ``values`` holds {field key: [old, new]} as JSON values; a create carries none, for the oldest ``old`` gives them.
    ``seq`` and ``hash`` are given by the sealer, within a second, in an order that no late commit can disturb.
    """

    class Action(models.TextChoices):
        CREATE = "create", _("created")
        UPDATE = "update", _("changed")
        DELETE = "delete", _("deleted")
        RESTORE = "restore", _("restored")
        PURGE = "purge", _("finally removed")

    seq = models.BigIntegerField(null=True, unique=True)
    #: PostgreSQL's transaction id, so that the sealer takes only what can no longer be preceded; 0 on SQLite.
    txid = models.BigIntegerField(default=0)
    batch = models.ForeignKey(Batch, models.DO_NOTHING, db_constraint=False, related_name="changes")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    action = models.CharField(max_length=10, choices=Action)
    version = models.PositiveIntegerField(default=1)
    values: Any = models.JSONField(null=True)
    hash = models.CharField(max_length=64, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=("object_key", "record_id", "id"), name="change_record"),
            models.Index(fields=("id",), condition=models.Q(seq__isnull=True), name="change_unsealed"),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_key} {self.record_id}"


class ConsumerPosition(models.Model):
    """How far a consumer of the change log has come."""

    name = models.CharField(primary_key=True, max_length=60)
    seq = models.BigIntegerField(default=0)
    #: Last failure, shown by ``zhike doctor``; empty when the consumer runs.
    error = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.seq}"


class TimelineEntry(models.Model):
    """Something that happened with a record, written in the transaction of what it tells of."""

    subject_key = models.CharField(max_length=60)
    subject_id = models.BigIntegerField()
    at = models.DateTimeField()
    source_key = models.CharField(max_length=60)
    source_id = models.BigIntegerField()
    kind = models.CharField(max_length=40, blank=True)
    actor_id = models.BigIntegerField(null=True)
    title = models.TextField(blank=True)
    body = models.TextField(blank=True)
    #: JSON values of the source's further fields by key.
    details: Any = models.JSONField(null=True)

    class Meta:
        indexes = [
            models.Index(
                "subject_key", "subject_id", models.F("at").desc(), models.F("id").desc(), name="timeline_subject"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=("source_key", "source_id", "subject_key"), name="timeline_source_once"),
        ]

    def __str__(self) -> str:
        return self.title


class Role(models.Model):
    """A named set of rights that people hold."""

    key = models.SlugField(max_length=40, unique=True)
    #: Of shipped roles an English message id, shown translated.
    name = models.CharField(_("name"), max_length=80)
    description = models.CharField(_("description"), max_length=300, blank=True)
    #: Rights over the installation: "settings", "users", "roles", "audit".
    privileges: Any = models.JSONField(default=list, blank=True)
    is_shipped = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.name


class RoleGrant(models.Model):
    """How far a role may do one action on one object type; "*" stands for every type that the role does not name."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="grants")
    object_key = models.CharField(max_length=60)
    action = models.CharField(max_length=40)
    scope = models.PositiveSmallIntegerField(choices=[(scope.value, scope.name) for scope in Scope])

    class Meta:
        constraints = [models.UniqueConstraint(fields=("role", "object_key", "action"), name="role_grant_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.object_key}.{self.action} {self.scope}"


class RoleField(models.Model):
    """What a role may do with one field, where it differs from editing it."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="field_rules")
    object_key = models.CharField(max_length=60)
    field_key = models.CharField(max_length=60)
    access = models.PositiveSmallIntegerField(choices=[(access.value, access.name) for access in FieldAccess])

    class Meta:
        constraints = [models.UniqueConstraint(fields=("role", "object_key", "field_key"), name="role_field_once")]

    def __str__(self) -> str:
        return f"{self.role_id} {self.object_key}.{self.field_key} {self.access}"


class TeamMember(models.Model):
    """A person who works on one record with its owner, beyond what roles give."""

    class Access(models.TextChoices):
        VIEW = "view", _("may see")
        EDIT = "edit", _("may edit")

    object_key = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    access = models.CharField(max_length=4, choices=Access, default=Access.VIEW)
    added_at = models.DateTimeField()
    added_by_id = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=("user", "object_key", "record_id"), name="team_member_once"),
        ]
        indexes = [models.Index(fields=("object_key", "record_id"), name="team_record")]

    def __str__(self) -> str:
        return f"{self.object_key} {self.record_id}: {self.user_id}"


class CustomObject(models.Model):
    """A business object made by an administrator in the browser."""

    key = models.SlugField(max_length=40, unique=True)
    label = models.CharField(_("name"), max_length=60)
    label_en = models.CharField(_("English name"), max_length=60, blank=True)
    icon = models.CharField(_("icon"), max_length=40, default="box")
    group = models.CharField(_("navigation group"), max_length=20, default="customers")
    order = models.PositiveIntegerField(default=500)
    #: Choice field that makes the columns of the board.
    board_by = models.CharField(max_length=40, blank=True)
    description = models.CharField(_("description"), max_length=300, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("order", "id")

    def __str__(self) -> str:
        return self.label


class CustomField(models.Model):
    """A field made by an administrator; its values live in the record's ``custom`` column under ``key``."""

    object_key = models.CharField(max_length=60)
    key = models.CharField(max_length=40)
    kind = models.CharField(_("kind"), max_length=30)
    label = models.CharField(_("name"), max_length=60)
    label_en = models.CharField(_("English name"), max_length=60, blank=True)
    help = models.CharField(_("help text"), max_length=300, blank=True)
    section = models.CharField(_("section"), max_length=60, blank=True)
    required = models.BooleanField(_("required"), default=False)
    unique = models.BooleanField(_("unique"), default=False)
    indexed = models.BooleanField(_("fast filter and sort"), default=False)
    sensitive = models.BooleanField(_("sensitive"), default=False)
    default: Any = models.JSONField(null=True, blank=True)
    options: Any = models.JSONField(default=dict, blank=True)
    order = models.PositiveIntegerField(default=100)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("object_key", "order", "id")
        constraints = [models.UniqueConstraint(fields=("object_key", "key"), name="custom_field_key_once")]

    def __str__(self) -> str:
        return f"{self.object_key}.{self.key}"


class NumberSeries(models.Model):
    """How far a series of a running number has come, such as the one of 2026."""

    field = models.ForeignKey(CustomField, models.CASCADE, related_name="+")
    series = models.CharField(max_length=60)
    last = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=("field", "series"), name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.series} {self.last}"


class FieldLabel(models.Model):
    """What an administrator calls a field of the product here, where that differs from its shipped name."""

    object_key = models.CharField(max_length=60)
    field_key = models.CharField(max_length=60)
    #: Empty where the shipped name of that language stays.
    label = models.CharField(max_length=60, blank=True)
    label_en = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=("object_key", "field_key"), name="field_label_once")]

    def __str__(self) -> str:
        return f"{self.object_key}.{self.field_key}: {self.label}"


class CustomRecord(Record):
    """A record of any custom object; its fields live in ``custom``, its name in a column of its own."""

    object = models.ForeignKey(CustomObject, models.PROTECT, related_name="records", db_index=False)
    name = models.CharField(_("name"), max_length=200)
    name_reading = ReadingField()

    class Meta:
        indexes = [
            bin_index("custom_record"),
            models.Index(
                "object",
                models.F("updated_at").desc(),
                models.F("id").desc(),
                condition=models.Q(deletion__isnull=True),
                name="custom_record_updated",
            ),
            models.Index(
                "object",
                "department",
                models.F("updated_at").desc(),
                models.F("id").desc(),
                condition=models.Q(deletion__isnull=True),
                name="custom_record_department",
            ),
            models.Index("object", "name", "id", condition=models.Q(deletion__isnull=True), name="custom_record_name"),
            models.Index(
                "object",
                "name_reading",
                "id",
                condition=models.Q(deletion__isnull=True),
                name="custom_record_name_reading",
            ),
        ]

    def __str__(self) -> str:
        return self.name
