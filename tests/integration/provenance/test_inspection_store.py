"""Uploads: received without being decoded, examined once, kept for a case or deleted in time."""

import datetime as dt
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import TooMany
from provenance import examination, images, inspection, inspection_store, tasks
from provenance.errors import SandboxFailed, TooMuchToday, UnreadableImage, UploadsFull
from provenance.models import Inspection
from tests.integration.provenance.conftest import Publish, file_of
from tests.suspects import photograph_like, pixels, saved

pytestmark = pytest.mark.usefixtures("db", "files", "signing_authority")
Status = Inspection.Status


def received(data: bytes, name: str = "suspect.png") -> Inspection:
    return inspection_store.receive(SimpleUploadedFile(name, data))


@pytest.fixture
def row() -> Inspection:
    return received(saved(photograph_like(), "PNG"))


def age(row: Inspection, **ages: dt.timedelta) -> None:
    Inspection.objects.filter(pk=row.pk).update(**{name: timezone.now() - old for name, old in ages.items()})


class TestReceiving:
    def test_stores_the_bytes_and_a_row(self, settings: Settings) -> None:
        data = saved(photograph_like(), "JPEG")
        row = received(data, "../../etc/passwd.exe")
        assert (row.status, row.sha256, row.size_bytes) == (
            Status.QUEUED,
            hashlib.sha256(data).hexdigest(),
            len(data),
        )
        assert row.upload_name == f"suspects/{row.pk}"
        with default_storage.open(row.upload_name) as kept:
            assert kept.read() == data
        assert row.expires_at == row.created_at + dt.timedelta(hours=settings.UPLOAD_LIFETIME_HOURS)

    def test_decodes_nothing(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "decode", None)
        monkeypatch.setattr("PIL.Image.open", None)
        assert received(b"\x89PNG\r\n\x1a\n and then nothing of the kind").status == Status.QUEUED

    @pytest.mark.parametrize(
        ("data", "code"),
        [(b"", "empty"), (b"MZ an .exe", "not_an_image"), (b"<svg></svg>", "not_an_image")],
    )
    def test_refuses_what_is_no_picture_and_keeps_nothing(self, files: Path, data: bytes, code: str) -> None:
        with pytest.raises(UnreadableImage) as raised:
            received(data)
        assert raised.value.code == code
        assert not Inspection.objects.exists()
        assert not list(files.rglob("*"))

    def test_the_limit_is_exact(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(images, "MAX_BYTES", 100)
        head = b"\x89PNG\r\n\x1a\n"
        assert received(head.ljust(100)).size_bytes == 100
        with pytest.raises(UnreadableImage) as raised:
            received(head.ljust(101))
        assert raised.value.code == "too_many_bytes"

    def test_what_storage_refused_still_has_a_row_that_gets_it_deleted(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def save(self: FileSystemStorage, name: str, content: object) -> None:
            path = Path(self.path(name))
            path.parent.mkdir(parents=True)
            path.write_bytes(b"half")
            raise OSError("disk full")

        monkeypatch.setattr(FileSystemStorage, "save", save)
        with pytest.raises(OSError, match="disk full"):
            received(PICTURE)
        row = Inspection.objects.get()
        assert (files / row.upload_name).exists()
        age(row, expires_at=dt.timedelta(seconds=1))
        assert inspection_store.delete_expired() == 1
        assert not (files / row.upload_name).exists()


PICTURE = saved(photograph_like(), "PNG")


class TestRoom:
    def send(self, client: str = "one") -> Inspection:
        return inspection_store.store(PICTURE, client=client)

    def test_a_client_waits_for_what_it_sent(self) -> None:
        rows = [self.send() for _ in range(inspection_store.MOST_UNFINISHED)]
        with pytest.raises(TooMany):
            self.send()
        self.send("another")
        # Reports count in another way, and give no client.
        for _ in range(inspection_store.MOST_UNFINISHED + 1):
            self.send("")
        examination.run(rows[0].pk)
        self.send()

    def test_who_sent_it_is_forgotten_when_the_check_ends(self) -> None:
        done, failed, late = (self.send() for _ in range(3))
        default_storage.delete(failed.upload_name)
        age(late, expires_at=dt.timedelta(seconds=1))
        for row in (done, failed):
            examination.run(row.pk)
        inspection_store.delete_expired()
        assert set(Inspection.objects.values_list("client", flat=True)) == {""}

    def test_uploads_fill_no_more_than_their_room(self, settings: Settings, files: Path) -> None:
        settings.MAX_UPLOADS_GB = 2 * len(PICTURE) / 10**9
        first, _ = self.send(), self.send()
        with pytest.raises(UploadsFull) as raised:
            self.send("another")
        assert raised.value.http_status == 503
        assert len([path for path in files.rglob("*") if path.is_file()]) == Inspection.objects.count() == 2
        age(first, expires_at=dt.timedelta(seconds=1))
        inspection_store.delete_expired()
        self.send()

    def test_checks_and_cases_have_rooms_of_their_own(self, settings: Settings) -> None:
        settings.MAX_UPLOADS_GB = settings.MAX_CASES_GB = len(PICTURE) / 10**9
        reported = inspection_store.store(PICTURE, client="one", for_case=True)
        assert inspection_store.keep(reported)
        self.send("one")
        for for_case in (False, True):
            with pytest.raises(UploadsFull):
                inspection_store.store(PICTURE, client="another", for_case=for_case)

    def test_reports_are_counted_by_themselves(self, settings: Settings) -> None:
        settings.REPORTS_MB_PER_DAY = settings.CHECKS_MB_PER_DAY = 1.5 * len(PICTURE) / 10**6
        assert inspection_store.store(PICTURE, client="one", for_case=True).client == ""
        self.send("one")
        for for_case in (False, True):
            with pytest.raises(TooMuchToday):
                inspection_store.store(PICTURE, client="one", for_case=for_case)

    def test_a_client_sends_no_more_bytes_in_a_day_than_the_setting_says(self, settings: Settings) -> None:
        settings.CHECKS_MB_PER_DAY = 2.5 * len(PICTURE) / 10**6
        for row in (self.send(), self.send()):
            examination.run(row.pk)
            inspection_store.delete_now(row)
        with pytest.raises(TooMuchToday) as raised:
            self.send()
        assert (raised.value.http_status, raised.value.code) == (429, "too_much_today")
        assert 0 < raised.value.retry_after_seconds <= 24 * 3600
        self.send("another")
        self.send("")
        assert Inspection.objects.count() == 4

    def test_what_found_no_room_is_not_counted(self, settings: Settings) -> None:
        settings.CHECKS_MB_PER_DAY = 1.5 * len(PICTURE) / 10**6
        settings.MAX_UPLOADS_GB = 0
        with pytest.raises(UploadsFull):
            self.send()
        settings.MAX_UPLOADS_GB = 1
        self.send()

    def test_what_comes_at_once_is_counted_one_by_one(self, transactional_db: None) -> None:
        outcomes: list[str] = []
        together = threading.Barrier(8)

        def send() -> None:
            together.wait(timeout=30)
            try:
                self.send()
                outcomes.append("taken")
            except TooMany:
                outcomes.append("refused")
            finally:
                connection.close()

        threads = [threading.Thread(target=send) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert outcomes.count("taken") == Inspection.objects.count() == inspection_store.MOST_UNFINISHED
        assert outcomes.count("refused") == 8 - inspection_store.MOST_UNFINISHED


class TestExamining:
    def test_writes_verdict_evidence_image_and_preview(self, publish: Publish) -> None:
        image = publish()
        row = received(file_of(image))
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.verdict, row.image, row.attempts) == (Status.DONE, "OURS_INTACT", image, 1)
        assert row.evidence["manifest"]["image_id"] == str(image.pk)
        assert row.finished_at is not None
        assert pixels(bytes(row.preview)).shape == (256, 384, 3)

    def test_runs_once_however_often_it_is_sent(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        calls: list[int] = []
        genuine = inspection.examine

        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            calls.append(1)
            # Another worker gets the same message while this one is at it.
            examination.run(row.pk)
            return genuine(data, alive)

        monkeypatch.setattr(inspection, "examine", examine)
        examination.run(row.pk)
        examination.run(row.pk)
        assert len(calls) == 1

    def test_a_dead_workers_row_is_taken_over_and_its_late_answer_is_dropped(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        genuine = inspection.examine

        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            monkeypatch.setattr(inspection, "examine", genuine)
            age(row, claimed_at=dt.timedelta(hours=1))
            examination.run(row.pk)
            Inspection.objects.filter(pk=row.pk).update(verdict="KEPT")
            return genuine(data, alive)

        monkeypatch.setattr(inspection, "examine", examine)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.verdict, row.attempts) == (Status.DONE, "KEPT", 2)

    def test_a_slow_file_is_not_claimed_twice(self, row: Inspection, monkeypatch: pytest.MonkeyPatch) -> None:
        genuine = inspection.examine

        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            age(row, claimed_at=dt.timedelta(hours=1), enqueued_at=dt.timedelta(hours=1))
            alive()
            assert inspection_store.stalled() == []
            examination.run(row.pk)
            return genuine(data, alive)

        monkeypatch.setattr(inspection, "examine", examine)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.attempts) == (Status.DONE, 1)

    def test_a_worker_that_lost_its_claim_does_not_renew_the_others(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        genuine = inspection.examine
        long_ago = timezone.now() - dt.timedelta(hours=1)

        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            Inspection.objects.update(attempts=2, claimed_at=long_ago)
            alive()
            return genuine(data, alive)

        monkeypatch.setattr(inspection, "examine", examine)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.claimed_at) == (Status.RUNNING, long_ago)

    def test_an_upload_that_was_never_stored_is_told_to_the_person(self, row: Inspection) -> None:
        default_storage.delete(row.upload_name)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.error_code) == (Status.FAILED, "upload_lost")

    def test_a_file_that_kills_its_worker_is_given_up(self, row: Inspection) -> None:
        Inspection.objects.update(status=Status.RUNNING, attempts=examination.MOST_ATTEMPTS)
        age(row, claimed_at=dt.timedelta(hours=1))
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.error_code) == (Status.FAILED, "damaged")

    def test_a_sandbox_that_fails_is_told_to_the_person_and_to_the_log(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            raise SandboxFailed("sandbox_died", "It could not be opened.")

        monkeypatch.setattr(inspection, "examine", examine)
        with pytest.raises(SandboxFailed):
            examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.error_code, row.error_message) == (
            Status.FAILED,
            "sandbox_died",
            "It could not be opened.",
        )
        assert not default_storage.exists(row.upload_name)

    def test_a_file_at_fault_is_deleted_at_once_and_its_room_is_free(self, settings: Settings) -> None:
        broken = PICTURE[:4000]
        settings.MAX_UPLOADS_GB = len(broken) / 10**9
        for _ in range(3):
            row = inspection_store.store(broken, client="one")
            examination.run(row.pk)
            row.refresh_from_db()
            assert (row.status, row.error_code) == (Status.FAILED, "truncated")
            assert row.error_message == images.unreadable("truncated").user_message
            assert row.upload_deleted_at is not None
            assert not default_storage.exists(row.upload_name)

    def test_a_file_at_fault_is_kept_for_the_report_that_it_came_with(self) -> None:
        row = inspection_store.store(PICTURE[:4000])
        assert inspection_store.keep(row)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.upload_deleted_at) == (Status.FAILED, None)
        assert default_storage.exists(row.upload_name)
        assert inspection_store.examine_again(row)

    def test_our_own_fault_costs_nobody_the_upload(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(inspection, "examine", None)
        with pytest.raises(TypeError):
            examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.error_code) == (Status.FAILED, "examination_failed")
        assert default_storage.exists(row.upload_name)

    def test_a_worker_that_lost_its_claim_deletes_nothing(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def examine(data: bytes, alive: Callable[[], None]) -> inspection.Examined:
            Inspection.objects.update(attempts=2)
            raise images.unreadable("damaged")

        monkeypatch.setattr(inspection, "examine", examine)
        examination.run(row.pk)
        row.refresh_from_db()
        assert (row.status, row.upload_deleted_at) == (Status.RUNNING, None)
        assert default_storage.exists(row.upload_name)


class TestStalled:
    LONG = dt.timedelta(minutes=5)

    def test_a_fresh_row_is_left_alone(self, row: Inspection) -> None:
        assert inspection_store.stalled() == []

    def test_a_lost_message_and_a_dead_worker_are_found_once_a_lease(self, row: Inspection) -> None:
        dead = received(saved(photograph_like(), "PNG"))
        Inspection.objects.filter(pk=dead.pk).update(status=Status.RUNNING)
        age(row, enqueued_at=self.LONG)
        age(dead, enqueued_at=self.LONG, claimed_at=self.LONG)
        assert inspection_store.stalled() == [row.pk, dead.pk], "the one that waits longest first"
        assert inspection_store.stalled() == []

    def test_a_worker_at_work_is_left_alone(self, row: Inspection) -> None:
        Inspection.objects.update(status=Status.RUNNING, claimed_at=timezone.now())
        age(row, enqueued_at=self.LONG)
        assert inspection_store.stalled() == []

    @pytest.mark.parametrize("status", [Status.DONE, Status.FAILED])
    def test_what_ended_stays_ended(self, row: Inspection, status: str) -> None:
        Inspection.objects.update(status=status)
        age(row, enqueued_at=self.LONG, claimed_at=self.LONG)
        assert inspection_store.stalled() == []

    def test_the_task_examines_what_was_left_behind(self, row: Inspection, eager: None) -> None:
        age(row, enqueued_at=self.LONG)
        tasks.resume_stalled.delay()
        row.refresh_from_db()
        assert row.status == Status.DONE


class TestDeleting:
    def test_after_its_time_the_picture_goes_and_the_row_stays(self, row: Inspection) -> None:
        examination.run(row.pk)
        age(row, expires_at=dt.timedelta(seconds=1))
        assert inspection_store.delete_expired() == 1
        row.refresh_from_db()
        assert (bytes(row.preview), row.evidence, row.verdict) == (b"", {}, "NO_EVIDENCE")
        assert row.upload_deleted_at is not None
        assert not default_storage.exists(row.upload_name)
        assert inspection_store.delete_expired() == 0

    def test_before_its_time_nothing_goes(self, row: Inspection) -> None:
        assert inspection_store.delete_expired() == 0
        assert default_storage.exists(row.upload_name)

    def test_what_was_kept_for_a_case_stays(self, row: Inspection) -> None:
        age(row, expires_at=dt.timedelta(seconds=1))
        assert inspection_store.keep(row)
        tasks.delete_expired()
        assert default_storage.exists(row.upload_name)

    def test_what_is_deleted_cannot_be_kept(self, row: Inspection) -> None:
        age(row, expires_at=dt.timedelta(seconds=1))
        inspection_store.delete_expired()
        assert not inspection_store.keep(row)
        row.refresh_from_db()
        assert row.expires_at is not None

    def test_what_is_kept_at_the_last_moment_stays(
        self, row: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A report is filed after the cleaner has read its list and before it comes to this upload."""
        age(row, expires_at=dt.timedelta(seconds=1))
        genuine = inspection_store._delete_upload

        def delete_upload(listed: Inspection) -> bool:
            inspection_store.keep(row)
            return genuine(listed)

        monkeypatch.setattr(inspection_store, "_delete_upload", delete_upload)
        assert inspection_store.delete_expired() == 0
        assert default_storage.exists(row.upload_name)
