"""The one door to the invisible watermark: a 64-bit payload into pixels, and out of them again."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType

import cv2
import numpy as np
from numpy.typing import NDArray

from watermark.codecs.dwt_dct import DwtDct
from watermark.codecs.dwt_dct_svd import DwtDctSvd
from watermark.errors import EmbeddingFailed, PictureTooSmall, UnknownCodec
from watermark.interface import QUALITY, Codec, Detection, Obstacle
from watermark.keyed_bits import check_key, check_payload
from watermark.tiled import Tiled

__all__ = ["CODECS", "DEFAULT_CODEC", "Detection", "detect", "embed", "obstacle"]

CODECS: Mapping[str, Codec] = MappingProxyType(
    {codec.name: codec for codec in (Tiled(), DwtDctSvd(), DwtDct())}
)
DEFAULT_CODEC = Tiled.name

# The lossy format in which pictures are published; a mark that does not outlive it is not a mark.
PUBLISHED_JPEG = (
    cv2.IMWRITE_JPEG_QUALITY,
    90,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
    cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444,
)


def embed(
    rgb: NDArray[np.uint8],
    payload: int,
    *,
    key: bytes,
    codec: str = DEFAULT_CODEC,
    quality: float = QUALITY,
) -> NDArray[np.uint8]:
    """Returns a copy of `rgb` that carries `payload`, read back before it is returned.

    Args:
        rgb: uint8, shape (H, W, 3). No alpha: flatten an RGBA picture first, because pixels hidden behind a
            mask would carry part of the mark and be lost with it.
        payload: in [0, 2**64).
        key: secret, at least 16 bytes.
        codec: name in `CODECS`.
        quality: SSIMULACRA 2 that the copy reaches within a point, in (0, 100). A picture in which so faint a
            mark could not be read back gets a stronger one; a codec of fixed strength takes no notice.

    Raises:
        PictureTooSmall: a side is shorter than the codec's `min_side`.
        EmbeddingFailed: no attempt of the codec could be read back, as it is and after JPEG 90.
        UnknownCodec: no such row in `CODECS`.
        ValueError: wrong shape, dtype, payload, key or quality.
    """
    method = _codec(codec)
    _check_picture(rgb)
    check_payload(payload)
    check_key(key)
    if not 0 < quality < 100:
        raise ValueError(f"quality must be between 0 and 100, got {quality}")
    if min(rgb.shape[:2]) < method.min_side:
        raise PictureTooSmall(
            f"{codec} needs sides of at least {method.min_side} px, got {rgb.shape[1]} x {rgb.shape[0]}"
        )
    for marked in method.attempts(rgb, payload, key=key, quality=quality):
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
    for key in keys:
        check_key(key)
    return method.detect(rgb, keys=keys)


def obstacle(rgb: NDArray[np.uint8], *, codec: str = DEFAULT_CODEC) -> Obstacle | None:
    """Returns why no mark could be found in `rgb` (uint8, shape (H, W, 3)) even if it had one, or None.

    For telling "there is none" from "there is no telling" after `detect` has found nothing.

    Raises:
        UnknownCodec: no such row in `CODECS`.
        ValueError: wrong shape or dtype.
    """
    method = _codec(codec)
    _check_picture(rgb)
    return method.obstacle(rgb)


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
