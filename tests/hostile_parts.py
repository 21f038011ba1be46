"""What the hostile files are made of: a sound manifest, and ways to look into it."""

import functools
import hashlib
import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from provenance import images
from tests.c2pa_writer import (
    Assertion,
    Authority,
    Manifest,
    Raw,
    bound,
    box,
    cbor,
    png_chunk,
    store,
    superbox,
)

FORMATS = ("PNG", "JPEG", "WEBP")
URN = "urn:c2pa:00000000-0000-4000-8000-00000000000"
SOURCE_TYPE = "http://cv.iptc.org/newscodes/digitalsourcetype/"
HTML = "<script>alert('x')</script><img src=x onerror=alert(1)>"


@dataclass(frozen=True)
class Hostile:
    """A file and what is expected of it.

    Attributes:
        state: A state of `History`; `unreadable` or `absent` if there is none.
        code: A code that has to be among the problems; None if there must be none.
        picture: Whether the pixels can be decoded all the same.
    """

    name: str
    data: bytes
    state: str
    code: str | None = None
    picture: bool = True


@functools.cache
def authority() -> Authority:
    """Whom the reader trusts; its leaf signs everything that is not about certificates."""
    return Authority("Tested")


@functools.cache
def ours() -> Any:
    return authority().leaf("Hostile signer")


@functools.cache
def picture(name: Any) -> bytes:
    rgb = np.random.default_rng(1).integers(0, 255, (64, 64, 3)).astype(np.uint8)
    return images.encode(rgb, name)


def actions(*entries: dict[str, Any]) -> Assertion:
    first = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "trainedAlgorithmicMedia"}
    return Assertion("c2pa.actions.v2", {"actions": [*(entries or (first,))], "allActionsIncluded": True})


def sound(binding: Assertion, *more: Assertion, number: int = 1, **changes: Any) -> Manifest:
    """A manifest that holds unless `changes` see to it."""
    return Manifest(f"{URN}{number}", (actions(), *more, binding), **{"credential": ours(), **changes})


def file_of(make: Callable[[Assertion], Manifest], name: str = "PNG") -> bytes:
    """A picture with a store of one manifest, bound to it."""
    return bound(lambda binding: store(make(binding).boxed()), name, picture(name))


def picture_left_out() -> bytes:
    """A PNG whose binding fits, and leaves out the chunks of the picture besides the store."""
    plain = picture("PNG")
    begin, end = plain.index(b"IDAT") - 4, plain.index(b"IEND") - 4

    def made(binding: Assertion, more: int, value: bytes) -> bytes:
        pixels = {"start": Raw(struct.pack(">BI", 0x1A, begin + more)), "length": end - begin}
        data = {**binding.data, "hash": value, "exclusions": [*binding.data["exclusions"], pixels]}
        return store(sound(replace(binding, data=data)).boxed())

    def fitting(binding: Assertion) -> bytes:
        added = png_chunk(b"caBX", made(binding, 0, bytes(32)))
        # The store comes before the picture's chunks.
        covered = plain[:begin] + plain[end:]
        return made(binding, len(added), hashlib.sha256(covered).digest())

    return bound(fitting, "PNG", plain)


def with_data_box(content: bytes) -> bytes:
    """A PNG whose manifest holds, beside its assertions, a data box."""
    boxed = superbox(b"cbor", "c2pa.data", box(b"cbor", cbor({"dc:format": "text/plain", "data": content})))

    def made(binding: Assertion) -> bytes:
        manifest = sound(binding).boxed()
        return store(box(b"jumb", manifest[8:] + superbox(b"c2db", "c2pa.databoxes", boxed)))

    return bound(made, "PNG", picture("PNG"))


@functools.cache
def sound_store(name: str = "PNG") -> bytes:
    kept: list[bytes] = []

    def make(binding: Assertion) -> bytes:
        kept.append(store(sound(binding).boxed()))
        return kept[-1]

    bound(make, name, picture(name))
    return kept[-1]


def boxes(jumbf: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int, bytes]]:
    """Start, size and kind of every box, outer ones first."""
    at, end = start, len(jumbf) if end is None else end
    while at < end:
        size, kind = struct.unpack_from(">I4s", jumbf, at)
        yield at, size, kind
        if kind == b"jumb":
            yield from boxes(jumbf, at + 8, at + size)
        at += size


def cuts(jumbf: bytes) -> list[int]:
    """Every place where a box begins or its header or content ends, short of the end."""
    found = {place for at, size, _ in boxes(jumbf) for place in (at, at + 8, at + size)}
    return sorted(found - {len(jumbf)})


def with_bit(data: bytes, at: int, bit: int = 0) -> bytes:
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def with_actions(binding: Assertion, *entries: dict[str, Any]) -> Manifest:
    return replace(sound(binding), assertions=(actions(*entries), binding))
