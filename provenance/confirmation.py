"""Confirmation: is what a suspect shows really this part of a registered image? Asked before any claim.

The suspect is laid over the registered image's stored thumbnail with the alignment that was found, the fit is
refined, and the largest rectangle that both cover is compared by two hashes, whole and in tiles: words over a
picture change the whole, and leave tiles that agree. Pure: no Django.

The figures on cuts and on the tail are of `python -m benchmarks.confirmation`, see docs/benchmarks.md; those
on tiles, captions and stickers were measured once, while the gate was chosen.
"""

from dataclasses import dataclass, field
from typing import Final

import cv2
import numpy as np
import pdqhash
from numpy.typing import NDArray

from provenance import fingerprint
from provenance.fingerprint import LEAST_QUALITY
from provenance.local_features.alignment import Alignment

# Hashes see shapes alone. Of 1,000,000 pictures that are not registered 47 agreed with an image by both
# hashes, drawings with the motif and the composition of a registered one in other colours: the 13 looked at
# differed by 35 to 62, and of 644 pairs of drawings of one motif 2 by less than 30. Of copies found by hash
# one in a hundred differs by more than this, under words or a phone's frame.
MOST_DIFFERENCE_AS_A_WHOLE: Final = 24.0
# Of pictures with less detail most is ground, which differs by little whatever is on it. Three look-ups of a
# small flower differed from another by 19 to 21, at a quality of 58 to 60; a sunflower on blue differed by 7,
# at a PDQ distance of 36. So they must be near by PDQ too (`NEAR_PDQ`), or agree in tiles: of 1,699 copies
# that were found by hash none is lost by it.
DETAILED_QUALITY: Final = 90
# Of a part, and of a tile. Keypoints lay one motif on the other: of 5,000 pictures that are not registered
# two had parts within 16 and 21, a ring and a rocket, at PDQ distances of 46 and 38. Half of the copies found
# in part differ by 6 or less, and most of those that differ by more are nearer by PDQ.
MOST_DIFFERENCE: Final = 12.0
MOST_DIFFERENCE_OF_NEAR: Final = 20.0
NEAR_PDQ: Final = 24
# Mean difference of the largest and smallest channel. Below it a picture has no colour, and both are compared
# without: a photograph made grey is still near.
COLOURLESS: Final = 8.0
# Keypoints that must agree on the alignment. Of 90 strangers 12 met an image with 4 or more, 9 with 6 or
# more, up to 12: what decides is pixels.
LEAST_INLIERS: Final = 6
# Share of the registered image that both must show: less is too few pixels of a thumbnail.
LEAST_OVERLAP: Final = 0.05
# Of 5 million pairs of cuts from different pictures none came nearer than 66, if both had this quality; below
# it two plain drawings came to 44. (PDQ's authors ask for 50, of whole photographs: parts are smoother.)
LEAST_OVERLAP_QUALITY: Final = 30
MOST_PDQ: Final = 60
# The second opinion fails on other pictures. True pairs within `MOST_PDQ` came to 76.
MOST_PHASH: Final = 80
# Nine tiles, of which a caption or a sticker leaves some as they were: of 30 pictures under a meme's words
# the whole agreed in 13 %, two tiles in 90 %. Of 880,000 pairs of tiles from different pictures the two
# nearest had 42 and 72, if both had a quality of 50; no two tiles of one pair agreed. In a small part of a
# picture they are too small.
AGREEING_TILES: Final = 2
# A part needs more: of 1,072 strangers' pictures one, a drawing with the motif of a registered one, had two.
AGREEING_TILES_OF_A_PART: Final = 3
TILE_PDQ: Final = 60
LEAST_TILED_OVERLAP: Final = 0.2
# Of a million pairs of tiles with a quality of 10 to 20, 12 were within `TILE_PDQ`.
_LEAST_TILE_DETAIL: Final = 10
# Of 179,000 pairs of different pictures none had two agreeing tiles: at most so many with 95 % confidence.
_TILED_CHANCE: Final = 1.7e-5
# The line through the tail of those 5 million pairs, from one in 10,000 to one in a million: its decimal
# logarithm at a distance of 90, and its slope. See `chance_of`.
_TAIL_AT_90: Final = -4.85
_BITS_A_DECADE: Final = 13.1

