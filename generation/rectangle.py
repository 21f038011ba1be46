"""The mask that four numbers describe, for people who select a part of a picture without painting."""

import struct
import zlib
from typing import Final

# Tenths of a percent. The mask is as long as it is wide whatever the picture is: the numbers are percentages,
# and the web process does not know how large an uploaded picture is.
SIDE: Final = 1000
_PER_PERCENT: Final = SIDE // 100


def mask_of(*, left: int, top: int, width: int, height: int) -> bytes:
    """Returns a PNG, SIDE x SIDE, 8-bit grey: 255 inside the rectangle, 0 elsewhere.

    Args:
        left: Where the rectangle begins, in percent of the picture's width from its left edge, 0 to 99.
        top: Likewise, in percent of the height from the top.
        width: In percent of the picture's width, 1 or more; what would lie outside the picture is cut off.
        height: Likewise, of the height.
    """
    assert 0 <= left < 100
    assert 0 <= top < 100
    assert width > 0
    assert height > 0
    right, bottom = min(100, left + width), min(100, top + height)
    outside = b"\0" * SIDE
    crossed = _line((left, b"\0"), (right - left, b"\xff"), (100 - right, b"\0"))
    lines = _line((top, b"\0" + outside), (bottom - top, b"\0" + crossed), (100 - bottom, b"\0" + outside))
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 0, 0, 0, 0)
    chunks = ((b"IHDR", header), (b"IDAT", zlib.compress(lines)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(kind, body) for kind, body in chunks)


def _line(*pieces: tuple[int, bytes]) -> bytes:
    return b"".join(content * (percent * _PER_PERCENT) for percent, content in pieces)


def _chunk(kind: bytes, body: bytes) -> bytes:
    """One chunk of a PNG, section 5.3 of its specification: length, kind, body, check sum."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
