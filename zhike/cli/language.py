"""The language of the command line: Chinese where the terminal is Chinese, else English."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from functools import cache

from zhike.config import messages

LOCALE = messages.PACKAGE / messages.COMPILED


def language(environ: Mapping[str, str] = os.environ) -> str:
    """``zh_Hans`` or ``en``, from the first of LC_ALL, LC_MESSAGES and LANG that is set."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        if value := environ.get(name, ""):
            return "zh_Hans" if value.lower().startswith("zh") else "en"
    return "en"


@cache
def catalog(name: str) -> gettext.NullTranslations:
    """Translations into ``name``; English is what the code says."""
    return gettext.translation("django", LOCALE, languages=[name], fallback=True)


def _(text: str) -> str:
    """``text`` in the terminal's language. Django's own translations need its settings, which may be what is wrong."""
    return catalog(language()).gettext(text)
