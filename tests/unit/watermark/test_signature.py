import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import flat, gradient, jpeg, landscape, noise
from watermark import codec, signature
from watermark.errors import PictureTooSmall

PICTURES = {
    "black": flat((0, 0, 0)),
    "white": flat((255, 255, 255)),
    "indigo": flat(signature.COLOURS[0]),
    "noise": noise(),
    "gradient": gradient(),
    "landscape": landscape(512, 384),
}


@pytest.mark.parametrize("rgb", PICTURES.values(), ids=PICTURES)
class TestOnAnyBackground:
    def test_unsigned_is_absent(self, rgb: NDArray[np.uint8]) -> None:
        assert not signature.is_present(rgb)

    def test_drawn_is_present_and_only_in_its_region(self, rgb: NDArray[np.uint8]) -> None:
        before = rgb.copy()
        signed = signature.draw(rgb)
        x, y, w, h = signature.region(rgb.shape[1], rgb.shape[0])

        changed = np.argwhere((signed != rgb).any(axis=-1))

        assert signature.is_present(signed)
        assert (rgb == before).all()
        assert (changed.min(axis=0) >= (y, x)).all()
        assert (changed.max(axis=0) < (y + h, x + w)).all()

    def test_outlives_the_watermark_and_jpeg(self, rgb: NDArray[np.uint8]) -> None:
        marked = codec.embed(signature.draw(rgb), 7, key=bytes(32))

        assert signature.is_present(jpeg(marked, 90))

    def test_drawing_twice_changes_nothing(self, rgb: NDArray[np.uint8]) -> None:
        signed = signature.draw(rgb)

        assert (signature.draw(signed) == signed).all()


@pytest.mark.parametrize("missing", range(4))
def test_each_square_counts(missing: int) -> None:
    signed = signature.draw(flat((128, 128, 128)))
    x, y, w, h = signature.region(256, 256)
    signed[y : y + h, x + missing * w // 4 : x + (missing + 1) * w // 4] = 128

    assert not signature.is_present(signed)


def test_cropped_is_absent() -> None:
    assert not signature.is_present(signature.draw(landscape())[:-20])


@pytest.mark.parametrize(
    ("width", "height", "square", "place"),
    [
        (256, 256, 8, (198, 240, 54, 12)),
        (512, 512, 13, (429, 489, 77, 17)),
        (1024, 256, 8, (966, 240, 54, 12)),
        (2048, 2048, 51, (1735, 1960, 288, 63)),
    ],
)
def test_size_follows_the_shorter_side(
    width: int, height: int, square: int, place: tuple[int, int, int, int]
) -> None:
    x, y, w, h = signature.region(width, height)

    signed = signature.draw(np.zeros((height, width, 3), np.uint8))

    assert (x, y, w, h) == place
    for colour in signature.COLOURS:
        assert (signed[y:, x:] == colour).all(axis=-1).sum() == square**2


def test_too_small_is_quoted_and_reads_as_unsigned() -> None:
    with pytest.raises(PictureTooSmall, match="40 x 40"):
        signature.draw(flat((0, 0, 0), 40, 40))
    assert not signature.is_present(flat((0, 0, 0), 40, 40))
