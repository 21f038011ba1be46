"""How visible a change to a picture is: SSIMULACRA 2 and PSNR.

SSIMULACRA 2.1 is by J. Sneyers (Cloudinary; github.com/cloudinary/ssimulacra2; libjxl tools/ssimulacra2.cc):
structural similarity, artefacts and lost detail at six scales of a perceptual colour space, weighted by a fit
to people's ratings. 100 = identical, 90 = visually lossless in a flicker test, 80 = no difference side by
side, 70 = high quality.

Written for a loop that asks after every try: the reference is prepared once, and of the 108 terms of the sum
only those are computed that can move the score. At full size that is one channel of three.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]

SCALES = 6
# A scale with a shorter side than this is left out by the reference program.
MIN_SCALE_SIDE = 8

# Linear RGB to the responses of the eye's three kinds of cones (libjxl `opsin_params.h`); the last column is
# what they answer to darkness.
OPSIN_BIAS = np.float32(0.0037930732552754493)
CONES = np.array(
    [
        [0.30, 0.622, 0.078, OPSIN_BIAS],
        [0.23, 0.692, 0.078, OPSIN_BIAS],
        [0.24342268924547819, 0.20476744424496821, 0.5518098665095536, OPSIN_BIAS],
    ],
    np.float32,
)

# Impulse response of libjxl's recursive Gaussian of sigma 1.5 (Charalampidis 2016: three cosine terms, radius
# 5). Nothing beyond the border is counted, as there.
HALF_KERNEL = (0.2646211055, 0.2129285920, 0.1093353728, 0.0360111147, 0.0094143678)
KERNEL = np.array([*HALF_KERNEL[:0:-1], *HALF_KERNEL], np.float32)

STRUCTURE_FLOOR = np.float32(0.0009)


@dataclass(frozen=True)
class Terms:
    """Weights of one channel at one scale.

    Each is a pair: for the mean of the map and for its 4-norm. Published weights below 0.003 are left out.
    """

    structure: tuple[float, float] = (0.0, 0.0)
    artefacts: tuple[float, float] = (0.0, 0.0)
    lost_detail: tuple[float, float] = (0.0, 0.0)


# Channel (0 red-green, 1 luminance, 2 blue-yellow) -> terms, one row for each scale from full size down.
WEIGHTS: tuple[dict[int, Terms], ...] = (
    {1: Terms(structure=(0.0, 7.466890328078848), lost_detail=(0.0, 17.445833984131262))},
    {
        0: Terms(structure=(0.0, 1.1041726426657346)),
        1: Terms(structure=(0.0, 6.683678146179332), lost_detail=(0.0, 1.027889937768264)),
    },
    {
        0: Terms(structure=(0.0, 1.8422455520539298), artefacts=(0.0, 11.441172603757666)),
        1: Terms(structure=(225.20515300849274, 19.213238186143016)),
    },
    {
        0: Terms(structure=(0.0, 1.8787594979546387), artefacts=(0.0, 10.94906990605142)),
        1: Terms(structure=(176.39317598450694, 24.43300999870476), artefacts=(0.0, 0.28520802612117757)),
        2: Terms(structure=(0.0, 8.826982764996862), artefacts=(0.0, 23.19243343998926)),
    },
    {
        0: Terms(artefacts=(0.9677937080626833, 0.9981766977854967)),
        1: Terms(structure=(0.0, 34.77906344483772), artefacts=(0.0, 44.835625328877896)),
        2: Terms(
            structure=(95.1080498811086, 0.0),
            artefacts=(0.9863978034400682, 171.2667255897307),
            lost_detail=(0.9834382792465353, 0.9807858872435379),
        ),
    },
    {},
)

# From the weighted sum of errors to the score (fitted by the metric's author).
ERROR_SCALE = 0.9562382616834844
ERROR_CURVE = (2.326765642916932, -0.020884521182843837, 6.248496625763138e-05)
SCORE_SLOPE, SCORE_POWER = 10.0, 0.6276336467831387


@dataclass(frozen=True)
class _Channel:
    """One channel of the reference at one scale: its values, their local means and local mean squares."""

    values: Plane
    means: Plane
    squares: Plane


class Reference:
    """A picture against which many distorted copies are scored.

    Prepared once: the colour space and local statistics of the reference are half of the work.

    Args:
        rgb: uint8, shape (H, W, 3), sides of at least 8 px.

    Raises:
        ValueError: wrong shape or dtype.
    """

    def __init__(self, rgb: NDArray[np.uint8]) -> None:
        _check_picture(rgb)
        self._shape = rgb.shape
        self._scales = [
            {
                channel: _Channel(values, _blur(values), _blur(values * values))
                for channel, values in planes.items()
            }
            for planes in _scales(rgb)
        ]

    def ssimulacra2(self, distorted: NDArray[np.uint8]) -> float:
        """Returns the SSIMULACRA 2.1 score of `distorted`: 100 for an identical picture, no lower bound.

        libjxl's program works in single precision and counts its own rounding as damage. Measured on 24 pairs
        at 512 px, it scores up to 0.13 lower where damage is plain (scores up to 88), 0.2 to 0.3 lower around
        90, 0.6 lower around 94. A bound that must hold by that program needs this margin.

        Below sides of 256 px not all scales fit, and the reference program then applies weights of the wrong
        scales; here each scale keeps its own.

        Raises:
            ValueError: wrong dtype, or another shape than the reference.
        """
        _check_pair(self._shape, distorted)
        error = sum(
            _weighted_error(weights[channel], reference, planes[channel])
            for weights, references, planes in zip(WEIGHTS, self._scales, _scales(distorted), strict=False)
            for channel, reference in references.items()
        )
        return _score(error)


def ssimulacra2(reference: NDArray[np.uint8], distorted: NDArray[np.uint8]) -> float:
    """Returns the SSIMULACRA 2.1 score of `distorted` (both uint8, shape (H, W, 3)); see `Reference`.

    Raises:
        ValueError: wrong dtype or shapes.
    """
    return Reference(reference).ssimulacra2(distorted)


def psnr(reference: NDArray[np.uint8], distorted: NDArray[np.uint8]) -> float:
    """Returns the peak signal-to-noise ratio over all three channels in dB; infinite for identical pictures.

    Raises:
        ValueError: wrong dtype or shapes.
    """
    _check_picture(reference)
    _check_pair(reference.shape, distorted)
    # A sum of squares of bytes is a whole number, so this is exact.
    squares = cv2.norm(reference, distorted, cv2.NORM_L2SQR)
    return float("inf") if squares == 0 else float(10 * np.log10(255.0**2 * reference.size / squares))


def _check_picture(rgb: NDArray[np.uint8]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8 or min(rgb.shape[:2]) < MIN_SCALE_SIDE:
        raise ValueError(
            f"a picture must be uint8 of shape (H, W, 3) with sides of at least {MIN_SCALE_SIDE} px, "
            f"got {rgb.dtype} of shape {rgb.shape}"
        )


def _check_pair(shape: tuple[int, ...], distorted: NDArray[np.uint8]) -> None:
    if distorted.shape != shape or distorted.dtype != np.uint8:
        raise ValueError(
            f"the other picture must be uint8 of shape {shape}, got {distorted.dtype} of {distorted.shape}"
        )


def _linear_light() -> NDArray[np.float32]:
    """Returns linear light in [0, 1] for each sRGB code (IEC 61966-2-1)."""
    code = np.arange(256) / 255.0
    return np.where(code <= 0.04045, code / 12.92, ((code + 0.055) / 1.055) ** 2.4).astype(np.float32)


LINEAR_LIGHT = _linear_light()


def _scales(rgb: NDArray[np.uint8]) -> Iterator[dict[int, Plane]]:
    """Yields the channels that have weights, scale by scale; each is half the one before, in linear light."""
    linear = np.asarray(cv2.LUT(rgb, LINEAR_LIGHT), np.float32)
    for scale, weights in enumerate(WEIGHTS):
        if min(linear.shape[:2]) < MIN_SCALE_SIDE or not weights:
            return
        yield _perceptual(linear, weights.keys())
        if scale + 1 < SCALES:
            linear = _halve(linear)


def _halve(linear: Plane) -> Plane:
    """Returns means of 2 x 2 pixels; an odd last row or column is repeated."""
    height, width = linear.shape[:2]
    if height % 2 or width % 2:
        linear = np.asarray(
            cv2.copyMakeBorder(linear, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE), np.float32
        )
    size = ((width + 1) // 2, (height + 1) // 2)
    return np.asarray(cv2.resize(linear, size, interpolation=cv2.INTER_AREA), np.float32)


def _perceptual(linear: Plane, channels: Iterable[int]) -> dict[int, Plane]:
    """Returns the wanted channels of XYB, shifted to be positive as the metric expects."""
    wanted = set(channels)
    # All three cones at once: interleaved pixels are the fast case, also where the third is not needed.
    cones = np.cbrt(cv2.transform(linear, CONES), dtype=np.float32) - np.cbrt(OPSIN_BIAS)
    long, medium, short = cv2.split(cones)
    luminance = (long + medium) * np.float32(0.5)
    planes = {1: luminance + np.float32(0.01)}
    if 0 in wanted:
        planes[0] = (long - medium) * np.float32(7.0) + np.float32(0.42)
    if 2 in wanted:
        planes[2] = short - luminance + np.float32(0.55)
    return {channel: planes[channel] for channel in channels}


def _blur(plane: Plane) -> Plane:
    return np.asarray(
        cv2.sepFilter2D(plane, cv2.CV_32F, KERNEL, KERNEL, borderType=cv2.BORDER_CONSTANT), np.float32
    )


def _weighted_error(terms: Terms, reference: _Channel, values: Plane) -> float:
    """Returns one channel's share of the error at one scale."""
    difference = values - reference.values
    mean_difference = _blur(difference)
    means = reference.means + mean_difference
    error = 0.0
    if any(terms.structure):
        lost = _lost_structure(reference, values, difference, mean_difference, means)
        error += _norms(lost, terms.structure)
    if any(terms.artefacts) or any(terms.lost_detail):
        edges = (1 + np.abs(values - means)) / (1 + np.abs(reference.values - reference.means)) - 1
        for sign, weights in ((1, terms.artefacts), (-1, terms.lost_detail)):
            error += _norms(np.maximum(sign * edges, 0), weights) if any(weights) else 0.0
    return error


