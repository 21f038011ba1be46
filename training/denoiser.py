"""Trains the UNet on latents and captions, with a sample grid at every checkpoint.

v-prediction on a schedule that ends in pure noise (Salimans and Ho 2022; Lin et al. 2024, "Common diffusion
noise schedules and sample steps are flawed"), so that black and white grounds can be reached. How well
captions are followed is measured at every checkpoint: the loss with right against shuffled captions at equal
noise.
"""

import argparse
import json
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
import torch
from diffusers import AutoencoderTiny, DDIMScheduler, DPMSolverMultistepScheduler, UNet2DConditionModel
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import mse_loss
from tqdm import tqdm
from transformers import CLIPTextModel, CLIPTokenizer

from training import checkpoints, latents, words, world
from training.autoencoder import FACTOR, to_tensor

CHANNELS: Final = (32, 64, 128, 192)
BATCH = 16
HIGHEST_RATE = 8e-4
# The empty caption in training is what guidance (Ho and Salimans 2022) later leads away from.
EMPTY_SHARE = 0.1
# Weights averaged (Polyak) over about the last 500 steps; the raw ones jump from step to step.
AVERAGING = 0.998
# Under 1 leans to high noise: 0.55 gives the upper third half of the pictures.
LEANING = 0.55
EVERY = 250
HELD_OUT = 96
GRID_STEPS = 20
SCHEDULE: Final[dict[str, Any]] = {
    "num_train_timesteps": 1000,
    "beta_schedule": "squaredcos_cap_v2",
    "prediction_type": "v_prediction",
    "timestep_spacing": "trailing",
    "rescale_betas_zero_snr": True,
}
# At 6, usual for large models, stray spots appeared; other values were not compared.
GUIDANCE = 3.0
GRID: tuple[str, ...] = (
    "a red circle on a blue background", "a yellow star on a black background", "a green tree on white",
    "a blue fish on an orange background", "a white heart on the left on a red background",
    "a purple square on the right on yellow", "a black ring at the top on a pink background",
    "an orange mushroom at the bottom on a green background, flat", "a pink cup on a brown background, photo",
    "a brown house on a white background", "a green cross on purple",
    "a blue triangle at the bottom on white",
)  # fmt: skip


def new_model() -> UNet2DConditionModel:
    """Returns the untrained UNet: cross-attention at 8x8 and 4x4, the pooled caption added to the time."""
    down = ("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D")
    up = tuple(name.replace("Down", "Up") for name in reversed(down))
    return UNet2DConditionModel(
        sample_size=world.SIDE // FACTOR,
        in_channels=4,
        out_channels=4,
        block_out_channels=CHANNELS,
        layers_per_block=1,
        down_block_types=down,
        up_block_types=up,
        cross_attention_dim=words.WIDTH,
        attention_head_dim=8,
        norm_num_groups=16,
        addition_embed_type="text",
        addition_embed_type_num_heads=words.HEADS,
    )


