"""Thumbnails that strangers put into manifests, decoded and encoded anew. Runs in the sandbox's child only.

What leaves this module is a JPEG of ours: nothing of the stranger's bytes reaches a page.
"""

import base64
import io
import warnings
from typing import Final

from PIL import Image

from provenance import images
from provenance.credentials.history import MAX_THUMBNAIL_BYTES
from provenance.errors import UnreadableImage

# As large as a page shows them.
SIDE: Final = 256

# Common programs write 1024 px, a few 2048. All thumbnails of a file together may cost a third of a second.
_MAX_PIXELS: Final = 4_200_000
_MAX_PIXELS_TOGETHER: Final = 20_000_000

# Side and quality: the first that fits `MAX_THUMBNAIL_BYTES` is taken. Pictures of scenes have 5 to 15 kB in
# the first; noise fits only the last.
_SIZES: Final = ((SIDE, 80), (SIDE, 50), (SIDE, 25), (SIDE // 2, 25))

# What thumbnails are made of: no format with long or rare loaders.
_FORMATS: Final = ("JPEG", "PNG", "WEBP")

_TOO_LARGE: Final = (Image.DecompressionBombError, Image.DecompressionBombWarning)


class Reducer:
    """Makes small JPEGs of thumbnails until their pixels together are too many."""

    def __init__(self) -> None:
        self._pixels_left = _MAX_PIXELS_TOGETHER

    def reduced(self, data: bytes) -> str:
        """Returns base64 of a JPEG of at most `SIDE` px, or an empty text for what is no thumbnail."""
        if images.sniff(data) not in _FORMATS:
            return ""
        try:
            pixels = _pixels(data)
            if pixels > min(_MAX_PIXELS, self._pixels_left):
                return ""
            self._pixels_left -= pixels
            small = images.thumbnail(images.decode(data).rgb, SIDE)
        except (UnreadableImage, *_TOO_LARGE, *images.PARSER_ERRORS):
            return ""
        for side, quality in _SIZES:
            encoded = images.encode(images.thumbnail(small, side), "JPEG", quality=quality)
            if len(encoded) <= MAX_THUMBNAIL_BYTES:
                return base64.b64encode(encoded).decode()
        return ""


def _pixels(data: bytes) -> int:
    """Reads the header only."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        with Image.open(io.BytesIO(data), formats=_FORMATS) as header:
            return header.width * header.height
