"""The loops that numpy cannot do without large arrays in between, compiled by numba and kept on disk.

Every array is checked by its maker (`segment_file` verifies what it opens): compiled code checks no index.
"""

from collections.abc import Callable
from typing import Final, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", bound=np.number)
_Function = TypeVar("_Function", bound=Callable[..., object])

# Bits of a posting's place above which the number of its image stands; as in `places`.
IMAGE_SHIFT: Final = 40
# Turns are told apart in twelfths, sizes in octaves from 1/256 to 512 times. Two grids, one half a step on.
TURNS: Final = 12
OCTAVES: Final = 18
_LEAST_OCTAVE: Final = -8
_SIZE_STEPS: Final = 24
_GROWTH: Final = 2


def _compiled(function: _Function) -> _Function:
    return cast(_Function, numba.njit(cache=True, nogil=True)(function))


@_compiled
def _bit_count(value: np.uint64) -> np.uint64:
    value = value - ((value >> np.uint64(1)) & np.uint64(0x5555555555555555))
    value = (value & np.uint64(0x3333333333333333)) + (
        (value >> np.uint64(2)) & np.uint64(0x3333333333333333)
    )
    value = (value + (value >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (value * np.uint64(0x0101010101010101)) >> np.uint64(56)


@_compiled
def hits_of(
    wanted: NDArray[np.int32],
    signatures: NDArray[np.uint64],
    words: NDArray[np.uint32],
    starts: NDArray[np.uint32],
    stored: NDArray[np.uint64],
    farthest: int,
    crowded: int,
) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.uint8]]:
    """Returns the postings that share a word with a keypoint of the query and have nearly its signature.

    Args:
        wanted: int32, shape (N, M): words of the query's keypoints.
        signatures: uint64, shape (N,).
        words: uint32, shape (U,), rising: the words that the segment has.
        starts: uint32, shape (U + 1,): where the postings of each word begin.
        stored: uint64, shape (P,): signatures of the postings.
        farthest: Hamming distance up to which a posting counts.
        crowded: Words with more postings are passed over.

    Returns:
        Keypoint, posting and distance of each hit, by rising keypoint.
    """
    room = 1024
    keypoint = np.empty(room, np.int32)
    posting = np.empty(room, np.int64)
    distance = np.empty(room, np.uint8)
    count = 0
    for query in range(wanted.shape[0]):
        for word in wanted[query]:
            at = np.searchsorted(words, word)
            if at == len(words) or words[at] != word or starts[at + 1] - starts[at] > crowded:
                continue
            for place in range(starts[at], starts[at + 1]):
                apart = _bit_count(stored[place] ^ signatures[query])
                if apart > farthest:
                    continue
                if count == room:
                    room *= _GROWTH
                    keypoint = _grown(keypoint, room)
                    posting = _grown(posting, room)
                    distance = _grown(distance, room)
                keypoint[count] = query
                posting[count] = place
                distance[count] = apart
                count += 1
    return keypoint[:count], posting[:count], distance[:count]


@_compiled
def _grown(array: NDArray[_Number], room: int) -> NDArray[_Number]:
    larger = np.empty(room, array.dtype)
    larger[: len(array)] = array
    return larger


@_compiled
def votes_of(
    keypoint: NDArray[np.int32],
    slot: NDArray[np.int32],
    weight: NDArray[np.float32],
    turn: NDArray[np.float32],
    octave: NDArray[np.float32],
    slots: int,
) -> NDArray[np.float32]:
    """Returns for each slot (image) the weight of the hits that agree best on turn and size: float32.

    Args:
        keypoint: int32, shape (H,), rising: a keypoint votes once a cell.
        slot: int32, shape (H,); below 0 is not counted.
        weight: float32, shape (H,).
        turn: float32, shape (H,), in turns.
        octave: float32, shape (H,): log2 of the relative size.
    """
    best = np.zeros(slots, np.float32)
    sums = np.zeros((2, slots, TURNS, OCTAVES), np.float32)
    last = np.full((2, slots, TURNS, OCTAVES), -1, np.int32)
    for hit in range(len(keypoint)):
        here = slot[hit]
        if here < 0:
            continue
        for grid in range(2):
            a = int(np.floor(turn[hit] * TURNS + 0.5 * grid)) % TURNS
            o = int(np.floor(octave[hit] + 0.5 * grid)) - _LEAST_OCTAVE
            o = min(max(o, 0), OCTAVES - 1)
            if last[grid, here, a, o] == keypoint[hit]:
                continue
            last[grid, here, a, o] = keypoint[hit]
            sums[grid, here, a, o] += weight[hit]
            best[here] = max(best[here], sums[grid, here, a, o])
    return best


@_compiled
def agreeing(
    query: NDArray[np.float32], image: NDArray[np.float32], fixed: float, relative: float, apart: float
) -> NDArray[np.bool_]:
    """Returns which pairs agree with the similarity that one pair proposes and most others support.

    Args:
        query, image: float32, shape (N, 4): x, y, size, angle of the two keypoints of each pair.
        fixed, relative: A pair agrees if its place in the query is off by at most fixed + relative * scale,
            scale being how much of the query one unit of the image fills, at most 1.
        apart: Natural logarithm of the sizes, and radians of the angles, by which pairs may differ.
    """
    count = len(query)
    best = np.zeros(count, np.bool_)
    most = 0
    scales = query[:, 2] / image[:, 2]
    turns = query[:, 3] - image[:, 3]
    for seed in range(count):
        scale, turn = scales[seed], turns[seed]
        across, up = scale * np.cos(turn), scale * np.sin(turn)
        dx = query[seed, 0] - (across * image[seed, 0] - up * image[seed, 1])
        dy = query[seed, 1] - (up * image[seed, 0] + across * image[seed, 1])
        limit = (fixed + relative * min(1.0, scale)) ** 2
        agree = np.zeros(count, np.bool_)
        total = 0
        for pair in range(count):
            gap_x = across * image[pair, 0] - up * image[pair, 1] + dx - query[pair, 0]
            gap_y = up * image[pair, 0] + across * image[pair, 1] + dy - query[pair, 1]
            if gap_x * gap_x + gap_y * gap_y > limit:
                continue
            if abs(np.log(scales[pair] / scale)) > apart:
                continue
            around = abs((turns[pair] - turn + np.pi) % (2 * np.pi) - np.pi)
            if around <= apart:
                agree[pair] = True
                total += 1
        if total > most:
            most, best = total, agree
    return best


@_compiled
def scatter(
    rows: NDArray[np.int64],
    starts: NDArray[np.uint32],
    places: NDArray[np.uint64],
    signatures: NDArray[np.uint64],
    first_image: int,
    cursors: NDArray[np.int64],
    out: tuple[NDArray[np.uint64], NDArray[np.uint64]],
) -> None:
    """Copies one part's postings to where a merged segment has those words, and moves the cursors on.

    Args:
        rows: int64, shape (U,): which word of the merged segment each word of the part is.
        starts: uint32, shape (U + 1,), of the part.
        places, signatures: uint64, shape (P,), of the part.
        first_image: Number of the part's first image in the merged segment.
        cursors: int64, a word of the merged segment each: where its next posting goes.
        out: places and signatures of the merged segment.
    """
    places_out, signatures_out = out
    for word in range(len(rows)):
        at = cursors[rows[word]]
        for posting in range(starts[word], starts[word + 1]):
            places_out[at] = places[posting] + (np.uint64(first_image) << np.uint64(IMAGE_SHIFT))
            signatures_out[at] = signatures[posting]
            at += 1
        cursors[rows[word]] = at
