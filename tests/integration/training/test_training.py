"""The whole training, each step for a moment: it resumes as if never stopped, and what it makes loads."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderTiny,
    AutoPipelineForImage2Image,
    AutoPipelineForInpainting,
    AutoPipelineForText2Image,
)
from transformers import CLIPTokenizer

from training import autoencoder, checkpoints, denoiser, export, latents, words, world

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning")


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    work = tmp_path_factory.mktemp("training")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(autoencoder, "POOL", 2)
        patch.setattr(autoencoder, "CROP", 64)
        patch.setattr(words, "BATCH", 4)
        patch.setattr(latents, "CHUNK", 6)
        patch.setattr(denoiser, "BATCH", 2)
        patch.setattr(denoiser, "HELD_OUT", 2)
        patch.setattr(denoiser, "EVERY", 1)
        patch.setattr(denoiser, "GRID", denoiser.GRID[:1])
        patch.setattr(denoiser, "GRID_STEPS", 2)
        patch.setattr(denoiser, "CHANNELS", (32, 32, 32, 32))
        autoencoder.train(work, steps=1)
        autoencoder.train(work, steps=1, fine=True)
        words.train(work, steps=2)
        latents.draw(work, count=6)
        denoiser.Trainer(work, 3).run()
        yield work


def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(trained: Path, tmp_path: Path) -> None:
    for part in ("tokenizer", "text_encoder", "autoencoder", "latents"):
        (tmp_path / part).symlink_to(trained / part)
    (tmp_path / "pooling.pt").symlink_to(trained / "pooling.pt")
    first = denoiser.Trainer(tmp_path, 3)
    first._train_step()
    first._checkpoint(0.0)
    denoiser.Trainer(tmp_path, 3).run()
    once, twice = (checkpoints.load(folder / "denoiser.pt") for folder in (trained, tmp_path))
    assert once is not None
    assert twice is not None
    for name, value in once["model"].items():
        assert torch.allclose(value, twice["model"][name], atol=1e-5), name


def test_every_checkpoint_leaves_a_grid_and_figures(trained: Path) -> None:
    assert sorted(path.name for path in trained.glob("grid_*.png")) == [
        "grid_000001.png",
        "grid_000002.png",
        "grid_000003.png",
    ]
    assert len((trained / "denoiser.jsonl").read_text().splitlines()) == 3


def test_latents_are_of_their_examples(trained: Path) -> None:
    model = AutoencoderTiny.from_pretrained(trained / "autoencoder")
    with torch.no_grad():
        expected = model.encoder(autoencoder.to_tensor(world.example(4).draw()[None]))[0].numpy()
    assert np.abs(latents.load(trained)[4].astype(np.float32) - expected).max() < 0.01


@pytest.mark.parametrize(
    "auto", [AutoPipelineForText2Image, AutoPipelineForImage2Image, AutoPipelineForInpainting]
)
def test_the_folder_loads_without_code_of_ours(trained: Path, tmp_path: Path, auto: type) -> None:
    folder = tmp_path / "model"
    export.export(trained, folder)
    pipe = auto.from_pretrained(folder)  # type: ignore[attr-defined]
    assert pipe.vae_scale_factor == autoencoder.FACTOR
    assert pipe.unet.config.sample_size * pipe.vae_scale_factor == world.SIDE


def test_a_word_of_the_captions_is_one_token_and_no_prompt_crashes(trained: Path) -> None:
    tokenizer = CLIPTokenizer.from_pretrained(trained / "tokenizer")
    assert len(tokenizer.tokenize("a red mushroom on a purple background")) == 7
    for prompt in ("", "🦊 ein Fuchs", "x" * 3000):
        assert len(tokenizer(prompt, truncation=True, max_length=words.LONGEST).input_ids) <= words.LONGEST
