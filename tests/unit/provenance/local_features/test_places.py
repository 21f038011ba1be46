"""The 40 bits of a place."""

import numpy as np

from provenance.local_features import places
from provenance.local_features.keypoints import Keypoints


def keypoints_at(rows: list[tuple[float, float, float, float]]) -> Keypoints:
    values = np.array(rows, np.float32)
    descriptors = np.zeros((len(rows), 128), np.float32)
    return Keypoints(values[:, :2], values[:, 2], values[:, 3], descriptors, (1.0, 0.75))


def test_a_place_is_found_again_within_half_a_step() -> None:
    chance = np.random.default_rng(3)
    rows = np.column_stack(
        [chance.random((200, 2)), np.exp2(chance.uniform(-9, 0, 200)), chance.uniform(0, 2 * np.pi, 200)]
    )
    packed = places.pack(keypoints_at([tuple(row) for row in rows]))
    found = places.unpack(packed)
    assert int(packed.max()) <= places.MASK
    assert np.abs(found[:, :2] - rows[:, :2]).max() <= 0.5 / 4096 + 1e-6
    assert np.abs(np.log2(found[:, 2] / rows[:, 2])).max() <= 0.5 / 24 + 1e-5
    around = np.abs((found[:, 3] - rows[:, 3] + np.pi) % (2 * np.pi) - np.pi)
    assert around.max() <= np.pi / 256 + 1e-5


def test_what_lies_outside_is_put_on_the_border() -> None:
    found = places.unpack(places.pack(keypoints_at([(1.2, -0.1, 4.0, 6.283), (0.5, 0.5, 1e-9, 0.0)])))
    assert found[0, 0] > 0.999
    assert found[0, 1] < 0.001
    assert found[0, 3] == 0.0
    assert found[1, 2] == np.float32(2.0**-10)
