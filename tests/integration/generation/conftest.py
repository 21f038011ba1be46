"""A generator that draws at once, so that a test is about the job and not about the drawing."""

from collections.abc import Callable

import numpy as np
import pytest

from accounts.models import User
from generation import jobs, pipeline
from generation.models import Job
from generation.pipeline import OnStep
from tests.integration.provenance.conftest import eager, publish
from tests.people import person
from tests.suspects import HEIGHT, WIDTH, Pixels, scene

__all__ = ["eager", "publish"]
MakeJob = Callable[..., Job]


class Drawer:
    """Draws scenes in three steps. `during` is called at each step, before progress is reported."""

    name, version, digital_source_type = "Drawer", "3", "algorithmicMedia"

    def __init__(self) -> None:
        self.seeds: list[int] = []
        self.during: Callable[[int], None] = lambda step: None

    def text_to_image(self, prompt: str, *, seed: int, width: int, height: int, on_step: OnStep) -> Pixels:
        self.seeds.append(seed)
        for step in (1, 2, 3):
            self.during(step)
            on_step(step, 3, np.full((400, 300, 3), step, np.uint8))
        return scene(seed % 1000)


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
