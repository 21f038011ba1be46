"""False alarms of the watermark: unmarked pictures through the whole detector. A detection is a defect.

python -m benchmarks.watermark_false_alarms --count 10000     goes on where an earlier run ended
python -m benchmarks.watermark_false_alarms --report          writes the figures into docs/benchmarks.md

Photographs, drawings, and drawings that carry a mark under another key; cut, rescaled, turned and saved as
JPEG at random. The score is -log10 of the bound on false alarms, so 7 = one in ten million; it is taken from
every decoding, also from those that are far too weak to be reported, because their distribution is what shows
whether the bound holds.
"""

import argparse
import datetime
import math
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks import watermark_curve, watermark_queue, watermark_report
from benchmarks.watermark_contenders import KEY
from benchmarks.watermark_pictures import photographs
from generation import sketch
from watermark import codec
from watermark.attacks.formats import through_jpeg
from watermark.attacks.geometry import scaled, turned
from watermark.errors import WatermarkError
from watermark.tiled import detection, payload_code
from watermark.tiled.carrier import expected_chips
from watermark.tiled.keyed_stream import keyed_stream
from watermark.tiled.statistic import SIGNIFICANCE, log10_tail
from watermark.tiled.suspect import Suspect
from watermark.tiled.whitening import WHITENINGS

RESULTS = Path("var") / "benchmarks" / "watermark_false_alarms.jsonl"
BEGIN, END = "<!-- watermark-false-alarms:begin -->", "<!-- watermark-false-alarms:end -->"
OTHER_KEY = b"another key, whose marks are not ours"
SOURCES = ("photograph", "drawing", "marked under another key")
# Drawings that no other measurement uses.
FIRST_SEED = 500_000
DRAWN_SIDES = (512, 768, 1024)
SHORTEST_SIDE = 200
BINS = 40


def suspect(index: int) -> tuple[str, NDArray[np.uint8]]:
    """Returns the kind and pixels of the suspect of that number: the same on every machine."""
    rng = np.random.default_rng(index)
    kind = SOURCES[index % len(SOURCES)]
    known = photographs()
    if kind == SOURCES[0] and known:
        rgb = known[int(rng.integers(len(known)))].load(int(rng.integers(384, 900)))
    else:
        kind = SOURCES[1] if kind == SOURCES[0] else kind
        rgb = _drawing(index, DRAWN_SIDES[int(rng.integers(len(DRAWN_SIDES)))])
    if kind == SOURCES[2]:
        rgb = _marked(rgb, index)
    return kind, _damaged(rgb, rng)


def scores(rgb: NDArray[np.uint8], keys: Sequence[bytes]) -> Iterator[float]:
    """Yields -log10 of the bound for every decoding of the detector's search, however weak."""
    trials = detection.MOST_DECODINGS * len(WHITENINGS) * len(keys)
    for whitening in WHITENINGS:
        for alignment in detection.candidates(Suspect(rgb, whitening), keys):
            chips = alignment.chips()
            payload = payload_code.decode(chips * keyed_stream(alignment.key).scramble)
            bound = log10_tail(chips * expected_chips(payload, alignment.key))
            yield -(bound + math.log10(detection.CODE_WORDS) + math.log10(trials))


def measure(index: int) -> watermark_queue.Line:
    """Returns one line of results."""
    kind, rgb = suspect(index)
    start = time.perf_counter()
    scored = list(scores(rgb, [KEY]))
    seconds = time.perf_counter() - start
    return {
        "index": index,
        "kind": kind,
        "size": [rgb.shape[1], rgb.shape[0]],
        "detected": max(scored, default=0.0) >= -math.log10(SIGNIFICANCE),
        "scores": [round(score, 3) for score in scored],
        "seconds": round(seconds, 4),
    }


