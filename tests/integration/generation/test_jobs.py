"""The life of a job, and the limits that hold whatever happens at the same time."""

import datetime as dt
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import TooMany
from accounts.models import RateWindow, User
from generation import jobs
from generation.errors import ClaimLost, TooManyJobs
from generation.models import Job, Refusal
from tests.integration.generation.conftest import MakeJob
from tests.people import person

REFUSED = "a naked man"
LONG = dt.timedelta(minutes=5)
NOON = dt.datetime(2026, 11, 22, 12, 0, 30, tzinfo=dt.UTC)
Status = Job.Status


@pytest.fixture(autouse=True)
def _one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """Midway through a minute, so that no window of a limit ends in a test."""
    monkeypatch.setattr("accounts.limits.timezone", SimpleNamespace(now=lambda: NOON))


def ask(owner: User, prompt: str = "a red circle") -> Job | Refusal:
    return jobs.request(owner, prompt=prompt, image_count=1, seed=None, width=512, height=512)


def all_at_once(count: int, act: Callable[[], object]) -> list[object]:
    """Returns what `count` threads got from `act`: its value, or the class of its error."""
    barrier, outcomes = threading.Barrier(count), []

    def run() -> None:
        try:
            barrier.wait(timeout=30)
            outcomes.append(act())
        except Exception as error:
            outcomes.append(type(error))
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return outcomes


def active(owner: User) -> int:
    return User.objects.get(pk=owner.pk).active_jobs


def age(job: Job, **ages: dt.timedelta) -> None:
    Job.objects.filter(pk=job.pk).update(**{name: timezone.now() - old for name, old in ages.items()})


@pytest.mark.django_db(transaction=True)
class TestAtTheSameTime:
    def test_prompts_a_minute_are_counted_exactly(self, settings: Settings) -> None:
        settings.PROMPTS_PER_MINUTE, settings.ACTIVE_JOBS_PER_ACCOUNT = 5, 100
        owner = person()
        outcomes = all_at_once(12, lambda: ask(owner))
        assert outcomes.count(TooMany) == 7
        assert (Job.objects.count(), active(owner)) == (5, 5)

    def test_active_jobs_are_counted_exactly(self, settings: Settings) -> None:
        settings.PROMPTS_PER_MINUTE, settings.ACTIVE_JOBS_PER_ACCOUNT = 100, 3
        owner = person()
        outcomes = all_at_once(12, lambda: ask(owner))
        assert outcomes.count(TooManyJobs) == 9
        assert (Job.objects.count(), active(owner)) == (3, 3)

    def test_one_of_many_workers_gets_a_job(self) -> None:
        job = ask(person())
        outcomes = all_at_once(8, lambda: jobs.claim(job.pk))
        assert [outcome for outcome in outcomes if outcome is not None] == [job]

    def test_a_job_ends_once_whoever_ends_it(self) -> None:
        owner = person()
        ask(owner)
        job = ask(owner)
        assert isinstance(job, Job)
        claimed = jobs.claim(job.pk)
        assert claimed is not None
        ways: Iterator[Callable[[Job], bool]] = iter(
            [jobs.finish, jobs.cancel, lambda job: jobs.fail(job, code="x", message="y")] * 3
        )
        outcomes = all_at_once(9, lambda: next(ways)(claimed))
        assert outcomes.count(True) == 1
        assert active(owner) == 1

    def test_one_appeal_is_decided_once(self) -> None:
        from accounts.errors import AlreadyDecided
        from generation import refusals

        refusal, officer = ask(person(), REFUSED), person("staff")
        assert isinstance(refusal, Refusal)
        refusals.appeal(refusal, "It is a statue.")
        outcomes = all_at_once(
            6, lambda: refusals.decide(refusal.pk, outcome="upheld", answer="No.", by=officer)
        )
        assert (outcomes.count(None), outcomes.count(AlreadyDecided)) == (1, 5)


