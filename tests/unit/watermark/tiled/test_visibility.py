import numpy as np
import pytest

from watermark.tiled import visibility

GREY = np.full((96, 96, 3), 128, np.uint8)


def changed(rgb: np.ndarray, amplitude: float) -> np.ndarray:
    """Waves of 6 px on `rgb`, as a mark has them at 512 px."""
    waves = amplitude * np.sin(np.arange(rgb.shape[1]) * 2 * np.pi / 6)
    return np.asarray(np.clip(np.rint(rgb + waves[:, None]), 0, 255), np.uint8)


def test_an_untouched_copy_shows_nothing() -> None:
    seen = visibility.visibility(GREY, GREY, 1.0)

    assert (seen.maximum, seen.norm) == (0, 0)


def test_it_grows_with_the_change() -> None:
    once, twice = (visibility.visibility(GREY, changed(GREY, amplitude), 1.0) for amplitude in (6, 12))

    assert twice.norm == pytest.approx(2 * once.norm, rel=0.1)
    assert twice.maximum == pytest.approx(2 * once.maximum, rel=0.1)


def test_contrast_hides() -> None:
    noise = np.random.default_rng(1).normal(0, 12, (96, 96, 1))
    busy = np.clip(GREY + noise, 0, 255).astype(np.uint8)

    assert (
        visibility.visibility(busy, changed(busy, 6), 1.0).norm
        < 0.6 * visibility.visibility(GREY, changed(GREY, 6), 1.0).norm
    )


def test_the_same_shows_more_where_it_is_coarser() -> None:
    marked = changed(GREY, 6)

    assert visibility.visibility(GREY, marked, 2.0).maximum > visibility.visibility(GREY, marked, 1.0).maximum


def test_bands_do_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(2).normal(128, 12, (2 * visibility.BAND + 40, 64, 3))
    tall = np.clip(noise, 0, 255).astype(np.uint8)

    by_band = visibility.visibility(tall, changed(tall, 6), 1.0)

    monkeypatch.setattr(visibility, "BAND", len(tall))
    at_once = visibility.visibility(tall, changed(tall, 6), 1.0)
    assert (by_band.maximum, by_band.norm) == pytest.approx((at_once.maximum, at_once.norm), rel=1e-6)
