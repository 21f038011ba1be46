"""Broken and hostile files, each with what the reader has to say of it. Made anew, always the same way.

`corpus(folder)` makes them all; a test reads each through the sandbox, and a benchmark measures what each
costs. What is signed here is signed by an authority that the reader is told to trust, so that nothing is
turned away for its signer before it gets to where it is hostile; certificates are hostile in a group of
their own.
"""

from collections.abc import Iterator
from pathlib import Path

from tests import hostile_boxes, hostile_claims
from tests.hostile_parts import Hostile, authority, picture_left_out

__all__ = ["Hostile", "authority", "corpus"]


def corpus(folder: Path) -> Iterator[Hostile]:
    """Yields every file; the folder is for the time-stamp authority."""
    yield from hostile_boxes.truncated()
    yield from hostile_boxes.flipped()
    yield from hostile_boxes.containers()
    yield from hostile_boxes.swapped()
    yield from hostile_boxes.doubled()
    yield from hostile_claims.wrong_claims()
    yield from hostile_boxes.odd_boxes()
    yield from hostile_claims.ingredients()
    yield from hostile_claims.time_stamps(folder)
    yield from hostile_claims.certificates()
    yield from hostile_claims.elsewhere()
    yield from hostile_claims.texts()
    yield from hostile_claims.odd_cbor()
    yield from hostile_claims.thumbnails()
    yield Hostile("picture that the binding leaves out", picture_left_out(), "Trusted", None)
