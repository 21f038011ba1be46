"""The built-in generator draws what is asked, the same way each time."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from generation import sketch
from generation.sketch import parser
from generation.sketch.scene import FAMILIES, STYLES
from generation.sketch.things.table import KINDS

SAMPLES = {scene.family: scene for scene in map(sketch.sample_scene, range(200))}
BLANK = np.full((96, 96, 3), (120, 150, 120), np.uint8)


def _mean(rgb: NDArray[np.uint8], y: int, x: int, reach: int = 4) -> NDArray[np.float64]:
    return np.asarray(rgb[y - reach : y + reach, x - reach : x + reach].reshape(-1, 3).mean(0))


class TestRender:
    def test_same_prompt_seed_and_size_give_the_same_bytes(self) -> None:
        first = sketch.render("two cats by a lake", seed=5, width=128, height=96)
        assert np.array_equal(first, sketch.render("two cats by a lake", seed=5, width=128, height=96))

    def test_seeds_differ(self) -> None:
        first = sketch.render("a boat on the sea", seed=1, width=96, height=96).astype(int)
        second = sketch.render("a boat on the sea", seed=2, width=96, height=96).astype(int)
        assert np.abs(first - second).mean() > 8

    @pytest.mark.parametrize(("width", "height"), [(256, 64), (64, 256), (97, 61), (160, 160)])
    def test_size_is_as_asked(self, width: int, height: int) -> None:
        rgb = sketch.render("a house on a hill", seed=1, width=width, height=height)
        assert rgb.shape == (height, width, 3)
        assert rgb.dtype == np.uint8

    @pytest.mark.parametrize(("width", "height"), [(0, 64), (64, 8), (8192, 8192), (2048, 128)])
    def test_impossible_size_is_refused(self, width: int, height: int) -> None:
        with pytest.raises(ValueError, match=f"{width} x {height}"):
            sketch.render("a house", seed=1, width=width, height=height)

    def test_composition_does_not_depend_on_resolution(self) -> None:
        small = sketch.render("a red circle on a blue background", seed=4, width=96, height=96)
        large = sketch.render("a red circle on a blue background", seed=4, width=288, height=288)
        shrunk = large.reshape(96, 3, 96, 3, 3).mean((1, 3))
        assert np.abs(shrunk - small).mean() < 8

    def test_tones_leave_room_for_a_watermark(self) -> None:
        rgb = sketch.render("snowman at night, comic", seed=2, width=128, height=128)
        assert rgb.min() >= 8
        assert rgb.max() <= 247

    @pytest.mark.parametrize("seed", range(4))
    def test_red_circle_on_blue(self, seed: int) -> None:
        rgb = sketch.render("a red circle on a blue background", seed=seed, width=128, height=128)
        red, green, blue = _mean(rgb, 64, 64)
        assert red > 1.8 * green
        assert red > 1.8 * blue
        for y, x in ((6, 6), (6, 121), (121, 6), (121, 121)):
            red, green, blue = _mean(rgb, y, x)
            assert blue > 1.5 * red
        reddish = (rgb[..., 0].astype(int) - rgb[..., 2]) > 60
        ys, xs = np.nonzero(reddish)
        assert abs(ys.mean() - 63.5) < 3
        assert abs(xs.mean() - 63.5) < 3

    def test_left_and_right_are_kept(self) -> None:
        rgb = sketch.render("a green triangle left of a yellow square, flat", seed=0, width=128, height=128)
        left, right = _mean(rgb, 68, 32), _mean(rgb, 68, 96)
        assert left[1] > left[0] + 30
        assert right[0] > right[2] + 60

    @pytest.mark.parametrize(
        "prompt",
        [
            "",
            " ",
            "x" * 10_000,
            "🦄🌈🚀",
            "кот на крыше",
            "猫",
            "1234 5678",
            "%s {} \x00 \ud800",
            "the of and",
        ],
    )
    def test_odd_prompts_still_draw(self, prompt: str) -> None:
        rgb = sketch.render(prompt, seed=9, width=64, height=64)
        assert rgb.std() > 4

    def test_prompts_without_known_words_vary_with_the_seed(self) -> None:
        settings = {parser.parse("qwerty", seed=seed).setting for seed in range(24)}
        assert len(settings) > 4


class TestEveryKind:
    @pytest.mark.parametrize("style", STYLES)
    def test_every_style_draws_its_share_of_families(self, style: str) -> None:
        # Every third family, another third for the next style: all are drawn in at least three styles.
        for family, scene in list(SAMPLES.items())[STYLES.index(style) % 3 :: 3]:
            rgb = sketch.draw(replace(scene, style=style), seed=1, width=48, height=48)
            assert rgb.std() > 3, family
        assert set(SAMPLES) == set(FAMILIES)

    def test_every_thing_marks_a_plain_ground(self) -> None:
        ground = sketch.Scene("geometric", "flat", "plain", (), ("gray",))
        bare = sketch.draw(ground, seed=1, width=48, height=48).astype(int)
        for kind in KINDS:
            scene = replace(ground, things=(sketch.Thing(kind),))
            drawn = sketch.draw(scene, seed=1, width=48, height=48).astype(int)
            assert (np.abs(drawn - bare).max(-1) > 25).mean() > 0.01, kind

    def test_a_rider_sits_on_its_mount(self) -> None:
        ground = sketch.Scene("figures", "flat", "plain", (), ("gray",))
        mount = sketch.Thing("horse", "red")
        scene = replace(ground, things=(sketch.Thing("robot", "blue", link="riding", other=mount),))
        rgb = sketch.draw(scene, seed=1, width=128, height=128).astype(int)
        red = (rgb[..., 0] - rgb[..., 2]) > 60
        blue = (rgb[..., 2] - rgb[..., 0]) > 60
        assert red.mean() > 0.02
        assert blue.mean() > 0.01
        assert np.nonzero(blue)[0].mean() < np.nonzero(red)[0].mean()
        assert abs(np.nonzero(blue)[1].mean() - np.nonzero(red)[1].mean()) < 20


class TestSteps:
    def test_steps_count_up_and_end_with_the_picture(self) -> None:
        seen = []
        rgb = sketch.render("a robot", seed=1, width=64, height=64, on_step=lambda *step: seen.append(step))
        assert [done for done, _, _ in seen] == list(range(1, 9))
        assert {total for _, total, _ in seen} == {8}
        assert np.array_equal(seen[-1][2], rgb)

    def test_previews_come_ever_closer(self) -> None:
        seen = []
        rgb = sketch.render(
            "a castle", seed=1, width=96, height=96, on_step=lambda *step: seen.append(step[2])
        )
        gaps = [np.abs(preview.astype(int) - rgb).mean() for preview in seen]
        assert gaps[0] > gaps[5] > gaps[7]

    def test_raising_cancels(self) -> None:
        def cancel(done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
            if done == 3:
                raise InterruptedError("stop")

        with pytest.raises(InterruptedError):
            sketch.render("a cat", seed=1, width=64, height=64, on_step=cancel)


class TestInpaint:
    @pytest.mark.parametrize("prompt", ["a red apple", "the sea at sunset", "", "line art"])
    def test_outside_is_untouched_and_inside_changes(self, prompt: str) -> None:
        rng = np.random.default_rng(0)
        rgb = rng.integers(60, 190, (96, 128, 3)).astype(np.uint8)
        mask = np.zeros((96, 128), bool)
        mask[30:80, 40:100] = True
        changed = sketch.inpaint(rgb, mask, prompt, seed=1)
        assert np.array_equal(changed[~mask], rgb[~mask])
        assert np.abs(changed[mask].astype(int) - rgb[mask]).mean() > 4

    def test_what_is_asked_appears_inside(self) -> None:
        mask = np.zeros((96, 96), bool)
        mask[20:76, 20:76] = True
        changed = sketch.inpaint(BLANK, mask, "a red circle", seed=1)
        red, green, blue = _mean(changed, 48, 48)
        assert red > 1.6 * green
        assert red > 1.6 * blue

    def test_it_appears_in_a_mask_that_is_no_box(self) -> None:
        """In a mask along two sides, the middle of its box is not masked: nothing drawn there would show."""
        rgb = np.full((256, 256, 3), 210, np.uint8)
        mask = np.zeros((256, 256), bool)
        mask[:, :64] = mask[192:, :] = True
        changed = sketch.inpaint(rgb, mask, "a red circle", seed=1).astype(int)
        red = (changed[..., 0] > 1.6 * changed[..., 1]) & (changed[..., 0] > 1.6 * changed[..., 2])
        assert red.sum() > 800

    def test_a_fill_repeats_texture_and_not_what_stands_beside_it(self) -> None:
        rng = np.random.default_rng(0)
        rgb = rng.integers(90, 130, (160, 240, 3)).astype(np.uint8)
        rgb[50:110, 70:90] = (230, 20, 20)
        mask = np.zeros((160, 240), bool)
        mask[40:120, 95:160] = True
        changed = sketch.inpaint(rgb, mask, "", seed=1).astype(int)
        inside = changed[mask]
        assert not (inside[:, 0] > 180).any()
        assert abs(inside.std() - rgb[mask].std()) < 4

    def test_empty_mask_changes_nothing(self) -> None:
        assert np.array_equal(sketch.inpaint(BLANK, np.zeros((96, 96), bool), "cat", seed=1), BLANK)

    @pytest.mark.parametrize("area", [np.s_[:], np.s_[0:2, 0:96], np.s_[95:, 95:]])
    def test_any_mask_works(self, area: tuple[slice, slice]) -> None:
        mask = np.zeros((96, 96), bool)
        mask[area] = True
        changed = sketch.inpaint(BLANK, mask, "a tree", seed=1)
        assert np.array_equal(changed[~mask], BLANK[~mask])

    def test_wrong_mask_is_refused(self) -> None:
        with pytest.raises(ValueError, match="mask"):
            sketch.inpaint(BLANK, np.zeros((5, 5), bool), "cat", seed=1)

    def test_steps_and_cancel(self) -> None:
        seen = []
        mask = np.ones((96, 96), bool)
        rgb = sketch.inpaint(BLANK, mask, "a cat", seed=1, on_step=lambda *step: seen.append(step))
        assert [done for done, _, _ in seen] == list(range(1, 9))
        assert np.array_equal(seen[-1][2], rgb)


class TestVary:
    def test_of_many_the_one_closest_in_colour(self) -> None:
        prompts = ("a green field under a blue sky", "a house in a forest in winter", "a city at night")
        gaps = []
        for seed, prompt in enumerate(prompts):
            rgb = sketch.render(prompt, seed=seed + 3, width=96, height=96)
            pair = (rgb, sketch.vary(rgb, prompt, seed=seed))
            before, after = (cv2.resize(each, (8, 8), interpolation=cv2.INTER_AREA) for each in pair)
            gaps.append(np.abs(before.astype(int) - after).mean())
        assert np.mean(gaps) < 16

    def test_same_scene_other_picture(self) -> None:
        rgb = sketch.render("a red boat on a lake", seed=1, width=96, height=96)
        varied = sketch.vary(rgb, "a red boat on a lake", seed=2)
        assert varied.shape == rgb.shape
        assert np.abs(varied.astype(int) - rgb).mean() > 5
        assert np.array_equal(varied, sketch.vary(rgb, "a red boat on a lake", seed=2))

    def test_without_prompt_palette_and_layout_stay(self) -> None:
        rgb = sketch.render("a red circle on a blue background", seed=1, width=96, height=96)
        varied = sketch.vary(rgb, "", seed=2)
        assert not np.array_equal(varied, rgb)
        red, _, blue = _mean(varied, 48, 48)
        assert red > blue
        red, _, blue = _mean(varied, 8, 8)
        assert blue > red

    def test_a_picture_that_no_drawing_resembles_keeps_its_layout_with_a_prompt_too(self) -> None:
        rgb = np.zeros((96, 96, 3), np.uint8)
        rgb[:, :48, 1], rgb[:, 48:, 0] = 255, 255
        varied = sketch.vary(rgb, "a hen on grass at night", seed=3)
        left, right = varied[:, :40].mean((0, 1)), varied[:, 56:].mean((0, 1))
        assert left[1] > left[0] + 100
        assert right[0] > right[1] + 100

    def test_wrong_type_is_refused(self) -> None:
        with pytest.raises(ValueError, match="uint8"):
            sketch.vary(BLANK.astype(np.float32), "cat", seed=1)
