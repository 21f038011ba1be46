"""How strong the mark is in this picture: no stronger than eyes allow, and no stronger than it need be.

    1. equalised at a usual strength, and as strong as SSIMULACRA 2 and Butteraugli allow in this picture
    2. put through simulated attacks whose geometry is known; weakened as long as the worst of them leaves a
       margin. Where none is left even at that strength, it stays: visibility decides.

The simulation needs no decoding: it asks for the bound on chance of the code word that was embedded.
"""

import math
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.quality import Reference
from watermark.tiled.alignment import noise_level
from watermark.tiled.carrier import expected_chips, read_chips
from watermark.tiled.embedding import Host, after_jpeg, equalised_pattern
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import grid_pitch, tile_spectra
from watermark.tiled.statistic import log10_tail
from watermark.tiled.visibility import PITCHES, visibility
from watermark.tiled.whitening import difference_of_gaussians

# Strength 0.7 is 0.78 grey levels RMS in flat areas. Larger pictures are looked at from nearer, relative to a
# grid pixel: shares of it by `PITCHES`. What a picture allows is measured at this strength.
USUAL: Final = 0.7
USUAL_SHARES: Final = (1.0, 0.88, 0.64, 0.47)
# Under a third of that, rounding to whole grey levels takes what is left. Above half as much again, what was
# measured at the usual strength no longer says what is seen: the mask and the rounding are not linear.
WEAKEST_SHARE: Final = 0.35
STRONGEST_SHARE: Final = 1.5

# What Butteraugli may be at most anywhere, and its 3-norm over the picture: 2.3 and 0.9 are asked for, and
# the estimate is a little short of the highest.
MOST_SEEN: Final = 2.29
MOST_NORM: Final = 0.895

# Most small pictures are weakened by the margin below, large ones by the bar alone. So that these show no
# more on average (87) their bar is higher, by `PITCHES`.
HIGHER_QUALITY: Final = (0.0, 2.2, 2.5, 1.4)

# What is lost of 100 grows with the strength to the 1.0 to 1.15 (ten pictures, strengths 0.3 to 0.62).
LOSS_EXPONENT: Final = 1.08
LEAST_LOSS: Final = 0.1  # of a picture that shows nothing: no division by zero

# Decimal orders of magnitude that a simulated attack must leave below chance, all code words counted: 7 are
# needed for a detection, 2 pay for the decodings of a search, the rest is what attacks not simulated may
# take. A whole copy is read where it lies; a part must be found first, and turned and slanted copies are as
# hard to find. At 40 hardly more of them are found than at 30, and the mark shows more.
WHOLE_MARGIN: Final = 12.5
PART_MARGIN: Final = 30.0
CODE_WORDS_LOG10: Final = 64 * math.log10(2)

# Simulated attacks: JPEG 15; down to 41 % and back; a part of 4 x 4 tiles at JPEG 70; a part of 3 x 3.
HARD_JPEG: Final = 15
THUMBNAIL: Final = 0.41
SOFT_JPEG: Final = 70
LARGE_PART: Final = 4
SMALL_PART: Final = 3

# Of the parts that a crop may leave, a quarter may be worse.
WORST_PARTS_PERCENT: Final = 25.0

STEPS: Final = 4

# Amplitudes equalised at a strength this much off (natural logarithm) are no longer those that the picture
# asks for. A picture that is then weakened has margin to spare, and keeps them.
EQUALISE_AGAIN: Final = 0.16


@dataclass(frozen=True)
class Plan:
    """How to mark a picture: the tile `pattern` (64, 64) at `strength`."""

    pattern: NDArray[np.float32]
    strength: float


