import cv2
import numpy as np
import pytest

from watermark.interface import Geometry
from watermark.tiled.alignment import align
from watermark.tiled.carrier import parts
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.lattice import AMPLITUDE, tile_pattern, tile_spectra
from watermark.tiled.placement import placement
from watermark.tiled.suspect import Look

KEY = bytes(range(32))


def bare_mark(side: int = 256) -> np.ndarray:
    """The mark without a picture."""
    signs = parts(99, KEY)
    spectrum = (signs[0] + 1j * signs[1]) * AMPLITUDE * keyed_stream(KEY).phase
    return np.tile(tile_pattern(spectrum.astype(np.complex64)), (side // 64, side // 64))


def where(plane: np.ndarray) -> Geometry:
    look = Look(np.eye(3), tile_spectra(np.ascontiguousarray(plane)))
    return placement(align(look, KEY), 512, 512)


def test_untouched_is_the_identity() -> None:
    assert where(bare_mark()) == Geometry()


@pytest.mark.parametrize("quarters", [1, 2, 3])
@pytest.mark.parametrize("flip", [False, True])
def test_turns_and_flips(quarters: int, flip: bool) -> None:
    plane = bare_mark()

    # NumPy turns counter-clockwise.
    found = where(np.rot90(plane[:, ::-1] if flip else plane, quarters))

    assert (found.flip, found.scale, found.negative) == (flip, 1, False)
    assert found.rotation % 360 == pytest.approx(90 * quarters)


def test_shift() -> None:
    assert where(bare_mark()[10:, 23:]).offset == (23, 10)


def test_negative() -> None:
    assert where(-bare_mark()) == Geometry(negative=True)


def test_blur_is_no_geometry() -> None:
    assert where(cv2.GaussianBlur(bare_mark(), (0, 0), 1.0)) == Geometry()
