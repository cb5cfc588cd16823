"""Files and pictures that belong to the record."""

from __future__ import annotations

from collections.abc import Collection
from random import Random
from typing import Any, ClassVar

from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from zhike.lib.html import format_html, joined
from zhike.metadata.fields import markup, operators
from zhike.metadata.fields.base import Context, Field, Label, Operator
from zhike.metadata.fields.integer import LARGEST
from zhike.metadata.fields.link import label_of, link_html, record_id
from zhike.metadata.fields.listed import ListType
from zhike.metadata.fields.said import said

#: Object key under which ``Context.labels`` gives name and address of files.
TARGET = "file"


class FileType(ListType):
    """Contracts, photographs, business cards, by the ids of stored files."""

    key = "file"
    label: ClassVar[Label] = _("Files")
    icon = "paperclip"
    operators: ClassVar[tuple[Operator, ...]] = operators.EMPTINESS

    def link_targets(self, field: Field) -> str | None:
        return TARGET

    def link_ids(self, value: Any) -> Collection[int]:
        return () if isinstance(value, str) else value or ()

    def parse_item(self, raw: Any, field: Field, context: Context) -> int:
        return record_id(raw)

    def texts(self, value: Any, field: Field, context: Context) -> list[str]:
        labels = (label_of(TARGET, identity, context) for identity in value)
        return [label[0] for label in labels if label is not None]

    def cell(self, value: Any, field: Field, context: Context) -> SafeString:
        seen = [identity for identity in value or () if label_of(TARGET, identity, context)]
        return joined((link_html(TARGET, identity, context) for identity in seen), ", ")

    def search_text(self, value: Any, field: Field) -> str:
        return ""

    def mask(self, value: Any, field: Field) -> str:
        return "***"

    def sample(self, field: Field, rng: Random) -> list[int]:
        return [rng.randint(1, 9)]

    def item_schema(self, field: Field) -> dict[str, Any]:
        return {"type": "integer", "minimum": 1, "maximum": LARGEST}

    def widget(self, value: Any, field: Field, context: Context, *, name: str, attrs: str = "") -> SafeString:
        """Kept files with a box to take each away, and an input whose uploads the controller turns into ids."""
        kept = joined(
            format_html(
                '<label class="form-check"><input class="form-check-input" type="checkbox" name="{}" value="{}" checked>'
                '<span class="form-check-label">{}</span></label>',
                name,
                identity,
                (label_of(TARGET, identity, context) or (markup.HIDDEN, ""))[0],
            )
            for identity in value or ()
        )
        return format_html(
            '<div data-controller="upload" data-upload-name-value="{}" data-upload-url-value="/files/">'
            '<input type="hidden" name="{}" value=""><div data-upload-target="files">{}</div>'
            '<input class="form-control" type="file" multiple data-upload-target="input" '
            'data-action="upload#send" aria-label="{}"{}></div>',
            name,
            name,
            kept,
            said(_("Add files"), context),
            markup.markup(attrs),
        )
