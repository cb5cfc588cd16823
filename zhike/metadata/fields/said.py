"""Labels in the language of whoever reads them, whatever language the process speaks at the moment."""

from __future__ import annotations

from contextlib import AbstractContextManager, nullcontext

from django.utils.translation import get_language, override

from zhike.metadata.fields.base import Context, Label


def said(label: Label, context: Context) -> str:
    """The label in the reader's language; free when that language is active already, as it is within a request."""
    if isinstance(label, str) or get_language() == context.language:
        return str(label)
    with override(context.language):
        return str(label)


def speaking(language: str) -> AbstractContextManager[None]:
    """Within it ``gettext`` and ``ngettext`` speak the language of a reader.

    Plurals are said this way and not lazily, for Django makes a class of its own for every lazy plural (0.4 ms each).
    """
    return nullcontext() if get_language() == language else override(language)


def is_chinese(context: Context) -> bool:
    return context.language.startswith("zh")
