"""How often the picture inside a screenshot, frame or banner is found, and what that does for the hash.

python -m benchmarks.photo_rectangle             prints the table
python -m benchmarks.photo_rectangle --report    writes it into docs/benchmarks.md

Beside it, what a hash of the whole screenshot gives, which is what one would compare otherwise.
"""

import argparse
import datetime
import time
from collections.abc import Iterator
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from benchmarks import watermark_report
from benchmarks.watermark_pictures import PHOTOGRAPHS, pictures
from provenance import fingerprint, photo_rectangle
from watermark.attacks import ATTACKS

BEGIN, END = "<!-- photo-rectangle:begin -->", "<!-- photo-rectangle:end -->"
SIDE: Final = 768
SHOWN: Final = ("margin_10_white", "margin_30_black", "screenshot", "phone_screenshot", "meme")
# Within this a candidate is confirmed by pixels (provenance.confirmation).
NEAR: Final = 60

Pixels = NDArray[np.uint8]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=150, help="pictures (default 150)")
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    cv2.setNumThreads(1)
    text = section(arguments.count)
    if arguments.report:
        watermark_report.put(text, BEGIN, END)
    print(text)


def section(count: int) -> str:
    """Returns the section of docs/benchmarks.md, Markdown without its markers."""
    chosen = {picture.name: picture.load(SIDE) for picture in pictures(count)}
    times: list[float] = []
    plain = [*chosen.items(), *whole_photographs()]
    cut = [name for name, rgb in plain if timed(rgb, times) is not None]
    rows = [row(name, chosen, times) for name in SHOWN]
    head = "| Around the picture | found | hash near, whole screen | hash near, what was found |"
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return "\n".join(
        [
            "## The picture on a screen\n",
            f"`.venv/bin/python -m benchmarks.photo_rectangle --count {count}`, {today}: {len(chosen)} "
            f"pictures (photographs, textured and plain drawings) at {SIDE} px. Near: PDQ distance to "
            f"the picture at most {NEAR}. A meme's bars hide parts of it, so that its hash is another one.\n",
            head,
            "|---|---|---|---|",
            *rows,
            "",
            f"{len(cut)} of {len(plain)} pictures as they are were cut ({', '.join(cut)}; look whether they "
            f"have a frame of their own). {np.median(times):.1f} ms processor time a picture, median.",
        ]
    )


def row(name: str, chosen: dict[str, Pixels], times: list[float]) -> str:
    attack = ATTACKS[name]
    found = near_before = near_after = 0
    for picture, rgb in chosen.items():
        screen = attack(rgb, attack.generator(picture))
        own = fingerprint.look(rgb).fingerprint.pdq
        box = timed(screen, times)
        near_before += is_near(screen, own)
        if box is not None:
            found += 1
            top, left, bottom, right = box
            near_after += is_near(np.ascontiguousarray(screen[top:bottom, left:right]), own)
    shares = (f"{100 * count / len(chosen):.0f} %" for count in (found, near_before, near_after))
    return f"| `{name}` | {' | '.join(shares)} |"


def is_near(rgb: Pixels, own: bytes) -> bool:
    return fingerprint.distance(fingerprint.look(rgb).fingerprint.pdq, own) <= NEAR


def timed(rgb: Pixels, times: list[float]) -> photo_rectangle.Box | None:
    start = time.process_time()
    box = photo_rectangle.find(rgb)
    times.append(1000 * (time.process_time() - start))
    return box


def whole_photographs() -> Iterator[tuple[str, Pixels]]:
    """Yields name and pixels of every photograph as it is: not square, with whatever lies along its edges."""
    if PHOTOGRAPHS.is_dir():
        for path in sorted(PHOTOGRAPHS.iterdir()):
            bgr = cv2.imread(str(path), cv2.IMREAD_COLOR)
            if bgr is not None:
                yield path.name, np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)


if __name__ == "__main__":
    main()
