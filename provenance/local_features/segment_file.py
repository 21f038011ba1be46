"""Segments as files, written whole or not at all and mapped into memory; what is damaged is never believed.

    header   "<8sIQQQQ"  magic, CRC-32 of all that follows, numbers of batches, images, words and postings
    body     from byte 64: batches (16 bytes each), images (16 + 4 bytes each), words and starts (uint32),
             places and signatures (uint64), each array begun at a multiple of 8 bytes; little-endian

The checksum finds damage by disks and half-written files; whoever can write into the folder can lie anyway.
"""

import os
import struct
import uuid
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from provenance.errors import ProvenanceError
from provenance.local_features import segment
from provenance.local_features.extraction import VERSION
from provenance.local_features.segment import Segment, Sizes

SUFFIX: Final = ".segment"
_MAGIC: Final = b"LFSEG1\n\0"
_HEADER: Final = struct.Struct("<8sI")
_COUNTS: Final = struct.Struct("<QQQQ")
_HEADER_SIZE: Final = 64
_CHUNK: Final = 2**24

Layout = list[tuple[str, str, tuple[int, ...]]]


class DamagedSegment(ProvenanceError):
    """A file is not what was written; it is made again from the rows."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__("damaged_segment", f"{path.name} {reason}; it is made again from the registry.")


def write(folder: Path, parts: Sequence[Segment]) -> Path:
    """Writes one file with what all parts hold and returns its path, a new name in `folder`.

    A reader sees the whole file or none.

    Raises:
        OSError: the disk is full or cannot be written; nothing is left behind.
    """
    sizes = segment.sizes_of(parts)
    path = folder / f"{VERSION}-{uuid.uuid4().hex}{SUFFIX}"
    unfinished = path.with_suffix(".unfinished")
    try:
        with unfinished.open("w+b") as file:
            # Reserved first: a mapped page that finds no room on the disk kills the process.
            os.posix_fallocate(file.fileno(), 0, _length(sizes))
            arrays = _mapped(unfinished, sizes, "r+")
            names = b"".join(batch.bytes for part in parts for batch in part.batches)
            arrays["batches"][:] = np.frombuffer(names, np.uint8).reshape(-1, 16)
            segment.merge_into(_segment(arrays, ()), parts)
            for array in arrays.values():
                if isinstance(array, np.memmap):
                    array.flush()
            counts = _COUNTS.pack(sizes.batches, sizes.images, sizes.words, sizes.postings)
            file.write(_HEADER.pack(_MAGIC, _checksum(unfinished, counts)) + counts)
            file.flush()
            os.fsync(file.fileno())
        unfinished.replace(path)
    except BaseException:
        unfinished.unlink(missing_ok=True)
        raise
    return path


def read(path: Path) -> Segment:
    """Returns the segment in a file, its arrays mapped read-only.

    Raises:
        DamagedSegment: the file is not what was written.
        FileNotFoundError: a merge has replaced it.
    """
    with path.open("rb") as file:
        header, counts = file.read(_HEADER.size), file.read(_COUNTS.size)
    if len(counts) < _COUNTS.size:
        raise DamagedSegment(path, "is cut off")
    magic, checksum = _HEADER.unpack(header)
    sizes = Sizes(*_COUNTS.unpack(counts))
    if magic != _MAGIC or path.stat().st_size != _length(sizes):
        raise DamagedSegment(path, "is not a segment of its length")
    if _checksum(path, counts) != checksum:
        raise DamagedSegment(path, "does not have its checksum")
    arrays = _mapped(path, sizes, "r")
    return _segment(arrays, tuple(uuid.UUID(bytes=row.tobytes()) for row in arrays["batches"]))


def _layout(sizes: Sizes) -> Layout:
    return [
        ("batches", "u1", (sizes.batches, 16)),
        ("image_ids", "u1", (sizes.images, 16)),
        ("extents", "<u2", (sizes.images, 2)),
        ("words", "<u4", (sizes.words,)),
        ("starts", "<u4", (sizes.words + 1,)),
        ("places", "<u8", (sizes.postings,)),
        ("signatures", "<u8", (sizes.postings,)),
    ]


def _length(sizes: Sizes) -> int:
    return _HEADER_SIZE + sum(_padded(kind, shape) for _, kind, shape in _layout(sizes))


def _padded(kind: str, shape: tuple[int, ...]) -> int:
    # Python's numbers do not overflow where a damaged header claims much.
    size = np.dtype(kind).itemsize
    for length in shape:
        size *= length
    return size + -size % 8


def _mapped(path: Path, sizes: Sizes, mode: str) -> dict[str, Any]:
    arrays: dict[str, Any] = {}
    at = _HEADER_SIZE
    for name, kind, shape in _layout(sizes):
        if 0 in shape:
            arrays[name] = np.zeros(shape, kind)
        else:
            arrays[name] = np.memmap(path, kind, mode, offset=at, shape=shape)  # type: ignore[call-overload]
        at += _padded(kind, shape)
    return arrays


def _segment(arrays: dict[str, Any], batches: tuple[uuid.UUID, ...]) -> Segment:
    # Plain views of the mapped memory: subclasses of arrays cost compiled code a second compilation.
    plain = {name: np.asarray(array) for name, array in arrays.items() if name != "batches"}
    return Segment(batches=batches, **plain)


def _checksum(path: Path, counts: bytes) -> int:
    value = zlib.crc32(counts)
    with path.open("rb") as file:
        file.seek(_HEADER_SIZE)
        while chunk := file.read(_CHUNK):
            value = zlib.crc32(chunk, value)
    return value
