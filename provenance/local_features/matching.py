"""Search in segments: shared words, nearly equal signatures, one turn and size, one geometry. No database."""

import itertools
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from provenance.local_features import (
    codebook,
    compiled,
    extraction,
    geometry,
    keypoints,
    places,
    segment,
)
from provenance.local_features.alignment import Alignment, Candidate
from provenance.local_features.keypoints import Keypoints
from provenance.local_features.segment import Segment

# Among 100,300 registered images 78 of 90 strangers met none with so many. What is enough to claim something,
# confirmation says.
LEAST_INLIERS: Final = 4
MOST_CANDIDATES: Final = 10
# With so many no other way of looking is tried. Enough to stop at, not to believe: of 90 strangers 3 had as
# many or more, up to 12, since drawings may share a shape; confirmation compares pixels.
PLENTY: Final = 10

# Sides at which a view is looked at, how much it is enlarged at most, and keypoints taken: the first costs a
# quarter and finds nearly all, small cuts best as they are; the second finds registered images that are a
# small part of the view. A third at 1,024 px would cost three times as much as the second.
LOOKS: Final = ((320, 1.0, 300), (640, 2.0, 400))
# Fainter keypoints are looked for only while there are fewer than this share of the most.
_ENOUGH: Final = 0.5

# Of 1,703 keypoints of copies (70 % of the size, JPEG 50) 57 % have the word of the registered one; for 89 %
# it is one of the six nearest.
WORDS_A_KEYPOINT: Final = 6
# Of 64 bits those differ in 2 (95 %: at most 7), other places of the picture in 29 with deviation 8. Far
# enough for worse damage; agreeing on one geometry is what tells them apart.
FARTHEST_SIGNATURE: Final = 20
# A hit at distance d votes exp(-(d / 14)**2): true ones are near.
_WEIGHTS: Final = np.exp(-((np.arange(65) / 14.0) ** 2)).astype(np.float32)
_LEAST_HITS: Final = 3
# A word that more than one image in a hundred has tells little, and looking such words up took most of the
# time (the stop list of Sivic and Zisserman, "Video Google", ICCV 2003). Small registries have none.
_MOST_COMMON: Final = 100
_CROWDED: Final = 500
# So many images of a segment have turns and sizes compared, and so many of all segments their geometry.
_MOST_VOTED: Final = 1000
_MOST_VERIFIED: Final = 20
# Pairs of one image that are verified, nearest signatures first.
_MOST_PAIRS: Final = 200

_FLIP: Final = Alignment((-1.0, 0.0, 1.0, 0.0, 1.0, 0.0))


@dataclass(frozen=True)
class Query:
    """A view as the search sees it."""

    found: Keypoints
    words: NDArray[np.int32]
    signatures: NDArray[np.uint64]
    places: NDArray[np.float32]


@dataclass(frozen=True)
class _Hits:
    """What an image shares with the query: its vote, and keypoint and posting of each pair."""

    held: Segment
    image: int
    vote: float
    keypoint: NDArray[np.int32]
    posting: NDArray[np.int64]


def find(segments: Sequence[Segment], views: Sequence[NDArray[np.uint8]]) -> list[Candidate]:
    """Returns the images that share keypoints with any view in one geometry, best first, at most 10.

    Args:
        segments: Where to look.
        views: The suspect, and what may be the picture in it: each uint8, shape (H, W, 3).
    """
    best: dict[uuid.UUID, Candidate] = {}
    for look, (view, rgb) in itertools.product(LOOKS, enumerate(views)):
        _keep(best, _looked(segments, keypoints_of(rgb, look), view))
        if any(candidate.inliers >= PLENTY for candidate in best.values()):
            break
    return sorted(best.values(), key=lambda found: (-found.inliers, found.image_id))[:MOST_CANDIDATES]


@cache
def warm_up() -> None:
    """Compiles the loops, or takes them from the disk, by a search: seconds that no check should wait for."""
    chance = np.random.default_rng(1)
    rgb = np.asarray(cv2.GaussianBlur(chance.integers(0, 255, (96, 128, 3), np.uint8), (0, 0), 3), np.uint8)
    one = segment.build([(uuid.UUID(int=1), extraction.decode(extraction.extract(rgb)))])
    find([segment.merged([one, one])], [rgb])


def keypoints_of(rgb: NDArray[np.uint8], look: tuple[int, float, int] = LOOKS[-1]) -> Keypoints:
    """Returns the keypoints with which a view (uint8, shape (H, W, 3)) is searched in one of `LOOKS`."""
    side, most_enlarged, most = look
    return keypoints.find(
        rgb, side=side, most=most, enough=round(most * _ENOUGH), most_enlarged=most_enlarged
    )


