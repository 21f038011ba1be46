"""From rows to files to a search: what dies half way is made up for, and nothing published is ever missed."""

import datetime as dt
import os
import subprocess
import sys
import uuid
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.utils import timezone
from pytest_django.fixtures import Settings

from provenance import tasks
from provenance.local_features import batches, segment_file, segment_store, upkeep
from provenance.local_features.search import left_out, search
from provenance.local_features.segment import Segment
from provenance.models import FeatureSegment, RegisteredImage
from tests import suspects
from tests.integration.provenance.local_features.conftest import Register, restart


def found(seed: int) -> list[uuid.UUID]:
    return [candidate.image_id for candidate in search([suspects.scene(seed)]) if candidate.inliers >= 10]


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.segment"))


def sealed(register: Register, *seeds: int) -> list[RegisteredImage]:
    """Registers scenes and gives them to a batch of their own."""
    images = [register(suspects.scene(seed)) for seed in seeds]
    assert batches.seal(least=1) == len(images)
    return images


def test_an_image_is_found_while_it_waits_and_from_its_file(register: Register, segments: Path) -> None:
    image = register(suspects.scene(1))
    assert found(1) == [image.pk]
    assert files(segments) == []
    batches.seal(least=1)
    segment_store.maintain()
    assert len(files(segments)) == 1
    assert found(1) == [image.pk]


def test_only_published_images_are_found_and_withdrawn_ones_stay(register: Register) -> None:
    register(suspects.scene(1), published=False)
    withdrawn = register(suspects.scene(2))
    RegisteredImage.objects.filter(pk=withdrawn.pk).update(withdrawn_at=timezone.now())
    assert found(1) == []
    assert found(2) == [withdrawn.pk]
    batches.seal(least=1)
    assert found(1) == []
    assert found(2) == [withdrawn.pk]


def test_few_images_wait_and_not_for_ever(register: Register) -> None:
    image = register(suspects.scene(1))
    tasks.seal_batches()
    assert FeatureSegment.objects.count() == 0
    RegisteredImage.objects.filter(pk=image.pk).update(published_at=timezone.now() - dt.timedelta(hours=2))
    tasks.seal_batches()
    assert FeatureSegment.objects.get().images_count == 1
    image.refresh_from_db()
    assert image.segment is not None
    tasks.seal_batches()
    assert FeatureSegment.objects.count() == 1


