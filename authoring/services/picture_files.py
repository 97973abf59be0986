"""The bytes of a picture's file: what is refused before anybody decodes them."""

import re

from django.core.exceptions import ValidationError

MAX_BYTES = 20 * 1024 * 1024
DAMAGED = "This file is damaged or cut off: it cannot be read to its end."

OTHERS = (
    (re.compile(rb"GIF8"), "a GIF"),
    (re.compile(rb".{4}ftyp(heic|heix|hevc|mif1|msf1)", re.DOTALL), "a HEIC picture"),
    (re.compile(rb".{4}ftypavi[fs]", re.DOTALL), "an AVIF picture"),
    (re.compile(rb"BM.{4}\0\0\0\0", re.DOTALL), "a BMP picture"),
    (re.compile(rb"II\*\0|MM\0\*"), "a TIFF picture"),
    (re.compile(rb"%PDF-"), "a PDF"),
    (re.compile(rb"PK\x03\x04"), "a ZIP archive"),
)
SVG = re.compile(rb"<svg[\s>]", re.IGNORECASE)
# What makes another program read the file as something else: these look near the beginning, ZIP at the end.
SECOND_NATURE = re.compile(rb"%PDF-|<!doctype\s+html|<html|<script|<\?php|PK\x03\x04", re.IGNORECASE)
ZIP_END = b"PK\x05\x06"
# A marker within a JPEG's compressed data: not an escaped FF, no restart, no filling.
JPEG_MARKER = re.compile(rb"\xff[^\x00\xff\xd0-\xd7]")


def check(data: bytes) -> None:
    """Raise `ValidationError` on `file` unless it begins as a JPEG, PNG or WebP, and as nothing else."""
    if not data:
        raise refused("This file is empty.")
    if len(data) > MAX_BYTES:
        raise refused(f"This file has {len(data) / 1e6:.1f} MB; {MAX_BYTES // 1024**2} MB is the most.")
    beginning = data[:1024]
    if SVG.search(beginning):
        raise refused("This is an SVG: a document that may contain programs. Export it as PNG, please.")
    for signature, what in OTHERS:
        if signature.match(beginning):
            raise refused(f"This is {what}; JPEG, PNG and WebP are possible.")
    if not data.startswith((b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")) and data[:4] + data[8:12] != b"RIFFWEBP":
        raise refused("This is no JPEG, PNG or WebP.")
    if SECOND_NATURE.search(beginning) or _ends_as_zip(data):
        raise refused("This file is a picture and something else at once.")


def check_end(data: bytes, kind: str) -> None:
    """Raise `ValidationError` on `file` unless the file ends where its picture does."""
    end = {"JPEG": _jpeg_end, "PNG": _png_end, "WEBP": _webp_end}[kind](data)
    if end < 0 or end > len(data):
        raise refused(DAMAGED)
    rest = data[end:].lstrip(b"\0")
    if kind == "JPEG" and rest.startswith(b"\xff\xd8\xff"):  # cameras put a preview or a depth map behind
        check_end(rest, kind)
    elif rest:
        raise refused(f"This file carries {len(rest):,} bytes behind the end of the picture.")


def _png_end(data: bytes) -> int:
    position = 8
    while position + 8 <= len(data):
        length, name = int.from_bytes(data[position : position + 4]), data[position + 4 : position + 8]
        position += 12 + length
        if name == b"IEND":
            return position
    return -1


def _webp_end(data: bytes) -> int:
    length = int.from_bytes(data[4:8], "little")
    return 8 + length + length % 2


def _jpeg_end(data: bytes) -> int:
    position = 2
    while marker := JPEG_MARKER.search(data, position):
        if marker[0] == b"\xff\xd9":
            return marker.end()
        length = int.from_bytes(data[marker.end() : marker.end() + 2])
        position = marker.end() + (0 if marker[0] == b"\xff\x01" else length)
    return -1


def _ends_as_zip(data: bytes) -> bool:
    """Whether archivers would find a directory at the end, with a comment that reaches to the last byte."""
    found = data.rfind(ZIP_END, max(0, len(data) - 65_557))
    return found >= 0 and found + 22 + int.from_bytes(data[found + 20 : found + 22], "little") == len(data)


def refused(reason: str) -> ValidationError:
    """The refusal of a file, as its form shows it."""
    return ValidationError({"file": reason})
