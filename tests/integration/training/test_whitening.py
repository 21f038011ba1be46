"""The training of the learned whitening for a moment, and that what it leaves runs without torch."""

import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from tests.unit.watermark.pictures import landscape
from training import checkpoints, whitening, whitening_examples
from watermark.tiled import learned_whitening, mask


@pytest.fixture
def tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whitening_examples, "DRAWINGS", 2)
    monkeypatch.setattr(whitening_examples, "LEAVES", 2)
    monkeypatch.setattr(whitening_examples, "PHOTOGRAPHS", ("camera", "coffee"))
    monkeypatch.setattr(whitening_examples, "SIDE", 32)
    monkeypatch.setattr(whitening, "EVERY", 1)


@pytest.mark.usefixtures("tiny")
def test_a_training_that_was_stopped_goes_on_as_if_it_had_not_been(tmp_path: Path) -> None:
    whitening.train(tmp_path / "once", steps=3)
    whitening.train(tmp_path / "twice", steps=1)
    whitening.train(tmp_path / "twice", steps=3)
    once, twice = (checkpoints.load(tmp_path / name / "whitening.pt") for name in ("once", "twice"))
    assert once is not None
    assert twice is not None
    untrained = whitening.Network().state_dict()
    for name, value in once["model"].items():
        assert torch.equal(value, twice["model"][name]), name
    assert not torch.equal(once["model"]["leave.weight"], untrained["leave.weight"])
    assert (tmp_path / "once/learned_whitening.npz").read_bytes() == (
        tmp_path / "twice/learned_whitening.npz"
    ).read_bytes()


def test_the_shipped_weights_give_in_numpy_what_they_give_in_torch() -> None:
    with np.load(learned_whitening.WEIGHTS) as stored:
        state = {name: torch.from_numpy(array.astype(np.float32)) for name, array in stored.items()}
    network = whitening.Network()
    network.load_state_dict(state)
    luma = mask.luma(landscape())
    with torch.no_grad():
        expected = network(whitening._shown([luma]))[0].numpy()
    assert np.abs(learned_whitening.learned_whitening(luma) - expected).max() < 1e-3 * np.abs(expected).max()


def test_photographs_are_those_that_the_package_ships() -> None:
    pictures = whitening_examples.photographs()
    assert len(pictures) == 3 * len(whitening_examples.PHOTOGRAPHS)
    assert all(rgb.dtype == np.uint8 and rgb.shape[2] == 3 for rgb in pictures)


def test_every_damage_keeps_the_pattern_in_its_place() -> None:
    random = np.random.default_rng(5)
    found = []
    for _ in range(40):
        place = whitening_examples._place(landscape(), 160, random)
        seen, pattern = whitening_examples._example(place, 3.0, whitening_examples._damage(random), random)
        assert seen.shape == pattern.shape == (whitening_examples.SIDE, whitening_examples.SIDE)
        band = cv2.GaussianBlur(seen, (0, 0), 0.7) - cv2.GaussianBlur(seen, (0, 0), 3.0)
        found.append(float(np.corrcoef(band.ravel(), pattern.ravel())[0, 1]))
    # Another place of the same pattern correlates by 0.01; the worst damage leaves little more.
    assert np.mean(np.array(found) > 0.1) > 0.85
    assert np.mean(found) > 0.35


def test_the_filter_loads_no_torch() -> None:
    program = (
        "import sys, numpy as np\n"
        "from watermark.tiled.learned_whitening import learned_whitening\n"
        "learned_whitening(np.zeros((64, 64), np.float32))\n"
        "sys.exit('torch' in sys.modules or 'onnxruntime' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
