import math

import numpy as np
import pytest

from watermark.tiled import detection
from watermark.tiled.lattice import ORIENTATION
from watermark.tiled.log_polar import Guess


@pytest.mark.parametrize("degrees", [0, 20, 44, 46, 70, 89])
def test_a_guess_is_taken_for_the_least_turned_picture(degrees: float) -> None:
    """The spectrum knows an angle up to quarter turns."""
    guess = Guess(1.0, 1.7, math.radians(degrees))

    lattice = guess.matrix()[:2, :2] @ ORIENTATION[detection._least_turned(guess)].matrix

    assert np.linalg.det(lattice) > 0
    assert abs(math.degrees(math.atan2(lattice[1, 0], lattice[0, 0]))) <= 45