@pytest.mark.django_db
class TestRequesting:
    def test_a_job_is_queued_as_asked(self, owner: User) -> None:
        job = jobs.request(owner, prompt="a lake", image_count=3, seed=7, width=768, height=512)
        assert isinstance(job, Job)
        row = Job.objects.get(pk=job.pk)
        assert (row.owner, row.prompt, row.image_count, row.seed) == (owner, "a lake", 3, 7)
        assert (row.width, row.height, row.status, row.attempt) == (768, 512, Status.QUEUED, 0)
        assert active(owner) == 1

    def test_without_a_seed_each_job_gets_its_own(self, owner: User, settings: Settings) -> None:
        settings.ACTIVE_JOBS_PER_ACCOUNT = 9
        seeds = {job.seed for job in (ask(owner) for _ in range(5)) if isinstance(job, Job)}
        assert len(seeds) == 5
        assert all(0 <= seed < 2**32 for seed in seeds)

    def test_a_seed_of_zero_is_a_seed(self, make_job: MakeJob) -> None:
        assert make_job(seed=0).seed == 0

    def test_a_refused_prompt_is_kept_with_its_reason_and_no_job(
        self, owner: User, settings: Settings
    ) -> None:
        made = ask(owner, REFUSED)
        assert isinstance(made, Refusal)
        row = Refusal.objects.get()
        assert (row.owner, row.prompt, row.category, row.term) == (owner, REFUSED, "sexual", "naked")
        assert row.policy_version == settings.POLICY_VERSION
        assert (Job.objects.count(), active(owner)) == (0, 0)

    def test_refused_prompts_count_against_the_limit(self, owner: User, settings: Settings) -> None:
        settings.PROMPTS_PER_MINUTE = 2
        ask(owner, REFUSED)
        ask(owner, REFUSED)
        with pytest.raises(TooMany):
            ask(owner)
        assert Refusal.objects.count() == 2

    def test_people_are_counted_apart(self, owner: User, settings: Settings) -> None:
        settings.PROMPTS_PER_MINUTE = settings.ACTIVE_JOBS_PER_ACCOUNT = 1
        ask(owner)
        assert isinstance(ask(person()), Job)
        with pytest.raises(TooMany):
            ask(owner)
        assert RateWindow.objects.count() == 2

    def test_too_many_jobs_leave_no_trace_but_the_count_of_prompts(
        self, owner: User, settings: Settings
    ) -> None:
        settings.ACTIVE_JOBS_PER_ACCOUNT = 1
        ask(owner)
        with pytest.raises(TooManyJobs):
            ask(owner)
        assert (Job.objects.count(), active(owner)) == (1, 1)


@pytest.mark.django_db
class TestClaiming:
    def test_only_once_and_only_what_is_free(self, make_job: MakeJob) -> None:
        job = make_job()
        claimed = jobs.claim(job.pk)
        assert claimed is not None
        assert (claimed.status, claimed.attempt) == (Status.RUNNING, 1)
        assert jobs.claim(job.pk) is None

    @pytest.mark.parametrize("status", [Status.DONE, Status.FAILED, Status.CANCELLED])
    def test_what_ended_is_not_claimed(self, make_job: MakeJob, status: str) -> None:
        job = make_job()
        Job.objects.update(status=status, heartbeat_at=timezone.now() - LONG)
        assert jobs.claim(job.pk) is None

    def test_what_is_not_there_is_not_claimed(self, owner: User) -> None:
        assert jobs.claim(owner.pk) is None

    def test_after_the_lease_another_worker_takes_over_and_the_first_changes_nothing(
        self, make_job: MakeJob, owner: User
    ) -> None:
        job = make_job()
        dead = jobs.claim(job.pk)
        age(job, heartbeat_at=LONG)
        second = jobs.claim(job.pk)
        assert dead is not None
        assert second is not None
        assert second.attempt == 2
        with pytest.raises(ClaimLost):
            jobs.report_progress(dead, steps_done=1, steps_total=3, preview=b"x")
        with pytest.raises(ClaimLost):
            jobs.image_done(dead, 1)
        assert not jobs.finish(dead)
        assert not jobs.fail(dead, code="x", message="y")
        assert active(owner) == 1
        assert jobs.finish(second)
        assert active(owner) == 0

    def test_progress_is_a_sign_of_life(self, make_job: MakeJob) -> None:
        job = jobs.claim(make_job().pk)
        assert job is not None
        age(job, heartbeat_at=LONG)
        jobs.report_progress(job, steps_done=2, steps_total=20, preview=b"small")
        assert jobs.claim(job.pk) is None
        job.refresh_from_db()
        assert (job.steps_done, job.steps_total, bytes(job.preview)) == (2, 20, b"small")
        jobs.report_progress(job, steps_done=3, steps_total=20, preview=None)
        job.refresh_from_db()
        assert bytes(job.preview) == b"small"


