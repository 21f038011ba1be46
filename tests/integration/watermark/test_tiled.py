"""The tiled codec from end to end: what copies go through, and what must never be found."""

from dataclasses import replace

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from generation import sketch
from tests.suspects import photograph_like, scene
from tests.unit.watermark.codec_contract import KEY, OTHER_KEY, PAYLOAD, CodecContract
from tests.unit.watermark.pictures import jpeg, landscape
from watermark import codec
from watermark.attacks import ATTACKS
from watermark.interface import QUALITY, Obstacle
from watermark.quality import ssimulacra2
from watermark.tiled import (
    alignment,
    closed_loop,
    detection,
    embedding,
    verify_candidate,
    verify_informed,
    whitening,
)
from watermark.tiled.embedding import Host, equalised_pattern
from watermark.tiled.suspect import Look, Suspect
from watermark.tiled.whitening import Whitening

Pixels = NDArray[np.uint8]


@pytest.mark.parametrize("name", ["tiled"])
class TestTiledCodec(CodecContract):
    """The same contract as every other codec's."""


@pytest.fixture(scope="module")
def original() -> Pixels:
    """A photograph's spectrum, 512 x 512."""
    return np.asarray(cv2.resize(photograph_like(), (512, 512), interpolation=cv2.INTER_CUBIC), np.uint8)


@pytest.fixture(scope="module")
def marked(original: Pixels) -> Pixels:
    return codec.embed(original, PAYLOAD, key=KEY, codec="tiled")


def rotated(rgb: Pixels, degrees: float) -> Pixels:
    height, width = rgb.shape[:2]
    matrix = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), degrees, 1)
    return np.asarray(cv2.warpAffine(rgb, matrix, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


def resized(rgb: Pixels, across: float, down: float) -> Pixels:
    return np.asarray(cv2.resize(rgb, None, fx=across, fy=down, interpolation=cv2.INTER_AREA), np.uint8)


def slanted(rgb: Pixels) -> Pixels:
    height, width = rgb.shape[:2]
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], np.float32)
    moved = corners + np.array([[5, 3], [-6, 6], [-3, -7], [4, -4]], np.float32)
    bend = cv2.getPerspectiveTransform(corners, moved)
    return np.asarray(cv2.warpPerspective(rgb, bend, (width, height), flags=cv2.INTER_CUBIC), np.uint8)


def framed(rgb: Pixels) -> Pixels:
    canvas = np.full((600, 640, 3), 245, np.uint8)
    canvas[70:582, 33:545] = rgb
    return canvas


def found(rgb: Pixels) -> codec.Detection:
    detection = codec.detect(np.ascontiguousarray(rgb), keys=[KEY], codec="tiled")
    assert detection is not None
    assert detection.payload == PAYLOAD
    assert detection.p_value <= 1e-7
    return detection


@pytest.mark.parametrize("quality", [75, 40])
def test_outlives_jpeg(marked: Pixels, quality: int) -> None:
    found(jpeg(marked, quality))


def test_outlives_noise_and_blur(marked: Pixels) -> None:
    noisy = marked + np.random.default_rng(1).normal(0, 8, marked.shape)
    found(np.clip(noisy, 0, 255).astype(np.uint8))
    found(np.asarray(cv2.GaussianBlur(marked, (0, 0), 1.5), np.uint8))


def test_a_plain_drawing_outlives_three_codecs_in_a_row() -> None:
    drawn = replace(sketch.sample_scene(90_010), style="flat", setting="plain")
    drawing = np.asarray(sketch.draw(drawn, seed=90_010, width=512, height=512), np.uint8)
    attack = ATTACKS["three_messengers"]
    found(attack(codec.embed(drawing, PAYLOAD, key=KEY), attack.generator("plain-90010")))


def test_a_thumbnail_is_a_whole_copy(marked: Pixels) -> None:
    geometry = found(resized(marked, 0.45, 0.45)).geometry

    assert (geometry.scale, geometry.rotation, geometry.stretch) == (1, 0, 1)


def test_an_enlarged_crop_says_how_much_is_left_and_where_it_began(marked: Pixels) -> None:
    part = cv2.resize(marked[100:356, 130:386], None, fx=2.2, fy=2.2, interpolation=cv2.INTER_CUBIC)

    geometry = found(np.asarray(part, np.uint8)).geometry

    assert geometry.scale == pytest.approx(2, rel=0.01)
    assert geometry.offset == pytest.approx((130 % 64 * 2.2, 100 % 64 * 2.2), abs=2)


def test_a_crop_at_its_own_size(marked: Pixels) -> None:
    assert found(marked[100:356, 130:386]).geometry.offset == pytest.approx((130 % 64, 100 % 64), abs=1)


