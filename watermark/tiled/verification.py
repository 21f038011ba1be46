"""Asks after one mark only: is *this* payload in the picture?

Where the registry proposes a candidate, by its look for instance, one code word is compared instead of 2**64,
which is worth 19 decimal orders of magnitude. With the candidate's picture at hand, the suspect is laid over
it and the picture itself is subtracted: what is left is the mark, even in a crop to a tenth of the area.
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from watermark.interface import Detection
from watermark.tiled.alignment import Alignment
from watermark.tiled.carrier import expected_chips
from watermark.tiled.detection import MOST_DECODINGS, NAME, candidates, decode
from watermark.tiled.informed import OVERLAYS, overlays
from watermark.tiled.placement import placement
from watermark.tiled.statistic import SIGNIFICANCE, log10_tail, p_value
from watermark.tiled.suspect import Suspect
from watermark.tiled.whitening import WHITENINGS


def verify_candidate(rgb: NDArray[np.uint8], payload: int, *, keys: Sequence[bytes]) -> Detection | None:
    """Returns the mark in `rgb` (uint8, shape (H, W, 3)) if it is `payload` under one of `keys`, or None.

    The p-value is that of one candidate: who tries n of them multiplies it by n.
    """
    found = (alignment for whitening in WHITENINGS for alignment in candidates(Suspect(rgb, whitening), keys))
    return _first_match(found, rgb, payload, keys, MOST_DECODINGS * len(WHITENINGS))


def verify_informed(
    rgb: NDArray[np.uint8], original: NDArray[np.uint8], payload: int, *, keys: Sequence[bytes]
) -> Detection | None:
    """Returns the mark in `rgb` if it is `payload`, with the unmarked picture's help, or None.

    Args:
        rgb: the suspect, uint8, shape (H, W, 3).
        original: the candidate's picture without the mark, uint8, shape (H', W', 3).
        payload: the candidate's payload.
        keys: under any of which it may be marked.

    Returns:
        None as well where too little of `original` is recognised in `rgb` to lay one over the other. The
        p-value is that of one candidate, as in `verify_candidate`.
    """
    found = (alignment for key in dict.fromkeys(keys) for alignment in overlays(rgb, original, key))
    return _first_match(found, rgb, payload, keys, OVERLAYS)


def _first_match(
    found: Iterator[Alignment], rgb: NDArray[np.uint8], payload: int, keys: Sequence[bytes], trials: int
) -> Detection | None:
    for alignment in found:
        bound = log10_tail(alignment.chips() * expected_chips(payload, alignment.key))
        chance = p_value(bound, code_words=1, trials=trials * len(keys))
        if chance > SIGNIFICANCE:
            continue
        # Payloads that differ in few bits have code words alike: what is plainly another is not this one.
        likeliest, doubt = decode(alignment, trials=trials * len(keys))
        if likeliest == payload or doubt > SIGNIFICANCE:
            geometry = placement(alignment, rgb.shape[1], rgb.shape[0])
            return Detection(payload, chance, NAME, list(keys).index(alignment.key), geometry)
    return None
