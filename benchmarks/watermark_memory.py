"""The memory of a process that does nothing but mark and read one picture.

python -m benchmarks.watermark_memory ours 2048     the most MiB in use before marking, after, after reading
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import cv2
import numpy as np

from benchmarks import memory

PICTURE_SIDE = 512


def measure(name: str, side: int) -> dict[str, float]:
    """Returns the peak MiB of a fresh process, for one drawing of that side and the codec of that name."""
    # Drawn here, and enlarged: drawing would itself take more memory than what is measured.
    from benchmarks.watermark_pictures import pictures

    drawn = next(picture for picture in pictures(9) if picture.kind != "photograph").load(PICTURE_SIDE)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.npy"
        np.save(path, cv2.resize(drawn, (side, side), interpolation=cv2.INTER_CUBIC))
        command = [sys.executable, "-m", __spec__.name, name, str(side), "--picture", str(path)]
        printed = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    return dict(json.loads(printed))


def _marked_and_read(name: str, picture: Path) -> dict[str, float]:
    from benchmarks.watermark_contenders import contender

    cv2.setNumThreads(1)
    codec, rgb = contender(name), np.load(picture)
    peaks = {"before": memory.peak()}
    marked = codec.embed(rgb, 1 << 20, 1.0)
    peaks["embed"] = memory.peak()
    if marked is not None:
        codec.detect(marked, 1.0)
    return peaks | {"detect": memory.peak()}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("codec")
    parser.add_argument("side", type=int)
    parser.add_argument("--picture", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args()
    peaks = (
        _marked_and_read(given.codec, given.picture) if given.picture else measure(given.codec, given.side)
    )
    print(json.dumps(peaks))


if __name__ == "__main__":
    main()