class Trainer:
    """The state of one training: model, averaged model, optimizer, data, and the step it is at."""

    def __init__(self, work: Path, steps: int) -> None:
        torch.manual_seed(0)
        self.work, self.steps, self.step = work, steps, 0
        self.tokenizer = CLIPTokenizer.from_pretrained(work / "tokenizer")
        self.encoder = CLIPTextModel.from_pretrained(work / "text_encoder").eval()
        self.autoencoder = AutoencoderTiny.from_pretrained(work / "autoencoder")
        self.scheduler = DDIMScheduler(clip_sample=False, **SCHEDULE)
        stored = latents.load(work)
        self.x = torch.from_numpy(stored)
        self.scale = 1 / float(self.x[:2000].float().std())
        self.model = new_model()
        state = torch.load(work / "pooling.pt", weights_only=True)["pooling"]
        self.model.add_embedding.load_state_dict(state)
        self.model.to(memory_format=torch.channels_last)
        self.averaged = [p.detach().clone() for p in self.model.parameters()]
        self.optimizer = torch.optim.AdamW(
            self.model.parameters(), lr=HIGHEST_RATE, betas=(0.9, 0.98), weight_decay=0.01, fused=True
        )
        self._resume()

    def _resume(self) -> None:
        state = checkpoints.load(self.work / "denoiser.pt")
        if state is None:
            return
        self.model.load_state_dict(state["model"])
        self.optimizer.load_state_dict(state["optimizer"])
        self.averaged, self.step = state["averaged"], state["step"]

    def run(self) -> None:
        """Trains to the last step, leaving a checkpoint, a grid and a line of figures every 250."""
        bar = tqdm(range(self.step, self.steps), initial=self.step, total=self.steps, desc="denoiser")
        for _ in bar:
            loss = self._train_step()
            bar.set_postfix(loss=f"{loss:.4f}", refresh=False)
            if self.step % EVERY == 0 or self.step == self.steps:
                self._checkpoint(loss)

    def _train_step(self) -> float:
        for group in self.optimizer.param_groups:
            group["lr"] = checkpoints.learning_rate(self.step, self.steps, highest=HIGHEST_RATE)
        g = checkpoints.generator("denoiser", self.step)
        x, states = self._batch(g)
        # Stratified, so that every batch has its share of every noise level, and leaning to high noise: there
        # kind, colour and place are decided, while low noise holds texture that no caption tells.
        share = (torch.arange(BATCH) + torch.rand(BATCH, generator=g)) / BATCH
        t = (share**LEANING * 1000).long()
        loss = self._loss(x, states, t, g)
        self.optimizer.zero_grad()
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self.model.parameters(), 1.0)
        self.optimizer.step()
        self.step += 1
        keep = min(AVERAGING, (1 + self.step) / (10 + self.step))
        torch._foreach_mul_(self.averaged, keep)
        torch._foreach_add_(self.averaged, [p.detach() for p in self.model.parameters()], alpha=1 - keep)
        return loss.item()

    def _batch(self, g: torch.Generator) -> tuple[Tensor, Tensor]:
        seeds = torch.randint(len(self.x), (BATCH,), generator=g).tolist()
        empty = (torch.rand(BATCH, generator=g) < EMPTY_SHARE).tolist()
        captions = [
            "" if blank else words.with_fillers(world.example(seed).caption, seed + self.step)
            for seed, blank in zip(seeds, empty, strict=True)
        ]
        return self.x[seeds].float() * self.scale, self._states(captions)

    @torch.no_grad()
    def _states(self, captions: list[str]) -> Tensor:
        return words.encode(self.tokenizer, self.encoder, captions)

    def _loss(self, x: Tensor, states: Tensor, t: Tensor, g: torch.Generator) -> Tensor:
        noise = torch.randn(x.shape, generator=g)
        noisy = self.scheduler.add_noise(x, noise, t).contiguous(memory_format=torch.channels_last)
        v = self.model(noisy, t, states).sample
        return mse_loss(v, self.scheduler.get_velocity(x, noise, t))

    def _checkpoint(self, loss: float) -> None:
        checkpoints.save(
            self.work / "denoiser.pt",
            {
                "model": self.model.state_dict(),
                "optimizer": self.optimizer.state_dict(),
                "averaged": self.averaged,
                "step": self.step,
            },
        )
        last = [p.detach().clone() for p in self.model.parameters()]
        self._put(self.averaged)
        self.model.save_pretrained(self.work / "unet")
        figures = {"step": self.step, "loss": loss, "scale": self.scale} | self._caption_gap()
        with (self.work / "denoiser.jsonl").open("a") as log:
            log.write(json.dumps(figures) + "\n")
        print(f"\n{figures}", flush=True)
        self._grid(self.work / f"grid_{self.step:06}.png")
        self._put(last)

    def _put(self, values: list[Tensor]) -> None:
        with torch.no_grad():
            for parameter, value in zip(self.model.parameters(), values, strict=True):
                parameter.copy_(value)

    @torch.no_grad()
    def _caption_gap(self) -> dict[str, float]:
        """Returns the loss on held-out pictures with their captions and with each other's, at equal noise."""
        examples = [world.example(seed, held_out=True) for seed in range(HELD_OUT)]
        x = self._held_out(examples)
        captions = [example.caption for example in examples]
        t = torch.arange(HELD_OUT) * 1000 // HELD_OUT + 5
        result = {}
        for name, given in (("right", captions), ("shuffled", captions[1:] + captions[:1])):
            result[name] = float(self._loss(x, self._states(given), t, checkpoints.generator("gap", 0)))
        return result

    def _held_out(self, examples: list[world.Example]) -> Tensor:
        path = self.work / "held_out.npy"
        if not path.exists():
            encoded = [self.autoencoder.encoder(to_tensor(example.draw()[None]))[0] for example in examples]
            np.save(path, torch.stack(encoded).numpy())
        return torch.from_numpy(np.load(path)) * self.scale

    @torch.no_grad()
    def _grid(self, path: Path) -> None:
        """Writes what the averaged model draws for twelve fixed captions from fixed noise."""
        scheduler = DPMSolverMultistepScheduler(**SCHEDULE)
        scheduler.set_timesteps(GRID_STEPS)
        states = torch.cat([self._states([""] * len(GRID)), self._states(list(GRID))])
        side = self.x.shape[-1]
        x = torch.randn((len(GRID), 4, side, side), generator=checkpoints.generator("grid", 0))
        for t in scheduler.timesteps:
            empty, said = self.model(torch.cat([x, x]), t, states).sample.chunk(2)
            x = scheduler.step(empty + GUIDANCE * (said - empty), t, x).prev_sample
        rgb = [self._decoded(one) for one in x]
        rows = [np.concatenate(rgb[start : start + 6], 1) for start in range(0, len(rgb), 6)]
        cv2.imwrite(str(path), np.concatenate(rows, 0)[..., ::-1])

    def _decoded(self, x: Tensor) -> NDArray[np.uint8]:
        y = self.autoencoder.decoder(x[None] / self.scale)[0].clamp(-1, 1)
        rgb = ((y.permute(1, 2, 0).numpy() + 1) * 127.5).round().astype(np.uint8)
        return np.asarray(cv2.resize(rgb, (256, 256), interpolation=cv2.INTER_AREA))


def main() -> None:
    """Reads the command line and trains."""
    arguments = argparse.ArgumentParser(description="Train the UNet.")
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--steps", type=int, default=8000)
    given = arguments.parse_args()
    Trainer(given.work, given.steps).run()


if __name__ == "__main__":
    main()
