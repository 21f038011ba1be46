"""How well the built-in model follows captions that it never saw, its speed, its memory, and its other flows.

Renders give the ceiling, the model's pictures under each other's captions the chance level.

python -m benchmarks.builtin_model
"""

import argparse
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks import following, memory
from training import world
from training.world import Example

PROMPTS = 200
WORK = Path("var/benchmarks")
# Stands for the infinite PSNR of pixels that did not change.
UNCHANGED_DB = 99.0


def held_out(count: int) -> list[Example]:
    """Returns examples of combinations that no training picture showed, every fact said."""
    return [world.example(seed, held_out=True) for seed in range(count)]


def drawn_by(generator: Any, examples: list[Example]) -> tuple[list[NDArray[np.uint8]], list[float]]:
    """Returns a picture for each caption and the seconds it took."""
    rgbs, seconds = [], []
    for number, example in enumerate(tqdm(examples, desc="pictures")):
        start = time.perf_counter()
        rgbs.append(
            generator.text_to_image(example.caption, seed=number, width=512, height=512, on_step=_silent)
        )
        seconds.append(time.perf_counter() - start)
    return rgbs, seconds


def inpainting(generator: Any, classifier: Any, count: int) -> dict[str, float]:
    """Returns PSNR outside the mask, and how often the inside shows the kind and colour that were asked for.

    The middle of a plain render is painted over, and another thing asked for on the same ground.
    """
    kept, kinds, colours = [], [], []
    for number, (before, wanted) in enumerate(_pairs(count)):
        rgb, mask = before.draw(), np.zeros((512, 512), bool)
        mask[48:464, 48:464] = True
        after = generator.inpaint(rgb, mask, wanted.caption, seed=number, on_step=_silent)
        error = np.mean((after[~mask].astype(float) - rgb[~mask]) ** 2)
        kept.append(UNCHANGED_DB if error == 0 else 10 * np.log10(255**2 / error))
        seen = following.facts_seen([after], classifier)[0]
        kinds.append(seen["kind"] == wanted.facts.kind)
        colours.append(seen["colour"] == wanted.facts.colour)
    return {
        "psnr_outside_min": float(min(kept)),
        "kind_inside": float(np.mean(kinds)),
        "colour_inside": float(np.mean(colours)),
    }


def _pairs(count: int) -> list[tuple[Example, Example]]:
    centred = [e for e in held_out(count * 12) if e.facts.place == "centre"]
    pairs = []
    for first in centred:
        second = next(
            (e for e in centred if e.facts.ground == first.facts.ground and e.facts.kind != first.facts.kind),
            None,
        )
        if second is not None:
            pairs.append((first, second))
    return pairs[:count]


def variations(generator: Any, count: int) -> dict[str, float]:
    """Returns SSIM between pictures and their variations: near 1 is a copy, near 0 another picture."""
    from skimage.metrics import structural_similarity

    values = []
    for number, example in enumerate(held_out(count)):
        rgb = example.draw()
        varied = generator.vary(rgb, example.caption, seed=1000 + number, on_step=_silent)
        values.append(float(structural_similarity(rgb, varied, channel_axis=2)))
    return {"ssim_min": min(values), "ssim_median": statistics.median(values), "ssim_max": max(values)}


def fresh_process(folder: str) -> dict[str, float]:
    """Returns load seconds and peak memory in MB of a process that loads the model and draws one picture."""
    program = [sys.executable, "-m", "benchmarks.builtin_model", "--model", folder, "--only-load"]
    done = subprocess.run(program, check=True, capture_output=True, text=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _only_load(folder: str) -> dict[str, float]:
    import torch  # noqa: F401 - the worker has it loaded before it loads a model
    from diffusers import AutoPipelineForText2Image  # noqa: F401

    start = time.perf_counter()
    generator = _generator(folder)
    loaded = time.perf_counter() - start
    generator.text_to_image("a red circle on blue", seed=0, width=512, height=512, on_step=_silent)
    return {"load_seconds": loaded, "peak_megabytes": memory.peak()}


def _generator(folder: str) -> Any:
    from generation.pipeline import BUILT_IN, BUILT_IN_GUIDANCE, BuiltIn, Diffusion, Sketch

    if folder == "sketch":
        return Sketch()
    if folder == BUILT_IN:
        return BuiltIn(device="cpu")
    return Diffusion(folder, device="cpu", token="", guidance=BUILT_IN_GUIDANCE)


def _silent(done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
    """Nobody watches a benchmark's progress by the step."""


def _print_scores(rows: dict[str, dict[str, float]]) -> None:
    names = (*following.FACTS, "everything")
    print(f"{'':24}" + "".join(f"{name:>12}" for name in names))
    for title, shares in rows.items():
        print(f"{title:24}" + "".join(f"{shares[name]:12.1%}" for name in names))


def main() -> None:
    """Print every figure."""
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    arguments.add_argument("--model", default="builtin", help="builtin, sketch, or a folder")
    arguments.add_argument("--prompts", type=int, default=PROMPTS)
    arguments.add_argument("--edits", type=int, default=12, help="pictures to inpaint and to vary")
    arguments.add_argument("--only-load", action="store_true", help=argparse.SUPPRESS)
    given = arguments.parse_args()
    if given.only_load:
        print(json.dumps(_only_load(given.model)))
        return
    examples = held_out(given.prompts)
    classifier = following.trained_classifier(WORK / "classifier.pt", pictures=6000, epochs=12)
    rows = {"renders (ceiling)": following.score(examples, _seen(classifier, [e.draw() for e in examples]))}
    generator = _generator(given.model)
    rgbs, seconds = drawn_by(generator, examples)
    seen = _seen(classifier, rgbs)
    rows[generator.name] = following.score(examples, seen)
    rows["shuffled (chance)"] = following.score(examples, seen[1:] + seen[:1])
    _print_scores(rows)
    figures = {"seconds_median": statistics.median(seconds)} | inpainting(generator, classifier, given.edits)
    figures |= variations(generator, given.edits) | fresh_process(given.model)
    for name, value in figures.items():
        print(f"{name:20} {value:8.3f}")


def _seen(classifier: Any, rgbs: list[NDArray[np.uint8]]) -> list[dict[str, str]]:
    return following.facts_seen(rgbs, classifier)


if __name__ == "__main__":
    main()
