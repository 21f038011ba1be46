"""The image model behind one interface. The only module that imports diffusers, and only when one is set."""

import hashlib
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, Final, Protocol

import numpy as np
from django.conf import settings
from numpy.typing import NDArray

from generation import sketch
from generation.errors import BadGenerator

# Called after every step as (done, total, preview or None); raising from it stops the work.
OnStep = Callable[[int, int, NDArray[np.uint8] | None], None]

SKETCH: Final = "sketch"
STEPS: Final = 20
# A usual value for small and large Stable Diffusion models alike.
GUIDANCE_SCALE: Final = 6.0
_PREVIEW_SIDE: Final = 192


class Generator(Protocol):
    """Something that draws a prompt.

    Attributes:
        name: Shown on pages and written into the manifest.
        version: Changes when the same prompt and seed would give another picture.
        digital_source_type: Last part of the IPTC term: what kind of machine made it.
    """

    @property
    def name(self) -> str: ...
    @property
    def version(self) -> str: ...
    @property
    def digital_source_type(self) -> str: ...

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        """Returns uint8 (height, width, 3); the same for the same arguments on the same machine."""


class Sketch:
    """The built-in renderer, which draws by rules: no model was trained for it."""

    name = "Tracery sketch"
    version = sketch.VERSION
    digital_source_type = "algorithmicMedia"

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        return sketch.render(prompt, seed=seed, width=width, height=height, on_step=on_step)


class Diffusion:
    """Any text-to-image model in diffusers format: a folder, or a hub name with a token by setting."""

    digital_source_type = "trainedAlgorithmicMedia"

    def __init__(self, source: str, *, device: str, token: str) -> None:
        self._pipe = _load(source, device=device, token=token)
        self._device = device
        self.name = Path(source).name if Path(source).is_dir() else source
        self.version = _version(source, self._pipe)

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        import torch

        def after_step(pipe: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
            # Not STEPS: some schedulers take one more.
            on_step(step + 1, len(pipe.scheduler.timesteps), _preview(values["latents"]))
            return values

        result = self._pipe(
            prompt=prompt,
            width=width,
            height=height,
            num_inference_steps=STEPS,
            guidance_scale=GUIDANCE_SCALE,
            # The noise is drawn on the CPU, so that a seed gives the same picture on any device.
            generator=torch.Generator("cpu").manual_seed(seed),
            callback_on_step_end=after_step,
            callback_on_step_end_tensor_inputs=["latents"],
        )
        return np.asarray(result.images[0].convert("RGB"), dtype=np.uint8)


@cache
def current() -> Generator:
    """Returns the configured generator, loaded once a process.

    Raises:
        BadGenerator: the model cannot be loaded.
    """
    if settings.GENERATOR == SKETCH:
        return Sketch()
    return Diffusion(settings.GENERATOR, device=settings.GENERATOR_DEVICE, token=settings.HUB_TOKEN)


def _load(source: str, *, device: str, token: str) -> Any:
    from diffusers import AutoPipelineForText2Image

    try:
        load: Any = AutoPipelineForText2Image.from_pretrained
        pipe = load(source, token=token or None, local_files_only=Path(source).is_dir())
    except (OSError, ValueError) as error:
        raise BadGenerator from error
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device)


def _version(source: str, pipe: Any) -> str:
    """Returns the hub's commit, or for a folder a hash over its files' names and sizes."""
    folder = Path(source)
    if not folder.is_dir():
        return str(pipe.config.get("_commit_hash") or "unknown")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    listing = "\n".join(f"{path.relative_to(folder)} {path.stat().st_size}" for path in files)
    return hashlib.sha256(listing.encode()).hexdigest()[:12]


def _preview(latents: Any) -> NDArray[np.uint8]:
    """Returns a small look at unfinished latents: their first three channels, stretched to 0..255.

    Not a decoding, which would cost as much as a step; the forms are there, the colours are only hinted at.
    """
    channels = latents[0, :3].float().cpu().numpy().transpose(1, 2, 0)
    low, high = np.percentile(channels, (2, 98))
    rgb = np.clip((channels - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    times = max(1, _PREVIEW_SIDE // max(rgb.shape[:2]))
    return np.asarray(rgb.repeat(times, axis=0).repeat(times, axis=1))
