import numpy as np
import pytest
from numpy.typing import NDArray

from watermark.tiled.coefficient_gate import gated

Plane = NDArray[np.float32]


def noise(shape: tuple[int, ...], seed: int = 3) -> Plane:
    return np.random.default_rng(seed).standard_normal(shape).astype(np.float32)


def test_a_picture_that_no_codec_emptied_keeps_all() -> None:
    luma = 128 + 20 * noise((60, 83))
    whitened = noise(luma.shape, seed=4)
    assert np.array_equal(gated(whitened, luma), whitened)


def test_where_the_picture_is_flat_nothing_is_left() -> None:
    luma = np.full((64, 64), 100, np.float32)
    luma[:, :32] += 40 * noise((64, 32))
    left = gated(noise(luma.shape, seed=4), luma)
    assert np.abs(left[:, 40:]).max() < 1e-5
    assert left[:, :28].std() > 0.5


@pytest.mark.parametrize("shape", [(40, 40), (41, 67), (130, 9)])
def test_any_shape_comes_back(shape: tuple[int, int]) -> None:
    luma = np.zeros(shape, np.float32)
    luma[shape[0] // 2 :] = 200
    result = gated(noise(shape), luma)
    assert result.shape == shape
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
