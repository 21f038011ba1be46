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
    DDPMPipeline,
    DDPMScheduler,
    PNDMScheduler,
    StableDiffusionPipeline,
    UNet2DConditionModel,
    UNet2DModel,
)
from numpy.typing import NDArray
from pytest_django import Settings
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTokenizer

from generation import pipeline
from generation.errors import BadGenerator, FlowNotSupported, OutsideSmallWorld
from generation.pipeline import BuiltIn, Diffusion, Generator, OnStep, Sketch

PROMPT = "a red circle on a blue background"
Step = tuple[int, int, NDArray[np.uint8] | None]
every_flow = pytest.mark.parametrize("flow", ["text_to_image", "inpaint", "vary"])


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
    unet = UNet2DConditionModel(
        sample_size=8, block_out_channels=(8, 16), layers_per_block=1, norm_num_groups=4,
        down_block_types=("DownBlock2D", "CrossAttnDownBlock2D"),
        up_block_types=("CrossAttnUpBlock2D", "UpBlock2D"), cross_attention_dim=16, attention_head_dim=4,
    )  # fmt: skip
    vae = AutoencoderKL(
        block_out_channels=(4,) * 4, norm_num_groups=4, latent_channels=4,
        down_block_types=("DownEncoderBlock2D",) * 4, up_block_types=("UpDecoderBlock2D",) * 4,
    )  # fmt: skip
    options = {"steps_offset": 1, "beta_schedule": "scaled_linear"}
    options |= {"skip_prk_steps": True} if scheduler is PNDMScheduler else {"clip_sample": False}
    made: Any = StableDiffusionPipeline(
        vae=vae, text_encoder=CLIPTextModel(text), tokenizer=words, unet=unet, scheduler=scheduler(**options),
        safety_checker=None, feature_extractor=None, requires_safety_checker=False,
    )  # fmt: skip
    # In half precision, as models are handed out.
    made.to(torch.float16).save_pretrained(folder / "model")
    return str(folder / "model")


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> str:
    return save_model(tmp_path_factory.mktemp("models") / "tiny")


@pytest.fixture(scope="module")
def diffusion(source: str) -> Diffusion:
    return Diffusion(source, device="cpu", token="")


def picture(width: int = 96, height: int = 64) -> NDArray[np.uint8]:
    return np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)


