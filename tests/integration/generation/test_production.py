"""What the worker does with a job: from the claim to published images, and through every interruption."""

import datetime as dt
import io

import pytest
from django.utils import timezone
from PIL import Image

from accounts.models import User
from generation import jobs, pipeline, production, tasks
from generation.errors import BadGenerator
from generation.models import Job
from provenance.models import PublishedFile, RegisteredImage
from provenance.stamping import FORMATS, StampUnreadable
from tests.integration.generation.conftest import Drawer, MakeJob

pytestmark = pytest.mark.usefixtures("files", "signing_authority")
Status = Job.Status


def again(job: Job) -> Job:
    job.refresh_from_db()
    return job


def taken_for_dead() -> None:
    Job.objects.update(heartbeat_at=timezone.now() - dt.timedelta(hours=1))


def active(owner: User) -> int:
    return User.objects.get(pk=owner.pk).active_jobs


def test_a_job_becomes_published_images(make_job: MakeJob, owner: User, drawer: Drawer) -> None:
    job = make_job(image_count=2, seed=2**32 - 1)
    production.run(job.pk)
    again(job)
    assert (job.status, job.images_done, bytes(job.preview), active(owner)) == (Status.DONE, 2, b"", 0)
    # Seeds count up and stay within 32 bits.
    assert drawer.seeds == [2**32 - 1, 0]
    images = RegisteredImage.objects.published().filter(origin_id=job.pk).order_by("origin_index")
    assert [image.origin_index for image in images] == [0, 1]
    for image in images:
        assert (image.owner, image.flow) == (owner, "text-to-image")
        assert (image.model_name, image.model_version) == ("Drawer", "3")
        assert image.digital_source_type == "algorithmicMedia"
        assert image.files.count() == len(FORMATS)


def test_a_message_that_comes_twice_changes_nothing(make_job: MakeJob, drawer: Drawer) -> None:
    job = make_job()
    tasks.generate(str(job.pk))
    tasks.generate(job.pk)
    assert len(drawer.seeds) == RegisteredImage.objects.count() == 1


def test_a_message_about_nothing_is_ignored(owner: User, drawer: Drawer) -> None:
    production.run(owner.pk)
    assert drawer.seeds == []


def test_progress_and_previews_are_written_while_it_draws(make_job: MakeJob, drawer: Drawer) -> None:
    job, seen = make_job(), []

    def look(step: int) -> None:
        row = Job.objects.get(pk=job.pk)
        seen.append((row.status, row.steps_done, row.steps_total))
        if row.preview:
            assert max(Image.open(io.BytesIO(bytes(row.preview))).size) == production.PREVIEW_SIDE

    drawer.during = look
    production.run(job.pk)
    # The first step is always reported; one a moment later may be left out.
    assert seen[:2] == [(Status.RUNNING, 0, 0), (Status.RUNNING, 1, 3)]


