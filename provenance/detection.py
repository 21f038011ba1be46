"""Looking for our invisible watermark in a picture of any size, in bounded time and memory."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark import codec
from watermark.tiled import detection as tiled
from watermark.tiled.alignment import Alignment
from watermark.tiled.carrier import expected_chips
from watermark.tiled.placement import placement
from watermark.tiled.statistic import SIGNIFICANCE, log10_tail, p_value
from watermark.tiled.suspect import Suspect
from watermark.tiled.whitening import WHITENINGS

# The positional codecs number their blocks row by row and repeat the mark every 96 of them, so the first rows
# at full width hold it whole: 3 megapixels hold each bit 480 times, 12 times as often as a picture of
# 512 x 512. More costs 0.3 s and 40 MB a megapixel.
MAX_PIXELS: Final = 3_000_000
# The codecs that published pictures were ever marked with. Looking for another costs time and finds nothing.
MARKED_WITH: Final = ("tiled", "dwtDctSvd")


def detect(rgb: NDArray[np.uint8], *, keys: Sequence[bytes], codec_name: str) -> codec.Detection | None:
    """Returns the mark in `rgb` (uint8, shape (H, W, 3)), or None; see `codec.detect`.

    Of codecs whose mark the first rows hold whole, only these are read; others bound their own work.

    Stamping reads back through the same bound, so what is published can be found by an inspection.
    """
    method = codec.CODECS[codec_name]
    if not method.first_rows_suffice:
        return codec.detect(rgb, keys=keys, codec=codec_name)
    rows = max(method.min_side, MAX_PIXELS // rgb.shape[1])
    return codec.detect(rgb[:rows], keys=keys, codec=codec_name)


def detect_quickly(
    rgb: NDArray[np.uint8], *, keys: Sequence[bytes], payloads: Sequence[int]
) -> codec.Detection | None:
    """Returns the mark that the cheap part of the tiled codec's search finds in `rgb`, or None.

    For a picture that something else names already, or proposes: a mark that says otherwise is seen in any
    whole or upright copy, without the search that takes seconds. Wherever the mark may lie, it is also asked
    whether it is one of `payloads`, which finds marks too weak to be read.

    Args:
        rgb: uint8, shape (H, W, 3).
        keys: At least one.
        payloads: Of the images that the picture looks like or may look like, or that a manifest names; chosen
            without the keys.
    """
    most = tiled.MOST_DECODINGS * len(WHITENINGS) * len(keys)
    for whitening in WHITENINGS:
        if whitening.thorough:
            continue
        for alignment in tiled.candidates(Suspect(rgb, whitening), keys):
            payload, chance = tiled.decode(alignment, trials=most)
            if chance > SIGNIFICANCE:
                payload, chance = _likeliest(alignment, payloads, most)
            if chance <= SIGNIFICANCE:
                geometry = placement(alignment, rgb.shape[1], rgb.shape[0])
                # Two questions are asked of each place, and each is a chance to be wrong.
                return codec.Detection(
                    payload, min(1.0, 2 * chance), tiled.NAME, keys.index(alignment.key), geometry
                )
    return None


def _likeliest(alignment: Alignment, payloads: Sequence[int], trials: int) -> tuple[int, float]:
    """Returns which of the payloads fits best, and the chance that any fits so well without the key."""
    chips, best = alignment.chips(), (0, 1.0)
    for payload in payloads:
        bound = log10_tail(chips * expected_chips(payload, alignment.key))
        chance = p_value(bound, code_words=len(payloads), trials=trials)
        if chance < best[1]:
            best = (payload, chance)
    return best
