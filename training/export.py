"""Puts the trained parts into one folder in diffusers format, float16, with its model card."""

import argparse
import json
import shutil
from pathlib import Path

import torch
from diffusers import (
    AutoencoderTiny,
    DPMSolverMultistepScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from transformers import CLIPTextModel, CLIPTokenizer

from training.denoiser import SCHEDULE


def export(work: Path, out: Path) -> None:
    """Writes `out`, which ``AutoPipelineForText2Image.from_pretrained`` loads without any code of ours."""
    autoencoder = AutoencoderTiny.from_pretrained(work / "fine_autoencoder")
    # The pipelines multiply latents by this before the UNet sees them, and divide before they are decoded.
    autoencoder.register_to_config(scaling_factor=_scale(work))
    pipe = StableDiffusionPipeline(
        vae=autoencoder,
        text_encoder=CLIPTextModel.from_pretrained(work / "text_encoder"),
        tokenizer=CLIPTokenizer.from_pretrained(work / "tokenizer"),
        unet=UNet2DConditionModel.from_pretrained(work / "unet"),
        scheduler=DPMSolverMultistepScheduler(**SCHEDULE),
        safety_checker=None,
        feature_extractor=None,
        requires_safety_checker=False,
    )
    shutil.rmtree(out, ignore_errors=True)
    pipe.to(torch.float16).save_pretrained(out)
    for part in ("unet", "vae"):
        _forget_the_folder(out / part / "config.json")


def _forget_the_folder(config: Path) -> None:
    """diffusers writes where the weights were loaded from, a path of this machine."""
    settings = json.loads(config.read_text())
    settings.pop("_name_or_path", None)
    config.write_text(json.dumps(settings, indent=2) + "\n")


def _scale(work: Path) -> float:
    last = (work / "denoiser.jsonl").read_text().splitlines()[-1]
    return float(json.loads(last)["scale"])


def main() -> None:
    """Reads the command line, exports, and says how large the folder is."""
    arguments = argparse.ArgumentParser(description="Assemble the model's folder.")
    arguments.add_argument("--work", type=Path, required=True)
    arguments.add_argument("--out", type=Path, required=True)
    given = arguments.parse_args()
    export(given.work, given.out)
    size = sum(path.stat().st_size for path in given.out.rglob("*") if path.is_file())
    print(f"{given.out}: {size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
