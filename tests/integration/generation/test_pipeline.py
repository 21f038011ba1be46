"""Generators behind one interface: the built-in one, and diffusers models on a tiny one made here."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from diffusers import (
    AutoencoderKL,
    DDIMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
)
from numpy.typing import NDArray
from pytest_django import Settings
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generation import pipeline
from generation.errors import BadGenerator
from generation.pipeline import Diffusion, Generator, Sketch

PROMPT = "a red circle on a blue background"
Step = tuple[int, int, NDArray[np.uint8] | None]


def tokenizer(folder: Path) -> CLIPTokenizer:
    """A vocabulary of single letters: every word is spelled."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    words = [*letters, *(f"{letter}</w>" for letter in letters), "<|startoftext|>", "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({word: index for index, word in enumerate(words)}))
    (folder / "merges.txt").write_text("#version: 0.2\n")
    return CLIPTokenizer(str(folder / "vocab.json"), str(folder / "merges.txt"), model_max_length=77)


def save_model(folder: Path, scheduler: type = DDIMScheduler) -> str:
    """Writes a whole Stable Diffusion folder of random weights, small enough to run in a second."""
    torch.manual_seed(0)
    folder.mkdir()
    words = tokenizer(folder)
    text = CLIPTextConfig(
        vocab_size=len(words), hidden_size=16, intermediate_size=16, num_hidden_layers=1,
        num_attention_heads=2, max_position_embeddings=77,
        bos_token_id=words.bos_token_id, eos_token_id=words.eos_token_id,
    )  # fmt: skip
    unet = UNet2DConditionModel(  # type: ignore[no-untyped-call]
        sample_size=8, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=16, attention_head_dim=4,
    )  # fmt: skip
    vae = AutoencoderKL(  # type: ignore[no-untyped-call]
        block_out_channels=(4,) * 4, norm_num_groups=4, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    options = {"steps_offset": 1, "beta_schedule": "scaled_linear"}
    options |= {"skip_prk_steps": True} if scheduler is PNDMScheduler else {"clip_sample": False}
    made: Any = StableDiffusionPipeline(  # type: ignore[no-untyped-call]
        vae=vae, text_encoder=CLIPTextModel(text), tokenizer=words, unet=unet, scheduler=scheduler(**options),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    made.save_pretrained(folder / "model")
    return str(folder / "model")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def diffusion(source: str) -> Diffusion:
    return Diffusion(source, device="cpu", token="")


def drawn(
    generator: Generator, *, seed: int = 1, prompt: str = PROMPT
) -> tuple[NDArray[np.uint8], list[Step]]:
    steps: list[Step] = []
    rgb = generator.text_to_image(
        prompt, seed=seed, width=96, height=64, on_step=lambda *step: steps.append(step)
    )
    return rgb, steps


class GeneratorContract:
    """What every generator must do."""

    @pytest.fixture
    def generator(self) -> Generator:
        raise NotImplementedError

    def test_gives_the_size_that_was_asked_for(self, generator: Generator) -> None:
        rgb, _ = drawn(generator)
        assert rgb.shape == (64, 96, 3)
        assert rgb.dtype == np.uint8

    def test_the_same_seed_gives_the_same_pixels_and_another_does_not(self, generator: Generator) -> None:
        first, _ = drawn(generator, seed=7)
        again, _ = drawn(generator, seed=7)
        other, _ = drawn(generator, seed=8)
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)

    def test_takes_the_largest_seed(self, generator: Generator) -> None:
        drawn(generator, seed=2**32 - 1)

    def test_counts_its_steps_to_the_end(self, generator: Generator) -> None:
        _, steps = drawn(generator)
        totals = {total for _, total, _ in steps}
        assert len(totals) == 1
        assert [done for done, _, _ in steps] == list(range(1, totals.pop() + 1))

    def test_shows_previews_that_are_pictures(self, generator: Generator) -> None:
        _, steps = drawn(generator)
        previews = [preview for _, _, preview in steps if preview is not None]
        assert previews
        for preview in previews:
            assert preview.dtype == np.uint8
            assert preview.shape[2] == 3
            # Upright, with the picture's own proportions.
            assert abs(preview.shape[1] / preview.shape[0] - 1.5) < 0.1

    def test_an_error_in_a_step_stops_it_there(self, generator: Generator) -> None:
        class Stop(Exception):
            pass

        seen: list[int] = []

        def on_step(done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
            seen.append(done)
            if done == 2:
                raise Stop

        with pytest.raises(Stop):
            generator.text_to_image(PROMPT, seed=1, width=96, height=64, on_step=on_step)
        assert seen == [1, 2]

    def test_says_what_it_is(self, generator: Generator) -> None:
        assert generator.name
        assert generator.version
        assert generator.digital_source_type in ("trainedAlgorithmicMedia", "algorithmicMedia")


class TestSketch(GeneratorContract):
    @pytest.fixture
    def generator(self) -> Generator:
        return Sketch()


class TestDiffusion(GeneratorContract):
    @pytest.fixture
    def generator(self, diffusion: Diffusion) -> Generator:
        return diffusion

    def test_is_named_after_its_folder_and_versioned_by_its_files(
        self, source: str, diffusion: Diffusion, tmp_path: Path
    ) -> None:
        assert diffusion.name == "model"
        assert len(diffusion.version) == 12
        assert Diffusion(source, device="cpu", token="").version == diffusion.version
        other = Diffusion(save_model(tmp_path / "other", PNDMScheduler), device="cpu", token="")
        assert other.version != diffusion.version

    def test_a_scheduler_with_an_extra_step_still_counts_to_its_end(self, tmp_path: Path) -> None:
        """PNDM, which early Stable Diffusion folders name, takes one step more than it is asked for."""
        generator = Diffusion(save_model(tmp_path / "pndm", PNDMScheduler), device="cpu", token="")
        _, steps = drawn(generator)
        assert steps[-1][:2] == (pipeline.STEPS + 1, pipeline.STEPS + 1)

    def test_another_prompt_gives_another_picture(self, diffusion: Diffusion) -> None:
        one, _ = drawn(diffusion)
        other, _ = drawn(diffusion, prompt="zebra")
        assert not np.array_equal(one, other)


class TestWhatCannotBeLoaded:
    def test_a_folder_without_a_model(self, tmp_path: Path) -> None:
        with pytest.raises(BadGenerator):
            Diffusion(str(tmp_path), device="cpu", token="")

    def test_a_broken_index(self, tmp_path: Path) -> None:
        (tmp_path / "model_index.json").write_text("{not json")
        with pytest.raises(BadGenerator):
            Diffusion(str(tmp_path), device="cpu", token="")

    def test_broken_weights(self, tmp_path: Path) -> None:
        folder = Path(save_model(tmp_path / "broken"))
        weights = next((folder / "unet").glob("*.safetensors"))
        weights.write_bytes(weights.read_bytes()[:1000])
        with pytest.raises(BadGenerator):
            Diffusion(str(folder), device="cpu", token="")

    def test_a_name_that_is_none(self) -> None:
        with pytest.raises(BadGenerator):
            Diffusion("no//such: model", device="cpu", token="")


class TestCurrent:
    @pytest.fixture(autouse=True)
    def _loaded_anew(self) -> None:
        pipeline.current.cache_clear()

    def test_is_the_built_in_one_by_default_and_loaded_once(self, settings: Settings) -> None:
        settings.GENERATOR = "sketch"
        assert isinstance(pipeline.current(), Sketch)
        assert pipeline.current() is pipeline.current()

    def test_is_a_folder_by_setting(self, settings: Settings, source: str) -> None:
        settings.GENERATOR = source
        assert isinstance(pipeline.current(), Diffusion)
        pipeline.current.cache_clear()
