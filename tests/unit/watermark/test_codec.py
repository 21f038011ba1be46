from collections.abc import Iterator

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.codec_contract import KEY, OTHER_KEY, PAYLOAD, CodecContract
from tests.unit.watermark.pictures import flat, jpeg, landscape
from watermark import codec, keyed_bits
from watermark.codecs.dwt_dct import DwtDct
from watermark.codecs.dwt_dct_svd import DwtDctSvd
from watermark.codecs.positional import PositionalCodec, Reading
from watermark.errors import EmbeddingFailed, UnknownCodec
from watermark.interface import Geometry


@pytest.mark.parametrize("name", [DwtDctSvd.name, DwtDct.name])
class TestPositionalCodecs(CodecContract):
    """The tiled codec runs the same contract among the integration tests: it takes its time."""


@pytest.mark.parametrize("quality", [90, 75])
def test_default_codec_outlives_usual_jpeg(quality: int) -> None:
    marked = codec.embed(landscape(), PAYLOAD, key=KEY)

    found = codec.detect(jpeg(marked, quality), keys=[KEY])

    assert found is not None
    assert found.payload == PAYLOAD


def test_first_reading_costs_one_trial_a_key() -> None:
    marked = codec.embed(landscape(), PAYLOAD, key=KEY, codec=DwtDctSvd.name)

    found = codec.detect(marked, keys=[KEY, OTHER_KEY], codec=DwtDctSvd.name)

    assert found is not None
    assert found.p_value == 2 * 2.0**-32


class SecondReadingOnly(PositionalCodec):
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
