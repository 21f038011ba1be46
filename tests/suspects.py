"""Pictures, and what happens to their copies on the way: uint8, shape (H, W, 3), and files of them."""

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Pixels = NDArray[np.uint8]
# Small, so that stamping takes a quarter of a second, and with enough detail for a fingerprint.
WIDTH, HEIGHT = 384, 256


@cache
def scene(seed: int) -> Pixels:
    """Discs and boxes before a sky, with grain. Another seed shows something else. Shared: read-only."""
    chance = np.random.default_rng(seed)
    down, across = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float32)
    sky = [90 + 100 * down / HEIGHT, 120 + 60 * across / WIDTH, 200 - 120 * down / HEIGHT]
    rgb = np.stack(sky, -1).astype(np.uint8)
    for _ in range(14):
        colour = [int(value) for value in chance.integers(30, 225, 3)]
        x, y = int(chance.integers(0, WIDTH)), int(chance.integers(0, HEIGHT))
        if chance.integers(2):
            cv2.circle(rgb, (x, y), int(chance.integers(15, 70)), colour, -1)
        else:
            wide, high = chance.integers(20, 120, 2)
            cv2.rectangle(rgb, (x, y), (x + int(wide), y + int(high)), colour, -1)
    return _frozen(rgb + chance.normal(0, 4, rgb.shape))


@cache
def plain() -> Pixels:
    """A disc on an even ground: too little detail for hashes."""
    ground = np.full((HEIGHT, WIDTH, 3), 200, np.uint8)
    return np.asarray(
        cv2.circle(ground, (WIDTH // 2, HEIGHT // 2), HEIGHT // 8, (90, 120, 160), -1), np.uint8
    )


def photograph_like(seed: int = 5) -> Pixels:
    """Soft structure at all sizes, as photographs have it: noise whose power falls with the frequency."""
    chance = np.random.default_rng(seed)
    down = np.fft.fftfreq(HEIGHT)[:, None] * HEIGHT
    across = np.fft.fftfreq(WIDTH)[None] * WIDTH
    falling = 1 / np.maximum(1.0, np.hypot(down, across)) ** 1.3
    planes = [np.fft.ifft2(np.fft.fft2(chance.normal(size=(HEIGHT, WIDTH))) * falling).real for _ in range(3)]
    light = planes[0] / planes[0].std() * 50
    tints = [plane / plane.std() * 12 for plane in planes]
    return _frozen(np.stack([128 + light + tint for tint in tints], -1))


def at_jpeg_quality(quality: int) -> Callable[[Pixels], Pixels]:
    def attack(rgb: Pixels) -> Pixels:
        return pixels(saved(rgb, "JPEG", quality=quality))

    return attack


def half_size(rgb: Pixels) -> Pixels:
    return np.asarray(cv2.resize(rgb, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.uint8)


def mirrored(rgb: Pixels) -> Pixels:
    return np.ascontiguousarray(rgb[:, ::-1])


def quarter_turned(rgb: Pixels) -> Pixels:
    return np.ascontiguousarray(np.rot90(rgb))


def grey(rgb: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY), cv2.COLOR_GRAY2RGB), np.uint8)


def saved(rgb: Pixels, name: str, **options: object) -> bytes:
    """Returns a plain file of `rgb`, without any metadata."""
    out = io.BytesIO()
    Image.fromarray(rgb).save(out, name, **options)
    return out.getvalue()


def pixels(data: bytes) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(data)).convert("RGB"), np.uint8)


def with_manifest_of(png: bytes, store: bytes) -> bytes:
    """Returns a PNG with another file's C2PA manifest store put in, as a forger would."""
    return png[:33] + _png_chunk(b"caBX", store) + png[33:]


def png_header(width: int, height: int, pixel_data: bytes = b"") -> bytes:
    """Returns a PNG that claims a size and holds `pixel_data`, compressed."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (
        _png_chunk(b"IHDR", header),
        _png_chunk(b"IDAT", zlib.compress(pixel_data)),
        _png_chunk(b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunks)


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def _frozen(values: NDArray[np.float64]) -> Pixels:
    rgb = np.clip(np.rint(values), 0, 255).astype(np.uint8)
    rgb.flags.writeable = False
    return rgb


def captioned(rgb: Pixels) -> Pixels:
    """A white strip with words below the picture, half as high as it, as on any meme."""
    strip = np.full((rgb.shape[0] // 2, rgb.shape[1], 3), 255, np.uint8)
    for line in range(3):
        place = (12, 30 + line * strip.shape[0] // 3)
        cv2.putText(strip, "WHEN NOBODY ASKS", place, cv2.FONT_HERSHEY_SIMPLEX, 1, (0, 0, 0), 3)
    return np.concatenate([rgb, strip])
