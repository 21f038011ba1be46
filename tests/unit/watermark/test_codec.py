from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import flat, gradient, jpeg, landscape, noise
from watermark import codec, keyed_bits
from watermark.errors import EmbeddingFailed, PictureTooSmall, UnknownCodec
from watermark.interface import Geometry, Reading

KEY = bytes(range(32))
OTHER_KEY = bytes(range(1, 33))
PAYLOAD = 0x0123456789ABCDEF


@pytest.mark.parametrize("name", codec.CODECS)
class TestEveryCodec:
    """The contract: what every row of the table must do."""

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

    def test_row_is_complete(self, name: str) -> None:
        row = codec.CODECS[name]

        assert row.name == name
        assert row.version >= 1


@pytest.mark.parametrize("quality", [90, 75])
def test_default_codec_outlives_usual_jpeg(quality: int) -> None:
    marked = codec.embed(landscape(), PAYLOAD, key=KEY)

    found = codec.detect(jpeg(marked, quality), keys=[KEY])

    assert found is not None
    assert found.payload == PAYLOAD


def test_first_reading_costs_one_trial_a_key() -> None:
    marked = codec.embed(landscape(), PAYLOAD, key=KEY)

    found = codec.detect(marked, keys=[KEY, OTHER_KEY])

    assert found is not None
    assert found.p_value == 2 * 2.0**-32


class SecondReadingOnly:
    """Answers with the same bits for every picture, at the second reading."""

    name, version, min_side = "second", 1, 8

    def embed_bits(self, rgb: NDArray[np.uint8], bits: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
        yield from ()

    def extract_bits(self, rgb: NDArray[np.uint8], count: int) -> Iterator[Reading]:
        yield Reading(np.zeros(count, np.uint8))
        yield Reading(keyed_bits.seal(PAYLOAD, key=KEY), Geometry(flip=True))


@pytest.fixture
def second(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setattr(codec, "CODECS", {"second": SecondReadingOnly()})
    return "second"


def test_every_reading_is_paid_for(second: str) -> None:
    found = codec.detect(flat((0, 0, 0)), keys=[KEY, OTHER_KEY], codec=second)

    assert found == codec.Detection(PAYLOAD, 4 * 2.0**-32, second, 0, Geometry(flip=True))


def test_no_attempt_left_is_an_error(second: str) -> None:
    with pytest.raises(EmbeddingFailed, match="256 x 256"):
        codec.embed(flat((0, 0, 0)), PAYLOAD, key=KEY, codec=second)


def test_another_payload_read_back_is_an_error(second: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SecondReadingOnly, "embed_bits", lambda self, rgb, bits: iter([rgb]))

    assert (codec.embed(flat((0, 0, 0)), PAYLOAD, key=KEY, codec=second) == 0).all()
    with pytest.raises(EmbeddingFailed):
        codec.embed(flat((0, 0, 0)), PAYLOAD + 1, key=KEY, codec=second)


@pytest.mark.parametrize(
    ("rgb", "received"),
    [
        (np.zeros((256, 256, 4), np.uint8), r"\(256, 256, 4\)"),
        (np.zeros((256, 256), np.uint8), r"\(256, 256\)"),
        (np.zeros((256, 256, 3), np.float32), "float32"),
    ],
)
def test_wrong_picture_is_quoted(rgb: NDArray[np.uint8], received: str) -> None:
    with pytest.raises(ValueError, match=received):
        codec.embed(rgb, PAYLOAD, key=KEY)
    with pytest.raises(ValueError, match=received):
        codec.detect(rgb, keys=[KEY])


def test_unknown_codec_is_quoted() -> None:
    with pytest.raises(UnknownCodec, match="'rivaGan'"):
        codec.embed(landscape(), PAYLOAD, key=KEY, codec="rivaGan")


def test_no_key_is_an_error_not_an_absence() -> None:
    with pytest.raises(ValueError, match="got none"):
        codec.detect(landscape(), keys=[])