@pytest.mark.django_db
class TestEnding:
    def test_cancelling_frees_the_place_once_and_drops_the_preview(
        self, make_job: MakeJob, owner: User
    ) -> None:
        job = jobs.claim(make_job().pk)
        assert job is not None
        jobs.report_progress(job, steps_done=2, steps_total=20, preview=b"small")
        assert [jobs.cancel(job), jobs.cancel(job)] == [True, False]
        assert not jobs.finish(job)
        job.refresh_from_db()
        assert (job.status, bytes(job.preview), active(owner)) == (Status.CANCELLED, b"", 0)
        assert job.finished_at is not None
        with pytest.raises(ClaimLost):
            jobs.report_progress(job, steps_done=3, steps_total=20, preview=b"late")

    def test_failing_says_why(self, make_job: MakeJob) -> None:
        job = jobs.claim(make_job().pk)
        assert job is not None
        assert jobs.fail(job, code="some_code", message="Some words.")
        job.refresh_from_db()
        assert (job.status, job.error_code, job.error_message) == (Status.FAILED, "some_code", "Some words.")

    def test_a_queued_job_cannot_be_finished(self, make_job: MakeJob) -> None:
        assert not jobs.finish(make_job())


@pytest.mark.django_db
class TestStalled:
    def test_a_fresh_job_is_left_alone(self, make_job: MakeJob) -> None:
        make_job()
        assert jobs.stalled() == []

    def test_a_lost_message_is_sent_again_once_a_lease(self, make_job: MakeJob) -> None:
        job = make_job()
        age(job, enqueued_at=LONG)
        assert jobs.stalled() == [job.pk]
        assert jobs.stalled() == []
        age(job, enqueued_at=LONG)
        assert jobs.stalled() == [job.pk]

    def test_a_dead_workers_job_is_sent_again_and_a_living_ones_is_not(self, make_job: MakeJob) -> None:
        dead, alive = make_job(), make_job()
        for job in (dead, alive):
            jobs.claim(job.pk)
            age(job, enqueued_at=LONG)
        age(dead, heartbeat_at=LONG)
        assert jobs.stalled() == [dead.pk]

    def test_what_ended_is_not_sent_again(self, make_job: MakeJob) -> None:
        job = make_job()
        jobs.cancel(job)
        age(job, enqueued_at=LONG, heartbeat_at=LONG)
        assert jobs.stalled() == []


@pytest.mark.django_db
def test_place_in_queue_counts_what_is_before(make_job: MakeJob, settings: Settings) -> None:
    settings.ACTIVE_JOBS_PER_ACCOUNT = 9
    waiting = [make_job() for _ in range(4)]
    for index, job in enumerate(waiting):
        age(job, created_at=dt.timedelta(seconds=100 - index))
        job.refresh_from_db()
    assert [jobs.place_in_queue(job) for job in waiting] == [0, 1, 2, 3]
    jobs.claim(waiting[0].pk)
    assert jobs.place_in_queue(waiting[3]) == 3
    jobs.cancel(waiting[1])
    assert jobs.place_in_queue(waiting[3]) == 2


@pytest.mark.django_db
def test_the_database_refuses_a_count_below_zero(owner: User) -> None:
    from django.db import IntegrityError, transaction

    with pytest.raises(IntegrityError), transaction.atomic():
        User.objects.filter(pk=owner.pk).update(active_jobs=-1)
