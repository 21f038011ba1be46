"""The image model behind one interface. The only module that imports diffusers, and only when one is set."""

import hashlib
import inspect
from collections.abc import Callable
from functools import cache, cached_property
from pathlib import Path
from typing import Any, Final, Protocol

import cv2
import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from PIL import Image

from generation import sketch, small_world
from generation.errors import BadGenerator, FlowNotSupported

# Called after every step as (done, total, preview or None); raising from it stops the work.
OnStep = Callable[[int, int, NDArray[np.uint8] | None], None]

SKETCH: Final = "sketch"
BUILT_IN: Final = "builtin"
BUILT_IN_FOLDER: Final = Path(__file__).with_name("builtin")
# At 6, the usual choice, stray spots appeared on the sample grids. Other values were not compared.
BUILT_IN_GUIDANCE: Final = 3.0
STEPS: Final = 20
# How much noise a variation starts from. Stable Diffusion's img2img keeps nearly everything below 0.4 and
# little but the layout above 0.7; between them lies what people call another take.
VARIATION_STRENGTH: Final = 0.6
# The part to redraw starts from noise alone: with less, what was there shines through the new.
INPAINTING_STRENGTH: Final = 1.0
# Width in pixels, inside the mask, over which what was kept and what was drawn blend.
SEAM: Final = 6
_PREVIEW_SIDE: Final = 192


