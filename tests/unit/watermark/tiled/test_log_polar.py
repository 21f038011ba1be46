import math

import cv2
import numpy as np
import pytest

from tests.unit.watermark.tiled.test_placement import bare_mark
from watermark.tiled import log_polar
from watermark.tiled.log_polar import Spectra
from watermark.tiled.suspect import Suspect
from watermark.tiled.whitening import Whitening

NOISE = 2.0


def suspect_of(pitch: float, degrees: float) -> Suspect:
    """The mark at that size and angle, in noise, as a grey picture."""
    matrix = cv2.getRotationMatrix2D((0, 0), -degrees, pitch)
    mark = cv2.warpAffine(
        bare_mark(2048), matrix, (640, 640), flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_WRAP
    )
    grain = np.random.default_rng(5).standard_normal(mark.shape)
    grey = np.clip(np.rint(128 + 12 * (mark + NOISE * grain)), 0, 255).astype(np.uint8)
    return Suspect(np.repeat(grey[..., None], 3, axis=2), Whitening(lambda luma: luma - 128, thorough=True))


@pytest.mark.parametrize(("pitch", "degrees"), [(1.0, 0.0), (1.25, 12.0), (2.0, 33.0), (0.7, 0.0)])
def test_the_likeliest_guess_is_true(pitch: float, degrees: float) -> None:
    guess = Spectra(suspect_of(pitch, degrees)).guesses(5)[0]

    assert guess.pitch == pytest.approx(pitch, rel=0.01)
    assert math.degrees(guess.angle) % 90 == pytest.approx(degrees, abs=0.5)


def test_all_sizes_are_alike_by_chance() -> None:
    rng = np.random.default_rng(8)
    likeness = rng.standard_normal((log_polar.ROWS, log_polar.ANGLES)).astype(np.float32)
    likeness[200:400] *= 30

    evened = log_polar._evened(likeness)

    assert evened[250:350].std() == pytest.approx(evened[500:].std(), rel=0.1)
