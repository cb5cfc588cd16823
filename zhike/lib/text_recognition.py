"""Reading text off pictures by whichever recogniser is installed; more are added by ``add``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from io import BytesIO
from typing import Any

from PIL import Image, ImageOps

from zhike.lib.business_cards import Line

#: A picture in any format that Pillow reads → its lines of text.
Recogniser = Callable[[bytes], list[Line]]
#: How to know whether it is there, and how to have it.
Maker = tuple[Callable[[], bool], Callable[[], Recogniser]]

_makers: dict[str, Maker] = {}
#: Lines that the recogniser is less sure of are noise: a pattern, a shadow.
LEAST_SCORE = 0.5
LONGEST_SIDE = 1_600


class NoRecogniser(Exception):
    """No recogniser is installed."""


def add(name: str, *, is_there: Callable[[], bool], make: Callable[[], Recogniser]) -> None:
    """Register a recogniser; of several that are there the one registered last is used."""
    _makers[name] = (is_there, make)
    _made.cache_clear()


def installed() -> str:
    """Name of the recogniser that would be used; "" when none is installed."""
    return next((name for name, (is_there, _make) in reversed(_makers.items()) if is_there()), "")


def read_lines(picture: bytes) -> list[Line]:
    """The lines of text on a picture, in reading order. Raises NoRecogniser; slow (about a second), so for the worker."""
    name = installed()
    if not name:
        raise NoRecogniser
    return _made(name)(picture)


@cache
def _made(name: str) -> Recogniser:
    return _makers[name][1]()


def _rapidocr() -> Recogniser:
    """RapidOCR: the PP-OCR models run by onnxruntime, on this machine alone."""
    engine: Any = import_module("rapidocr_onnxruntime").RapidOCR()

    def read(picture: bytes) -> list[Line]:
        with Image.open(BytesIO(picture)) as opened:
            upright = ImageOps.exif_transpose(opened).convert("RGB")
        upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
        written = BytesIO()
        upright.save(written, "PNG", compress_level=1)
        found, _seconds = engine(written.getvalue())
        return [line_of(corners, text) for corners, text, score in found or () if float(score) >= LEAST_SCORE]

    return read


def line_of(corners: list[list[float]], text: str) -> Line:
    """A line from its four corners, which a tilted card turns: the height is that of the left edge."""
    (left, top), (_right, _top), _corner, (low_left, low) = ((float(x), float(y)) for x, y in corners)
    height = ((low_left - left) ** 2 + (low - top) ** 2) ** 0.5
    return Line(text, left, top, height)


add("rapidocr", is_there=lambda: find_spec("rapidocr_onnxruntime") is not None, make=_rapidocr)
