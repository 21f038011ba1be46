"""Which channel the dwtDctSvd mark should go into: how often the whole payload outlives JPEG 4:2:0, and PSNR.

Each rung of the codec's ladder without headroom is tried alone, on drawings of the built-in renderer.

python -m benchmarks.watermark_channels
"""

import argparse
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation import sketch
from watermark.codec import detect
from watermark.codecs.dwt_dct_svd import LADDER, DwtDctSvd

KEY = b"a key for measuring only, 32 byte"
PAYLOAD = 0x0123456789ABCDEF
PROMPTS = (
    "a red circle on a blue background",
    "three yellow stars at night",
    "a green square",
    "a small white house by a lake, watercolor",
    "a bowl of red apples",
    "two black cats",
    "a city skyline at night, mosaic",
    "purple flowers in a field, oil painting",
)
QUALITIES = (90, 75, 60, 50, 40)


def survives(rgb: NDArray[np.uint8], quality: int) -> bool:
    file = io.BytesIO()
    Image.fromarray(rgb).save(file, "JPEG", quality=quality, subsampling="4:2:0")
    found = detect(np.asarray(Image.open(file).convert("RGB")), keys=[KEY], codec=DwtDctSvd.name)
    return found is not None and found.payload == PAYLOAD


def psnr(one: NDArray[np.uint8], other: NDArray[np.uint8]) -> float:
    return float(10 * np.log10(255**2 / np.mean((one.astype(float) - other) ** 2)))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--side", type=int, default=512, help="pixels")
    side = parser.parse_args().side
    drawings = [sketch.render(prompt, seed=7, width=side, height=side) for prompt in PROMPTS]
    marked = [list(DwtDctSvd().attempts(rgb, PAYLOAD, key=KEY)) for rgb in drawings]
    print("channel          " + "".join(f"  JPEG {quality}" for quality in QUALITIES) + "  PSNR dB")
    for rung, (channel, headroom) in enumerate(LADDER):
        if headroom:
            continue
        copies = [rungs[rung] for rungs in marked]
        counts = [sum(survives(copy, quality) for copy in copies) for quality in QUALITIES]
        quality_db = np.mean([psnr(rgb, copy) for rgb, copy in zip(drawings, copies, strict=True)])
        cells = "".join(f"{f'{count}/{len(PROMPTS)}':>9}" for count in counts)
        print(f"{channel.name.lower():17}{cells}{quality_db:9.1f}")


if __name__ == "__main__":
    main()