def plan(host: Host, payload: int, key: bytes, quality: float) -> Plan:
    """Returns the least visible plan that leaves the margin, or the strongest that visibility allows.

    Args:
        host: the picture.
        payload: in [0, 2**64).
        key: secret.
        quality: SSIMULACRA 2 that a marked picture of 512 px reaches; larger ones a little more (see
            HIGHER_QUALITY), none more than the faintest mark leaves.
    """
    height, width = host.rgb.shape[:2]
    usual = USUAL * float(np.interp(grid_pitch(width, height), PITCHES, USUAL_SHARES))
    pattern = equalised_pattern(host, payload, key, usual)
    share = _allowed_share(host.rgb, host.marked(pattern, usual), quality)
    strength = share * usual
    if abs(math.log(share)) > EQUALISE_AGAIN:
        pattern = equalised_pattern(host, payload, key, strength)
    weakest = WEAKEST_SHARE * usual
    return Plan(pattern, _weakest_with_margin(host, pattern, payload, key, (weakest, strength)))


def _allowed_share(rgb: NDArray[np.uint8], marked: NDArray[np.uint8], quality: float) -> float:
    """Returns the share of this mark's strength at which it meets the first of the bars."""
    pitch = grid_pitch(rgb.shape[1], rgb.shape[0])
    loss = max(100.0 - Reference(rgb).ssimulacra2(marked), LEAST_LOSS)
    most_lost = max(0.0, 100 - quality - float(np.interp(pitch, PITCHES, HIGHER_QUALITY)))
    seen = visibility(rgb, marked, pitch)
    by_quality = math.pow(most_lost / loss, 1 / LOSS_EXPONENT)
    by_eye = 1 / max(seen.maximum / MOST_SEEN, seen.norm / MOST_NORM, 1 / STRONGEST_SHARE)
    return max(min(by_quality, by_eye), WEAKEST_SHARE)


def _weakest_with_margin(
    host: Host, pattern: NDArray[np.float32], payload: int, key: bytes, bounds: tuple[float, float]
) -> float:
    """Returns the least strength within `bounds` at which every simulated attack leaves its margin.

    The highest if there is none.
    """
    change = host.grid_change(pattern)
    expected = expected_chips(payload, key)

    def survives(strength: float) -> bool:
        return _leaves_margins(host.grid_luma + change * np.float32(strength), expected, key)

    low, high = bounds
    if not survives(high):
        return high
    if survives(low):
        return low
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        if survives(middle):
            high = middle
        else:
            low = middle
    return high


def _leaves_margins(luma: NDArray[np.float32], expected: NDArray[np.float32], key: bytes) -> bool:
    """Whether every simulated attack on the marked `luma` (H, W) leaves its margin."""
    rows, columns = luma.shape
    small = max(1, round(columns * THUMBNAIL)), max(1, round(rows * THUMBNAIL))
    thumbnail = cv2.resize(luma, small, interpolation=cv2.INTER_AREA)
    attacked = (
        (after_jpeg(luma, HARD_JPEG), None),
        (luma, SMALL_PART),
        (after_jpeg(luma, SOFT_JPEG), LARGE_PART),
        (np.asarray(cv2.resize(thumbnail, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32), None),
    )
    return all(_leaves_margin(copy, part, expected, key) for copy, part in attacked)


def _leaves_margin(
    copy: NDArray[np.float32], part: int | None, expected: NDArray[np.float32], key: bytes
) -> bool:
    spectra = tile_spectra(difference_of_gaussians(copy))
    if part is None:
        return _margin(spectra, expected, key) >= WHOLE_MARGIN
    return _part_margin(spectra, part, expected, key) >= PART_MARGIN


def _margin(spectra: NDArray[np.complex64], expected: NDArray[np.float32], key: bytes) -> float:
    aligned = spectra.sum(axis=(0, 1)) / noise_level(spectra) * np.conj(keyed_stream(key).phase)
    return -log10_tail(read_chips(aligned) * expected) - CODE_WORDS_LOG10


def _part_margin(
    spectra: NDArray[np.complex64], side: int, expected: NDArray[np.float32], key: bytes
) -> float:
    """Returns the margin of a rather bad part of `side` x `side` tiles, out of nine over the picture."""
    down, across = spectra.shape[:2]
    side = min(side, down, across)
    step = max(1, (min(down, across) - side) // 2)
    parts = [
        _margin(spectra[y : y + side, x : x + side], expected, key)
        for y in range(0, down - side + 1, step)
        for x in range(0, across - side + 1, step)
    ]
    return float(np.percentile(parts, WORST_PARTS_PERCENT))
