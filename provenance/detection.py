"""Looking for our invisible watermark in a picture of any size, in bounded time and memory."""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from watermark import codec

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
