"""Asks for an inpainting or a variation, runs the job, and reads what was published with the C2PA library."""

import io
import json
from collections.abc import Callable
from typing import Any

import c2pa

from accounts.models import User
from generation import jobs, production
from generation.models import Job, Refusal
from provenance import images, manifest, signing
from provenance.models import RegisteredImage
from tests.integration.generation.conftest import mask_png
from tests.integration.provenance.conftest import file_of

Ask = Callable[..., Job | Refusal]


def inpaint(owner: User, source: jobs.Source, **changes: Any) -> Job | Refusal:
    asked = {"mask": mask_png(), "prompt": "a red circle", "image_count": 1, "seed": 7}
    return jobs.request_inpainting(owner, source=source, **{**asked, **changes})


def vary(owner: User, source: jobs.Source, **changes: Any) -> Job | Refusal:
    return jobs.request_variation(owner, source=source, **{"image_count": 1, "seed": 7, **changes})


def done(made: Job | Refusal) -> Job:
    """Runs the job and returns its row afterwards."""
    assert isinstance(made, Job)
    production.run(made.pk)
    return Job.objects.get(pk=made.pk)


def published(job: Job) -> list[RegisteredImage]:
    assert job.status == Job.Status.DONE, job.error_message
    made = RegisteredImage.objects.published().filter(origin_id=job.pk)
    return list(made.order_by("origin_index"))


def report_on(image: RegisteredImage, name: str = "JPEG") -> dict[str, Any]:
    """Returns the C2PA reader's report on a published file."""
    with (
        c2pa.Context.from_dict(manifest._settings(signing.anchors())) as context,
        c2pa.Reader(images.MIME[name], io.BytesIO(file_of(image, name)), context=context) as reader,
    ):
        report: dict[str, Any] = json.loads(reader.json())
    return report


def active(image: RegisteredImage, name: str = "JPEG") -> dict[str, Any]:
    report = report_on(image, name)
    found: dict[str, Any] = report["manifests"][report["active_manifest"]]
    return found


def actions(image: RegisteredImage, name: str = "JPEG") -> list[tuple[str, str | None]]:
    labelled = {entry["label"]: entry["data"] for entry in active(image, name)["assertions"]}
    return [
        (action["action"], action.get("digitalSourceType", "/").rsplit("/", 1)[-1])
        for action in labelled["c2pa.actions.v2"]["actions"]
    ]