def right_part(width: int = 96, height: int = 64) -> NDArray[np.bool_]:
    """A mask of the right third, which reaches the picture's edges."""
    mask = np.zeros((height, width), np.bool_)
    mask[:, width * 2 // 3 :] = True
    return mask


def run(
    generator: Generator, flow: str, on_step: OnStep, *, seed: int = 1, prompt: str = PROMPT
) -> NDArray[np.uint8]:
    match flow:
        case "text_to_image":
            return generator.text_to_image(prompt, seed=seed, width=96, height=64, on_step=on_step)
        case "inpaint":
            return generator.inpaint(picture(), right_part(), prompt, seed=seed, on_step=on_step)
        case _:
            return generator.vary(picture(), prompt, seed=seed, on_step=on_step)


def drawn(
    generator: Generator, flow: str = "text_to_image", *, seed: int = 1, prompt: str = PROMPT
) -> tuple[NDArray[np.uint8], list[Step]]:
    steps: list[Step] = []
    rgb = run(generator, flow, lambda *step: steps.append(step), seed=seed, prompt=prompt)
    return rgb, steps


class GeneratorContract:
    """What every generator must do."""

    @pytest.fixture
    def generator(self) -> Generator:
        raise NotImplementedError

    @every_flow
    def test_gives_the_size_that_was_asked_for(self, generator: Generator, flow: str) -> None:
        rgb, _ = drawn(generator, flow)
        assert rgb.shape == (64, 96, 3)
        assert rgb.dtype == np.uint8

    @every_flow
    def test_the_same_seed_gives_the_same_pixels_and_another_does_not(
        self, generator: Generator, flow: str
    ) -> None:
        first, _ = drawn(generator, flow, seed=7)
        again, _ = drawn(generator, flow, seed=7)
        other, _ = drawn(generator, flow, seed=8)
        assert np.array_equal(first, again)
        assert not np.array_equal(first, other)

    @every_flow
    def test_takes_the_largest_seed(self, generator: Generator, flow: str) -> None:
        drawn(generator, flow, seed=2**32 - 1)

    @every_flow
    def test_counts_its_steps_to_the_end(self, generator: Generator, flow: str) -> None:
        _, steps = drawn(generator, flow)
        totals = {total for _, total, _ in steps}
        assert len(totals) == 1
        assert [done for done, _, _ in steps] == list(range(1, totals.pop() + 1))

    @every_flow
    def test_shows_previews_that_are_pictures(self, generator: Generator, flow: str) -> None:
        _, steps = drawn(generator, flow)
        previews = [preview for _, _, preview in steps if preview is not None]
        assert previews
        for preview in previews:
            assert preview.dtype == np.uint8
            assert preview.shape[2] == 3
            # Upright, with the picture's own proportions.
            assert abs(preview.shape[1] / preview.shape[0] - 1.5) < 0.1

    @every_flow
    def test_an_error_in_a_step_stops_it_there(self, generator: Generator, flow: str) -> None:
        class Stop(Exception):
            pass

        seen: list[int] = []

        def on_step(done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
            seen.append(done)
            if done == 2:
                raise Stop

        with pytest.raises(Stop):
            run(generator, flow, on_step)
        assert seen == [1, 2]

    def test_inpainting_keeps_every_pixel_outside_the_mask(self, generator: Generator) -> None:
        rgb, _ = drawn(generator, "inpaint")
        mask = right_part()
        assert np.array_equal(rgb[~mask], picture()[~mask])
        # Beyond the seam the new is the generator's alone, up to the picture's edges.
        new = (rgb != picture()).any(axis=2)[:, 64 + pipeline.SEAM :]
        assert new.mean() > 0.95
        assert min(new[0].mean(), new[-1].mean(), new[:, -1].mean()) > 0.9

    def test_a_mask_of_everything_redraws_everything(self, generator: Generator) -> None:
        everything = np.ones((64, 96), np.bool_)
        rgb = generator.inpaint(picture(), everything, PROMPT, seed=1, on_step=lambda *step: None)
        assert (rgb != picture()).any(axis=2).mean() > 0.95

    def test_a_variation_starts_from_the_picture(self, generator: Generator) -> None:
        def varied(level: int) -> NDArray[np.uint8]:
            plain = np.full((64, 96, 3), level, np.uint8)
            return generator.vary(plain, "", seed=1, on_step=lambda *step: None)

        assert not np.array_equal(varied(30), varied(220))

    @pytest.mark.parametrize(("width", "height"), [(272, 256), (97, 71)])
    def test_changes_pictures_of_any_size(self, generator: Generator, width: int, height: int) -> None:
        given, mask = picture(width, height), right_part(width, height)
        varied = generator.vary(given, "", seed=1, on_step=lambda *step: None)
        inpainted = generator.inpaint(given, mask, "", seed=1, on_step=lambda *step: None)
        assert varied.shape == inpainted.shape == (height, width, 3)
        assert np.array_equal(inpainted[~mask], given[~mask])

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
        for flow, taken in (("text_to_image", 21), ("inpaint", 21), ("vary", 13)):
            _, steps = drawn(generator, flow)
            assert [step[:2] for step in steps] == [(done, taken) for done in range(1, taken + 1)]

    def test_a_variation_takes_as_many_steps_as_its_strength_says(self, diffusion: Diffusion) -> None:
        _, steps = drawn(diffusion, "vary")
        assert steps[-1][:2] == (12, 12)

    def test_all_flows_share_the_loaded_weights(self, diffusion: Diffusion) -> None:
        for other in (diffusion._inpainting, diffusion._variation):
            assert other.unet is diffusion._pipe.unet
            assert other.vae is diffusion._pipe.vae

    def test_a_part_is_drawn_from_noise_and_from_the_prompt(self, diffusion: Diffusion) -> None:
        one, _ = drawn(diffusion, "inpaint")
        other, _ = drawn(diffusion, "inpaint", prompt="zebra")
        assert not np.array_equal(one, other)

    def test_a_model_that_only_makes_new_pictures_says_so(
        self, source: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        generator = Diffusion(source, device="cpu", token="")
        unet: Any = UNet2DModel(
            block_out_channels=(8,), norm_num_groups=4, layers_per_block=1,
            down_block_types=("DownBlock2D",), up_block_types=("UpBlock2D",),
        )  # fmt: skip
        only_new = DDPMPipeline(unet, DDPMScheduler())
        monkeypatch.setattr(generator, "_pipe", only_new)
        for flow in ("inpaint", "vary"):
            with pytest.raises(FlowNotSupported):
                drawn(generator, flow)

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


@pytest.fixture(scope="module")
def small() -> BuiltIn:
    return BuiltIn(device="cpu")


# numpy's, of torch inside diffusers' scheduler.
@pytest.mark.filterwarnings("ignore:__array__ implementation:DeprecationWarning")
class TestBuiltIn:
    """The shipped weights. How well they follow prompts is for `benchmarks/builtin_model.py`."""

    def test_draws_what_was_asked_for(self, small: BuiltIn) -> None:
        rgb = small.text_to_image(
            "a red disc on blue", seed=1, width=512, height=512, on_step=lambda *step: None
        )
        red, _, blue = rgb[226:286, 226:286].reshape(-1, 3).mean(axis=0)
        assert red > blue + 80
        red, _, blue = rgb[:40, :40].reshape(-1, 3).mean(axis=0)
        assert blue > red + 80

    def test_refuses_what_it_would_draw_as_a_blob(self, small: BuiltIn) -> None:
        rgb, mask = np.zeros((64, 64, 3), np.uint8), np.ones((64, 64), bool)
        with pytest.raises(OutsideSmallWorld):
            small.text_to_image("a cat", seed=1, width=512, height=512, on_step=lambda *step: None)
        with pytest.raises(OutsideSmallWorld):
            small.inpaint(rgb, mask, "a cat", seed=1, on_step=lambda *step: None)
        with pytest.raises(OutsideSmallWorld):
            small.vary(rgb, "", seed=1, on_step=lambda *step: None)


class TestCurrent:
    @pytest.fixture(autouse=True)
    def _loaded_anew(self) -> None:
        pipeline.current.cache_clear()

    def test_is_the_built_in_one_by_default_and_loaded_once(self, settings: Settings) -> None:
        settings.GENERATOR = "sketch"
        assert isinstance(pipeline.current(), Sketch)
        assert pipeline.current() is pipeline.current()

    def test_is_the_small_model_by_setting(self, settings: Settings) -> None:
        settings.GENERATOR = "builtin"
        assert isinstance(pipeline.current(), BuiltIn)

    def test_is_a_folder_by_setting(self, settings: Settings, source: str) -> None:
        settings.GENERATOR = source
        assert isinstance(pipeline.current(), Diffusion)
        pipeline.current.cache_clear()
