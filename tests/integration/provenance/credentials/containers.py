"""PNG, JPEG, WebP and AVIF files as lists of pieces, and what a forger does with them."""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

# In JPEG a piece is a marker segment; all that follows the start of scan is one.
_START_OF_SCAN = b"\xff\xda"
# What a piece that may hold a manifest store looks like, after its length and kind.
_STORE = {
    b"caBX": b"",
    b"C2PA": b"",
    b"\xff\xeb": b"JP",
    b"uuid": bytes.fromhex("d8fec3d61b0e483c92975828877ec481"),
}
_PIXELS = frozenset({b"IDAT", _START_OF_SCAN, b"VP8 ", b"VP8L", b"mdat"})


@dataclass(frozen=True)
class Piece:
    """A chunk or segment of a file, with its header and padding."""

    kind: bytes
    data: bytes

    @property
    def is_store(self) -> bool:
        after_header = self.data[4 if self.kind[:1] == b"\xff" else 8 :]
        return self.kind in _STORE and after_header.startswith(_STORE[self.kind])

    @property
    def is_pixels(self) -> bool:
        return self.kind in _PIXELS


def pieces(file: bytes) -> list[Piece]:
    """Returns the pieces of a file; joined again they are the file."""
    if file.startswith(b"\x89PNG"):
        return list(_chunks(file, 8, _png_length))
    if file.startswith(b"RIFF"):
        return list(_chunks(file, 12, _riff_length))
    if file[4:8] == b"ftyp":
        return list(_chunks(file, 0, _box_length))
    return list(_segments(file))


def joined(parts: list[Piece]) -> bytes:
    """Returns the file of these pieces, with its checksums and sizes right again."""
    if parts[0].data.startswith(b"\x89PNG"):
        return parts[0].data + b"".join(_with_checksum(part.data) for part in parts[1:])
    if parts[0].data.startswith(b"RIFF"):
        body = b"".join(part.data for part in parts[1:])
        return b"RIFF" + struct.pack("<I", 4 + len(body)) + b"WEBP" + body
    return b"".join(part.data for part in parts)


def with_one_pixel_byte_flipped(file: bytes) -> bytes:
    """One bit in the middle of the compressed pixels; the container stays whole."""
    parts = pieces(file)
    at = max(range(len(parts)), key=lambda i: len(parts[i].data) if parts[i].is_pixels else 0)
    middle = len(parts[at].data) // 2
    changed = parts[at].data[:middle] + bytes([parts[at].data[middle] ^ 1]) + parts[at].data[middle + 1 :]
    parts[at] = replace(parts[at], data=changed)
    return joined(parts)


def with_store_edited(file: bytes, old: bytes, new: bytes, *, oldest: bool = False) -> bytes:
    """One text in the manifest store replaced by another of its length.

    The active manifest is the last in a store, so the last occurrence is changed, or else the first: that of
    the oldest manifest that came in.
    """
    assert len(old) == len(new)
    parts = pieces(file)
    at = [i for i, part in enumerate(parts) if part.is_store and old in part.data][0 if oldest else -1]
    data = parts[at].data
    place = data.index(old) if oldest else data.rindex(old)
    parts[at] = replace(parts[at], data=data[:place] + new + data[place + len(old) :])
    return joined(parts)


def without_store(file: bytes) -> bytes:
    """The same file, stripped of its manifest store."""
    return joined([part for part in pieces(file) if not part.is_store])


def with_store_of(file: bytes, other: bytes) -> bytes:
    """The file with the other's manifest store in place of its own."""
    mine, theirs = pieces(file), [part for part in pieces(other) if part.is_store]
    at = next(i for i, part in enumerate(mine) if part.is_store)
    rest = [part for part in mine if not part.is_store]
    return joined([*rest[:at], *theirs, *rest[at:]])


def _chunks(file: bytes, first: int, length: Callable[[bytes, int], tuple[bytes, int]]) -> Iterator[Piece]:
    if first:
        yield Piece(b"", file[:first])
    while first < len(file):
        kind, size = length(file, first)
        yield Piece(kind, file[first : first + size])
        first += size


def _png_length(file: bytes, at: int) -> tuple[bytes, int]:
    return file[at + 4 : at + 8], 12 + int(struct.unpack_from(">I", file, at)[0])


def _riff_length(file: bytes, at: int) -> tuple[bytes, int]:
    size = int(struct.unpack_from("<I", file, at + 4)[0])
    return file[at : at + 4], 8 + size + size % 2


def _box_length(file: bytes, at: int) -> tuple[bytes, int]:
    return file[at + 4 : at + 8], int(struct.unpack_from(">I", file, at)[0])


def _segments(file: bytes) -> Iterator[Piece]:
    yield Piece(b"", file[:2])
    at = 2
    while file[at : at + 2] != _START_OF_SCAN:
        size = 2 + int(struct.unpack_from(">H", file, at + 2)[0])
        yield Piece(file[at : at + 2], file[at : at + size])
        at += size
    yield Piece(_START_OF_SCAN, file[at:])


def _with_checksum(chunk: bytes) -> bytes:
    return chunk[:-4] + struct.pack(">I", zlib.crc32(chunk[4:-4]))
