"""Build the icon sprite from the outline icons named in icons.txt; argument: the folder of outline SVGs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

NAMES = Path(__file__).with_name("icons.txt")
SPRITE = Path(__file__).resolve().parent.parent / "zhike/web/static/icons/sprite.svg"
#: The invisible 24×24 square that each Tabler icon starts with.
FRAME = '<path stroke="none" d="M0 0h24v24H0z" fill="none"/>'
STROKE = 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"'


def symbol(name: str, svg: str) -> str:
    """The drawing as a ``<symbol>`` whose id is the icon's name."""
    match = re.search(r"<svg[^>]*>(.*)</svg>", svg, re.DOTALL)
    if match is None:
        raise ValueError(name)
    shapes = re.sub(r">\s+<", "><", match.group(1).replace(FRAME, "")).strip().replace(" />", "/>")
    return f'<symbol id="{name}" viewBox="0 0 24 24" {STROKE}>{shapes}</symbol>'


def build(folder: Path) -> str:
    """The sprite as one SVG document, icons in alphabetical order."""
    names = sorted(set(NAMES.read_text(encoding="utf-8").split()))
    symbols = [symbol(name, (folder / f"{name}.svg").read_text(encoding="utf-8")) for name in names]
    return '<svg xmlns="http://www.w3.org/2000/svg">\n' + "\n".join(symbols) + "\n</svg>\n"


if __name__ == "__main__":
    SPRITE.write_text(build(Path(sys.argv[1])), encoding="utf-8")
