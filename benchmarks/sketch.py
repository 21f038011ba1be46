"""Figures of the built-in generator: speed, variety of seeds, weight of the files, round trip of captions.

python benchmarks/sketch.py --count 200
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

import cv2
import numpy as np
import pdqhash

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from generation import sketch
from generation.sketch import captions, parser

PROMPTS = (
    "a red circle on a blue background",
    "three yellow stars at night",
    "a small white house by a lake, watercolor",
    "two black cats",
    "a boat on the sea at sunset, oil painting",
    "a bowl of red apples",
    "a city skyline at night",
    "purple flowers in a field",
    "a robot holding a balloon",
    "a mountain landscape",
    "a forest in autumn",
    "a castle in the mountains",
    "an astronaut in space",
    "a fox in the snow",
    "abstract marble in teal and gold",
    "a lighthouse in a storm",
)
# Pictures of these styles are even by intent, so their files may be small.
EVEN_STYLES = frozenset({"flat", "line"})
# Two pictures closer than this are hard to tell apart by their PDQ fingerprints.
NEAR = 60


def measure_speed(count: int) -> dict[str, float]:
    """Return milliseconds a picture at 512 px, on one core: by the clock and of processor time."""
    times, busy = [], []
    for k in range(count):
        start, start_busy = time.perf_counter(), time.thread_time()
        sketch.render(PROMPTS[k % len(PROMPTS)], seed=k)
        times.append((time.perf_counter() - start) * 1000)
        busy.append((time.thread_time() - start_busy) * 1000)
    return {
        "median_ms": statistics.median(times),
        "p95_ms": float(np.percentile(times, 95)),
        "median_cpu_ms": statistics.median(busy),
    }


def measure_variety(count: int) -> dict[str, float]:
    """Return the share of seed pairs whose PDQ distance is above 60, and the median distance."""
    distances = []
    for k in range(count):
        prompt = PROMPTS[k % len(PROMPTS)]
        first, second = (pdqhash.compute(sketch.render(prompt, seed=s))[0] for s in (2 * k, 2 * k + 1))
        distances.append(int(np.count_nonzero(first != second)))
    share = sum(distance > NEAR for distance in distances) / len(distances)
    return {"pairs_above_60": share, "median_distance": statistics.median(distances)}


def measure_weight(count: int) -> dict[str, float]:
    """Return the mean size in kB of PNG files at 512 px, outside the flat and line styles."""
    sizes = []
    for k in range(count):
        scene = sketch.sample_scene(k)
        if scene.style in EVEN_STYLES:
            continue
        rgb = sketch.draw(scene, seed=k)
        sizes.append(len(cv2.imencode(".png", rgb[..., ::-1])[1]) / 1000)
    return {"png_mean_kb": statistics.mean(sizes), "png_min_kb": min(sizes)}


def _facts(scene: sketch.Scene) -> tuple[object, ...]:
    things = sorted((thing.kind, thing.colour or "", thing.count) for thing in scene.things)
    return scene.family, scene.style, tuple(things)


def measure_round_trip(count: int) -> dict[str, float]:
    """Return the share of sampled scenes whose caption is read back with the same facts."""
    same = 0
    for k in range(count):
        scene = sketch.sample_scene(k)
        same += _facts(parser.parse(captions.describe(scene, seed=k), seed=k)) == _facts(scene)
    return {"round_trip": same / count}


def main() -> None:
    """Print every figure."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--count", type=int, default=100, help="pictures a figure (default 100)")
    count = arguments.parse_args().count
    cv2.setNumThreads(1)
    sketch.render("warm up", seed=0)
    figures = {**measure_speed(count), **measure_variety(count), **measure_weight(count)}
    figures |= measure_round_trip(max(count * 5, 500))
    for name, value in figures.items():
        print(f"{name:20} {value:8.3f}")


if __name__ == "__main__":
    main()
