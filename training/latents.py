"""Draws the training pictures and encodes each once: what the denoiser is trained on."""

import argparse
from pathlib import Path

import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from tqdm import tqdm

from training import world
from training.autoencoder import FACTOR, to_tensor

CHUNK = 1000


def draw(work: Path, *, count: int) -> None:
    """Writes work/latents/NNN.npy, float16 (1000, 4, 32, 32) each, of the examples 0 to `count`."""
    folder = work / "latents"
    folder.mkdir(parents=True, exist_ok=True)
    model = AutoencoderTiny.from_pretrained(work / "autoencoder").to(memory_format=torch.channels_last)
    for number in tqdm(range(count // CHUNK), desc="latents"):
        path = folder / f"{number:03}.npy"
        if not path.exists():
            unfinished = path.with_suffix(".unfinished")
            with unfinished.open("wb") as file:
                np.save(file, _chunk(model, number))
            unfinished.replace(path)


def load(work: Path) -> NDArray[np.float16]:
    """Returns all latents, (N, 4, 32, 32); row i is of ``world.example(i)``."""
    return np.concatenate([np.load(path) for path in sorted((work / "latents").glob("*.npy"))])


@torch.no_grad()
def _chunk(model: AutoencoderTiny, number: int) -> NDArray[np.float16]:
    side = world.SIDE // FACTOR
    latents = np.empty((CHUNK, 4, side, side), np.float16)
    for place in range(CHUNK):
        rgb = world.example(number * CHUNK + place).draw()
        latents[place] = model.encoder(to_tensor(rgb[None]))[0].numpy()
    return latents


def main() -> None:
    """Reads the command line and draws."""
    arguments = argparse.ArgumentParser(description="Draw and encode the training pictures.")
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--count", type=int, default=24000)
    given = arguments.parse_args()
    draw(given.work, count=given.count)


if __name__ == "__main__":
    main()