@pytest.mark.parametrize("degrees", [5, -15])
def test_a_turn_is_measured(marked: Pixels, degrees: float) -> None:
    assert found(rotated(marked, degrees)).geometry.rotation == pytest.approx(degrees, abs=0.3)


def test_a_quarter_turn_of_a_mirror_image(marked: Pixels) -> None:
    geometry = found(np.rot90(marked[:, ::-1])).geometry

    assert geometry.flip
    assert geometry.rotation == pytest.approx(90)


def test_a_stretch_is_measured(marked: Pixels) -> None:
    assert found(resized(marked, 1, 0.8)).geometry.stretch == pytest.approx(0.8, abs=0.01)


def test_a_slant_is_found(marked: Pixels) -> None:
    assert found(slanted(marked)).geometry.scale == pytest.approx(1, abs=0.05)


def test_what_was_put_around_it_is_measured(marked: Pixels) -> None:
    enlarged = resized(framed(marked), 1.3, 1.3)

    assert found(enlarged).geometry.scale == pytest.approx(512 / np.sqrt(640 * 600), rel=0.01)


@pytest.mark.parametrize(
    "attack", ["collage", "screenshot", "phone_screenshot", "picture_in_picture", "crop_25_rescale_jpeg_75"]
)
def test_what_is_small_or_lies_among_other_things_is_found(attack: str) -> None:
    """On a busy drawing, where the pilots alone did not say where to look."""
    scene_drawn = sketch.draw(sketch.sample_scene(90_002), seed=90_002, width=512, height=512)
    busy = codec.embed(np.asarray(scene_drawn, np.uint8), PAYLOAD, key=KEY, codec="tiled")

    found(ATTACKS[attack](busy, ATTACKS[attack].generator("drawing-90002")))


def test_a_negative_is_recognised(marked: Pixels) -> None:
    assert found(255 - marked).geometry.negative


@pytest.mark.parametrize(("width", "height"), [(1024, 768), (384, 1536)])
def test_other_sizes(width: int, height: int) -> None:
    rgb = np.asarray(cv2.resize(scene(3), (width, height), interpolation=cv2.INTER_CUBIC), np.uint8)

    found(jpeg(codec.embed(rgb, PAYLOAD, key=KEY, codec="tiled"), 60))


@pytest.fixture(scope="module")
def large() -> Pixels:
    """A drawing of 1,536 px, which has a finer grid, marked."""
    drawn = sketch.draw(sketch.sample_scene(3), seed=3, width=1536, height=1536)
    return codec.embed(np.asarray(drawn, np.uint8), PAYLOAD, key=KEY, codec="tiled")


@pytest.mark.parametrize("side", [1536, 1024, 640])
def test_a_large_picture_is_whole_at_any_size(large: Pixels, side: int) -> None:
    copy = np.asarray(cv2.resize(large, (side, side), interpolation=cv2.INTER_AREA), np.uint8)

    assert found(jpeg(copy, 60)).geometry.scale == 1


@pytest.mark.parametrize("attack", ["crop_10", "collage", "screenshot", "stretch_80", "rotate_15"])
def test_parts_of_a_large_picture_are_found(large: Pixels, attack: str) -> None:
    found(ATTACKS[attack](large, ATTACKS[attack].generator("large")))


def test_quality_holds_the_bar(original: Pixels, marked: Pixels) -> None:
    assert ssimulacra2(original, marked) > QUALITY - 1


def test_a_robust_picture_is_marked_more_faintly(monkeypatch: pytest.MonkeyPatch, original: Pixels) -> None:
    host = Host(original)
    usual = closed_loop.plan(host, PAYLOAD, KEY, QUALITY).strength

    monkeypatch.setattr(closed_loop, "WHOLE_MARGIN", -100.0)
    monkeypatch.setattr(closed_loop, "PART_MARGIN", -100.0)

    assert closed_loop.plan(host, PAYLOAD, KEY, QUALITY).strength < usual


def test_equalising_serves_the_weakest_chips(original: Pixels, monkeypatch: pytest.MonkeyPatch) -> None:
    host = Host(original)
    equalised = equalised_pattern(host, PAYLOAD, KEY, 0.4)
    monkeypatch.setattr(embedding, "ROUNDS", 0)
    even = equalised_pattern(host, PAYLOAD, KEY, 0.4)

    chances = [
        codec.detect(jpeg(host.marked(pattern, 0.4), 40), keys=[KEY], codec="tiled")
        for pattern in (even, equalised)
    ]

    assert chances[1] is not None
    assert chances[0] is None or chances[1].p_value < chances[0].p_value


