import numpy as np
import pytest

from tests.unit.watermark.pictures import flat
from watermark.codecs.dwt_dct_svd import LADDER, DwtDctSvd

BITS = np.random.default_rng(5).integers(0, 2, 96, dtype=np.uint8)


# Black has no singular vector of its own: what is added to it must still be spread over the block.
@pytest.mark.parametrize(
    "rung", range(len(LADDER)), ids=[f"{channel.name} {room}" for channel, room in LADDER]
)
def test_every_rung_holds_on_black(rung: int) -> None:
    marked = list(DwtDctSvd().embed_bits(flat((0, 0, 0)), BITS))[rung]

    readings = [reading.bits for reading in DwtDctSvd().extract_bits(marked, BITS.size)]

    assert any((bits == BITS).all() for bits in readings)