class Generator(Protocol):
    """Something that draws a prompt, anew or starting from a picture.

    The same arguments give the same pixels on the same machine. Pictures are uint8 (H, W, 3).

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
        """Returns a new picture of this size."""

    def inpaint(
        self, rgb: NDArray[np.uint8], mask: NDArray[np.bool_], prompt: str, *, seed: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        """Returns `rgb` with the part where `mask` (bool, (H, W)) is true drawn anew.

        Pixels outside the mask are exactly those of `rgb`; old and new blend over a few pixels inside it.

        Raises:
            FlowNotSupported: the model cannot do that.
        """

    def vary(self, rgb: NDArray[np.uint8], prompt: str, *, seed: int, on_step: OnStep) -> NDArray[np.uint8]:
        """Returns another take on `rgb`, of the same size; `prompt` may be empty.

        Raises:
            FlowNotSupported: the model cannot do that.
        """


class Sketch:
    """The built-in renderer, which draws by rules: no model was trained for it."""

    name = "Tracery sketch"
    version = sketch.VERSION
    digital_source_type = "algorithmicMedia"

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        return sketch.render(prompt, seed=seed, width=width, height=height, on_step=on_step)

    def inpaint(
        self, rgb: NDArray[np.uint8], mask: NDArray[np.bool_], prompt: str, *, seed: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        return sketch.inpaint(rgb, mask, prompt, seed=seed, on_step=on_step)

    def vary(self, rgb: NDArray[np.uint8], prompt: str, *, seed: int, on_step: OnStep) -> NDArray[np.uint8]:
        return sketch.vary(rgb, prompt, seed=seed, on_step=on_step)


class Diffusion:
    """Any text-to-image model in diffusers format: a folder, or a hub name with a token by setting.

    `guidance` is how far it is led away from what it would draw without a prompt (Ho and Salimans 2022).
    """

    digital_source_type = "trainedAlgorithmicMedia"

    def __init__(self, source: str, *, device: str, token: str, guidance: float = 6.0) -> None:
        self._pipe = _load(source, device=device, token=token)
        self._guidance = guidance
        self.name = Path(source).name if Path(source).is_dir() else source
        self.version = _version(source, self._pipe)

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        options = {"prompt": prompt, "width": width, "height": height, "guidance_scale": self._guidance}
        return _drawn(self._pipe, seed, on_step, **options)

    def inpaint(
        self, rgb: NDArray[np.uint8], mask: NDArray[np.bool_], prompt: str, *, seed: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        drawn = self._redrawn(
            self._inpainting, rgb, seed, on_step, prompt=prompt, mask=mask, strength=INPAINTING_STRENGTH
        )
        return _kept_outside(mask, rgb, drawn)

    def vary(self, rgb: NDArray[np.uint8], prompt: str, *, seed: int, on_step: OnStep) -> NDArray[np.uint8]:
        return self._redrawn(self._variation, rgb, seed, on_step, prompt=prompt, strength=VARIATION_STRENGTH)

    @cached_property
    def _inpainting(self) -> Any:
        from diffusers import AutoPipelineForInpainting

        return _of_same_weights(AutoPipelineForInpainting, self._pipe)

    @cached_property
    def _variation(self) -> Any:
        from diffusers import AutoPipelineForImage2Image

        return _of_same_weights(AutoPipelineForImage2Image, self._pipe)

    def _redrawn(
        self,
        pipe: Any,
        rgb: NDArray[np.uint8],
        seed: int,
        on_step: OnStep,
        *,
        mask: NDArray[np.bool_] | None = None,
        **options: Any,
    ) -> NDArray[np.uint8]:
        """Returns what the model makes of `rgb`, brought to a size that it takes and back."""
        height, width = rgb.shape[:2]
        size = _taken(pipe, width), _taken(pipe, height)
        options["guidance_scale"] = self._guidance
        options["image"] = _resized(Image.fromarray(rgb), size)
        if mask is not None:
            options["mask_image"] = Image.fromarray(mask).resize(size, Image.Resampling.NEAREST).convert("L")
        # Some kinds take the size from the picture, others from their own default unless it is given.
        if "width" in inspect.signature(pipe.__call__).parameters:
            options |= {"width": size[0], "height": size[1]}
        drawn = Image.fromarray(_drawn(pipe, seed, on_step, **options))
        return np.asarray(_resized(drawn, (width, height)), np.uint8)


class BuiltIn(Diffusion):
    """The small model that comes with the project. It draws only what it was taught.

    Every flow raises `OutsideSmallWorld` for other prompts.
    """

    def __init__(self, *, device: str) -> None:
        super().__init__(str(BUILT_IN_FOLDER), device=device, token="", guidance=BUILT_IN_GUIDANCE)
        self.name = "Tracery small model"

    def text_to_image(
        self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        said = small_world.caption(prompt)
        return super().text_to_image(said, seed=seed, width=width, height=height, on_step=on_step)

    def inpaint(
        self, rgb: NDArray[np.uint8], mask: NDArray[np.bool_], prompt: str, *, seed: int, on_step: OnStep
    ) -> NDArray[np.uint8]:
        return super().inpaint(rgb, mask, small_world.caption(prompt), seed=seed, on_step=on_step)

    def vary(self, rgb: NDArray[np.uint8], prompt: str, *, seed: int, on_step: OnStep) -> NDArray[np.uint8]:
        return super().vary(rgb, small_world.caption(prompt), seed=seed, on_step=on_step)


@cache
def current() -> Generator:
    """Returns the configured generator, loaded once a process.

    Raises:
        BadGenerator: the model cannot be loaded.
    """
    if settings.GENERATOR == SKETCH:
        return Sketch()
    if settings.GENERATOR == BUILT_IN:
        return BuiltIn(device=settings.GENERATOR_DEVICE)
    return Diffusion(
        settings.GENERATOR,
        device=settings.GENERATOR_DEVICE,
        token=settings.HUB_TOKEN,
        guidance=settings.GENERATOR_GUIDANCE,
    )


def _load(source: str, *, device: str, token: str) -> Any:
    import torch
    from diffusers import AutoPipelineForText2Image

    # Weights are mostly stored in half precision, in which processors do not compute.
    precision = {"dtype": torch.float32} if device == "cpu" else {}
    try:
        load: Any = AutoPipelineForText2Image.from_pretrained
        pipe = load(source, token=token or None, local_files_only=Path(source).is_dir(), **precision)
    except (OSError, ValueError) as error:
        raise BadGenerator from error
    pipe.set_progress_bar_config(disable=True)
    return pipe.to(device)


def _of_same_weights(kind: Any, pipe: Any) -> Any:
    """Returns a pipeline of another kind that shares the loaded weights.

    Raises:
        FlowNotSupported: there is none of that kind for this model.
    """
    try:
        other = kind.from_pipe(pipe)
    except ValueError as error:
        raise FlowNotSupported from error
    other.set_progress_bar_config(disable=True)
    return other


def _drawn(pipe: Any, seed: int, on_step: OnStep, **options: Any) -> NDArray[np.uint8]:
    import torch

    def after_step(pipe: Any, step: int, timestep: Any, values: dict[str, Any]) -> dict[str, Any]:
        # Not STEPS: some schedulers take one more, and a variation leaves out the first ones.
        total = getattr(pipe, "num_timesteps", len(pipe.scheduler.timesteps))
        on_step(step + 1, total, _preview(values["latents"]))
        return values

    result = pipe(
        num_inference_steps=STEPS,
        # The noise is drawn on the CPU, so that a seed gives the same picture on any device.
        generator=torch.Generator("cpu").manual_seed(seed),
        callback_on_step_end=after_step,
        callback_on_step_end_tensor_inputs=["latents"],
        **options,
    )
    return np.asarray(result.images[0].convert("RGB"), dtype=np.uint8)


def _taken(pipe: Any, side: int) -> int:
    """Returns the next length that the model takes: it halves its latents, and some pair them up."""
    block = 2 * int(getattr(pipe, "vae_scale_factor", 8))
    return -(-side // block) * block


def _resized(image: Image.Image, size: tuple[int, int]) -> Image.Image:
    return image if image.size == size else image.resize(size, Image.Resampling.LANCZOS)


def _kept_outside(
    mask: NDArray[np.bool_], rgb: NDArray[np.uint8], drawn: NDArray[np.uint8]
) -> NDArray[np.uint8]:
    """Returns `drawn` inside the mask and `rgb` outside, with a soft seam inside."""
    # Counted as if the mask went on beyond the picture's edges, so that nothing fades there.
    inside = cv2.copyMakeBorder(mask.astype(np.uint8), SEAM, SEAM, SEAM, SEAM, cv2.BORDER_REPLICATE)
    distance = cv2.distanceTransform(inside, cv2.DIST_L2, 3)[SEAM:-SEAM, SEAM:-SEAM]
    share = np.clip(distance / SEAM, 0, 1)[..., None].astype(np.float32)
    return np.rint(rgb + (drawn.astype(np.float32) - rgb) * share).astype(np.uint8)


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