# Of pictures that are not registered, at most so many are claimed by look, by counting, with 95 % confidence:
# none of 1,000,000 looked up by hash was, and none of 5,000 compared in every way, after the gate was set,
# among so many images (`python -m benchmarks.tracing`). What is extrapolated can be smaller, and knows
# nothing of motifs that are drawn over and over.
_COUNTED_BY_HASH: Final = 3e-6
_COUNTED_IN_PART: Final = 6e-4
_COUNTED_AMONG: Final = 101_000

# The overlap is brought to a square of 3 x 3 tiles; PDQ looks at 64 x 64 averages, of the whole or of a tile.
_TILE: Final = 64
_TILES_A_SIDE: Final = 3
_COMPARED: Final = _TILE * _TILES_A_SIDE
# For `Confirmation.block_difference`, and the gain of contrast that it evens out at most.
_BLOCKS: Final = 16
_BLOCKS_PERCENTILE: Final = 80
_MOST_GAIN: Final = 3.0
# A rectangle with a shorter side on the thumbnail is upsampled too far to say anything.
_SHORTEST_SIDE: Final = 20
# The fit is refined on the thumbnail at this size; larger ones gain nothing and cost with the area.
_REFINED: Final = 128
_REFINING_STEPS: Final = 30
_REFINING_BLUR: Final = 5
# Up to this distance the fit is good already; beyond the other it is none, and refining never made it one. It
# costs four times what comparing does, and gains one right pair in a hundred.
_WELL_FITTED: Final = 16
_BARELY_FITTED: Final = 100
# A view that covers less of the image than this was matched by chance.
_LEAST_AREA: Final = 1e-4
# A refinement that changes the area by more has slid off.
_MOST_CHANGE: Final = 1.5
# Rows and columns in which the rectangle is looked for.
_MASK: Final = 64
_SHRUNK: Final = 0.7

Rectangle = tuple[int, int, int, int]


@dataclass(frozen=True)
class Confirmation:
    """How well a suspect fits a registered image where they overlap.

    Attributes:
        overlap: Share of the registered image that both show, 0 to 1.
        quality: The lower of the two PDQ qualities of the overlap, 0 to 100.
        pdq_distance, phash_distance: Hamming distances of the overlap, 0 to 256.
        agreeing_tiles: How many of 3 x 3 tiles of the overlap agree by PDQ and pixel by pixel.
        resembling_tiles: The same with plainer tiles: too little to claim anything, enough to doubt that the
            two are different.
        pixel_difference: Root mean square difference, brightness and contrast evened out (deviation 50); in
            grey if one of the two has no colour.
        block_difference: The 80th percentile of the differences of averages over 16 x 16 blocks, in grey
            levels, brightness and contrast evened out: small if four fifths are the same, even if plain.
        alignment: The refined map from the view to the registered image.
        warped: uint8 (h, w, 3): the suspect's part of the overlap, as it lies on the thumbnail.
    """

    overlap: float
    quality: int
    pdq_distance: int
    phash_distance: int
    agreeing_tiles: int
    resembling_tiles: int
    pixel_difference: float
    block_difference: float
    alignment: Alignment
    warped: NDArray[np.uint8] = field(compare=False, repr=False)


