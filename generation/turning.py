"""Which way is up: takes from an uploaded file the notes on it that programs read differently.

Every browser turns a JPEG as its EXIF says. Of EXIF in PNG and WebP, and of XMP in all three, browsers heed
some or none, and Pillow all of it. A mask is painted on what the browser shows and used on what a worker
decodes, so both get the file without such notes. Only lengths are followed, in plain Python; nothing is
decoded, and a file whose parts do not add up comes back as it was.

Sources: PNG (Third Edition) 5.3 and 11.3; WebP Container Specification, RFC 9649, 2.7; JPEG, ITU T.81 B.1.1.
"""

import struct
from collections.abc import Iterator
from typing import Final

from provenance import images

# EXIF and XMP have chunks of their own in newer files and hide in text in older ones.
_PNG_NOTES: Final = frozenset({b"eXIf", b"iTXt", b"tEXt", b"zTXt"})
_WEBP_NOTES: Final = frozenset({b"EXIF", b"XMP "})
# Bits in the first byte of WebP's VP8X chunk that announce them.
_WEBP_FLAGS: Final = 0x08 | 0x04
_XMP_IN_JPEG: Final = b"http://ns.adobe.com/"
_APP1: Final = 0xE1
_SCAN_OR_END: Final = (0xDA, 0xD9)


def as_browsers_show(data: bytes) -> bytes:
    """Returns the file without notes on its orientation, save EXIF in a JPEG; the pixels are untouched."""
    without_notes = {"PNG": _png, "WEBP": _webp, "JPEG": _jpeg}.get(images.sniff(data) or "")
    if without_notes is None:
        return data
    try:
        return without_notes(data)
    except (struct.error, IndexError):
        return data  # broken off: the decoder says so


def _png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at < len(data):
        length, kind = struct.unpack_from(">I4s", data, at)
        end = at + 12 + length
        if kind not in _PNG_NOTES:
            kept.append(data[at:end])
        at = end
        if kind == b"IEND":
            break
    return b"".join([*kept, data[at:]])


def _webp(data: bytes) -> bytes:
    end = 8 + struct.unpack_from("<I", data, 4)[0]
    kept = b"".join(_webp_chunks(data, end))
    return b"RIFF" + struct.pack("<I", 4 + len(kept)) + b"WEBP" + kept + data[end:]


def _webp_chunks(data: bytes, end: int) -> Iterator[bytes]:
    at = 12
    while at < min(end, len(data)):
        kind, length = struct.unpack_from("<4sI", data, at)
        chunk = data[at : at + 8 + length + length % 2]
        at += len(chunk)
        if kind == b"VP8X":
            chunk = chunk[:8] + bytes([chunk[8] & ~_WEBP_FLAGS]) + chunk[9:]
        if kind not in _WEBP_NOTES:
            yield chunk


def _jpeg(data: bytes) -> bytes:
    kept, at = [data[:2]], 2
    while data[at] == 0xFF and data[at + 1] not in _SCAN_OR_END:
        (length,) = struct.unpack_from(">H", data, at + 2)
        segment = data[at : at + 2 + length]
        if not (segment[1] == _APP1 and segment.startswith(_XMP_IN_JPEG, 4)):
            kept.append(segment)
        at += 2 + length
    return b"".join([*kept, data[at:]])
