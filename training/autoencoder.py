"""Trains the autoencoder: 512 px pictures to 32x32 latents of 4 channels and back.

AutoencoderTiny (diffusers), because it is fast on a CPU and loads in every Stable Diffusion pipeline; 4
channels, because the inpainting pipeline takes no other number. Latent channels 0 to 2 are tied to the block
means of the picture in opponent colours, so latents are smooth and a denoiser learns them quickly; channel 3
is free for what the means cannot say.
"""

import argparse
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from diffusers import AutoencoderTiny
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import avg_pool2d, mse_loss
from tqdm import tqdm

from training import checkpoints, world

# Sides of a latent are 1/16 of the picture's: four halvings.
FACTOR = 16
ENCODER_WIDTH = 16
DECODER_WIDTH = 32
FINE_WIDTH = 40
BATCH = 4
CROP = 192
POOL = 1000
HIGHEST_RATE = 1.5e-3
# Noise on the latents in training, so that the decoder forgives what a denoiser leaves.
MOST_NOISE = 0.1
# The tie is strong at first, then loose enough for the means to carry a little detail too.
TIE = (1.0, 0.1)
MOMENTS = 0.2
EVERY = 250


def new_model(*, fine: bool = False) -> AutoencoderTiny:
    """Returns the untrained autoencoder; the fine one's decoder is wider, and deeper near the latents."""
    return AutoencoderTiny(
        encoder_block_out_channels=(ENCODER_WIDTH,) * 5,
        decoder_block_out_channels=(FINE_WIDTH if fine else DECODER_WIDTH,) * 5,
        num_encoder_blocks=(0, 1, 1, 1, 1),
        num_decoder_blocks=(6, 4, 2, 1, 0) if fine else (3, 3, 1, 1, 0),
        latent_channels=4,
    )


def train(work: Path, *, steps: int, fine: bool = False) -> None:
    """Trains up to `steps`, from where an earlier call stopped; leaves work/autoencoder in diffusers format.

    Args:
        fine: Trains the fine decoder for the latents of work/autoencoder, whose encoder stays as it is, and
            leaves work/fine_autoencoder: latents already made, and a denoiser trained on them, stay valid.
    """
    torch.manual_seed(0)
    name = "fine_autoencoder" if fine else "autoencoder"
    model = new_model(fine=fine).to(memory_format=torch.channels_last)
    if fine:
        model.encoder.load_state_dict(
            AutoencoderTiny.from_pretrained(work / "autoencoder").encoder.state_dict()
        )
        model.encoder.requires_grad_(False)
    trained = [parameter for parameter in model.parameters() if parameter.requires_grad]
    optimizer = torch.optim.AdamW(trained, lr=HIGHEST_RATE, betas=(0.9, 0.99), weight_decay=1e-4)
    done = checkpoints.resume(work / f"{name}.pt", model, optimizer)
    pool = [world.example(seed).draw() for seed in range(POOL)]
    bar = tqdm(range(done, steps), initial=done, total=steps, desc=name)
    for step in bar:
        for group in optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(step, steps, highest=HIGHEST_RATE)
        loss = _loss(model, _batch(pool, step), tie=_tie(step / steps), noise_seed=step)
        optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(trained, 1.0)
        optimizer.step()
        bar.set_postfix(loss=f"{loss.item():.4f}", refresh=False)
        if (step + 1) % EVERY == 0 or step + 1 == steps:
            _checkpoint(work, name, model, optimizer, step + 1)
            model.save_pretrained(work / name)


def _checkpoint(
    work: Path, name: str, model: AutoencoderTiny, optimizer: torch.optim.Optimizer, step: int
) -> None:
    state = {"model": model.state_dict(), "optimizer": optimizer.state_dict(), "step": step}
    checkpoints.save(work / f"{name}.pt", state)
    psnr = _look(model, work / f"{name}.png")
    print(f"\nstep {step}: {psnr:.1f} dB on 8 unseen pictures", flush=True)


def _tie(done: float) -> float:
    """Returns the weight of the tie when the share `done` of the training is over."""
    return max(TIE[1], TIE[0] * (1 - 2.5 * done))