def confirm(
    view: NDArray[np.uint8],
    thumbnail: NDArray[np.uint8],
    alignment: Alignment,
    *,
    least_overlap: float = LEAST_OVERLAP,
) -> Confirmation | None:
    """Lays a view of the suspect over a registered image and compares what both show.

    Args:
        view: uint8 (H, W, 3): the suspect, or a rectangle of it.
        thumbnail: uint8 (h, w, 3), longer side 256: of the registered image.
        alignment: Where the view lies on the registered image, roughly.
        least_overlap: Share of the image that both must show, 0 to 1.

    Returns:
        None if they overlap by less, or by a rectangle too narrow to compare.
    """
    if _squeezes(alignment):
        return None
    view = _to_scale(view, thumbnail, alignment)
    best = _compared(view, thumbnail, alignment, least_overlap)
    if best is None or not _WELL_FITTED < best.pdq_distance <= _BARELY_FITTED:
        return best
    refined = _refined(view, thumbnail, alignment)
    other = _compared(view, thumbnail, refined, least_overlap) if refined is not None else None
    return other if other is not None and other.pdq_distance < best.pdq_distance else best


def accepts(confirmation: Confirmation | None, inliers: int | None) -> bool:
    """Whether a claim may be made: the overlap agrees as a whole, or in some of its tiles.

    Args:
        confirmation: From `confirm`; None is never accepted.
        inliers: Keypoints that agree on the alignment; None where a hash of the whole picture found it.
    """
    if confirmation is None or (inliers is not None and inliers < LEAST_INLIERS):
        return False
    if confirmation.overlap < LEAST_OVERLAP:
        return False
    least_tiles = AGREEING_TILES if inliers is None else AGREEING_TILES_OF_A_PART
    tiled = confirmation.agreeing_tiles >= least_tiles and confirmation.overlap >= LEAST_TILED_OVERLAP
    most = _most_difference(confirmation, by_hash=inliers is None)
    return tiled or (agrees_as_a_whole(confirmation) and confirmation.pixel_difference <= most)


def agrees_as_a_whole(confirmation: Confirmation) -> bool:
    """Whether both hashes of the overlap are near, and there was enough to hash."""
    return (
        confirmation.quality >= LEAST_OVERLAP_QUALITY
        and confirmation.pdq_distance <= MOST_PDQ
        and confirmation.phash_distance <= MOST_PHASH
    )


def chance(confirmation: Confirmation) -> float:
    """Returns a bound on the chance that a stranger's picture, laid over one image, fits as well as this."""
    return chance_of(confirmation.pdq_distance) if agrees_as_a_whole(confirmation) else _TILED_CHANCE


def counted_chance(registered: int, *, by_hash: bool) -> float:
    """Returns the bound on the chance of a false claim, by counting; more images have more chances.

    Args:
        registered: How many images there are to be taken for.
        by_hash: Whether a hash of the whole picture found the image, or else local features.
    """
    counted = _COUNTED_BY_HASH if by_hash else _COUNTED_IN_PART
    return min(1.0, counted * max(1.0, registered / _COUNTED_AMONG))


def chance_of(pdq_distance: int) -> float:
    """Returns a bound on the chance that two unrelated pictures are so near by PDQ, extrapolated.

    Along a line through the tail of the logarithm. The bulk of the distances falls off twice as fast; plain
    cuts that happen to have one simple shape in common make the tail, and are all that is extrapolated.
    """
    return float(min(1.0, 10.0 ** (_TAIL_AT_90 - (90 - pdq_distance) / _BITS_A_DECADE)))


def _most_difference(confirmation: Confirmation, *, by_hash: bool) -> float:
    if by_hash and confirmation.quality >= DETAILED_QUALITY:
        return MOST_DIFFERENCE_AS_A_WHOLE
    if confirmation.pdq_distance <= NEAR_PDQ:
        return MOST_DIFFERENCE_OF_NEAR
    return 0.0 if by_hash else MOST_DIFFERENCE


def _squeezes(alignment: Alignment) -> bool:
    """Whether the view would lie on less of the image than any match does, down to a line or a point."""
    return abs(float(np.linalg.det(alignment.array[:, :2]))) < _LEAST_AREA


