import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import landscape
from watermark.attacks import ATTACKS, Attack

# No damage makes a picture this much smaller or larger along a side.
SMALLEST, LARGEST = 0.2, 2.5


@pytest.fixture(scope="module")
def rgb() -> NDArray[np.uint8]:
    return landscape(96, 64)


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_gives_a_picture_the_same_every_time(attack: Attack, rgb: NDArray[np.uint8]) -> None:
    first, second = (attack(rgb, attack.generator("a picture")) for _ in range(2))
    assert np.array_equal(first, second)
    assert first.dtype == np.uint8
    assert first.ndim == 3
    assert first.shape[2] == 3
    assert first.flags.c_contiguous
    # rotate_90 swaps the sides.
    for side in first.shape[:2]:
        assert SMALLEST * min(rgb.shape[:2]) <= side <= LARGEST * max(rgb.shape[:2])
    assert attack.name == "none" or not np.array_equal(first, rgb)
    assert first.std() > 0


def test_names_are_keys() -> None:
    assert [attack.name for attack in ATTACKS.values()] == list(ATTACKS)
    assert len(ATTACKS) == 70


def test_another_picture_is_cut_elsewhere(rgb: NDArray[np.uint8]) -> None:
    crop = ATTACKS["crop_25"]
    assert not np.array_equal(crop(rgb, crop.generator("one")), crop(rgb, crop.generator("two")))


def test_sizes_are_those_of_the_names(rgb: NDArray[np.uint8]) -> None:
    names = ("resize_50", "resize_50_back", "rotate_90", "crop_25", "collage")
    shapes = {name: ATTACKS[name](rgb, ATTACKS[name].generator("x")).shape[:2] for name in names}
    assert shapes["resize_50"] == (32, 48)
    assert shapes["resize_50_back"] == (64, 96)
    assert shapes["rotate_90"] == (96, 64)
    assert np.prod(shapes["crop_25"]) == pytest.approx(0.25 * rgb.size / 3, rel=0.05)
    assert shapes["collage"] == (96, 144)


@pytest.mark.parametrize("name", ["jpeg", "webp", "avif"])
def test_a_lower_quality_loses_more(name: str, rgb: NDArray[np.uint8]) -> None:
    losses = [
        float(np.square(attack(rgb, attack.generator("x")).astype(float) - rgb).mean())
        for attack in ATTACKS.values()
        if attack.name.startswith(name + "_")
    ]
    assert len(losses) > 1
    assert losses == sorted(losses)


def test_a_palette_holds_that_many_colours(rgb: NDArray[np.uint8]) -> None:
    for name, colours in (("palette_16_dithered", 16), ("palette_64", 64)):
        reduced = ATTACKS[name](rgb, ATTACKS[name].generator("x"))
        assert 2 < len(np.unique(reduced.reshape(-1, 3), axis=0)) <= colours


def test_inverting_twice_changes_nothing(rgb: NDArray[np.uint8]) -> None:
    invert = ATTACKS["invert"]
    rng = invert.generator("x")
    assert np.array_equal(invert(invert(rgb, rng), rng), rgb)
