"""Trains the learned whitening: a network that sees a picture and says where in it a mark may be.

It never sees a key: every example carries a new random pattern in the mark's band, put through the codec's
own mask, so that what it learns is what pictures look like, and the bound on false alarms stays as it is. The
pictures are the renderer's, random shapes in layers (Lee, Mumford and Huang, Int. J. Comput. Vision 41, 2001)
and photographs in the public domain that scikit-image brings along.
"""

import argparse
import json
import math
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle, relu
from tqdm import tqdm

from training import checkpoints
from training import whitening_examples as examples
from training.whitening_examples import Picture, Plane
from watermark.tiled import learned_whitening as inference
from watermark.tiled import mask
from watermark.tiled.whitening import difference_of_gaussians

HALF_WIDTH = 24
QUARTER_WIDTH = 48

HIGHEST_RATE = 3e-3
EVERY = 50


class Network(nn.Module):
    """What `watermark.tiled.learned_whitening` runs without torch."""

    def __init__(self) -> None:
        super().__init__()
        half, quarter = HALF_WIDTH, QUARTER_WIDTH
        self.enter = nn.Conv2d(4 * inference.FEATURES, half, 3, padding=1)
        self.near = nn.Conv2d(half, half, 3, padding=1)
        self.down = nn.Conv2d(4 * half, quarter, 1)
        self.wide = nn.ModuleList(
            nn.Conv2d(quarter, quarter, 3, padding=step, dilation=step) for step in inference.STEPS
        )
        self.up = nn.Conv2d(quarter, 4 * half, 1)
        self.far = nn.Conv2d(half, half, 3, padding=1)
        self.leave = nn.Conv2d(half, 8, 3, padding=1)
        nn.init.zeros_(self.leave.weight)
        nn.init.zeros_(cast(Tensor, self.leave.bias))

    def forward(self, seen: Tensor) -> Tensor:
        """Returns (N, H, W) for features (N, FEATURES, H, W)."""
        near = relu(self.enter(pixel_unshuffle(seen, 2)))
        near = near + relu(self.near(near))
        wide = relu(self.down(pixel_unshuffle(near, 2)))
        for layer in self.wide:
            wide = wide + relu(layer(wide))
        near = near + pixel_shuffle(self.up(wide), 2)
        far = near + relu(self.far(near))
        correction, log_weight = pixel_shuffle(self.leave(far), 2).unbind(1)
        log_weight = log_weight + inference.CONTRAST_EXPONENT * seen[:, 1]
        bounded = log_weight.clamp(inference.LEAST_LOG_WEIGHT, inference.MOST_LOG_WEIGHT)
        return (seen[:, 0] * 0.5 + correction) * torch.exp(bounded)


def train(work: Path, *, steps: int) -> None:
    """Trains up to `steps`, from where an earlier call stopped; leaves work/learned_whitening.npz."""
    torch.manual_seed(0)
    model = Network()
    model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
    optimizer = torch.optim.Adam(model.parameters(), lr=HIGHEST_RATE, betas=(0.9, 0.99))
    done = checkpoints.resume(work / "whitening.pt", model, optimizer)
    pools = (examples.photographs(), examples.drawings(), examples.leaves_pool())
    figures: list[tuple[float, float]] = []
    for step in tqdm(range(done, steps), initial=done, total=steps, desc="whitening", mininterval=30):
        for group in optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(step, steps, highest=HIGHEST_RATE)
        luma, pattern = examples.batch(pools, np.random.default_rng([17, step]))
        likeness = _likeness(model(_shown(luma)), pattern)
        optimizer.zero_grad()
        (1 - likeness).backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        figures.append((likeness.item(), _plain_likeness(luma, pattern)))
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1}
            checkpoints.save(work / "whitening.pt", state)
            export(model, work / "learned_whitening.npz")
            _log(work, step + 1, figures)
            figures.clear()


def export(model: Network, path: Path) -> None:
    """Writes the layers as float16: half the size, and 0.001 of the correlation at most."""
    arrays: dict[str, Any] = {
        name: value.numpy().astype(np.float16) for name, value in model.state_dict().items()
    }
    np.savez_compressed(path, **arrays)


def _log(work: Path, step: int, figures: list[tuple[float, float]]) -> None:
    learned, plain = np.mean(figures, axis=0)
    gain = 20 * math.log10(learned / plain)
    row = {"step": step, "learned": round(float(learned), 4), "plain": round(float(plain), 4)}
    with (work / "whitening.jsonl").open("a") as file:
        file.write(json.dumps(row) + "\n")
    print(f"\nstep {step}: correlation {learned:.3f}, plain filter {plain:.3f}, {gain:+.2f} dB", flush=True)


