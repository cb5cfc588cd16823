"""Writing definitions of fields and objects: who may, under one lock, into the change log, and seen by every process."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.errors import Denied
from zhike.metadata.models import Change, CustomField, CustomObject, FieldLabel
from zhike.metadata.setting_log import log_setting
from zhike.metadata.storage import storage

#: Right over the installation that definitions need.
PRIVILEGE = "settings"
#: Keys under which definitions stand in the change log; no object type may take them.
FIELD = "custom_field"
OBJECT = "custom_object"
LABEL = "field_label"

Definition = CustomField | CustomObject | FieldLabel
LOGGED_AS: Mapping[type[Definition], str] = {CustomField: FIELD, CustomObject: OBJECT, FieldLabel: LABEL}


@contextmanager
def defining(actor: Actor) -> Iterator[None]:
    """A transaction in which the actor alone changes definitions; raises Denied for who may not."""
    if not actor.has(PRIVILEGE):
        raise Denied(FIELD, PRIVILEGE)
    with storage().write_transaction():
        storage().lock_key("definitions")
        registry.refresh()
        yield
        registry.touch()


def log_definition(
    row: Definition, values: Mapping[str, tuple[Any, Any]], *, actor: Actor, action: str = Change.Action.UPDATE
) -> None:
    """Put a changed definition into the change log; ``values`` are (old, new) by attribute, as JSON values."""
    key = LOGGED_AS[type(row)]
    log_setting(key, row.pk, values, label=row.label, actor=actor, action=action)


def change_definition(row: Definition, values: Mapping[str, Any], *, actor: Actor) -> bool:
    """Write the attributes that differ; False when nothing did."""
    differing = {name: value for name, value in values.items() if getattr(row, name) != value}
    if not differing:
        return False
    before = {name: getattr(row, name) for name in differing}
    for name, value in differing.items():
        setattr(row, name, value)
    row.save(update_fields=list(differing))
    log_definition(
        row, {name: (json_of(before[name]), json_of(value)) for name, value in differing.items()}, actor=actor
    )
    return True


def json_of(value: Any) -> Any:
    """Moments as ISO text; everything else in a definition is JSON already."""
    return value.isoformat() if hasattr(value, "isoformat") else value