def section(lines: Sequence[watermark_queue.Line]) -> str:
    """Returns the section of docs/benchmarks.md, Markdown without its markers."""
    kinds = Counter(line["kind"] for line in lines)
    every = np.array([score for line in lines for score in line["scores"]])
    seconds = np.array([line["seconds"] for line in lines])
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    rows = [
        (
            "unmarked pictures",
            f"{len(lines)} ({', '.join(f'{count} {kind}' for kind, count in kinds.items())})",
        ),
        ("detections (must be 0)", str(sum(line["detected"] for line in lines))),
        ("decodings", str(every.size)),
        (
            "time to say no, median / 95 % / slowest",
            " / ".join(f"{value:.2f} s" for value in _spread(seconds)),
        ),
    ]
    if every.size:
        threshold = -math.log10(SIGNIFICANCE)
        rows.append(("highest score (reported from " + f"{threshold:.0f})", f"{every.max():.2f}"))
        rows += [
            (f"decodings with a score above {level}", f"{(every > level).mean():.1e}")
            for level in (-2, -1, 0, 1)
        ]
    table = "\n".join(
        ["| Figure | Measured |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    )
    return (
        "## Watermark: false alarms\n\n"
        f"`.venv/bin/python -m benchmarks.watermark_false_alarms --count {len(lines)}`, then with "
        f"`--report`, {today}.\n\n{table}\n\n![Tail of the score](images/watermark-false-alarms.svg)"
    )


def tail(lines: Sequence[watermark_queue.Line]) -> str:
    """Returns an SVG: how many decodings (decimal logarithm) reach each score."""
    every = np.sort([score for line in lines for score in line["scores"]])
    levels = np.linspace(every[0], every[-1], BINS)
    counts = every.size - np.searchsorted(every, levels)
    points = [(float(level), math.log10(count)) for level, count in zip(levels, counts, strict=True) if count]
    return watermark_curve.draw(
        {f"{every.size} decodings": points},
        across="score (reported from 7)",
        upward="decodings with at least this score, log10",
        highest=math.ceil(math.log10(every.size + 1)),
    )


def _spread(values: NDArray[np.float64]) -> tuple[float, float, float]:
    return float(np.median(values)), float(np.percentile(values, 95)), float(values.max())


def _drawing(index: int, side: int) -> NDArray[np.uint8]:
    scene = sketch.sample_scene(FIRST_SEED + index)
    return np.asarray(sketch.draw(scene, seed=FIRST_SEED + index, width=side, height=side), np.uint8)


def _marked(rgb: NDArray[np.uint8], payload: int) -> NDArray[np.uint8]:
    try:
        return codec.embed(rgb, payload, key=OTHER_KEY)
    except WatermarkError:
        # Cannot carry a mark, so it stays an unmarked picture, which is as good here.
        return rgb


def _damaged(rgb: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    """Returns `rgb` turned (one in three), cut, rescaled and saved as JPEG (two in three)."""
    if rng.random() < 1 / 3:
        rgb = turned(rgb, float(rng.uniform(-45, 45)))
    height, width = (int(rng.integers(min(SHORTEST_SIDE, side), side + 1)) for side in rgb.shape[:2])
    y, x = rng.integers(0, rgb.shape[0] - height + 1), rng.integers(0, rgb.shape[1] - width + 1)
    rgb = rgb[y : y + height, x : x + width]
    shortest = min(1.0, SHORTEST_SIDE / min(rgb.shape[:2]))
    rgb = scaled(rgb, float(rng.uniform(max(shortest, 0.5), 1.5)))
    return through_jpeg(rgb, int(rng.integers(30, 96))) if rng.random() < 2 / 3 else rgb


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=10_000, help="pictures in all (default 10000)")
    parser.add_argument("--jobs", type=int, default=1, help="processes, each on one core")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--report", action="store_true", help="write docs/benchmarks.md, measure nothing")
    return parser.parse_args()


def main() -> None:
    arguments = options()
    if not photographs():
        print("No photographs are installed beside the project: drawings in their place.")
    known = {line["index"] for line in watermark_queue.read_lines(arguments.results)}
    if not arguments.report:
        left = [index for index in range(arguments.count) if index not in known]
        watermark_queue.run(measure, left, arguments.results, arguments.jobs)
    lines = watermark_queue.read_lines(arguments.results)
    if arguments.report:
        watermark_report.put(section(lines), BEGIN, END)
        if any(line["scores"] for line in lines):
            watermark_report.draw("watermark-false-alarms.svg", tail(lines))
    else:
        print(section(lines))


if __name__ == "__main__":
    main()