def _to_scale(
    view: NDArray[np.uint8], thumbnail: NDArray[np.uint8], alignment: Alignment
) -> NDArray[np.uint8]:
    """Returns the view shrunk to about the thumbnail's scale: warping it down directly would alias."""
    matrix = alignment.in_pixels(view.shape, thumbnail.shape)
    scale = float(np.sqrt(abs(np.linalg.det(matrix[:, :2]))))
    if scale >= _SHRUNK:
        return np.ascontiguousarray(view)
    size = (max(8, round(view.shape[1] * scale)), max(8, round(view.shape[0] * scale)))
    return np.asarray(cv2.resize(view, size, interpolation=cv2.INTER_AREA), np.uint8)


def _compared(
    view: NDArray[np.uint8], thumbnail: NDArray[np.uint8], alignment: Alignment, least_overlap: float
) -> Confirmation | None:
    place = _shared_rectangle(alignment, thumbnail.shape)
    if place is None:
        return None
    top, left, bottom, right = place
    overlap = (bottom - top) * (right - left) / (thumbnail.shape[0] * thumbnail.shape[1])
    if overlap < least_overlap or min(bottom - top, right - left) < _SHORTEST_SIDE:
        return None
    matrix = alignment.in_pixels(view.shape, thumbnail.shape)
    size = (thumbnail.shape[1], thumbnail.shape[0])
    laid = cv2.warpAffine(view, matrix, size, flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    warped = np.asarray(laid[top:bottom, left:right], np.uint8)
    ours, theirs = _in_common_colours(_square(thumbnail[top:bottom, left:right]), _square(warped))
    distance, quality = _pdq(ours, theirs)
    pairs = list(zip(_tiles(ours), _tiles(theirs), strict=True))
    tiles = [_pdq(one, other) for one, other in pairs]
    same = [
        tile for tile, pair in zip(tiles, pairs, strict=True) if _pixel_difference(*pair) <= MOST_DIFFERENCE
    ]
    return Confirmation(
        overlap=overlap,
        quality=quality,
        pdq_distance=distance,
        phash_distance=fingerprint.distance(fingerprint.phash(ours), fingerprint.phash(theirs)),
        agreeing_tiles=_near(same, LEAST_QUALITY),
        resembling_tiles=_near(tiles, _LEAST_TILE_DETAIL),
        pixel_difference=_pixel_difference(ours, theirs),
        block_difference=_block_difference(ours, theirs),
        alignment=alignment,
        warped=warped,
    )


def _shared_rectangle(alignment: Alignment, shape: tuple[int, ...]) -> Rectangle | None:
    """Returns (top, left, bottom, right), in thumbnail pixels, of the largest upright rectangle inside both.

    What both cover is convex, so the columns free over a range of rows are those free at its two ends.
    Nothing outside is filled in: equal fillings would make strangers look alike.
    """
    centres = (np.arange(_MASK) + 0.5) / _MASK
    across, down = np.meshgrid(centres, centres)
    seen = alignment.inverted().of_points(np.stack([across.ravel(), down.ravel()], axis=1))
    inside = ((seen >= 0) & (seen <= 1)).all(axis=1).reshape(_MASK, _MASK)
    rows = np.flatnonzero(inside.any(axis=1))
    if rows.size == 0:
        return None
    first, last = inside[rows].argmax(axis=1), _MASK - inside[rows, ::-1].argmax(axis=1)
    left, right = np.maximum.outer(first, first), np.minimum.outer(last, last)
    areas = np.clip(right - left, 0, None) * (rows[None, :] - rows[:, None] + 1)
    start, end = np.unravel_index(int(areas.argmax()), areas.shape)
    height, width = shape[:2]
    top, bottom = round(rows[start] * height / _MASK), round((rows[end] + 1) * height / _MASK)
    return top, round(left[start, end] * width / _MASK), bottom, round(right[start, end] * width / _MASK)


def _refined(view: NDArray[np.uint8], thumbnail: NDArray[np.uint8], alignment: Alignment) -> Alignment | None:
    """Returns the affine map near `alignment` under which the two correlate best; None if it slid off.

    Evangelidis and Psarakis, "Parametric image alignment using enhanced correlation coefficient
    maximization", IEEE Trans. Pattern Anal. Mach. Intell. 30, 2008.
    """
    factor = min(1.0, _REFINED / max(thumbnail.shape[:2]))
    own = _grey(thumbnail, factor)
    other = _grey(view, factor)
    start = alignment.inverted().in_pixels(own.shape, other.shape).astype(np.float32)
    criteria = (cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, _REFINING_STEPS, 1e-4)
    try:
        _, found = cv2.findTransformECC(
            own, other, start, cv2.MOTION_AFFINE, criteria, np.empty(0, np.uint8), _REFINING_BLUR
        )
    except cv2.error:  # it did not converge
        return None
    change = np.linalg.det(found[:, :2]) / np.linalg.det(start[:, :2])
    if not 1 / _MOST_CHANGE < change < _MOST_CHANGE:
        return None
    return _from_pixels(np.asarray(found, np.float64), own.shape, other.shape).inverted()


def _from_pixels(matrix: NDArray[np.float64], source: tuple[int, ...], target: tuple[int, ...]) -> Alignment:
    """The opposite of `Alignment.in_pixels`."""
    square = np.vstack([matrix, [0.0, 0.0, 1.0]])
    into = np.array([[source[1], 0, -0.5], [0, source[0], -0.5], [0, 0, 1]])
    out = np.array([[1 / target[1], 0, 0.5 / target[1]], [0, 1 / target[0], 0.5 / target[0]], [0, 0, 1]])
    return Alignment.from_array((out @ square @ into)[:2])


def _grey(rgb: NDArray[np.uint8], factor: float) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if factor < 1:
        size = (max(8, round(grey.shape[1] * factor)), max(8, round(grey.shape[0] * factor)))
        grey = cv2.resize(grey, size, interpolation=cv2.INTER_AREA)
    return np.asarray(grey, np.uint8)


def _square(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    return np.asarray(cv2.resize(rgb, (_COMPARED, _COMPARED), interpolation=cv2.INTER_AREA), np.uint8)


def _pdq(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> tuple[int, int]:
    """Returns the distance, and the lower of the two qualities."""
    (bits, quality), (other_bits, other_quality) = pdqhash.compute(one), pdqhash.compute(other)
    return int((bits != other_bits).sum()), int(min(quality, other_quality))


def _tiles(square: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    starts = range(0, _COMPARED, _TILE)
    return [np.ascontiguousarray(square[y : y + _TILE, x : x + _TILE]) for y in starts for x in starts]


def _near(tiles: list[tuple[int, int]], least_quality: int) -> int:
    return sum(distance <= TILE_PDQ and quality >= least_quality for distance, quality in tiles)


def _in_common_colours(
    one: NDArray[np.uint8], other: NDArray[np.uint8]
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Returns both as they are, or both in grey if one of them has no colour."""
    if min(float(np.ptp(rgb, axis=2).mean()) for rgb in (one, other)) >= COLOURLESS:
        return one, other
    return _without_colour(one), _without_colour(other)


def _without_colour(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.cvtColor(grey, cv2.COLOR_GRAY2RGB), np.uint8)


def _pixel_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    gap = _evened(one) - _evened(other)
    return float(np.sqrt(np.mean(gap * gap)))


def _block_difference(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    own, seen = (np.asarray(_blocks(rgb) - np.median(_blocks(rgb))) for rgb in (one, other))
    gain = np.clip(float((own * seen).sum()) / max(float((own * own).sum()), 1.0), 0.0, _MOST_GAIN)
    return float(np.percentile(np.abs(seen - gain * own), _BLOCKS_PERCENTILE))


def _blocks(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    return np.asarray(cv2.resize(grey, (_BLOCKS, _BLOCKS), interpolation=cv2.INTER_AREA), np.float32)


def _evened(rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Returns values with mean 0 and standard deviation 50, so that a recoloured copy is still near."""
    values = rgb.astype(np.float32)
    return np.asarray((values - values.mean()) / max(float(values.std()), 1.0) * 50, np.float32)
