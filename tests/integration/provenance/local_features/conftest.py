"""Registered images with real keypoints and without stamping, and an empty folder of segments."""

import secrets
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from provenance.local_features import extraction, segment_store
from provenance.models import RegisteredImage
from tests.suspects import Pixels

Register = Callable[..., RegisteredImage]


@pytest.fixture
def segments(tmp_path: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of this machine's segments, empty, as a process sees it that has just started."""
    folder = tmp_path / "segments"
    folder.mkdir()
    settings.LOCAL_FEATURES_DIR = folder
    restart(monkeypatch)
    return folder


def restart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forgets what this process has open, as another process would not know it."""
    monkeypatch.setattr(segment_store, "_held", segment_store._Held())


@pytest.fixture
def register(db: None, segments: Path) -> Register:
    def registered(
        rgb: Pixels, *, published: bool = True, version: str = extraction.VERSION
    ) -> RegisteredImage:
        return RegisteredImage.objects.create(
            origin_id=uuid.uuid4(),
            flow=RegisteredImage.Flow.TEXT_TO_IMAGE,
            model_name="Tracery sketch",
            model_version="1",
            digital_source_type="algorithmicMedia",
            width=rgb.shape[1],
            height=rgb.shape[0],
            watermark_payload=secrets.randbits(63),
            watermark_codec="tiled",
            watermark_key_id="k",
            pdq=secrets.token_bytes(32),
            phash=secrets.token_bytes(32),
            local_features=extraction.extract(rgb),
            local_features_version=version,
            published_at=timezone.now() if published else None,
        )

    return registered
