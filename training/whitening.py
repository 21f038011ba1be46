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
from functools import partial, reduce
from pathlib import Path
from typing import Any, cast

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from skimage import data
from torch import Tensor, nn
from torch.nn.functional import pixel_shuffle, pixel_unshuffle, relu
from tqdm import tqdm

from generation import sketch
from training import checkpoints
from watermark.tiled import learned_whitening as inference
from watermark.tiled import mask
from watermark.tiled.lattice import GRID, HIGHEST, LOWEST, SLOPE
from watermark.tiled.whitening import difference_of_gaussians

HALF_WIDTH = 24
QUARTER_WIDTH = 48

# Photographs that scikit-image ships, each CC0 or in the public domain by its own documentation.
PHOTOGRAPHS = (
    "astronaut", "camera", "brick", "grass", "gravel", "chelsea", "coffee", "hubble_deep_field", "retina",
    "rocket", "clock", "cell",
)  # fmt: skip
DRAWINGS = 160
LEAVES = 60
# Shares of the kinds in the examples.
SHARES = (0.42, 0.33, 0.25)
# Seeds of the renderer that only measure.
HELD_OUT_SEED = 900_000

# An example is two places of one picture under one damage: their weights must suit each other, as the places
# of a suspect do, which are summed.
EXAMPLES = 4
PLACES = 2
SIDE = 112
# Cut off after the damage, so that the squares of JPEG begin anywhere.
MARGIN = 8
HIGHEST_RATE = 3e-3
EVERY = 50
# From what the closed loop takes at least to more than it ever takes: a stronger mark teaches faster.
STRENGTHS = (0.3, 1.0)
SCALES = (0.35, 1.5)

Random = np.random.Generator
Picture = NDArray[np.uint8]
Plane = NDArray[np.float32]


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
    done = _resume(work / "whitening.pt", model, optimizer)
    pools = (_photographs(), _drawings(), _leaves_pool())
    figures: list[tuple[float, float]] = []
    for step in tqdm(range(done, steps), initial=done, total=steps, desc="whitening", mininterval=30):
        for group in optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(step, steps, highest=HIGHEST_RATE)
        luma, pattern = _batch(pools, np.random.default_rng([17, step]))
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


def _resume(path: Path, model: Network, optimizer: torch.optim.Optimizer) -> int:
    state = checkpoints.load(path)
    if state is None:
        return 0
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


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
    places = filtered.reshape(EXAMPLES, -1)
    truth = torch.from_numpy(np.stack(pattern)).reshape(EXAMPLES, -1)
    return torch.cosine_similarity(places, truth).mean()


def _plain_likeness(luma: list[Plane], pattern: list[Plane]) -> float:
    filtered = np.stack([difference_of_gaussians(plane) for plane in luma])
    return float(_likeness(torch.from_numpy(filtered), pattern))


def _batch(pools: tuple[list[Picture], ...], random: Random) -> tuple[list[Plane], list[Plane]]:
    luma, patterns = [], []
    for _ in range(EXAMPLES):
        pool = pools[int(random.choice(len(pools), p=SHARES))]
        rgb = pool[int(random.integers(len(pool)))]
        strength = math.exp(random.uniform(*np.log(STRENGTHS)))
        scale = 1.0 if random.random() < 0.6 else math.exp(random.uniform(*np.log(SCALES)))
        damage = _damage(random)
        for _ in range(PLACES):
            host = _place(rgb, round((SIDE + MARGIN) / scale), random)
            seen, pattern = _example(host, strength, damage, random)
            luma.append(seen)
            patterns.append(pattern)
    return luma, patterns


def _example(
    host: Picture, strength: float, damage: Callable[[Picture], Picture], random: Random
) -> tuple[Plane, Plane]:
    """Returns the damaged luma and the pattern in it, both (SIDE, SIDE)."""
    pattern = _pattern(host.shape[0], random)
    marked = mask.apply(host, pattern * mask.gain(mask.luma(host)) * np.float32(strength))
    side = SIDE + MARGIN
    method = cv2.INTER_AREA if host.shape[0] > side else cv2.INTER_LINEAR
    if host.shape[0] != side:
        marked = np.asarray(cv2.resize(marked, (side, side), interpolation=method), np.uint8)
        pattern = np.asarray(cv2.resize(pattern, (side, side), interpolation=method), np.float32)
    y, x = random.integers(0, MARGIN + 1, 2)
    luma = mask.luma(damage(marked))[y : y + SIDE, x : x + SIDE]
    return np.ascontiguousarray(luma), pattern[y : y + SIDE, x : x + SIDE]


