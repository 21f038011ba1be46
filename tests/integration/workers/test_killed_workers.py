"""A worker may die at any line: no job is lost, nothing is published twice, nothing is half published."""

import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from django.core.files.storage import default_storage
from django.test.utils import override_settings

from accounts.models import User
from generation import jobs, tasks, uploads
from generation.models import Job
from provenance import inspection_store
from provenance import tasks as provenance_tasks
from provenance.models import Inspection, PublishedFile, RegisteredImage
from tests.integration.workers.conftest import LEASE_SECONDS, PATIENCE_SECONDS, StartWorker, kill, wait_for
from tests.integration.workers.paused_worker import STEPS
from tests.suspects import HEIGHT, WIDTH, photograph_like, saved

CHANGING = ["loading", "inpainting", "stored"]
GENERATING = [step for step in STEPS if step not in ("inpainting", "inspecting", "judged")]


@pytest.fixture
def job(transactional_db: None) -> Job:
    owner = User.objects.create_user("maker@example.org", admission=User.Admission.APPROVED)
    made = jobs.request(owner, prompt="a red circle", image_count=2, seed=5, width=256, height=256)
    assert isinstance(made, Job)
    return made


@pytest.fixture
def inpainting(job: Job, files: Path) -> Job:
    """Two pictures made from an upload, beside the job that every test here has."""
    upload = uploads.keep(job.owner, saved(photograph_like(seed=3), "PNG"))
    mask = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    mask[50:200, 100:300] = 255
    made = jobs.request_inpainting(
        job.owner, source=upload, mask=saved(mask, "PNG"), prompt="a red circle", image_count=2, seed=5
    )
    assert isinstance(made, Job)
    jobs.cancel(job)
    return made


def assert_published_once(job: Job) -> None:
    job.refresh_from_db()
    assert job.status == Job.Status.DONE, job.error_message
    assert job.images_done == 2
    assert job.owner.active_jobs == 0
    images = RegisteredImage.objects.filter(origin_id=job.pk)
    assert sorted(images.values_list("origin_index", flat=True)) == [0, 1]
    for image in images:
        assert image.published_at is not None
        formats = sorted(image.files.values_list("format", flat=True))
        assert formats == ["AVIF", "JPEG", "PNG", "WEBP"]
    for file in PublishedFile.objects.filter(image__in=images):
        assert default_storage.size(file.storage_name) == file.size_bytes


@pytest.mark.parametrize("step", GENERATING)
def test_a_job_survives_a_worker_killed_while(
    step: str, job: Job, start_worker: StartWorker, tmp_path: Path
) -> None:
    assert_survives(step, job, start_worker, tmp_path)


@pytest.mark.parametrize("step", CHANGING)
def test_an_inpainting_survives_a_worker_killed_while(
    step: str, inpainting: Job, start_worker: StartWorker, tmp_path: Path
) -> None:
    assert_survives(step, inpainting, start_worker, tmp_path)
    made = RegisteredImage.objects.filter(origin_id=inpainting.pk)
    assert {image.flow for image in made} == {"inpainting"}


def assert_survives(step: str, job: Job, start_worker: StartWorker, tmp_path: Path) -> None:
    marker = tmp_path / "paused"
    worker = start_worker(queue="generate", step=step, marker=marker)
    tasks.generate.delay(str(job.pk))
    wait_for(marker.exists, f"the worker to reach {step}")
    published_before = set(RegisteredImage.objects.published().values_list("pk", flat=True))
    kill(worker)

    job.refresh_from_db()
    assert job.status == Job.Status.RUNNING, "nobody has noticed yet, so the row still says running"
    time.sleep(LEASE_SECONDS + 0.1)
    start_worker(queue="generate")
    with override_settings(JOB_LEASE_SECONDS=LEASE_SECONDS):
        tasks.resume_stalled()
    wait_for(lambda: not Job.objects.active().exists(), "the second worker to finish the job")

    assert_published_once(job)
    assert published_before <= set(RegisteredImage.objects.published().values_list("pk", flat=True))


def test_a_killed_child_is_replaced_by_its_own_worker(
    job: Job, start_worker: StartWorker, tmp_path: Path
) -> None:
    marker = tmp_path / "paused"
    start_worker(queue="generate", step="stored", marker=marker)
    tasks.generate.delay(str(job.pk))
    wait_for(marker.exists, "the worker to reach the step")
    os.kill(int(marker.read_text()), signal.SIGKILL)

    time.sleep(LEASE_SECONDS + 0.1)
    marker.unlink()
    with override_settings(JOB_LEASE_SECONDS=LEASE_SECONDS):
        tasks.resume_stalled()
    wait_for(marker.exists, "the same worker, with a new child, to take the job up again")
    job.refresh_from_db()
    assert job.attempt >= 2


def test_a_message_delivered_twice_publishes_once(job: Job, start_worker: StartWorker) -> None:
    for _ in range(3):
        tasks.generate.delay(str(job.pk))
    # Longer than any pause of a busy machine: who is only slow must not be taken for dead here.
    start_worker(queue="generate", lease_seconds=PATIENCE_SECONDS)
    start_worker(queue="generate", lease_seconds=PATIENCE_SECONDS)
    wait_for(lambda: not Job.objects.active().exists(), "the job to finish")

    assert_published_once(job)
    assert Job.objects.get().attempt == 1


@pytest.mark.parametrize("step", ["inspecting", "judged"])
def test_an_inspection_survives_a_worker_killed_while(
    step: str, start_worker: StartWorker, tmp_path: Path
) -> None:
    row = inspection_store.store(saved(photograph_like(seed=3), "PNG"))
    marker = tmp_path / "paused"
    worker = start_worker(queue="inspect", step=step, marker=marker)
    provenance_tasks.examine.delay(str(row.pk))
    wait_for(marker.exists, f"the worker to reach {step}")
    kill(worker)

    time.sleep(LEASE_SECONDS + 0.1)
    start_worker(queue="inspect")
    with override_settings(JOB_LEASE_SECONDS=LEASE_SECONDS):
        provenance_tasks.resume_stalled()
    wait_for(lambda: not Inspection.objects.exclude(status="done").exists(), "the second worker's answer")

    row.refresh_from_db()
    assert row.verdict == "NO_EVIDENCE"
    assert row.attempts == 2
