import numpy as np
import pytest

from watermark.tiled import mask


def test_no_halo_around_an_edge() -> None:
    plane = np.full((40, 80), 60, np.float32)
    plane[:, 40:] = 190

    gain = mask.gain(plane)[20]

    floor = mask.FLOOR**mask.EXPONENT
    assert gain[39:41].min() > 3 * floor
    np.testing.assert_allclose(gain[:34], floor, rtol=0.02)
    np.testing.assert_allclose(gain[46:], floor, rtol=0.02)


def test_in_a_larger_picture_texture_hides_less_and_flat_areas_the_same() -> None:
    flat = np.full((40, 40), 128, np.float32)
    busy = flat + np.random.default_rng(1).normal(0, 20, flat.shape).astype(np.float32)

    assert mask.gain(busy, 2.0).mean() < 0.7 * mask.gain(busy).mean()
    np.testing.assert_allclose(mask.gain(flat, 2.0), mask.gain(flat), rtol=0.05)
    np.testing.assert_array_equal(mask.gain(busy, 0.5), mask.gain(busy))


def test_black_and_white_get_three_quarters() -> None:
    floor = mask.FLOOR**mask.EXPONENT

    for level, share in ((0, 0.75), (255, 0.75), (128, 1)):
        np.testing.assert_allclose(mask.gain(np.full((9, 9), level, np.float32)), share * floor, rtol=1e-3)


def test_saturated_channels_keep_the_sign_of_a_faint_change() -> None:
    rgb = np.array([[[0, 255, 128]] * 2], np.uint8)

    marked = mask.apply(rgb, np.array([[0.3, -0.3]], np.float32))

    assert marked.tolist() == [[[1, 255, 128], [0, 254, 128]]]


def test_luma_changes_as_asked_whatever_the_colour() -> None:
    rgb = np.random.default_rng(1).integers(20, 236, (64, 64, 3)).astype(np.uint8)

    for change in (-4.0, 3.0):
        marked = mask.apply(rgb, np.full((64, 64), change, np.float32))

        # Rounding to whole levels.
        np.testing.assert_allclose(mask.luma(marked) - mask.luma(rgb), change, atol=1.5)
        assert (mask.luma(marked) - mask.luma(rgb)).mean() == pytest.approx(change, abs=0.1)


def test_more_is_added_to_a_dark_channel() -> None:
    rgb = np.full((4, 4, 3), (180, 60, 60), np.uint8)

    change = mask.apply(rgb, np.full((4, 4), 8, np.float32))[0, 0].astype(int) - rgb[0, 0]

    assert change[0] < change[1] < change[2]


def test_what_is_cut_off_at_black_the_other_channels_take() -> None:
    rgb = np.array([[[3, 100, 254]]], np.uint8)

    marked = mask.apply(rgb, np.array([[-7.0]], np.float32))

    assert marked[0, 0, 0] == 0
    assert float(mask.luma(marked)[0, 0] - mask.luma(rgb)[0, 0]) == pytest.approx(-7, abs=1)


def test_change_is_clipped() -> None:
    rgb = np.array([[[0, 0, 0], [255, 255, 255]]], np.uint8)

    assert mask.apply(rgb, np.array([[-7.0, 7.0]], np.float32)).tolist() == [[[0, 0, 0], [255, 255, 255]]]
