import numpy as np
import pytest
from numpy.typing import NDArray

from provenance import fingerprint
from tests.suspects import at_jpeg_quality, grey, half_size, scene


def test_is_the_same_for_the_same_pixels_and_names_its_version() -> None:
    one, again = fingerprint.look(scene(1)).fingerprint, fingerprint.look(scene(1).copy()).fingerprint
    assert one == again
    assert (len(one.pdq), len(one.phash), one.version) == (32, 32, "pdq1+phash1")
    assert 50 <= one.quality <= 100


@pytest.mark.parametrize("attack", [at_jpeg_quality(50), half_size, grey])
def test_survives_what_people_do_to_copies(attack: object) -> None:
    assert callable(attack)
    original, copy = fingerprint.look(scene(1)).fingerprint, fingerprint.look(attack(scene(1))).fingerprint
    assert fingerprint.distance(original.pdq, copy.pdq) <= 31
    assert fingerprint.distance(original.phash, copy.phash) <= 54


def test_another_picture_is_as_far_as_a_stranger() -> None:
    one, other = fingerprint.look(scene(1)).fingerprint, fingerprint.look(scene(2)).fingerprint
    assert fingerprint.distance(one.pdq, other.pdq) > 84
    assert fingerprint.distance(one.phash, other.phash) > 84


@pytest.mark.parametrize("turns", range(4))
@pytest.mark.parametrize("mirrored", [False, True])
def test_one_of_the_eight_orientations_fits_a_turned_copy(turns: int, mirrored: bool) -> None:
    copy = np.rot90(scene(1)[:, ::-1] if mirrored else scene(1), turns)
    stored = fingerprint.look(scene(1)).fingerprint.pdq
    distances = [
        fingerprint.distance(pdq, stored) for pdq in fingerprint.look(np.ascontiguousarray(copy)).orientations
    ]
    assert len(distances) == 8
    assert min(distances) <= 31
    assert sorted(distances)[1] > 64, "the others are about another picture"


def test_the_first_orientation_is_the_picture_as_it_is() -> None:
    assert fingerprint.look(scene(2)).orientations[0] == fingerprint.look(scene(2)).fingerprint.pdq


def test_a_flat_picture_has_no_quality() -> None:
    flat: NDArray[np.uint8] = np.full((200, 200, 3), 90, np.uint8)
    assert fingerprint.look(flat).fingerprint.quality < 50


@pytest.mark.parametrize("shape", [(1, 1, 3), (1, 300, 3), (300, 1, 3), (7, 5, 3)])
def test_any_size_gives_a_fingerprint(shape: tuple[int, int, int]) -> None:
    tiny: NDArray[np.uint8] = np.full(shape, 7, np.uint8)
    made = fingerprint.look(tiny).fingerprint
    assert (len(made.pdq), len(made.phash)) == (32, 32)
    assert len(fingerprint.look(tiny).orientations) == 8


def test_distance_counts_the_bits_that_differ() -> None:
    none, all_bits = bytes(32), bytes([255]) * 32
    assert fingerprint.distance(none, none) == 0
    assert fingerprint.distance(none, all_bits) == 256
    assert fingerprint.distance(none, bytes(31) + b"\x05") == 2
    with pytest.raises(AssertionError):
        fingerprint.distance(none, b"short")


def test_a_large_picture_is_averaged_before_anything_is_computed() -> None:
    """Grain as fine as the pixels averages out; taking every fourth pixel would keep it."""
    large = np.kron(scene(1), np.ones((4, 4, 1), np.uint8))
    grain = np.indices(large.shape[:2]).sum(0) % 2 * 40
    grainy = np.clip(large.astype(np.int16) + grain[..., None] - 20, 0, 255).astype(np.uint8)
    look = fingerprint.look(grainy)
    assert look.small.shape == (683, 1024, 3)
    plain = fingerprint.look(scene(1)).fingerprint
    assert fingerprint.distance(look.fingerprint.pdq, plain.pdq) <= 10
    assert fingerprint.distance(look.fingerprint.phash, plain.phash) <= 10


@pytest.mark.parametrize(("height", "width"), [(1024, 700), (300, 1024), (1, 1)])
def test_a_picture_within_the_bound_is_left_as_it_is(height: int, width: int) -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (height, width, 3)).astype(np.uint8)
    assert np.array_equal(fingerprint.look(rgb).small, rgb)


def test_a_line_of_pixels_keeps_at_least_one() -> None:
    assert fingerprint.look(np.zeros((1, 20_000, 3), np.uint8)).small.shape == (1, 1024, 3)
