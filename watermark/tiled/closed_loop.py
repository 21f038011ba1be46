"""How strong the mark is in this picture: no stronger than eyes allow, and no stronger than it need be.

    1. the strongest mark that flat areas allow, weakened until SSIMULACRA 2 reaches the bar
    2. equalised at that strength
    3. put through simulated attacks whose geometry is known; weakened as long as the worst of them leaves a
       margin. Where none is left even at full strength, the strength stays: visibility decides.

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
from watermark.tiled.embedding import Host, after_jpeg, equalised_pattern, unequalised_pattern
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import grid_pitch, tile_spectra
from watermark.tiled.statistic import log10_tail
from watermark.tiled.whitening import difference_of_gaussians

# Strength 0.605 is 0.67 grey levels RMS in flat areas, 0.25 of CIELAB's L*: what Butteraugli's 3-norm of 0.9
# allows there; at 0.62 the maximum was 2.34 on one busy picture of 33. Larger pictures are looked at from
# nearer, relative to a grid pixel: 0.40 at 1024 px.
STRONGEST: Final = 0.605
STRONGEST_EXPONENT: Final = -0.6
# Under a third of that, rounding to whole grey levels takes what is left.
WEAKEST_SHARE: Final = 0.35

# What is lost of 100 grows with the strength to the 1.0 to 1.15 (ten pictures, strengths 0.3 to 0.62).
LOSS_EXPONENT: Final = 1.08
# The equalised pattern loses up to 8 % more than the even one that is measured.
LOSS_RESERVE: Final = 0.92

# Decimal orders of magnitude that the worst simulated attack must leave below chance, all code words counted:
# 7 are needed for a detection, the rest is what attacks not simulated may take. At 30 textured drawings were
# marked so faintly that turned and enlarged parts were not found.
MARGIN: Final = 50.0
CODE_WORDS_LOG10: Final = 64 * math.log10(2)

# Simulated attacks: JPEG 20; down to 41 % and back; a part of 4 x 4 tiles at JPEG 70; a part of 3 x 3.
HARD_JPEG: Final = 20
THUMBNAIL: Final = 0.41
SOFT_JPEG: Final = 70
LARGE_PART: Final = 4
SMALL_PART: Final = 3

# Of the parts that a crop may leave, a quarter may be worse.
WORST_PARTS_PERCENT: Final = 25.0

STEPS: Final = 3

# Half the way down, the equalised amplitudes are no longer those that the picture asks for.
EQUALISE_AGAIN: Final = 0.85


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
        quality: SSIMULACRA 2 that the marked picture must reach.
    """
    strength = _strongest(host, payload, key, quality)
    pattern = equalised_pattern(host, payload, key, strength)
    weaker = _weakest_with_margin(host, pattern, payload, key, strength)
    if weaker < EQUALISE_AGAIN * strength:
        pattern = equalised_pattern(host, payload, key, weaker)
    return Plan(pattern, weaker)


def _strongest(host: Host, payload: int, key: bytes, quality: float) -> float:
    """Returns the strength at which SSIMULACRA 2 is at the bar, from one evaluation at the largest."""
    height, width = host.rgb.shape[:2]
    strongest = float(STRONGEST * grid_pitch(width, height) ** STRONGEST_EXPONENT)
    marked = host.marked(unequalised_pattern(payload, key), strongest)
    loss = 100.0 - Reference(host.rgb).ssimulacra2(marked)
    allowed = (100 - quality) * LOSS_RESERVE
    share = 1.0 if loss <= allowed else float((allowed / loss) ** (1 / LOSS_EXPONENT))
    return strongest * max(share, WEAKEST_SHARE)


def _weakest_with_margin(
    host: Host, pattern: NDArray[np.float32], payload: int, key: bytes, strongest: float
) -> float:
    """Returns the least strength at which every simulated attack leaves the margin; `strongest` if none."""
    change = host.grid_change(pattern)
    expected = expected_chips(payload, key)

    def margin(strength: float) -> float:
        return _worst_margin(host.grid_luma + change * np.float32(strength), expected, key)

    if margin(strongest) < MARGIN:
        return strongest
    low, high = WEAKEST_SHARE * strongest, strongest
    if margin(low) >= MARGIN:
        return low
    for _ in range(STEPS):
        middle = math.sqrt(low * high)
        if margin(middle) >= MARGIN:
            high = middle
        else:
            low = middle
    return high


def _worst_margin(luma: NDArray[np.float32], expected: NDArray[np.float32], key: bytes) -> float:
    """Returns the smallest margin over the simulated attacks; stops at the first that leaves too little."""
    rows, columns = luma.shape
    small = max(1, round(columns * THUMBNAIL)), max(1, round(rows * THUMBNAIL))
    thumbnail = cv2.resize(luma, small, interpolation=cv2.INTER_AREA)
    attacked = (
        (after_jpeg(luma, HARD_JPEG), None),
        (luma, SMALL_PART),
        (after_jpeg(luma, SOFT_JPEG), LARGE_PART),
        (np.asarray(cv2.resize(thumbnail, (columns, rows), interpolation=cv2.INTER_CUBIC), np.float32), None),
    )
    worst = math.inf
    for copy, part in attacked:
        spectra = tile_spectra(difference_of_gaussians(copy))
        worst = min(
            worst,
            _margin(spectra, expected, key) if part is None else _part_margin(spectra, part, expected, key),
        )
        if worst < MARGIN:
            break
    return worst


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
