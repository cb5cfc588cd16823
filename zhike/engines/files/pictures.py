"""Small versions of pictures, drawn anew so that nothing hidden in the original reaches a browser."""

from __future__ import annotations

from io import BytesIO
from typing import IO, Any

from PIL import Image, ImageOps, UnidentifiedImageError

#: A picture of more points is not opened: a file of a few kilobytes may claim billions of them.
MOST_POINTS = 50_000_000
FORMATS = ("PNG", "JPEG", "GIF", "WEBP", "BMP")
#: Longest side in points by name.
SIZES = {"thumb": 320, "picture": 1_600}
#: What Pillow raises for files that are broken or lie about what they are.
BROKEN = (UnidentifiedImageError, OSError, ValueError, SyntaxError, Image.DecompressionBombError, EOFError, IndexError)


def measured(content: IO[bytes]) -> tuple[int, int]:
    """Width and height of a picture that may be shown; (0, 0) of everything else. Decodes nothing."""
    try:
        with Image.open(content, formats=FORMATS) as picture:
            width, height = picture.size
    except BROKEN:
        return 0, 0
    finally:
        content.seek(0)
    return (width, height) if 0 < width * height <= MOST_POINTS else (0, 0)


def reduced(content: IO[bytes], size: str) -> bytes | None:
    """The picture as WebP with its longest side at most ``SIZES[size]``; None when it cannot be decoded."""
    try:
        with Image.open(content, formats=FORMATS) as picture:
            if picture.size[0] * picture.size[1] > MOST_POINTS:
                return None
            return drawn(picture, SIZES[size])
    except BROKEN:
        return None


def drawn(picture: Any, side: int) -> bytes:
    picture.draft("RGB", (side, side))
    upright = ImageOps.exif_transpose(picture)
    upright.thumbnail((side, side))
    plain = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    written = BytesIO()
    plain.save(written, "WEBP", quality=80)
    return written.getvalue()
