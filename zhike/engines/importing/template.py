"""An empty workbook with the headings that an import recognises, and a sheet that says what belongs under each."""

from __future__ import annotations

from io import BytesIO
from itertools import islice

from django.utils.translation import gettext as _
from xlsxwriter import Workbook

from zhike.engines.importing.targets import Target, targets
from zhike.lib.enumeration import enumerated, sentences
from zhike.metadata.actor import Actor
from zhike.metadata.fields.choice_option import offered
from zhike.metadata.object_type import ObjectType
from zhike.metadata.saving import context_for

MOST_CHOICES_TOLD = 20
WIDTH = 18


def template_workbook(object_type: ObjectType, actor: Actor) -> bytes:
    """An XLSX file: headings (required ones with a star) and an explanation of each column."""
    offered_ones = targets(object_type, actor).values()
    known = [target for target in offered_ones if target.field.type.key != "file" and not target.part]
    file = BytesIO()
    with Workbook(file, {"in_memory": True}) as book:
        bold = book.add_format({"bold": True, "bottom": 1})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(sheet_name(str(object_type.label_plural)))
        told = book.add_worksheet(sheet_name(_("How to fill it in")))
        sheet.freeze_panes(1, 0)
        sheet.set_column(0, len(known) - 1, WIDTH)
        told.set_column(0, 0, 28)
        told.set_column(1, 1, 16)
        told.set_column(2, 2, 80)
        for column, heading in enumerate((_("Column"), _("Kind"), _("What belongs there"))):
            told.write_string(0, column, heading, bold)
        for position, target in enumerate(known):
            heading = f"{target.label}*" if is_needed(target) else target.label
            sheet.write_string(0, position, heading, bold)
            for column, text in enumerate((heading, str(target.field.type.label), explanation(target, actor))):
                told.write_string(position + 1, column, text, wrapped)
    return file.getvalue()


def sheet_name(text: str) -> str:
    """The text as the name of a sheet: at most 31 characters, none of those that Excel forbids."""
    return "".join(character for character in text if character not in "[]:*?/\\'")[:31] or "1"


def is_needed(target: Target) -> bool:
    return target.field.required and target.field.default is None and not target.is_child


def explanation(target: Target, actor: Actor) -> str:
    """What a cell of the column may hold, in words."""
    field = target.field
    parts = [str(field.help)] if field.help else []
    if choices := [choice.text(context_for(actor)) for choice in islice(offered(field), MOST_CHOICES_TOLD)]:
        parts.append(_("One of: %(choices)s") % {"choices": enumerated(choices)})
    if field.type.link_targets(field):
        parts.append(_("The name of the record."))
    if field.type.multiple:
        parts.append(_("Several values: put 、 or ; between them."))
    return sentences(parts)
