"""All object types: those that code registers and those that administrators made, one catalogue for every engine.

Custom fields and objects are rows; the catalogue built from them is kept per process and rebuilt when the metadata stamp
moves, which each request and each job checks, so that a change is everywhere at once.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from threading import Lock
from typing import Any

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from zhike.metadata import computed_kinds, custom_types, places
from zhike.metadata.fields import field_type
from zhike.metadata.fields.base import Field, Label
from zhike.metadata.fields.native import field_from_column
from zhike.metadata.models import CustomField, CustomObject, FieldLabel, Record, Stamp
from zhike.metadata.navigation import GROUPS
from zhike.metadata.object_type import PERMISSIONS, Action, ObjectType, UnknownObject

_registered: dict[str, ObjectType] = {}
_lock = Lock()
_catalogue: dict[str, ObjectType] = {}
_slugs: dict[str, ObjectType] = {}
_stamp: int | None = None
#: Names of renamed fields before that, by object and field key.
_shipped_labels: dict[tuple[str, str], Label] = {}
_edition = 0

#: Columns of Record that are not fields of the business.
HIDDEN_COLUMNS = {"custom", "deletion", "version"}
SYSTEM_COLUMNS = ("owner", "department", "created_at", "created_by", "updated_at", "updated_by")


def object_type(
    model: type[Record], *, exclude: tuple[str, ...] = (), bookkeeping: tuple[str, ...] = (), **values: Any
) -> ObjectType:
    """Build a descriptor from a model: its columns become fields, its names the labels; ``values`` say the rest.

    ``bookkeeping`` names fields that the product writes in passing, see ``Field.bookkeeping``.
    """
    fields = native_fields(model, exclude=exclude)
    fields |= {key: replace(fields[key], bookkeeping=True) for key in bookkeeping}
    key = values.pop("key", model._meta.model_name)
    if values.get("identity"):
        values.setdefault("permissions", (*PERMISSIONS, "merge"))
    return ObjectType(
        model=model,
        key=key,
        slug=values.pop("slug", f"{key}s"),
        label=values.pop("label", model._meta.verbose_name),
        label_plural=values.pop("label_plural", model._meta.verbose_name_plural),
        fields=fields,
        **values,
    )


def native_fields(model: type[Record], *, exclude: tuple[str, ...] = ()) -> dict[str, Field]:
    """Fields of the model's own columns first, then those that every record has."""
    columns = [*model._meta.fields, *model._meta.many_to_many]
    own = [column for column in columns if column.name not in {*SYSTEM_COLUMNS, *HIDDEN_COLUMNS, *exclude, "id"}]
    found = {column.name: field_from_column(column) for column in own}
    for name in SYSTEM_COLUMNS:
        if name not in exclude:
            found[name] = field_from_column(model._meta.get_field(name))
    fields = {key: field for key, field in found.items() if field is not None}
    fields["id"] = Field(
        key="id", type=field_type("integer"), label=_("number"), column="id", readonly=True, indexed=True
    )
    indexed = _indexed_columns(model)
    return {key: replace(field, indexed=field.indexed or key in indexed) for key, field in fields.items()}


def _indexed_columns(model: type[Record]) -> set[str]:
    """Columns by which the database can walk in order or find quickly."""
    columns: Any = model._meta.fields
    names = {column.name for column in columns if column.db_index or column.unique or column.primary_key}
    for index in model._meta.indexes:
        leading = [*index.fields_orders][:1] or [(_expression_name(part), "") for part in index.expressions[:1]]
        names.update(name for name, _order in leading if name)
    return names


def _expression_name(expression: Any) -> str:
    inner: Any = getattr(expression, "expression", expression)
    return str(getattr(inner, "name", "")) if isinstance(inner, F) else ""


def add(descriptor: ObjectType) -> ObjectType:
    """Register an object type; refuse a descriptor that contradicts itself."""
    if descriptor.key in _registered or any(descriptor.slug == other.slug for other in _registered.values()):
        raise ValueError(f"object type {descriptor.key!r} is registered already")
    _check(descriptor)
    with _lock:
        _registered[descriptor.key] = descriptor
        forget()
    return descriptor


def remove(key: str) -> None:
    """Take a registered object type out again (an app that is switched off)."""
    with _lock:
        _registered.pop(key, None)
        forget()


#: Gives further fields of an object type, such as its figures; they must be read-only and computed. One that the type
#: has may be given again with other options, such as choices that stand in rows.
Extension = Callable[[ObjectType], Mapping[str, Field]]
_extensions: list[Extension] = []


def extend(extension: Extension) -> Extension:
    """Let an engine add computed fields to object types; they then are in lists, filters, API and exports."""
    with _lock:
        _extensions.append(extension)
        forget()
    return extension


def _extended(descriptor: ObjectType) -> ObjectType:
    added: dict[str, Field] = {}
    for extension in _extensions:
        added.update(extension(descriptor))
    return replace(descriptor, fields={**descriptor.fields, **added}) if added else descriptor


