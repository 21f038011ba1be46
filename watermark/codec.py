"""The one door to the invisible watermark: a 64-bit payload into pixels, and out of them again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark import keyed_bits
from watermark.codecs.dwt_dct import DwtDct
from watermark.codecs.dwt_dct_svd import DwtDctSvd
from watermark.errors import EmbeddingFailed, PictureTooSmall, UnknownCodec
from watermark.interface import Codec, Geometry

CODECS: Mapping[str, Codec] = MappingProxyType({codec.name: codec for codec in (DwtDctSvd(), DwtDct())})
DEFAULT_CODEC = DwtDctSvd.name

# The lossy format in which pictures are published; a mark that does not outlive it is not a mark.
PUBLISHED_JPEG = (
    cv2.IMWRITE_JPEG_QUALITY,
    90,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)


@dataclass(frozen=True)
class Detection:
    """A mark of ours.

    Attributes:
        payload: in [0, 2**64).
        p_value: upper bound on the probability that a picture that was never marked gives a detection this
            early in the search; proven in `watermark.keyed_bits`.
        codec: name in `CODECS`.
        key_index: position in the given keys.
        geometry: how the picture lies relative to the one that was marked.
    """

    payload: int
    p_value: float
    codec: str
    key_index: int
    geometry: Geometry


def embed(
    rgb: NDArray[np.uint8], payload: int, *, key: bytes, codec: str = DEFAULT_CODEC
) -> NDArray[np.uint8]:
    """Returns a copy of `rgb` that carries `payload`, read back before it is returned.

    Args:
        rgb: uint8, shape (H, W, 3). No alpha: flatten an RGBA picture first, because pixels hidden behind a
            mask would carry part of the mark and be lost with it.
        payload: in [0, 2**64).
        key: secret, at least 16 bytes.
        codec: name in `CODECS`.

    Raises:
        PictureTooSmall: a side is shorter than the codec's `min_side`.
        EmbeddingFailed: no attempt of the codec could be read back, as it is and after JPEG 90.
        UnknownCodec: no such row in `CODECS`.
        ValueError: wrong shape, dtype, payload or key.
    """
    method = _codec(codec)
    _check_picture(rgb)
    bits = keyed_bits.seal(payload, key=key)
    if min(rgb.shape[:2]) < method.min_side:
        raise PictureTooSmall(
            f"{codec} needs sides of at least {method.min_side} px, got {rgb.shape[1]} x {rgb.shape[0]}"
        )
    for marked in method.embed_bits(rgb, bits):
        if all(_carries(copy, payload, key, codec) for copy in (marked, _published(marked))):
            return marked
    raise EmbeddingFailed(f"{codec} could not be read back from {rgb.shape[1]} x {rgb.shape[0]} px")


def detect(rgb: NDArray[np.uint8], *, keys: Sequence[bytes], codec: str = DEFAULT_CODEC) -> Detection | None:
    """Returns the mark that `rgb` (uint8, shape (H, W, 3)) carries under one of `keys`, or None.

    None as well for a picture smaller than the codec can mark.

    Raises:
        UnknownCodec: no such row in `CODECS`.
        ValueError: wrong shape or dtype, no key, or a key that is too short.
    """
    method = _codec(codec)
    _check_picture(rgb)
    if not keys:
        raise ValueError("keys must hold at least one key, got none")
    if min(rgb.shape[:2]) < method.min_side:
        return None
    for readings_made, reading in enumerate(method.extract_bits(rgb, keyed_bits.BIT_COUNT), start=1):
        for key_index, key in enumerate(keys):
            payload = keyed_bits.unseal(reading.bits, key=key)
            if payload is not None:
                p_value = readings_made * len(keys) * keyed_bits.FALSE_ALARM_RATE
                return Detection(payload, p_value, codec, key_index, reading.geometry)
    return None


def _codec(name: str) -> Codec:
    if name not in CODECS:
        raise UnknownCodec(f"codec must be one of {', '.join(CODECS)}, got {name!r}")
    return CODECS[name]


def _check_picture(rgb: NDArray[np.uint8]) -> None:
    if rgb.ndim != 3 or rgb.shape[2] != 3 or rgb.dtype != np.uint8:
        raise ValueError(f"rgb must be uint8 of shape (H, W, 3), got {rgb.dtype} of shape {rgb.shape}")


def _carries(rgb: NDArray[np.uint8], payload: int, key: bytes, codec: str) -> bool:
    found = detect(rgb, keys=[key], codec=codec)
    return found is not None and found.payload == payload


def _published(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns `rgb` after the lossy format in which it may be published."""
    _, data = cv2.imencode(".jpg", cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR), PUBLISHED_JPEG)
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(cv2.cvtColor(decoded, cv2.COLOR_BGR2RGB), np.uint8)