def _pattern(side: int, random: Random) -> Plane:
    """Returns a random plane (side, side) of the mark's band and slope, RMS 1."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    slope = np.where((frequency >= LOWEST) & (frequency <= HIGHEST), frequency**SLOPE, 0)
    shape = (side, side)
    plane = np.fft.irfft2(np.fft.rfft2(random.standard_normal(shape)) * slope, s=shape).astype(np.float32)
    scaled: Plane = plane / plane.std()
    return scaled


def _place(rgb: Picture, side: int, random: Random) -> Picture:
    """Returns a square of `rgb`, mirrored, turned and brightened at random; enlarged if `rgb` is small."""
    short = min(rgb.shape[:2])
    if short < side:
        size = round(rgb.shape[1] * side / short) + 1, round(rgb.shape[0] * side / short) + 1
        rgb = np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_CUBIC), np.uint8)
    y, x = (int(random.integers(0, length - side + 1)) for length in rgb.shape[:2])
    square = np.rot90(rgb[y : y + side, x : x + side], int(random.integers(4)))
    if random.random() < 0.5:
        square = square[:, ::-1]
    if random.random() < 0.3:
        square = square[..., random.permutation(3)]
    if random.random() < 0.3:
        levels = 255 * (np.arange(256) / 255) ** random.uniform(0.6, 1.7)
        square = np.rint(levels).astype(np.uint8)[square]
    return np.ascontiguousarray(square)


def _damage(random: Random) -> Callable[[Picture], Picture]:
    """Returns what is done to every place of a copy: up to four things, often none but a codec."""
    things: list[Callable[[Picture], Picture]] = []
    if random.random() < 0.25:
        things.append(partial(_there_and_back, share=random.uniform(0.4, 0.95)))
    if random.random() < 0.15:
        things.append(partial(_toned, gain=random.uniform(0.6, 1.4), offset=random.uniform(-25, 25)))
    if random.random() < 0.08:
        things.append(_greyed)
    if random.random() < 0.06:
        things.append(partial(_softened, sigma=random.uniform(0.5, 1.6)))
    if random.random() < 0.15:
        things.append(partial(_noisy, deviation=random.uniform(2, 14), seed=int(random.integers(2**31))))
    for _ in range(int(random.choice(3, p=(0.25, 0.6, 0.15)))):
        things.append(_codec(random))
    return lambda rgb: reduce(lambda copy, thing: thing(copy), things, rgb)


def _codec(random: Random) -> Callable[[Picture], Picture]:
    if random.random() < 0.75:
        return partial(encoded, form=".jpg", quality=int(random.integers(15, 93)))
    return partial(encoded, form=".webp", quality=int(random.integers(30, 90)))


def encoded(rgb: Picture, *, form: str, quality: int) -> Picture:
    """Returns `rgb` (H, W, 3) after a lossy codec: .jpg or .webp."""
    flag = cv2.IMWRITE_JPEG_QUALITY if form == ".jpg" else cv2.IMWRITE_WEBP_QUALITY
    _, coded = cv2.imencode(form, np.ascontiguousarray(rgb[..., ::-1]), (flag, quality))
    decoded = cv2.imdecode(coded, cv2.IMREAD_COLOR)
    assert decoded is not None
    return np.asarray(decoded[..., ::-1], np.uint8)


def _there_and_back(rgb: Picture, *, share: float) -> Picture:
    rows, columns = rgb.shape[:2]
    small = cv2.resize(rgb, (round(columns * share), round(rows * share)), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (columns, rows), interpolation=cv2.INTER_CUBIC), np.uint8)


def _toned(rgb: Picture, *, gain: float, offset: float) -> Picture:
    return np.clip(np.rint((rgb.astype(np.float32) - 128) * gain + 128 + offset), 0, 255).astype(np.uint8)


def _greyed(rgb: Picture) -> Picture:
    return np.repeat(np.rint(mask.luma(rgb)).astype(np.uint8)[..., None], 3, axis=2)


def _softened(rgb: Picture, *, sigma: float) -> Picture:
    return np.asarray(cv2.GaussianBlur(rgb, (0, 0), sigma), np.uint8)


def _noisy(rgb: Picture, *, deviation: float, seed: int) -> Picture:
    noise = np.random.default_rng(seed).normal(0, deviation, rgb.shape)
    return np.clip(np.rint(rgb + noise), 0, 255).astype(np.uint8)


def _photographs() -> list[Picture]:
    """Returns each photograph on the grid, larger and smaller: places of other sharpness."""
    pictures = []
    for name in PHOTOGRAPHS:
        photograph = getattr(data, name)()
        rgb = photograph if photograph.ndim == 3 else np.repeat(photograph[..., None], 3, axis=2)
        for share in (1.0, 1.6, 0.7):
            pictures.append(on_grid(np.asarray(rgb[..., :3], np.uint8), side=GRID * share))
    return pictures


def on_grid(rgb: Picture, *, side: float = GRID) -> Picture:
    """Returns `rgb` made smaller to the area of a square of `side`, but never larger."""
    factor = side / math.sqrt(rgb.shape[0] * rgb.shape[1])
    if factor >= 1:
        return rgb
    size = round(rgb.shape[1] * factor), round(rgb.shape[0] * factor)
    return np.asarray(cv2.resize(rgb, size, interpolation=cv2.INTER_AREA), np.uint8)


def _drawings() -> list[Picture]:
    return [_drawing(seed) for seed in range(DRAWINGS)]


def _drawing(seed: int) -> Picture:
    return sketch.draw(sketch.sample_scene(seed), seed=seed, width=GRID, height=GRID)


def _leaves_pool() -> list[Picture]:
    return [leaves(np.random.default_rng([29, seed])) for seed in range(LEAVES)]


def leaves(random: Random) -> Picture:
    """Returns random shapes in layers, plain or grained, whose sizes are spread as in photographs."""
    side, count = 2 * GRID, int(random.integers(30, 255))
    shape_of = np.zeros((side, side), np.uint8)
    for label in range(1, count):
        radius = 16 / (random.random() + 0.03)
        angles = np.sort(random.uniform(0, 2 * math.pi, int(random.integers(3, 9))))
        if random.random() < 0.5:
            angles = np.linspace(0, 2 * math.pi, 40)
        stretch = random.uniform(0.15, 1, 2)
        corners = random.uniform(0, side, 2) + radius * stretch * np.stack(
            [np.cos(angles), np.sin(angles)], axis=1
        )
        cv2.fillPoly(shape_of, [np.rint(corners).astype(np.int32)], label)
    light = random.normal(0, random.uniform(10, 90), (count, 1)) + random.uniform(30, 225)
    colour = light + random.normal(0, random.uniform(0, 50), (count, 3))
    grain = random.choice([0.0, 1.0], (count, 1)) * random.gamma(1.0, 14.0, (count, 1))
    rgb = colour[shape_of] + grain[shape_of] * _grain(side, random)[..., None]
    small = cv2.resize(np.clip(rgb, 0, 255), (GRID, GRID), interpolation=cv2.INTER_AREA)
    return np.rint(small).astype(np.uint8)


def _grain(side: int, random: Random) -> Plane:
    """Returns noise (side, side), RMS 1, whose amplitude falls with a power of the frequency."""
    frequency = np.hypot(np.fft.fftfreq(side)[:, None], np.fft.rfftfreq(side))
    falling = np.maximum(frequency, 1 / side) ** -random.uniform(0.5, 1.6)
    shape = (side, side)
    plane = np.fft.irfft2(np.fft.rfft2(random.standard_normal(shape)) * falling, s=shape).astype(np.float32)
    scaled: Plane = plane / plane.std()
    return scaled


# What `measure` does to a marked copy.
ATTACKS: dict[str, Callable[[Picture], Picture]] = {
    "none": lambda rgb: rgb,
    "jpeg 50": partial(encoded, form=".jpg", quality=50),
    "jpeg 20": partial(encoded, form=".jpg", quality=20),
    "webp 45": partial(encoded, form=".webp", quality=45),
    "half and back": partial(_there_and_back, share=0.5),
    "noise 10": partial(_noisy, deviation=10, seed=1),
    "small 70 %": lambda rgb: on_grid(rgb, side=GRID * 0.7),
    "small 45 %": lambda rgb: on_grid(rgb, side=GRID * 0.45),
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
    rgb = on_grid(rgb)
    rows, columns = rgb.shape[:2]
    pattern = _pattern(max(rows, columns), np.random.default_rng([31, seed]))[:rows, :columns]
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
    arguments.add_argument("--steps", type=int, default=2000)
    arguments.add_argument("--measure", type=Path, help="folder of pictures that were kept apart")
    given = arguments.parse_args()
    torch.set_num_threads(1)
    cv2.setNumThreads(1)
    if given.work is not None:
        train(given.work, steps=given.steps)
    if given.measure is not None:
        drawings = [_drawing(HELD_OUT_SEED + seed) for seed in range(16)]
        for title, pictures in (("photographs", _read(given.measure)), ("drawings", drawings)):
            print(title)
            for name, (plain, learned) in measure(pictures).items():
                print(f"  {name:14} {plain:.3f} {learned:.3f} {20 * math.log10(learned / plain):+.2f} dB")


if __name__ == "__main__":
    main()
