"""Real publishing into an empty storage, and tasks that run where they are sent."""

import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from accounts.models import User
from config.celery import app
from provenance import publishing
from provenance.models import PublishedFile, RegisteredImage
from provenance.published_files import open_file
from provenance.registry import Origin
from tests.suspects import Pixels, scene


def origin(*, index: int = 0, owner: User | None = None, work: uuid.UUID | None = None) -> Origin:
    return Origin(
        origin_id=work or uuid.uuid4(),
        index=index,
        flow=RegisteredImage.Flow.TEXT_TO_IMAGE,
        model_name="Tracery sketch",
        model_version="1",
        digital_source_type="algorithmicMedia",
        owner=owner,
    )


Publish = Callable[..., RegisteredImage]


@pytest.fixture
def publish(db: None, files: Path, signing_authority: None) -> Publish:
    """Publishes a scene for real and returns its row."""

    def published(rgb: Pixels | None = None, owner: User | None = None) -> RegisteredImage:
        return publishing.publish(scene(1) if rgb is None else rgb, origin(owner=owner)).image

    return published


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks run at once in this process; that a worker gets them is another test's subject."""
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def file_of(image: RegisteredImage, format_name: str = "PNG") -> bytes:
    """Returns the published bytes."""
    return open_file(PublishedFile.objects.get(image=image, format=format_name))