def _lost_structure(
    reference: _Channel, values: Plane, difference: Plane, mean_difference: Plane, means: Plane
) -> Plane:
    """Returns 1 - SSIM (without the luminance term's denominator) for each pixel, at least 0.

    The program's formula is 1 - (1 - m^2) * (2 cov + c) / (var1 + var2 + c). As var1 + var2 - 2 cov is the
    variance v of the difference, that is m^2 + (1 - m^2) * v / (var1 + var2 + c): the same number, without
    subtracting two that are nearly equal.
    """
    mean_square = mean_difference * mean_difference
    variance = _blur(difference * difference) - mean_square
    both = reference.squares + _blur(values * values) - reference.means * reference.means - means * means
    apart: Plane = np.maximum(variance, 0) / (np.maximum(both, 0) + STRUCTURE_FLOOR)
    return mean_square + (1 - mean_square) * apart


def _norms(errors: Plane, weights: tuple[float, float]) -> float:
    """Returns the weighted sum of the mean and the 4-norm of a map of errors, each at least 0."""
    total = 0.0
    if weights[0]:
        total += weights[0] * float(errors.mean())
    if weights[1]:
        total += weights[1] * float(np.sqrt(cv2.norm(errors * errors, cv2.NORM_L2SQR) / errors.size) ** 0.5)
    return total


def _score(error: float) -> float:
    scaled = error * ERROR_SCALE
    curved = sum(factor * scaled**power for power, factor in enumerate(ERROR_CURVE, start=1))
    return 100.0 - SCORE_SLOPE * curved**SCORE_POWER if curved > 0 else 100.0
