import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import landscape
from watermark.tiled import learned_whitening, mask
from watermark.tiled.learned_whitening import WEIGHTS, features, weights_from
from watermark.tiled.learned_whitening import learned_whitening as filtered
from watermark.tiled.whitening import difference_of_gaussians

# What training.whitening.Network gives in torch for `waves()` with the weights that are shipped, at every
# ninth pixel of the middle row.
TORCH = (-1.8186, 1.0342, 1.6332, -2.6205, -1.7765, 3.1541)


def waves(rows: int = 44, columns: int = 52) -> NDArray[np.float32]:
    """An edge, a ramp and a wave within the mark's band."""
    y, x = np.mgrid[:rows, :columns].astype(np.float32)
    luma = np.where(x > 30, 180, 60) + y + 3 * np.sin(0.9 * x + 0.5 * y)
    return np.asarray(luma, np.float32)


def test_it_computes_what_torch_computes() -> None:
    assert np.allclose(filtered(waves())[22, ::9], TORCH, rtol=1e-3, atol=1e-3)


@pytest.mark.parametrize("shape", [(40, 40), (41, 67), (130, 42)])
def test_the_result_has_the_shape_of_the_plane(shape: tuple[int, int]) -> None:
    result = filtered(waves(*shape))
    assert result.shape == shape
    assert result.dtype == np.float32
    assert np.isfinite(result).all()
    assert np.array_equal(result, filtered(waves(*shape)))


def test_a_plane_in_bands_gives_what_it_gives_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    plane = mask.luma(landscape())[:200, :48]
    at_once = filtered(plane)
    monkeypatch.setattr(learned_whitening, "BAND", 64)
    assert np.allclose(filtered(plane), at_once, atol=1e-5)


def test_a_flat_plane_gives_nothing_that_looks_like_a_mark() -> None:
    nothing = filtered(np.full((64, 64), 128, np.float32))
    assert np.abs(nothing).max() < 0.5 * filtered(waves()).std()


def test_it_sees_more_of_a_faint_pattern_than_the_plain_filter() -> None:
    luma = mask.luma(landscape())[60:188, 30:158]
    noise = np.random.default_rng(2).standard_normal(luma.shape).astype(np.float32)
    band = cv2.GaussianBlur(noise, (0, 0), 0.8) - cv2.GaussianBlur(noise, (0, 0), 2.0)
    pattern = band / band.std()
    marked = np.rint(luma + 0.5 * mask.gain(luma) * pattern)
    plain, learned = (
        float(np.corrcoef(whitening(marked).ravel(), pattern.ravel())[0, 1])
        for whitening in (difference_of_gaussians, filtered)
    )
    assert learned > 1.05 * plain > 0


def test_features_are_bounded() -> None:
    plane = (255 * np.random.default_rng(1).integers(0, 2, (48, 48))).astype(np.float32)
    seen = features(plane)
    assert seen.shape == (48, 48, learned_whitening.FEATURES)
    assert float(np.abs(seen).max()) <= learned_whitening.CLIP


def test_the_weights_are_small_and_whole() -> None:
    assert WEIGHTS.stat().st_size <= 400_000
    with np.load(WEIGHTS, allow_pickle=False) as stored:
        arrays = dict(stored)
    assert {array.dtype for array in arrays.values()} == {np.dtype(np.float16)}
    assert all(np.isfinite(values).all() for values in weights_from(arrays).values())
