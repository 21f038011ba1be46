"""The bound on what the codecs are given: whole rows from the top, and enough of them."""

import numpy as np
import pytest

from provenance import detection
from tests.suspects import Pixels, scene
from watermark import codec

KEY = b"a key for tests, 32 bytes long.."
PAYLOAD = 0x0123_4567_89AB_CDEF
POSITIONAL = "dwtDctSvd"


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, ...]]:
    """The shapes that the codec gets."""
    shapes: list[tuple[int, ...]] = []
    monkeypatch.setattr(codec, "detect", lambda rgb, **options: shapes.append(rgb.shape))
    return shapes


@pytest.mark.parametrize(
    ("height", "width", "rows"),
    [(300, 400, 300), (5000, 8000, 375), (8000, 5000, 600), (1300, 30_000, 256), (30_000, 1300, 2307)],
)
def test_the_first_rows_at_full_width(
    given: list[tuple[int, ...]], height: int, width: int, rows: int
) -> None:
    # One pixel, seen from everywhere: the shape counts, not the 120 MB.
    rgb = np.broadcast_to(np.zeros(3, np.uint8), (height, width, 3))
    detection.detect(rgb, keys=[KEY], codec_name=POSITIONAL)
    assert given == [(rows, width, 3)]


def test_a_codec_that_sees_the_whole_gets_the_whole(given: list[tuple[int, ...]]) -> None:
    rgb = np.broadcast_to(np.zeros(3, np.uint8), (5000, 8000, 3))
    detection.detect(rgb, keys=[KEY], codec_name="tiled")
    assert given == [(5000, 8000, 3)]


def test_what_new_pictures_are_marked_with_is_looked_for() -> None:
    assert codec.DEFAULT_CODEC in detection.MARKED_WITH


def test_the_first_rows_hold_the_whole_mark(monkeypatch: pytest.MonkeyPatch) -> None:
    tall: Pixels = np.concatenate([scene(seed) for seed in range(5)])
    marked = codec.embed(tall, PAYLOAD, key=KEY, codec=POSITIONAL)
    monkeypatch.setattr(detection, "MAX_PIXELS", marked.shape[1] * 300)
    # What is below the bound is gone.
    marked[300:] = 0
    found = detection.detect(marked, keys=[KEY], codec_name=POSITIONAL)
    assert found is not None
    assert found.payload == PAYLOAD
