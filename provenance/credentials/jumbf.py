"""C2PA manifest stores, taken apart and put together again: boxes within boxes, as JUMBF has them. Pure.

A box is its length (32 bits, big-endian, these 8 bytes included), four letters that say its kind, and its
content. Length 1: the true one follows the letters in 64 bits. Length 0: to the end of what it lies in. A
superbox (`jumb`) holds a description (`jumd`: a 16-byte type, a byte of toggles, and a label if bit 1 of the
toggles is set), then other boxes. A manifest store is a superbox with the label `c2pa`; it holds one superbox
for each manifest, labelled with its URN, the active one last.
Source: ISO 19566-5 (JUMBF); C2PA 2.4, "Use of JUMBF".

For stores that we wrote ourselves. A stranger's are read in the sandbox.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

_STORE_LABEL: Final = "c2pa"
_TYPE_BYTES: Final = 16
_HAS_LABEL: Final = 0b10


@dataclass(frozen=True)
class Box:
    """One box: its kind, what is in it, and the whole of it."""

    kind: bytes
    content: bytes
    whole: bytes


@dataclass(frozen=True)
class Manifest:
    """One manifest of a store: its URN, and its superbox as it stands there."""

    urn: str
    whole: bytes


def manifests(store: bytes) -> tuple[Manifest, ...]:
    """Returns the manifests of a store, in order: the active one is the last.

    Raises:
        ValueError: these bytes are no manifest store.
    """
    label, rest = _opened(_store_box(store))
    if label != _STORE_LABEL:
        raise ValueError(f"expected a box labelled {_STORE_LABEL!r}, got {label!r}")
    return tuple(Manifest(_opened(box)[0], box.whole) for box in rest if box.kind == b"jumb")


def parts(store: bytes) -> frozenset[str]:
    """Returns what the manifests of a store are made of: labels of superboxes, kinds of all other boxes.

    Raises:
        ValueError: these bytes are no manifest store.
    """
    boxes = [box for each in manifests(store) for box in _opened(_store_box(each.whole))[1]]
    return frozenset(_opened(box)[0] if box.kind == b"jumb" else box.kind.decode("latin-1") for box in boxes)


def only_active(store: bytes) -> bytes:
    """Returns a store that holds nothing but the active manifest of `store`, whose bytes stay as they are.

    Raises:
        ValueError: these bytes are no manifest store, or an empty one.
    """
    found = manifests(store)
    if not found:
        raise ValueError("the store holds no manifest")
    description = next(_boxes(_store_box(store).content))
    return _box(b"jumb", description.whole + found[-1].whole)


def _store_box(store: bytes) -> Box:
    box = next(_boxes(store), None)
    if box is None or box.kind != b"jumb":
        raise ValueError("a manifest store begins with a superbox")
    return box


def _opened(superbox: Box) -> tuple[str, list[Box]]:
    """Returns the label of a superbox, empty if it has none, and the boxes after its description."""
    boxes = list(_boxes(superbox.content))
    if not boxes or boxes[0].kind != b"jumd":
        raise ValueError("a superbox begins with its description")
    described = boxes[0].content
    if len(described) <= _TYPE_BYTES or not described[_TYPE_BYTES] & _HAS_LABEL:
        return "", boxes[1:]
    label, end, _ = described[_TYPE_BYTES + 1 :].partition(b"\0")
    if not end:
        raise ValueError("a label ends with a zero byte")
    return label.decode(), boxes[1:]


def _boxes(data: bytes) -> Iterator[Box]:
    start = 0
    while start < len(data):
        header = data[start : start + 16]
        if len(header) < 8:
            raise ValueError(f"{len(header)} bytes are too few for a box")
        (length,), kind, begin = struct.unpack(">I", header[:4]), header[4:8], 8
        if length == 1 and len(header) == 16:
            (length,), begin = struct.unpack(">Q", header[8:]), 16
        end = len(data) if length == 0 else start + length
        if end > len(data) or end < start + begin:
            raise ValueError(f"a box of {length} bytes in {len(data) - start}")
        yield Box(kind, data[start + begin : end], data[start:end])
        start = end


def _box(kind: bytes, content: bytes) -> bytes:
    # Our own stores are a few hundred kilobytes: the short form of the length always does.
    return struct.pack(">I", len(content) + 8) + kind + content