def _check(descriptor: ObjectType) -> None:
    if descriptor.group and descriptor.group not in GROUPS:
        raise ValueError(f"{descriptor.key!r} belongs to no group of the navigation")
    named = [
        descriptor.title,
        *descriptor.columns,
        *descriptor.filters,
        *descriptor.search,
        *descriptor.subtitle,
        *descriptor.quick,
        *descriptor.import_keys,
        *(key for section in descriptor.form for key in section.fields),
        *(section.when[0] for section in descriptor.form if section.when),
        *([descriptor.board_by] if descriptor.board_by else []),
        *([descriptor.board_within] if descriptor.board_within else []),
        *([descriptor.scope_from] if descriptor.scope_from else []),
        *([descriptor.shared_by] if descriptor.shared_by else []),
        *(descriptor.identity.keys if descriptor.identity else ()),
        descriptor.default_sort.removeprefix("-"),
    ]
    for key in named:
        # A dotted name belongs to a figure or a linked record, which may be registered later.
        if "." not in key:
            descriptor.field(key)


def action(
    model: type[models.Model], *, label: Label, permission: str, **values: Any
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Register a service function ``run(ids, *, actor, …)`` as an action of the model's object type."""

    def register(run: Callable[..., Any]) -> Callable[..., Any]:
        owner = next(found for found in _registered.values() if found.model is model)
        key = values.pop("key", run.__name__.removeprefix(f"{owner.key}_"))
        added = Action(key=key, label=label, permission=permission, run=run, **values)
        with _lock:
            _registered[owner.key] = replace(owner, actions={**owner.actions, key: added})
            forget()
        return run

    return register


# Reading ----------------------------------------------------------------------------------------------------------


def get(key: str) -> ObjectType:
    """The object type with this key; raises UnknownObject."""
    try:
        return catalogue()[key]
    except KeyError:
        raise UnknownObject(key) from None


def by_slug(slug: str) -> ObjectType:
    """The object type with this address; raises UnknownObject."""
    catalogue()
    try:
        return _slugs[slug]
    except KeyError:
        raise UnknownObject(slug) from None


def for_model(model: type[models.Model]) -> ObjectType:
    """The registered object type of a model; not for custom objects, which share one."""
    for descriptor in all_types():
        if descriptor.model is model and not descriptor.is_custom:
            return descriptor
    raise UnknownObject(model.__name__)


def shipped_label(object_key: str, field_key: str) -> Label:
    """What the product itself calls one of its fields, whatever it was renamed to."""
    return _shipped_labels.get((object_key, field_key)) or get(object_key).field(field_key).label


def all_types() -> Iterator[ObjectType]:
    """Every object type in the order of registration, custom ones last."""
    return iter(tuple(catalogue().values()))


def catalogue() -> Mapping[str, ObjectType]:
    """All object types by key, as of the last ``refresh``."""
    if _stamp is None:
        refresh()
    return _catalogue


def edition() -> int:
    """A number that is another one whenever the catalogue was built anew."""
    catalogue()
    return _edition


def refresh(stamp: int | None = None) -> None:
    """Rebuild the catalogue if the metadata stamp moved; ``stamp`` spares the query where it was read already."""
    global _stamp, _catalogue, _slugs, _edition  # noqa: PLW0603
    if stamp is None:
        stamp = Stamp.objects.filter(pk=Stamp.METADATA).values_list("value", flat=True).first() or 0
    if stamp == _stamp:
        return
    with _lock:
        built = _build()
        _slugs = {slug: descriptor for descriptor in built.values() for _key, slug in descriptor.formerly}
        _slugs |= {descriptor.slug: descriptor for descriptor in built.values()}
        _catalogue = built
        _edition += 1
        places.learn({descriptor.key: descriptor.slug for descriptor in built.values()})
        _stamp = stamp


def forget() -> None:
    """Have this process build its catalogue anew when it is next asked, after an extension gives other fields."""
    global _stamp  # noqa: PLW0603
    _stamp = None


def touch(key: str = Stamp.METADATA) -> None:
    """Move a stamp, so that every process looks again at its next request.

    Its new value is drawn by lot: a counter would give the number of a change that was rolled back to the next one, and
    whoever read in between would keep what never came to be.
    """
    Stamp.objects.update_or_create(pk=key, defaults={"value": secrets.randbits(62)})
    if key == Stamp.METADATA:
        forget()


def _build() -> dict[str, ObjectType]:
    rows: dict[str, list[CustomField]] = {}
    for row in CustomField.objects.order_by("object_key", "order", "id"):
        rows.setdefault(row.object_key, []).append(row)
    built = {key: custom_types.with_custom_fields(found, rows.get(key, [])) for key, found in _registered.items()}
    for made in CustomObject.objects.filter(retired_at__isnull=True):
        built[made.key] = custom_types.descriptor(made, rows.get(made.key, []))
    built = {key: _extended(found) for key, found in built.items()}
    for name in FieldLabel.objects.all():
        field = built[name.object_key].fields.get(name.field_key) if name.object_key in built else None
        if field is not None and not field.is_custom:
            _shipped_labels[name.object_key, name.field_key] = field.label
            built[name.object_key] = custom_types.with_label(built[name.object_key], field, name)
    for stage in sorted({kind.stage for kind in computed_kinds.KINDS.values()}):
        own = {key: listed for key, listed in rows.items() if key in built}
        built |= {
            key: custom_types.with_computed_fields(built[key], listed, built, stage) for key, listed in own.items()
        }
    return built