def to_tensor(rgb: NDArray[np.uint8]) -> Tensor:
    """Returns pictures uint8 (N, H, W, 3) as float32 (N, 3, H, W) in -1..1."""
    values = torch.from_numpy(rgb).permute(0, 3, 1, 2).float() / 127.5 - 1
    return values.contiguous(memory_format=torch.channels_last)


def _batch(pool: list[NDArray[np.uint8]], step: int) -> Tensor:
    g = checkpoints.generator("autoencoder", step)
    crops = []
    for _ in range(BATCH):
        which, flip, top, left = torch.randint(0, 2**31, (4,), generator=g).tolist()
        crop = _livelier(pool[which % len(pool)], (top, left), (left // 7, top // 7))
        crops.append(crop[:, ::-1] if flip % 2 else crop)
    return to_tensor(np.stack(crops))


def _livelier(rgb: NDArray[np.uint8], *corners: tuple[int, int]) -> NDArray[np.uint8]:
    """Returns the crop with more in it: most of a picture is plain ground, which is learned soon."""
    room = world.SIDE - CROP + 1
    crops = [rgb[y % room :, x % room :][:CROP, :CROP] for y, x in corners]
    return max(crops, key=lambda crop: float(crop[::8, ::8].std()))


def _loss(model: AutoencoderTiny, x: Tensor, *, tie: float, noise_seed: int) -> Tensor:
    g = checkpoints.generator("noise", noise_seed)
    latents: Tensor = model.encoder(x)
    levels = torch.rand((len(x), 1, 1, 1), generator=g) * MOST_NOISE
    noisy = latents + torch.randn(latents.shape, generator=g) * levels
    y: Tensor = model.decoder(noisy)
    edges = sum((a - b).abs().mean() for a, b in zip(_gradients(y), _gradients(x), strict=True))
    means = (avg_pool2d(y, 4) - avg_pool2d(x, 4)).abs().mean()
    ours = tie * mse_loss(latents[:, :3], opponent_means(x)) + MOMENTS * _moments(latents)
    return (y - x).abs().mean() + 0.7 * edges + 0.5 * means + ours


def opponent_means(x: Tensor) -> Tensor:
    """Returns block means of `x` (N, 3, H, W) as lightness and two opponent colours, (N, 3, H/16, W/16)."""
    r, g, b = avg_pool2d(x, FACTOR).unbind(1)
    # Scaled to about unit variance over the training world.
    return torch.stack([(r + g + b) * 0.62, (r - b) * 1.3, (g - (r + b) / 2) * 2.0], 1)


def _moments(latents: Tensor) -> Tensor:
    """Returns how far the channels are from zero mean, unit variance and no correlation."""
    flat = latents.permute(1, 0, 2, 3).reshape(latents.shape[1], -1)
    mean = flat.mean(1)
    centred = flat - mean[:, None]
    covariance = centred @ centred.T / flat.shape[1]
    # The first three are what the picture makes them; only the free channel is held to unit variance.
    return mean[3] ** 2 + (covariance[3, 3] - 1) ** 2 + (covariance[3, :3] ** 2).mean()


def _gradients(x: Tensor) -> tuple[Tensor, Tensor]:
    return x[..., 1:] - x[..., :-1], x[..., 1:, :] - x[..., :-1, :]


@torch.no_grad()
def _look(model: Any, path: Path) -> float:
    """Writes pictures above what came back of them; returns the mean PSNR in dB."""
    rgb = np.stack([world.example(seed, held_out=True).draw() for seed in range(8)])
    back = model.decoder(model.encoder(to_tensor(rgb))).clamp(-1, 1)
    returned = ((back.permute(0, 2, 3, 1).numpy() + 1) * 127.5).round().astype(np.uint8)
    error = ((returned.astype(np.float64) - rgb) ** 2).mean((1, 2, 3))
    sheet = np.concatenate([np.concatenate([a, b], 0) for a, b in zip(rgb, returned, strict=True)], 1)
    cv2.imwrite(str(path), sheet[..., ::-1])
    return float(np.mean(10 * np.log10(255**2 / error)))


def main() -> None:
    """Reads the command line and trains."""
    arguments = argparse.ArgumentParser(description="Train the autoencoder.")
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--steps", type=int, default=6000)
    arguments.add_argument("--fine", action="store_true", help="train the decoder to ship, latents stay")
    given = arguments.parse_args()
    train(given.work, steps=given.steps, fine=given.fine)


if __name__ == "__main__":
    main()
