"""What the generate worker does with a job: claim it, make each image, publish it, finish.

1. Claim by a conditional update: only one worker goes on.
2. Load what it starts from, if anything (generation.sources).
3. For each image not yet published: generate, then publish (provenance.publishing), then count it.
4. Finish. Killed at any line, the job is claimed again after its lease and goes on where it stopped:
   an image that was published is not made again, one that was not is made anew from the same seed.
"""

import io
import logging
import time
import uuid

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation import jobs, pipeline, sources
from generation.errors import BadGenerator, ClaimLost, GaveUp, GenerationError
from generation.models import Job
from generation.sources import Material
from provenance import publishing
from provenance.errors import ProvenanceError
from provenance.models import RegisteredImage
from provenance.registry import Origin
from watermark.errors import WatermarkError

logger = logging.getLogger(__name__)

PREVIEW_SIDE = 192
# A page polls once a second; writing more often than this costs the database and shows nobody anything.
LEAST_SECONDS_BETWEEN_REPORTS = 0.3


def run(job_id: uuid.UUID) -> None:
    """Makes and publishes the images of one job, unless another worker has it."""
    # Before the claim: loading a large model takes minutes, in which nobody could say that we are alive.
    generator = _loaded()
    job = jobs.claim(job_id)
    if job is None:
        return
    try:
        if job.attempt > jobs.MOST_ATTEMPTS:
            raise GaveUp
        if generator is None:
            raise BadGenerator
        _make_images(job, generator)
        jobs.finish(job)
    except ClaimLost:
        logger.info("job %s: stopped, cancelled or taken over", job.pk)
    except (GenerationError, ProvenanceError, WatermarkError) as error:
        logger.warning("job %s failed: %s", job.pk, error.code)
        jobs.fail(job, code=error.code, message=error.user_message)
    except Exception:
        # A defect of ours: the person learns at once that it failed, and the log gets the traceback.
        jobs.fail(job, code=GenerationError.code, message=GenerationError.user_message)
        raise


def _loaded() -> pipeline.Generator | None:
    try:
        return pipeline.current()
    except BadGenerator:
        logger.exception("the image model cannot be loaded")
        return None


def _make_images(job: Job, generator: pipeline.Generator) -> None:
    published = set(
        RegisteredImage.objects.published().filter(origin_id=job.pk).values_list("origin_index", flat=True)
    )
    missing = set(range(job.image_count)) - published
    material = _material(job) if missing else None
    for index in range(job.image_count):
        if index in missing:
            jobs.ensure_wanted(job)
            rgb = _drawn(job, index, generator, material)
            jobs.ensure_wanted(job)
            origin = _origin(job, index, generator, material)
            if material is None:
                publishing.publish(rgb, origin)
            else:
                region = sources.redrawn(material.mask)
                publishing.publish(rgb, origin, material.parent, material.upload, region)
        jobs.image_done(job, index + 1)


def _material(job: Job) -> Material | None:
    jobs.ensure_wanted(job)
    material = sources.load(job)
    if material is not None:
        height, width = material.rgb.shape[:2]
        jobs.size_known(job, width=width, height=height)
    return material


def _drawn(
    job: Job, index: int, generator: pipeline.Generator, material: Material | None
) -> NDArray[np.uint8]:
    seed, on_step = (job.seed + index) % 2**jobs.SEED_BITS, Reporter(job)
    if material is None:
        size = {"width": job.width, "height": job.height}
        return generator.text_to_image(job.prompt, seed=seed, on_step=on_step, **size)
    return changed(generator, material, job.prompt, seed=seed, on_step=on_step)


def changed(
    generator: pipeline.Generator, material: Material, prompt: str, *, seed: int, on_step: pipeline.OnStep
) -> NDArray[np.uint8]:
    """Returns the material inpainted where it has a mask, or varied as a whole."""
    if material.mask is None:
        return generator.vary(material.rgb, prompt, seed=seed, on_step=on_step)
    return generator.inpaint(material.rgb, material.mask, prompt, seed=seed, on_step=on_step)


def source_type(generator: pipeline.Generator, material: Material | None, prompt: str) -> str:
    """Returns the last part of the IPTC term for what a generator makes of some material.

    What a model redraws as a whole counts as the model's, as in C2PA's own example of image to image. A part
    redrawn makes a composite, and so does the built-in renderer when it paints over a picture that it did not
    draw: "algorithmicMedia" means made by an algorithm and nothing else.
    """
    own = generator.digital_source_type
    if material is None:
        return own
    if own == "trainedAlgorithmicMedia":
        return own if material.mask is None else "compositeWithTrainedAlgorithmicMedia"
    if material.source_type == own or (material.mask is None and prompt.strip()):
        return own
    return "compositeSynthetic"


class Reporter:
    """Called by a generator after every step: writes progress, and stops the work when the claim is lost."""

    def __init__(self, job: Job) -> None:
        self._job = job
        self._reported_at = 0.0

    def __call__(self, done: int, total: int, preview: NDArray[np.uint8] | None) -> None:
        now = time.monotonic()
        if done < total and now - self._reported_at < LEAST_SECONDS_BETWEEN_REPORTS:
            return
        self._reported_at = now
        jobs.report_progress(
            self._job,
            steps_done=done,
            steps_total=total,
            preview=None if preview is None else _jpeg(preview),
        )


def _origin(job: Job, index: int, generator: pipeline.Generator, material: Material | None) -> Origin:
    return Origin(
        origin_id=job.pk,
        index=index,
        flow=job.flow,
        model_name=generator.name,
        model_version=generator.version,
        digital_source_type=source_type(generator, material, job.prompt),
        owner=job.owner,
    )


def _jpeg(rgb: NDArray[np.uint8]) -> bytes:
    image = Image.fromarray(rgb)
    image.thumbnail((PREVIEW_SIDE, PREVIEW_SIDE))
    out = io.BytesIO()
    image.save(out, "JPEG", quality=70)
    return out.getvalue()
