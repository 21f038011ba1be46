"""Bits written here are read by invisible-watermark, and the reverse. Slow to import: it brings torch."""

import numpy as np
import pytest
from imwatermark import WatermarkDecoder, WatermarkEncoder
from numpy.typing import NDArray

from tests.unit.watermark.pictures import texture
from watermark.codecs.dwt_dct import DwtDct
from watermark.codecs.dwt_dct_svd import SCALE, DwtDctSvd
from watermark.codecs.positional import PositionalCodec

CODECS: dict[str, PositionalCodec] = {"dwtDctSvd": DwtDctSvd(), "dwtDct": DwtDct()}
BITS = np.random.default_rng(11).integers(0, 2, 96, dtype=np.uint8)


# Grain, because on smooth pictures the library's dwtDct cannot read back its own bits.
@pytest.fixture(params=[(512, 512), (515, 389)], ids=["even", "odd"])
def rgb(request: pytest.FixtureRequest) -> NDArray[np.uint8]:
    return texture(*request.param)


def test_our_luma_mark_is_read_by_the_library_when_told_the_channel(rgb: NDArray[np.uint8]) -> None:
    marked = next(CODECS["dwtDctSvd"].embed_bits(rgb, BITS))

    found = WatermarkDecoder("bits", BITS.size).decode(
        marked[..., ::-1].copy(), "dwtDctSvd", scales=[SCALE, 0, 0]
    )

    assert (np.asarray(found, np.uint8) == BITS).all()


@pytest.mark.parametrize("name", CODECS)
class TestSameBits:
    def test_ours_is_read_by_the_library(self, name: str, rgb: NDArray[np.uint8]) -> None:
        def reads(marked: NDArray[np.uint8]) -> bool:
            found = WatermarkDecoder("bits", BITS.size).decode(marked[..., ::-1].copy(), name)
            return bool((np.asarray(found, np.uint8) == BITS).all())

        assert any(reads(marked) for marked in CODECS[name].embed_bits(rgb, BITS))

    def test_the_librarys_is_read_by_us(self, name: str, rgb: NDArray[np.uint8]) -> None:
        encoder = WatermarkEncoder()
        encoder.set_watermark("bits", BITS)

        marked = encoder.encode(rgb[..., ::-1].copy(), name)[..., ::-1].copy()

        found = CODECS[name].extract_bits(marked, BITS.size)
        assert any((reading.bits == BITS).all() for reading in found)
