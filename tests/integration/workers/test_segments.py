"""A machine that only examines makes the files that it searches in by itself."""

from pathlib import Path

import pytest

from provenance.local_features.extraction import VERSION
from provenance.models import FeatureSegment
from tests.integration.workers.conftest import StartWorker, wait_for


def test_an_inspect_worker_brings_its_machines_segments_up_to_date(
    transactional_db: None, start_worker: StartWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    FeatureSegment.objects.create(version=VERSION, images_count=0)
    folder = tmp_path / "segments"
    monkeypatch.setenv("LOCAL_FEATURES_DIR", str(folder))
    start_worker(queue="inspect")
    wait_for(lambda: list(folder.glob("*.segment")), "the file of the one batch")