def _looked(segments: Sequence[Segment], found: Keypoints, view: int) -> list[Candidate]:
    """Returns the candidates of a view, and if none is sure those of the mirrored view."""
    upright = _candidates(segments, found, view)
    if any(candidate.inliers >= PLENTY for candidate in upright):
        return upright
    flipped = _candidates(segments, found.mirrored(), view)
    mended = [
        Candidate(candidate.image_id, view, candidate.alignment.after(_FLIP), candidate.inliers)
        for candidate in flipped
    ]
    return upright + mended


def _candidates(segments: Sequence[Segment], found: Keypoints, view: int) -> list[Candidate]:
    if len(found) < LEAST_INLIERS:
        return []
    query = _query(found)
    hits = [hit for held in segments for hit in _voted(held, query)]
    hits.sort(key=lambda hit: -hit.vote)
    verified = [_verified(hit, query, view) for hit in hits[:_MOST_VERIFIED]]
    return [candidate for candidate in verified if candidate is not None]


def _query(found: Keypoints) -> Query:
    book = codebook.load()
    words = book.words(found.descriptors, WORDS_A_KEYPOINT)
    kept = codebook.without_repeats(words[:, 0])
    places_of_all = np.column_stack([found.points, found.sizes, found.angles]).astype(np.float32)
    return Query(
        found=found,
        words=words[kept],
        signatures=book.signatures(found.descriptors[kept]),
        places=places_of_all[kept],
    )


def _voted(held: Segment, query: Query) -> list[_Hits]:
    """Returns the images of a segment with the most votes for one turn and size."""
    keypoint, posting, distance = compiled.hits_of(
        query.words,
        query.signatures,
        held.words,
        held.starts,
        held.signatures,
        FARTHEST_SIGNATURE,
        max(_CROWDED, held.images_count // _MOST_COMMON),
    )
    packed = held.places[posting]
    image = (packed >> np.uint64(places.BITS)).astype(np.int64)
    chosen = _with_most_hits(image, _WEIGHTS[distance], held.images_count)
    slots = np.full(held.images_count, -1, np.int32)
    slots[chosen] = np.arange(len(chosen), dtype=np.int32)
    slot = slots[image]
    counted = slot >= 0
    keypoint, posting, distance, slot = keypoint[counted], posting[counted], distance[counted], slot[counted]
    there, here = places.unpack(packed[counted]), query.places[keypoint]
    turn = ((here[:, 3] - there[:, 3]) / np.float32(2 * np.pi)).astype(np.float32)
    octave = np.log2(here[:, 2] / there[:, 2]).astype(np.float32)
    votes = compiled.votes_of(keypoint, slot, _WEIGHTS[distance], turn, octave, len(chosen))
    found = []
    for best in np.argsort(-votes, kind="stable")[:_MOST_VERIFIED]:
        own = np.flatnonzero(slot == best)
        own = own[np.argsort(distance[own], kind="stable")][:_MOST_PAIRS]
        hits = _Hits(held, int(chosen[best]), float(votes[best]), keypoint[own], posting[own])
        found.append(hits)
    return found


def _with_most_hits(
    image: NDArray[np.int64], weight: NDArray[np.float32], images_count: int
) -> NDArray[np.intp]:
    counts = np.bincount(image, minlength=images_count)
    often = np.flatnonzero(counts >= _LEAST_HITS)
    if len(often) <= _MOST_VOTED:
        return often
    sums = np.bincount(image, weight, minlength=images_count)[often]
    return np.sort(often[np.argpartition(-sums, _MOST_VOTED)[:_MOST_VOTED]])


def _verified(hits: _Hits, query: Query, view: int) -> Candidate | None:
    held = hits.held
    there = places.unpack(held.places[hits.posting])
    fit = geometry.fit(query.places[hits.keypoint], there, LEAST_INLIERS)
    if fit is None:
        return None
    alignment = geometry.to_fractions(fit.matrix, query.found.extent, held.extent(hits.image))
    return Candidate(held.image_id(hits.image), view, alignment, fit.inliers)


def _keep(best: dict[uuid.UUID, Candidate], found: Iterable[Candidate]) -> None:
    for candidate in found:
        known = best.get(candidate.image_id)
        if known is None or candidate.inliers > known.inliers:
            best[candidate.image_id] = candidate
