"""What a file really is, by its first bytes, and which kinds nobody should bring in.

Signatures: the "List of file signatures" of the formats' own specifications (PNG 1.2, JFIF, RFC 9649, ISO 32000, PKZIP APPNOTE,
[MS-CFB]).
"""

from __future__ import annotations

from pathlib import PurePosixPath

#: Bytes of the beginning that are looked at.
HEAD = 4_096

SIGNATURES: tuple[tuple[int, bytes, str], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "image/png"),
    (0, b"\xff\xd8\xff", "image/jpeg"),
    (0, b"GIF87a", "image/gif"),
    (0, b"GIF89a", "image/gif"),
    (8, b"WEBP", "image/webp"),
    (0, b"BM", "image/bmp"),
    (0, b"%PDF-", "application/pdf"),
    (0, b"PK\x03\x04", "application/zip"),
    (0, b"PK\x05\x06", "application/zip"),
    (0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "application/x-ole-storage"),
    (0, b"Rar!\x1a\x07", "application/vnd.rar"),
    (0, b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
    (0, b"ID3", "audio/mpeg"),
    (0, b"#!AMR", "audio/amr"),
    (0, b"OggS", "audio/ogg"),
    (8, b"WAVE", "audio/wav"),
    (4, b"ftyp", "video/mp4"),
)
#: What containers hold by the name of the file, since their beginnings are alike.
CONTAINED = {
    ("application/zip", ".docx"): "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ("application/zip", ".xlsx"): "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ("application/zip", ".pptx"): "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    ("application/zip", ".ofd"): "application/ofd",
    ("application/x-ole-storage", ".doc"): "application/msword",
    ("application/x-ole-storage", ".xls"): "application/vnd.ms-excel",
    ("application/x-ole-storage", ".ppt"): "application/vnd.ms-powerpoint",
    ("application/x-ole-storage", ".msg"): "application/vnd.ms-outlook",
    ("text/plain", ".csv"): "text/csv",
    ("text/plain", ".vcf"): "text/vcard",
    ("video/mp4", ".m4a"): "audio/mp4",
}
#: Programs, by their beginning: Windows, Linux, macOS, Java, scripts.
PROGRAMS = (b"MZ", b"\x7fELF", b"\xfe\xed\xfa", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!/")
#: Programs and pages that act, by their ending: what a double click would run.
BLOCKED_ENDINGS = frozenset(
    [
        ".apk",
        ".app",
        ".bat",
        ".chm",
        ".cmd",
        ".com",
        ".cpl",
        ".dll",
        ".exe",
        ".hta",
        ".htm",
        ".html",
        ".jar",
        ".jnlp",
        ".js",
        ".jse",
        ".lnk",
        ".mht",
        ".mhtml",
        ".msc",
        ".msi",
        ".msp",
        ".ps1",
        ".reg",
        ".scf",
        ".scr",
        ".sh",
        ".shtml",
        ".svg",
        ".swf",
        ".sys",
        ".url",
        ".vb",
        ".vbe",
        ".vbs",
        ".wsf",
        ".wsh",
        ".xhtml",
        ".xht",
        ".xml",
        ".xsl",
    ]
)


def ending(name: str) -> str:
    """The last ending in lower case with its dot; Windows ignores dots and blanks behind it, so they are ignored here."""
    return PurePosixPath(name.rstrip(". ").lower()).suffix


def is_blocked(name: str, head: bytes) -> bool:
    """Whether a file is a program, or a page that acts when opened, by its ending or its beginning."""
    amr = head.startswith(b"#!AMR")
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:64].lower()
    active = start.startswith((b"<!doctype html", b"<html", b"<svg", b"<script", b"<?xml"))
    return ending(name) in BLOCKED_ENDINGS or (head.startswith(PROGRAMS) and not amr) or active


def sniff(name: str, head: bytes) -> str:
    """The media type that the beginning shows, made precise by the ending; unknown binary data stays unknown."""
    found = next((mime for at, mark, mime in SIGNATURES if head[at : at + len(mark)] == mark), None)
    if found in {"image/webp", "audio/wav"} and not head.startswith(b"RIFF"):
        found = None
    if found is None:
        found = "text/plain" if is_text(head) else "application/octet-stream"
    return CONTAINED.get((found, ending(name)), found)


def is_text(head: bytes) -> bool:
    """Whether the beginning reads as UTF-8 or GB18030 without control characters."""
    if any(byte < 32 and byte not in b"\t\r\n\f" for byte in head):
        return False
    for encoding in ("utf-8", "gb18030"):
        try:
            # The beginning may end in the middle of a character.
            head[: max(len(head) - 4, 0) or len(head)].decode(encoding)
        except UnicodeDecodeError as error:
            if error.start < len(head) - 8:
                continue
        return True
    return False
