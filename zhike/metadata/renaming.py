"""Renaming the product's own fields: what administrators call them here, in both languages, and back to the shipped names."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _, override

from zhike.metadata import registry
from zhike.metadata.actor import Actor
from zhike.metadata.customising import customisable_object, read_text, refuse
from zhike.metadata.definition_log import LABEL, change_definition, defining, log_definition
from zhike.metadata.errors import NotFound
from zhike.metadata.fields.base import Field
from zhike.metadata.models import Change, FieldLabel
from zhike.metadata.object_type import ObjectType

#: Attributes of a name, with the language that each is for.
LANGUAGES = {"label": "zh-hans", "label_en": "en"}


def native_field(object_key: str, field_key: str) -> tuple[ObjectType, Field]:
    """A field of the product on an object that may be customised; raises NotFound."""
    object_type = customisable_object(object_key)
    field = object_type.fields.get(field_key)
    if field is None or field.is_custom or field.retired:
        raise NotFound(LABEL, field_key)
    return object_type, field


def field_rename(object_key: str, field_key: str, *, label: str, label_en: str, actor: Actor) -> None:
    """Give a field of the product another name; an empty one, or the shipped one, is the shipped one again.

    Raises Denied, NotFound, or Invalid for a name that is too long or that another field of the object has.
    """
    with defining(actor):
        object_type, _field = native_field(object_key, field_key)
        shipped = shipped_names(object_key, field_key)
        names = {"label": read_text("label", label), "label_en": read_text("label_en", label_en)}
        for name, text in names.items():
            if text == shipped[name]:
                names[name] = ""
            elif text:
                check_free(object_type, field_key, name, text)
        row = FieldLabel.objects.filter(object_key=object_key, field_key=field_key).first()
        if row is None:
            row = FieldLabel.objects.create(object_key=object_key, field_key=field_key)
            said = {"object_key": (None, object_key), "field_key": (None, field_key)}
            log_definition(row, said, actor=actor, action=Change.Action.CREATE)
        change_definition(row, names, actor=actor)


def check_free(object_type: ObjectType, field_key: str, name: str, text: str) -> None:
    """Imports and people know fields by their names, so no two in use share one."""
    with override(LANGUAGES[name]):
        taken = any(field.key != field_key and str(field.label) == text for field in object_type.active_fields)
    if taken:
        refuse(name, "label_taken", _("Another field has this name already."))


def shipped_names(object_key: str, field_key: str) -> dict[str, str]:
    """The field's name in each language as the product brings it."""
    label = registry.shipped_label(object_key, field_key)
    found = {}
    for name, language in LANGUAGES.items():
        with override(language):
            found[name] = str(label)
    return found


def own_names(object_key: str, field_key: str) -> dict[str, str]:
    """The names that an administrator gave the field; empty where the shipped one holds."""
    row = FieldLabel.objects.filter(object_key=object_key, field_key=field_key).first()
    return {name: "" if row is None else str(getattr(row, name)) for name in LANGUAGES}
