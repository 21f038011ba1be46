"""A segment: the keypoints of many registered images by visual word, in memory or mapped from a file."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from provenance.local_features import places
from provenance.local_features.compiled import IMAGE_SHIFT, scatter
from provenance.local_features.extraction import SIDE, Features

# The number of an image has 24 bits of a posting.
MOST_IMAGES: Final = 2 ** (64 - IMAGE_SHIFT)


@dataclass(frozen=True)
class Segment:
    """Postings sorted by word. An image is a number within its segment.

    Attributes:
        batches: The rows (models.FeatureSegment) whose images it holds; none for the tail.
        image_ids: uint8, shape (M, 16): the bytes of each UUID.
        extents: uint16, shape (M, 2): width and height in pixels as they were looked at.
        words: uint32, shape (U,), rising: the words that occur.
        starts: uint32, shape (U + 1,): where the postings of each word begin.
        places: uint64, shape (P,): number of the image, then its `places` bits.
        signatures: uint64, shape (P,).
    """

    batches: tuple[uuid.UUID, ...]
    image_ids: NDArray[np.uint8]
    extents: NDArray[np.uint16]
    words: NDArray[np.uint32]
    starts: NDArray[np.uint32]
    places: NDArray[np.uint64]
    signatures: NDArray[np.uint64]

    @property
    def images_count(self) -> int:
        return len(self.image_ids)

    def image_id(self, number: int) -> uuid.UUID:
        return uuid.UUID(bytes=self.image_ids[number].tobytes())

    def extent(self, number: int) -> tuple[float, float]:
        """Returns (width, height) of an image; the longer is 1."""
        width, height = (int(length) for length in self.extents[number])
        return width / max(width, height), height / max(width, height)


@dataclass(frozen=True)
class Sizes:
    """How long the arrays of a segment are."""

    batches: int
    images: int
    words: int
    postings: int


def build(images: Sequence[tuple[uuid.UUID, Features]], batches: Sequence[uuid.UUID] = ()) -> Segment:
    """Returns the segment of some images' features."""
    assert len(images) < MOST_IMAGES
    counts = [len(features.words) for _, features in images]
    numbers = np.repeat(np.arange(len(images), dtype=np.uint64), counts)
    nothing = np.zeros(0, np.uint64)
    words = np.concatenate([nothing, *(features.words for _, features in images)]).astype(np.uint32)
    where = np.concatenate([nothing, *(features.places for _, features in images)])
    signatures = np.concatenate([nothing, *(features.signatures for _, features in images)])
    order = np.argsort(words, kind="stable")
    unique, first = np.unique(words[order], return_index=True)
    extents = [[round(share * SIDE) for share in features.extent] for _, features in images]
    return frozen(
        Segment(
            batches=tuple(batches),
            image_ids=np.frombuffer(b"".join(pk.bytes for pk, _ in images), np.uint8).reshape(-1, 16),
            extents=np.maximum(np.array(extents, np.uint16).reshape(-1, 2), 1),
            words=unique,
            starts=np.append(first, len(words)).astype(np.uint32),
            places=(where | numbers << np.uint64(places.BITS))[order],
            signatures=signatures[order],
        )
    )


def frozen(held: Segment) -> Segment:
    """Makes the arrays read-only, as those of files are: for others, loops would be compiled once more."""
    for array in (held.words, held.starts, held.places, held.signatures):
        array.flags.writeable = False
    return held


def sizes_of(parts: Sequence[Segment]) -> Sizes:
    """Returns how long the arrays of the merged segment are."""
    return Sizes(
        batches=sum(len(part.batches) for part in parts),
        images=sum(part.images_count for part in parts),
        words=len(_all_words(parts)),
        postings=sum(len(part.places) for part in parts),
    )


def empty(sizes: Sizes) -> Segment:
    """Returns a segment in memory with room for `sizes`, to be filled by `merge_into`."""
    return Segment(
        batches=(),
        image_ids=np.empty((sizes.images, 16), np.uint8),
        extents=np.empty((sizes.images, 2), np.uint16),
        words=np.empty(sizes.words, np.uint32),
        starts=np.empty(sizes.words + 1, np.uint32),
        places=np.empty(sizes.postings, np.uint64),
        signatures=np.empty(sizes.postings, np.uint64),
    )


def merge_into(out: Segment, parts: Sequence[Segment]) -> None:
    """Fills the arrays of `out` with what all parts hold; images keep the order of the parts."""
    assert sum(part.images_count for part in parts) < MOST_IMAGES
    words = _all_words(parts)
    rows = [np.searchsorted(words, part.words).astype(np.int64) for part in parts]
    counts = np.zeros(len(words), np.int64)
    for part, row in zip(parts, rows, strict=True):
        starts = part.starts.astype(np.int64)
        counts[row] += starts[1:] - starts[:-1]
    starts = np.concatenate([np.zeros(1, np.int64), np.cumsum(counts)])
    out.words[:] = words
    out.starts[:] = starts
    cursors = starts[:-1].copy()
    first = 0
    for part, row in zip(parts, rows, strict=True):
        target = (out.places, out.signatures)
        scatter(row, part.starts, part.places, part.signatures, first, cursors, target)
        after = first + part.images_count
        out.image_ids[first:after] = part.image_ids
        out.extents[first:after] = part.extents
        first = after


def merged(parts: Sequence[Segment]) -> Segment:
    """Returns one segment in memory with what all parts hold, without their batches."""
    out = empty(sizes_of(parts))
    merge_into(out, parts)
    return frozen(out)


def _all_words(parts: Sequence[Segment]) -> NDArray[np.uint32]:
    return np.unique(np.concatenate([np.zeros(0, np.uint32), *(part.words for part in parts)]))