def test_cancelled_while_running_it_stops_at_the_next_step(
    make_job: MakeJob, owner: User, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(production, "LEAST_SECONDS_BETWEEN_REPORTS", 0)
    job, steps = make_job(image_count=2), []

    def cancel(step: int) -> None:
        steps.append(step)
        if step == 2:
            assert jobs.cancel(job)

    drawer.during = cancel
    production.run(job.pk)
    assert (steps, again(job).status, active(owner)) == ([1, 2], Status.CANCELLED, 0)
    assert not RegisteredImage.objects.exists()


def test_cancelled_after_its_first_image_keeps_that_image(
    make_job: MakeJob, owner: User, drawer: Drawer
) -> None:
    job = make_job(image_count=3)

    def cancel(step: int) -> None:
        if len(drawer.seeds) == 2 and step == 1:
            jobs.cancel(job)

    drawer.during = cancel
    production.run(job.pk)
    assert (again(job).status, job.images_done, active(owner)) == (Status.CANCELLED, 1, 0)
    assert RegisteredImage.objects.published().count() == 1


def test_a_killed_worker_is_followed_by_one_that_goes_on_where_it_stopped(
    make_job: MakeJob, owner: User, drawer: Drawer
) -> None:
    job = make_job(image_count=2, seed=10)

    def die(step: int) -> None:
        if drawer.seeds == [10, 11]:
            raise KeyboardInterrupt

    drawer.during = die
    with pytest.raises(KeyboardInterrupt):
        production.run(job.pk)
    assert (again(job).status, job.images_done) == (Status.RUNNING, 1)
    production.run(job.pk)
    assert again(job).status == Status.RUNNING, "the lease has not ended"
    taken_for_dead()
    drawer.during = lambda step: None
    production.run(job.pk)
    assert (again(job).status, job.attempt, job.images_done, active(owner)) == (Status.DONE, 2, 2, 0)
    assert drawer.seeds == [10, 11, 11]
    assert (RegisteredImage.objects.count(), PublishedFile.objects.count()) == (2, 2 * len(FORMATS))


def test_killed_between_publishing_and_counting_it_publishes_once(
    make_job: MakeJob, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = make_job()
    with monkeypatch.context() as broken:

        def die(*args: object) -> None:
            raise KeyboardInterrupt

        broken.setattr(jobs, "image_done", die)
        with pytest.raises(KeyboardInterrupt):
            production.run(job.pk)
    taken_for_dead()
    production.run(job.pk)
    assert (again(job).status, len(drawer.seeds)) == (Status.DONE, 1)
    assert RegisteredImage.objects.count() == 1


def test_the_fourth_attempt_gives_up(make_job: MakeJob, owner: User, drawer: Drawer) -> None:
    job = make_job()
    Job.objects.update(status=Status.RUNNING, attempt=jobs.MOST_ATTEMPTS)
    taken_for_dead()
    production.run(job.pk)
    assert (again(job).status, job.error_code, active(owner)) == (Status.FAILED, "gave_up", 0)
    assert drawer.seeds == []


def test_the_third_attempt_is_still_made(make_job: MakeJob, drawer: Drawer) -> None:
    job = make_job()
    Job.objects.update(status=Status.RUNNING, attempt=jobs.MOST_ATTEMPTS - 1)
    taken_for_dead()
    production.run(job.pk)
    assert again(job).status == Status.DONE


def test_a_suspended_owners_job_is_stopped(make_job: MakeJob, owner: User, drawer: Drawer) -> None:
    job = make_job()
    User.objects.update(suspended_at=timezone.now())
    production.run(job.pk)
    assert (again(job).status, job.error_code, active(owner)) == (Status.FAILED, "suspended", 0)
    assert drawer.seeds == []


def test_a_model_that_cannot_be_loaded_fails_the_job_in_plain_words(
    make_job: MakeJob, owner: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def current() -> None:
        raise BadGenerator

    monkeypatch.setattr(pipeline, "current", current)
    job = make_job()
    production.run(job.pk)
    assert (again(job).status, job.error_code, active(owner)) == (Status.FAILED, "bad_generator", 0)
    assert job.error_message == BadGenerator.user_message


def test_a_picture_that_cannot_be_stamped_fails_the_job(
    make_job: MakeJob, drawer: Drawer, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stamp(*args: object) -> None:
        raise StampUnreadable("watermark")

    monkeypatch.setattr("provenance.publishing.stamping.stamp", stamp)
    job = make_job()
    production.run(job.pk)
    assert (again(job).status, job.error_code) == (Status.FAILED, "stamp_unreadable")
    assert "another seed" in job.error_message
    assert not RegisteredImage.objects.published().exists()


def test_a_defect_of_ours_fails_the_job_and_reaches_the_log(
    make_job: MakeJob, owner: User, drawer: Drawer
) -> None:
    def break_down(step: int) -> None:
        raise ZeroDivisionError("a secret detail")

    drawer.during = break_down
    job = make_job()
    with pytest.raises(ZeroDivisionError):
        production.run(job.pk)
    assert (again(job).status, job.error_code, active(owner)) == (Status.FAILED, "generation_failed", 0)
    assert "secret" not in job.error_message


def test_what_was_left_behind_is_made_by_the_periodic_task(
    make_job: MakeJob, drawer: Drawer, eager: None
) -> None:
    job = make_job()
    tasks.resume_stalled.delay()
    assert again(job).status == Status.QUEUED
    Job.objects.update(enqueued_at=timezone.now() - dt.timedelta(hours=1))
    tasks.resume_stalled.delay()
    assert again(job).status == Status.DONE
