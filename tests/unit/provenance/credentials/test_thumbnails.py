"""Thumbnails of strangers: what comes out is small and ours, or nothing."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from provenance import images
from provenance.credentials import thumbnails
from provenance.credentials.history import MAX_THUMBNAIL_BYTES
from provenance.credentials.thumbnails import SIDE, Reducer


def file_of(name: str, width: int = 40, height: int = 30) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (width, height), (200, 30, 30)).save(out, name)
    return out.getvalue()


@pytest.mark.parametrize("name", ["JPEG", "PNG", "WEBP"])
def test_what_is_a_picture_becomes_a_jpeg_of_ours(name: str) -> None:
    made = base64.b64decode(Reducer().reduced(file_of(name, 600, 400)))
    shown = images.decode(made)
    assert (shown.format, shown.width, shown.height) == ("JPEG", SIDE, 171)
    assert np.abs(shown.rgb.astype(int) - (200, 30, 30)).max() < 12


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"noise",
        file_of("GIF"),
        file_of("BMP"),
        file_of("PNG")[:60],
        file_of("JPEG")[:200],
        b"\xff\xd8\xff",
    ],
)
def test_what_is_none_becomes_nothing(data: bytes) -> None:
    assert Reducer().reduced(data) == ""


def test_noise_is_made_to_fit() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3)).astype(np.uint8)
    made = base64.b64decode(Reducer().reduced(images.encode(noise, "PNG")))
    assert 0 < len(made) <= MAX_THUMBNAIL_BYTES


def test_too_many_pixels_are_not_decoded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(thumbnails, "_MAX_PIXELS", 40 * 30)
    monkeypatch.setattr(thumbnails, "_MAX_PIXELS_TOGETHER", 2 * 40 * 30)
    reducer = Reducer()
    assert reducer.reduced(file_of("PNG", 41, 30)) == ""
    assert [bool(reducer.reduced(file_of("PNG"))) for _ in range(3)] == [True, True, False]
