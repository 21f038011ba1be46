"""What every row of the codec table must do: one class, run against every codec where its speed allows."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import flat, gradient, landscape, noise
from watermark import codec
from watermark.errors import PictureTooSmall
from watermark.interface import Geometry, Obstacle

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
PAYLOAD = 0x0123456789ABCDEF


class CodecContract:
    """A subclass gives `name` as a parameter."""

    @pytest.mark.parametrize("payload", [0, 1, PAYLOAD, 2**64 - 1])
    def test_what_is_embedded_is_detected(self, name: str, payload: int) -> None:
        marked = codec.embed(landscape(), payload, key=KEY, codec=name)

        found = codec.detect(marked, keys=[KEY], codec=name)

        assert found is not None
        assert (found.payload, found.codec, found.key_index) == (payload, name, 0)
        assert found.geometry == Geometry()
        assert found.p_value < 1e-8

    @pytest.mark.parametrize(("width", "height"), [(256, 256), (257, 263), (1024, 256), (256, 1024)])
    def test_shape_and_dtype_are_kept(self, name: str, width: int, height: int) -> None:
        rgb = landscape(width, height)
        before = rgb.copy()

        marked = codec.embed(rgb, PAYLOAD, key=KEY, codec=name)

        assert marked.dtype == np.uint8
        assert marked.shape == rgb.shape
        assert (rgb == before).all()
        assert (marked != rgb).any()

    @pytest.mark.parametrize(
        "rgb",
        [
            flat((0, 0, 0)),
            flat((255, 255, 255)),
            flat((255, 0, 0)),
            flat((0, 255, 0)),
            flat((0, 0, 255)),
            flat((255, 0, 255)),
            flat((3, 3, 0)),
            gradient(),
            noise(),
        ],
        ids=["black", "white", "red", "green", "blue", "magenta", "almost black", "gradient", "noise"],
    )
    def test_hard_pictures_outlive_the_published_format(self, name: str, rgb: NDArray[np.uint8]) -> None:
        marked = codec.embed(rgb, PAYLOAD, key=KEY, codec=name)

        for copy in (marked, codec._published(marked)):
            found = codec.detect(copy, keys=[KEY], codec=name)
            assert found is not None
            assert found.payload == PAYLOAD

    def test_same_input_same_pixels(self, name: str) -> None:
        first, second = (codec.embed(landscape(), PAYLOAD, key=KEY, codec=name) for _ in range(2))

        assert (first == second).all()

    def test_mark_is_faint(self, name: str) -> None:
        rgb = landscape()
        marked = codec.embed(rgb, PAYLOAD, key=KEY, codec=name)

        mean_square = np.square(marked.astype(float) - rgb).mean()

        assert 10 * np.log10(255**2 / mean_square) > 30

    def test_wrong_key_finds_nothing(self, name: str) -> None:
        marked = codec.embed(landscape(), PAYLOAD, key=KEY, codec=name)

        assert codec.detect(marked, keys=[OTHER_KEY], codec=name) is None

    @pytest.mark.parametrize(
        "rgb",
        [flat((0, 0, 0)), flat((255, 255, 255)), noise(), landscape()],
        ids=["black", "white", "noise", "landscape"],
    )
    def test_unmarked_finds_nothing(self, name: str, rgb: NDArray[np.uint8]) -> None:
        assert codec.detect(rgb, keys=[KEY, OTHER_KEY], codec=name) is None

    def test_an_earlier_key_still_finds_and_is_paid_for(self, name: str) -> None:
        marked = codec.embed(landscape(), PAYLOAD, key=OTHER_KEY, codec=name)

        alone = codec.detect(marked, keys=[OTHER_KEY], codec=name)
        second = codec.detect(marked, keys=[KEY, OTHER_KEY], codec=name)

        assert alone is not None
        assert second is not None
        assert second.key_index == 1
        assert second.payload == PAYLOAD
        assert second.p_value == 2 * alone.p_value

    def test_too_small_is_refused_and_reads_as_unmarked(self, name: str) -> None:
        side = codec.CODECS[name].min_side - 1

        with pytest.raises(PictureTooSmall, match=f"{side} x 300"):
            codec.embed(flat((9, 9, 9), side, 300), PAYLOAD, key=KEY, codec=name)
        assert codec.detect(flat((9, 9, 9), side, 300), keys=[KEY], codec=name) is None

    def test_hardly_any_pixels_is_an_obstacle(self, name: str) -> None:
        assert codec.obstacle(noise(40, 40), codec=name) == Obstacle.TOO_SMALL
        assert codec.obstacle(landscape(), codec=name) is None

    def test_row_is_complete(self, name: str) -> None:
        row = codec.CODECS[name]

        assert row.name == name
        assert row.version >= 1
