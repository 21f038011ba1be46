import numpy as np
import pytest
from numpy.typing import NDArray

from tests.unit.watermark.pictures import landscape
from watermark.quality import Reference, psnr, ssimulacra2


def checkerboard_and_ramp() -> NDArray[np.uint8]:
    """A picture that any program can make again without a file: a ramp, a checkerboard, a sine of colours."""
    y, x = np.mgrid[0:256, 0:256]
    red = x
    green = np.where((x // 16 + y // 16) % 2, 200, 60)
    blue = np.rint(128 + 100 * np.sin((x + 2 * y) / 9))
    return np.stack([red, green, blue], axis=-1).astype(np.uint8)


def with_noise(rgb: NDArray[np.uint8], sigma: float) -> NDArray[np.uint8]:
    noise = np.random.default_rng(5).normal(0, sigma, rgb.shape)
    return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)


# (sigma of the noise, score of the two pictures by libjxl 0.10.4, tools/ssimulacra2.cc)
KNOWN_SCORES = ((1.0, 95.5714), (4.0, 85.4426), (16.0, 56.1036))


class TestSsimulacra2:
    def test_identical_pictures_score_100(self) -> None:
        assert ssimulacra2(landscape(), landscape()) == 100

    @pytest.mark.parametrize(("sigma", "expected"), KNOWN_SCORES)
    def test_agrees_with_the_reference_program(self, sigma: float, expected: float) -> None:
        rgb = checkerboard_and_ramp()
        assert ssimulacra2(rgb, with_noise(rgb, sigma)) == pytest.approx(expected, abs=0.06)

    def test_more_noise_scores_lower(self) -> None:
        reference = Reference(landscape())
        scores = [reference.ssimulacra2(with_noise(landscape(), sigma)) for sigma in (1, 4, 16)]
        assert scores == sorted(scores, reverse=True)
        assert scores[0] - scores[-1] > 20

    def test_odd_sides_and_a_picture_for_one_scale_alone(self) -> None:
        for height, width in ((255, 131), (8, 8)):
            rgb = landscape()[:height, :width]
            assert ssimulacra2(rgb, rgb) == 100
            assert ssimulacra2(rgb, with_noise(rgb, 4)) < 100

    def test_a_wrong_shape_or_type_is_refused(self) -> None:
        with pytest.raises(ValueError, match=r"\(7, 256, 3\)"):
            Reference(landscape()[:7])
        with pytest.raises(ValueError, match="float64"):
            Reference(landscape().astype(np.float64))
        with pytest.raises(ValueError, match=r"\(255, 256, 3\)"):
            ssimulacra2(landscape(), landscape()[1:])


class TestPsnr:
    def test_known_answers(self) -> None:
        rgb = np.full((16, 16, 3), 100, np.uint8)
        assert psnr(rgb, rgb) == float("inf")
        # One code of difference everywhere: 20 log10 255.
        assert psnr(rgb, rgb + np.uint8(1)) == pytest.approx(48.1308, abs=1e-4)

    def test_another_shape_is_refused(self) -> None:
        with pytest.raises(ValueError, match="shape"):
            psnr(landscape(), landscape()[1:])