def _shown(luma: list[Plane]) -> Tensor:
    seen = torch.from_numpy(np.stack([inference.features(plane) for plane in luma]))
    # As laid out in memory already: channels last.
    return seen.permute(0, 3, 1, 2)


def _likeness(filtered: Tensor, pattern: list[Plane]) -> Tensor:
    """Returns the mean correlation, all places of an example taken as one."""
    places = filtered.reshape(examples.EXAMPLES, -1)
    truth = torch.from_numpy(np.stack(pattern)).reshape(examples.EXAMPLES, -1)
    return torch.cosine_similarity(places, truth).mean()


def _plain_likeness(luma: list[Plane], pattern: list[Plane]) -> float:
    filtered = np.stack([difference_of_gaussians(plane) for plane in luma])
    return float(_likeness(torch.from_numpy(filtered), pattern))


# What `measure` does to a marked copy.
ATTACKS: dict[str, Callable[[Picture], Picture]] = {
    "none": lambda rgb: rgb,
    "jpeg 50": partial(examples.encoded, form=".jpg", quality=50),
    "jpeg 20": partial(examples.encoded, form=".jpg", quality=20),
    "webp 45": partial(examples.encoded, form=".webp", quality=45),
    "half and back": partial(examples.there_and_back, share=0.5),
    "noise 10": partial(examples.noisy, deviation=10, seed=1),
    "small 70 %": lambda rgb: examples.on_grid(rgb, side=examples.HOST_SIDE * 0.7),
    "small 45 %": lambda rgb: examples.on_grid(rgb, side=examples.HOST_SIDE * 0.45),
}
MEASURED_STRENGTH = 0.45


def measure(pictures: list[Picture]) -> dict[str, tuple[float, float]]:
    """Returns for each attack the mean correlation with the pattern: of the plain filter, of the learned."""
    found = {}
    for name, attack in ATTACKS.items():
        rows = [_measured(rgb, attack, index) for index, rgb in enumerate(pictures)]
        plain, learned = np.mean(rows, axis=0)
        found[name] = (float(plain), float(learned))
    return found


def _measured(rgb: Picture, attack: Callable[[Picture], Picture], seed: int) -> tuple[float, float]:
    rgb = examples.on_grid(rgb)
    rows, columns = rgb.shape[:2]
    pattern = examples.random_pattern(max(rows, columns), np.random.default_rng([31, seed]))[:rows, :columns]
    change = pattern * mask.gain(mask.luma(rgb)) * np.float32(MEASURED_STRENGTH)
    luma = mask.luma(attack(mask.apply(rgb, change)))
    if luma.shape != pattern.shape:
        pattern = np.asarray(cv2.resize(pattern, luma.shape[::-1], interpolation=cv2.INTER_AREA), np.float32)
    filtered = (difference_of_gaussians(luma), inference.learned_whitening(luma))
    plain, learned = (float(np.corrcoef(one.ravel(), pattern.ravel())[0, 1]) for one in filtered)
    return plain, learned


def _read(folder: Path) -> list[Picture]:
    paths = sorted(path for path in folder.iterdir() if path.suffix in {".jpg", ".png", ".webp"})
    return [np.asarray(cv2.imread(str(path), cv2.IMREAD_COLOR_RGB), np.uint8) for path in paths]


def main() -> None:
    """Reads the command line; trains, or measures the weights in place."""
    arguments = argparse.ArgumentParser(description="Train or measure the learned whitening.")
    arguments.add_argument("--work", type=Path, help="folder for checkpoints and the weights")
    arguments.add_argument("--steps", type=int, default=8000)
    arguments.add_argument("--measure", type=Path, help="folder of pictures that were kept apart")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if given.work is not None:
        train(given.work, steps=given.steps)
    if given.measure is not None:
        drawings = [examples.drawing(examples.HELD_OUT_SEED + seed) for seed in range(16)]
        for title, pictures in (("photographs", _read(given.measure)), ("drawings", drawings)):
            print(title)
            for name, (plain, learned) in measure(pictures).items():
                print(f"  {name:14} {plain:.3f} {learned:.3f} {20 * math.log10(learned / plain):+.2f} dB")


if __name__ == "__main__":
    main()
