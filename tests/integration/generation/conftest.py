"""A generator that draws at once, so that a test is about the job and not about the drawing."""

from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from accounts.models import User
from generation import jobs, pipeline
from generation.models import Job
from generation.pipeline import OnStep
from tests.integration.provenance.conftest import eager, publish
from tests.people import person
from tests.suspects import HEIGHT, WIDTH, Pixels, saved, scene

__all__ = ["eager", "publish"]
MakeJob = Callable[..., Job]


class Drawer:
    """Draws scenes in three steps. `during` is called at each step, before progress is reported.

    `given` holds what each picture was made from: nothing, or picture, mask if any, and prompt.
    """

    name, version, digital_source_type = "Drawer", "3", "algorithmicMedia"

    def __init__(self) -> None:
        self.seeds: list[int] = []
        self.given: list[tuple[Any, ...]] = []
        self.during: Callable[[int], None] = lambda step: None

    def text_to_image(self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep) -> Pixels:
        self.given.append(())
        return self._draw(seed, on_step)

    def inpaint(
        self, rgb: Pixels, mask: NDArray[np.bool_], prompt: str, *, seed: int, on_step: OnStep
    ) -> Pixels:
        self.given.append((rgb, mask, prompt))
        drawn = np.resize(self._draw(seed, on_step), rgb.shape)
        return np.where(mask[..., None], drawn, rgb)

    def vary(self, rgb: Pixels, prompt: str, *, seed: int, on_step: OnStep) -> Pixels:
        self.given.append((rgb, prompt))
        return np.asarray(cv2.resize(self._draw(seed, on_step), rgb.shape[1::-1]), np.uint8)

    def _draw(self, seed: int, on_step: OnStep) -> Pixels:
        self.seeds.append(seed)
        for step in (1, 2, 3):
            self.during(step)
            on_step(step, 3, np.full((400, 300, 3), step, np.uint8))
        return scene(seed % 1000)


def mask_png(width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """A PNG mask that is white in the left half."""
    mask = np.zeros((height, width, 3), np.uint8)
    mask[:, : width // 2] = 255
    return saved(mask, "PNG")


@pytest.fixture
def drawer(monkeypatch: pytest.MonkeyPatch) -> Drawer:
    generator = Drawer()
    monkeypatch.setattr(pipeline, "current", lambda: generator)
    return generator


@pytest.fixture
def owner(db: None) -> User:
    return person()


@pytest.fixture
def make_job(owner: User) -> MakeJob:
    def make(
        prompt: str = "a red circle", image_count: int = 1, seed: int = 1, by: User | None = None
    ) -> Job:
        job = jobs.request(
            by or owner, prompt=prompt, image_count=image_count, seed=seed, width=WIDTH, height=HEIGHT
        )
        assert isinstance(job, Job)
        return job

    return make