def test_a_worker_that_died_before_its_file_is_made_up_for(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (image,) = sealed(register, 1)
    # It reserved its file, and was killed.
    (segments / "sift192-1-0.unfinished").write_bytes(bytes(1000))
    restart(monkeypatch)
    assert found(1) == [image.pk]
    segment_store.maintain()
    assert [path.suffix for path in segments.iterdir() if path.name != "lock"] == [".segment"]
    assert found(1) == [image.pk]


def test_a_file_without_rows_is_deleted(register: Register, segments: Path) -> None:
    (image,) = sealed(register, 1)
    segment_store.maintain()
    (path,) = files(segments)
    FeatureSegment.objects.all().delete()
    image.refresh_from_db()
    assert image.segment is None
    assert found(1) == [image.pk]
    segment_store.maintain()
    assert not path.exists()
    assert found(1) == [image.pk]


def test_merged_files_give_the_same_answers(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = {}
    for pair in ((1, 2), (3, 4), (5, 6)):
        for seed, image in zip(pair, sealed(register, *pair), strict=True):
            images[seed] = image.pk
        segment_file.write(segments, [batches.segment_of(max(batches.known(), key=_age))])
    before = {seed: search([suspects.scene(seed)]) for seed in images}
    assert len(files(segments)) == 3
    segment_store.maintain()
    assert len(files(segments)) == 1
    restart(monkeypatch)
    assert {seed: search([suspects.scene(seed)]) for seed in images} == before
    assert {seed: [found.image_id for found in before[seed]][:1] for seed in images} == {
        seed: [pk] for seed, pk in images.items()
    }


def _age(batch: uuid.UUID) -> dt.datetime:
    return FeatureSegment.objects.get(pk=batch).created_at


def test_a_merge_that_died_before_deleting_counts_nothing_twice(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (first,), (second,) = sealed(register, 1), sealed(register, 2)
    parts = [batches.segment_of(batch) for batch in sorted(batches.known())]
    for part in parts:
        segment_file.write(segments, [part])
    segment_file.write(segments, parts)
    restart(monkeypatch)
    assert [held.images_count for held in segment_store.current()] == [2]
    segment_store.maintain()
    assert len(files(segments)) == 1
    assert (found(1), found(2)) == ([first.pk], [second.pk])


@pytest.mark.parametrize("damage", ["changed", "cut off", "emptied", "lost"])
def test_a_damaged_file_is_made_again(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch, damage: str
) -> None:
    (image,) = sealed(register, 1)
    segment_store.maintain()
    (path,) = files(segments)
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    if damage == "lost":
        path.unlink()
    else:
        path.write_bytes({"changed": bytes(data), "cut off": bytes(data[:-100]), "emptied": b""}[damage])
    restart(monkeypatch)
    assert found(1) == [image.pk]
    segment_store.maintain()
    assert files(segments) != [path]
    assert segment_file.read(files(segments)[0]).images_count == 1
    assert found(1) == [image.pk]


@contextmanager
def another_process_at_it(segments: Path) -> Iterator[None]:
    """Another process holds the folder's lock."""
    script = "import fcntl, sys; file = open(sys.argv[1], 'w'); fcntl.lockf(file, fcntl.LOCK_EX);"
    script += "print(flush=True); sys.stdin.read()"
    command = [sys.executable, "-c", script, str(segments / "lock")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        other.stdout.readline()
        yield


def test_one_process_of_a_machine_writes_and_the_others_search_from_rows(
    register: Register, segments: Path
) -> None:
    (image,) = sealed(register, 1)
    with another_process_at_it(segments):
        upkeep.once()
        assert found(1) == [image.pk]
        assert files(segments) == []
    upkeep.once()
    assert len(files(segments)) == 1
    assert found(1) == [image.pk]


def test_a_worker_forked_meanwhile_does_not_keep_the_lock(segments: Path) -> None:
    wait, end = os.pipe()
    with segment_store._lock(wait=True):
        forked = os.fork()
        if forked == 0:
            os.close(end)
            os.read(wait, 1)
            os._exit(0)
    with segment_store._lock(wait=False) as locked:
        assert locked
    os.close(end)
    os.waitpid(forked, 0)
    os.close(wait)


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[uuid.UUID]:
    """The batches that were read from their rows, in order."""
    read: list[uuid.UUID] = []
    original = batches.segment_of

    def counted(batch: uuid.UUID) -> Segment:
        read.append(batch)
        return original(batch)

    monkeypatch.setattr(batches, "segment_of", counted)
    return read


def test_a_search_on_a_new_machine_reads_a_few_batches_and_says_what_it_left_out(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch, read: list[uuid.UUID]
) -> None:
    monkeypatch.setattr(segment_store, "MOST_UNWRITTEN", 2)
    images, seeds = {}, (1, 2, 3, 4)
    for seed in seeds:
        before = batches.known()
        (image,) = sealed(register, seed)
        (batch,) = batches.known() - before
        images[batch] = image.pk
    few = sorted(images)[-2:]
    for _ in range(2):
        assert [pk for seed in seeds for pk in found(seed)] == [
            pk for batch, pk in images.items() if batch in few
        ]
        assert left_out() == 2
    assert read == few, "read once, and kept"
    assert files(segments) == [], "a check is no time for that"
    upkeep.once()
    assert [pk for seed in seeds for pk in found(seed)] == list(images.values())
    assert left_out() == 0
    assert segment_store._held.unwritten == {}


def test_no_more_waiting_images_are_searched_than_go_into_a_batch(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(batches, "MOST_IMAGES", 2)
    images = [register(suspects.scene(seed)).pk for seed in (1, 2, 3)]
    assert [pk for seed in (1, 2, 3) for pk in found(seed)] == images[:2]
    assert segment_store.left_out() == 1
    batches.seal(least=1)
    assert [pk for seed in (1, 2, 3) for pk in found(seed)] == images
    assert segment_store.left_out() == 0


def test_files_are_made_anew_without_a_search_finding_less(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seeds in ((1, 2, 3), (4,)):
        sealed(register, *seeds)
        segment_store.maintain()
    before, known = files(segments), batches.known()
    assert len(before) == 2
    original, there = segment_file.write, []

    def write(folder: Path, parts: Sequence[Segment]) -> Path:
        there.append({batch for path in files(folder) for batch in segment_file.read(path).batches})
        return original(folder, parts)

    monkeypatch.setattr(segment_file, "write", write)
    segment_store.rebuild()
    assert there == [known, known]
    assert len(files(segments)) == 2
    assert set(files(segments)).isdisjoint(before)


def test_a_run_that_makes_files_anew_and_dies_loses_nothing(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for seeds in ((1, 2, 3), (4,)):
        sealed(register, *seeds)
        segment_store.maintain()
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", lambda path, missing_ok=False: sys.exit("killed"))
        with pytest.raises(SystemExit):
            segment_store.rebuild()
    restart(monkeypatch)
    assert sum(held.images_count for held in segment_store.current()) == 4
    segment_store.maintain()
    assert sum(held.images_count for held in segment_store.current()) == 4
    assert len(files(segments)) == 2


def test_workers_that_search_keep_segments_and_others_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    for queue in ("default", "generate", "inspect"):
        monkeypatch.setattr(upkeep, "start", lambda queue=queue: started.append(queue))
        queues = SimpleNamespace(consume_from={queue: None})
        tasks.keep_segments(SimpleNamespace(app=SimpleNamespace(amqp=SimpleNamespace(queues=queues))))
    assert started == ["inspect"]


def test_what_fails_is_tried_again(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    sealed(register, 1)

    def full(folder: Path, parts: Sequence[Segment]) -> Path:
        raise OSError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(segment_file, "write", full)
        upkeep.once()
    assert "disk full" in caplog.text
    upkeep.once()
    assert len(files(segments)) == 1


def test_another_machine_makes_its_own_files(
    register: Register, segments: Path, monkeypatch: pytest.MonkeyPatch, settings: Settings, tmp_path: Path
) -> None:
    (image,) = sealed(register, 1)
    segment_store.maintain()
    settings.LOCAL_FEATURES_DIR = tmp_path / "another machine"
    restart(monkeypatch)
    assert found(1) == [image.pk]
    upkeep.once()
    assert len(files(tmp_path / "another machine")) == 1
    assert len(files(segments)) == 1


def test_features_of_another_version_are_not_used(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    image = register(suspects.scene(1), version="sift192-0")
    assert found(1) == []
    assert batches.seal(least=1) == 0
    # They were given to a batch when that version was the current one, and are made anew now.
    old = FeatureSegment.objects.create(version="sift192-0", images_count=1)
    RegisteredImage.objects.filter(pk=image.pk).update(segment=old, local_features_version="sift192-1")
    assert found(1) == [image.pk]
    assert batches.seal(least=1) == 1
    segment_store.maintain()
    assert found(1) == [image.pk]
    assert not FeatureSegment.objects.filter(pk=old.pk).exists()


def test_waiting_images_are_read_once_and_kept_in_few_pieces(
    register: Register, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    original = batches.segment_of_images

    def counted(images: Collection[uuid.UUID]) -> Segment:
        read.append(len(images))
        return original(images)

    monkeypatch.setattr(batches, "segment_of_images", counted)
    monkeypatch.setattr(segment_store, "_MOST_PIECES", 2)
    images = []
    for seed in (1, 2, 3):
        images.append(register(suspects.scene(seed)))
        segment_store.current()
    assert read == [1, 1, 1]
    assert [held.images_count for held in segment_store.current()] == [3]
    assert [found(seed) for seed in (1, 2, 3)] == [[image.pk] for image in images]
