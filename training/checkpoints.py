"""Where a training step leaves its state, so that it can be stopped at any moment and gone on with."""

import math
from pathlib import Path
from typing import Any

import torch


def save(path: Path, state: dict[str, Any]) -> None:
    """Writes `state` whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_suffix(".unfinished")
    torch.save(state, unfinished)
    unfinished.replace(path)


def load(path: Path) -> dict[str, Any] | None:
    """Returns the state last saved, None if there is none."""
    return torch.load(path, weights_only=True) if path.exists() else None


def resume(path: Path, model: torch.nn.Module, optimizer: torch.optim.Optimizer) -> int:
    """Puts the state last saved into both and returns its step, 0 if there is none."""
    state = load(path)
    if state is None:
        return 0
    model.load_state_dict(state["model"])
    optimizer.load_state_dict(state["optimizer"])
    return int(state["step"])


def generator(name: str, step: int) -> torch.Generator:
    """Returns the random numbers of one step: the same whether or not the training was interrupted."""
    seed = sum(ord(letter) << (index % 4 * 8) for index, letter in enumerate(name))
    return torch.Generator().manual_seed((seed * 1_000_003 + step) % 2**63)


def learning_rate(step: int, steps: int, *, highest: float, warm_up: int = 100) -> float:
    """Returns the rate at `step` of `steps`: a linear rise, then half a cosine (Loshchilov 2017) to 2 %."""
    if step < warm_up:
        return highest * (step + 1) / warm_up
    done = (step - warm_up) / max(1, steps - warm_up)
    return highest * (0.02 + 0.98 * (1 + math.cos(math.pi * min(1.0, done))) / 2)
