"""A Typst template and plain data become a PDF. Data goes in as JSON, so that no text of a customer is ever read as markup."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import typst

HERE = Path(__file__).parent
#: Where templates and what they import are read from; nothing outside is reachable.
ROOT = HERE.parents[1]
MIME = "application/pdf"


@cache
def _fonts() -> typst.Fonts:
    # Fonts of the machine stay out: a page would break elsewhere on the next machine.
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[HERE / "fonts"])


def typeset(template: Path, data: Mapping[str, Any], *, moment: datetime) -> bytes:
    """The PDF of a template below ``zhike/``, which finds the data as ``json(bytes(sys.inputs.data))``.

    ``moment`` is what the file says of its making: the same data gives the same bytes. Raises typst.TypstError for a
    template that does not compile.
    """
    compiler = typst.Compiler(
        template, root=ROOT, font_paths=_fonts(), sys_inputs={"data": orjson.dumps(data).decode("utf-8")}
    )
    made = compiler.compile(format="pdf", timestamp=int(moment.timestamp()))
    if not isinstance(made, bytes):
        raise TypeError(f"{template} gave no PDF")
    return made