def test_the_picture_marked_last_wins(marked: Pixels) -> None:
    again = codec.embed(marked, 7, key=KEY, codec="tiled")

    detection = codec.detect(again, keys=[KEY], codec="tiled")

    assert detection is not None
    assert detection.payload == 7


def test_every_whitening_is_paid_for(monkeypatch: pytest.MonkeyPatch, marked: Pixels) -> None:
    alone = found(marked)

    def deaf(luma: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.zeros_like(luma)

    useless = (Whitening(deaf, thorough=False),) * len(whitening.WHITENINGS)
    monkeypatch.setattr(detection, "WHITENINGS", (*useless, *whitening.WHITENINGS))

    assert found(marked).p_value == 2 * alone.p_value


class TestOneCandidate:
    def test_is_found_where_the_blind_search_has_too_little(self, marked: Pixels) -> None:
        weak = jpeg(resized(marked[:128, :256], 0.7, 0.7), 55)

        detection = verify_candidate(marked, PAYLOAD, keys=[OTHER_KEY, KEY])

        assert detection is not None
        assert (detection.payload, detection.key_index) == (PAYLOAD, 1)
        blind = codec.detect(weak, keys=[KEY], codec="tiled")
        candidate = verify_candidate(weak, PAYLOAD, keys=[KEY])
        assert blind is None or (candidate is not None and candidate.p_value < blind.p_value)

    @pytest.mark.parametrize("other", [PAYLOAD ^ 1, PAYLOAD ^ 1 << 40, 5])
    def test_another_payload_is_not_taken_for_it(self, original: Pixels, marked: Pixels, other: int) -> None:
        assert verify_candidate(marked, other, keys=[KEY]) is None
        assert verify_informed(marked, original, other, keys=[KEY]) is None

    def test_unmarked_is_not_taken_for_it(self, original: Pixels) -> None:
        assert verify_candidate(original, PAYLOAD, keys=[KEY]) is None


class TestInformed:
    def test_a_small_turned_part_is_enough(self, original: Pixels, marked: Pixels) -> None:
        part = jpeg(np.ascontiguousarray(rotated(marked, 20)[180:350, 150:320, :]), 70)

        detection = verify_informed(part, original, PAYLOAD, keys=[KEY])

        assert detection is not None
        assert detection.p_value < 1e-12
        assert detection.geometry.rotation == pytest.approx(20, abs=1)

    def test_a_mirror_image(self, original: Pixels, marked: Pixels) -> None:
        detection = verify_informed(np.ascontiguousarray(marked[:, ::-1]), original, PAYLOAD, keys=[KEY])

        assert detection is not None
        assert detection.geometry.flip

    def test_the_unmarked_twin_is_told_apart(self, original: Pixels) -> None:
        assert verify_informed(jpeg(original, 80), original, PAYLOAD, keys=[KEY]) is None

    def test_another_picture_is_not_laid_over(self, marked: Pixels) -> None:
        assert verify_informed(marked, scene(1), PAYLOAD, keys=[KEY]) is None


def test_unmarked_pictures_stay_silent_under_many_keys() -> None:
    keys = [bytes([number]) * 32 for number in range(3)]

    for rgb in (scene(1), landscape(320, 256)):
        assert codec.detect(rgb, keys=keys, codec="tiled") is None


def test_a_flat_picture_is_an_obstacle() -> None:
    assert codec.obstacle(np.full((300, 300, 3), 77, np.uint8), codec="tiled") == Obstacle.FLAT


@pytest.mark.parametrize("filtered", whitening.WHITENINGS)
@pytest.mark.parametrize("side", [400, 512])
def test_no_search_makes_more_decodings_than_are_paid_for(
    monkeypatch: pytest.MonkeyPatch, original: Pixels, filtered: Whitening, side: int
) -> None:
    """Even if every place looks promising. Those are given out at once, each: the first may be a likeness."""
    tried = [9.5]

    def scored(look: Look, key: bytes) -> alignment.Alignment:
        return replace(alignment.align(look, key), score=tried[0])

    monkeypatch.setattr(detection, "align", scored)
    monkeypatch.setattr(detection, "refine", lambda suspect, place, **options: place)
    # A picture under 512 px may be whole at one size more.
    suspect = Suspect(np.asarray(cv2.resize(original, (side, side)), np.uint8), filtered)
    promising = list(detection.candidates(suspect, [KEY]))
    assert len(promising) <= detection.MOST_DECODINGS
    tried[0] = 0.0
    assert len(promising) >= len(list(detection.candidates(suspect, [KEY]))) + detection.PROMISING_DECODED
