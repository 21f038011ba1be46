"""The segments that a search looks in: files of this machine, and what is not in a file yet.

Rows are the truth and files are made from them, so that every machine has its own, none is shared, and a
lost or damaged one is only work. All names are new: a file never changes, and what is mapped outlives its
deletion.

* Searches write nothing. A few batches without a file here are read from their rows into memory; where more
  are missing, on a new machine for instance, they are left out and `left_out` says how many images those are.
* `maintain` writes them, on every machine that searches (`upkeep`), in one process of it at a time.
* Files are merged until each holds more images than all smaller ones together, up to a million: there are
  about as many as the registry's size has binary digits, and an image is copied as often at most.
* Writing new and deleting old are two steps. Dying between them leaves two files with the same batches; the
  smaller is passed over, and deleted by the next `maintain`.
"""

import fcntl
import logging
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from django.conf import settings

from provenance.local_features import batches, segment, segment_file
from provenance.local_features.segment import Segment
from provenance.local_features.segment_file import DamagedSegment

LARGEST: Final = 1_000_000
# A machine without files reads so many batches before it writes the first: 310 MB.
_BATCHES_AT_ONCE: Final = 10
# So many are in each worker's memory until they are written: 31 MB each, and a second or two of reading. One
# or two are missing for a minute at times; hundreds are where the folder is new or lost, and would cost each
# worker gigabytes and a check its time limit.
MOST_UNWRITTEN: Final = 4
# Segments of images that wait; each costs a search a millisecond or two.
_MOST_PIECES: Final = 8
_log = logging.getLogger(__name__)


@dataclass
class _Held:
    """What this process has open."""

    state: tuple[object, ...] | None = None
    segments: list[Segment] = field(default_factory=list)
    files: dict[Path, Segment] = field(default_factory=dict)
    unwritten: dict[uuid.UUID, Segment] = field(default_factory=dict)
    waiting: set[uuid.UUID] = field(default_factory=set)
    pieces: list[Segment] = field(default_factory=list)
    waiting_left_out: int = 0
    batches_left_out: int = 0


_held = _Held()


def current() -> list[Segment]:
    """Returns segments that hold the published images with features of this version; some perhaps twice.

    Those that `left_out` counts are missing.
    """
    # In this order: an image that is given to a batch in between is in both, and not in neither.
    pieces = _waiting()
    state = (settings.LOCAL_FEATURES_DIR, *batches.state())
    if state != _held.state:
        _held.segments = _in_batches()
        # Until every batch is in a file here, the next search looks for new files.
        _held.state = None if _held.unwritten else state
    return [*_held.segments, *pieces]


def left_out() -> int:
    """Returns how many published images the segments given last by `current` lack."""
    return _held.waiting_left_out + _held.batches_left_out


def maintain(*, wait: bool = True) -> None:
    """Brings this machine's files up to date: writes missing ones, merges small, deletes useless ones.

    Args:
        wait: For another process of this machine that is at it; otherwise this does nothing then.
    """
    batches.forget_earlier_versions()
    with _lock(wait=wait) as locked:
        if locked:
            _delete_useless()
            _write_missing(_missing(_chosen()))
            _merge_small()


def rebuild() -> None:
    """Makes every file of this machine anew, one after the other: at no time do searches find less."""
    with _lock(wait=True):
        _delete_useless()
        for path, held in list(_files().items()):
            _write_missing(sorted(batches.known().intersection(held.batches)))
            path.unlink()
    maintain()


def _in_batches() -> list[Segment]:
    segments = _chosen()
    missing = _missing(segments)
    # The last ones: `maintain` begins with the first, and what was read here is of use until it is through.
    few, others = missing[-MOST_UNWRITTEN:], missing[:-MOST_UNWRITTEN]
    _held.unwritten = {batch: _held.unwritten.get(batch) or batches.segment_of(batch) for batch in few}
    _held.batches_left_out = batches.images_count(others)
    return [*segments, *_held.unwritten.values()]


def _waiting() -> list[Segment]:
    """Returns the images that wait for a batch, in few pieces; reads only those that are new here.

    No more than a batch takes, those that go into the next one.
    """
    rows = batches.waiting().order_by(*batches.ORDER)
    waiting = set(rows.values_list("pk", flat=True)[: batches.MOST_IMAGES])
    full = len(waiting) == batches.MOST_IMAGES
    _held.waiting_left_out = rows.count() - len(waiting) if full else 0
    if not _held.waiting <= waiting:
        _held.waiting, _held.pieces = set(), []
    if new := waiting - _held.waiting:
        _held.pieces.append(batches.segment_of_images(new))
        _held.waiting = waiting
    if len(_held.pieces) > _MOST_PIECES:
        _held.pieces = [segment.merged(_held.pieces)]
    return _held.pieces


def _chosen() -> list[Segment]:
    """Returns segments in files, none with a batch of another; larger ones are preferred."""
    known = batches.known()
    chosen: list[Segment] = []
    covered: set[uuid.UUID] = set()
    for found in sorted(_files().values(), key=lambda file: -file.images_count):
        if covered.isdisjoint(found.batches) and not known.isdisjoint(found.batches):
            chosen.append(found)
            covered.update(found.batches)
    return chosen


def _missing(segments: Sequence[Segment]) -> list[uuid.UUID]:
    return sorted(batches.known().difference(*(found.batches for found in segments)))


def _files() -> dict[Path, Segment]:
    """Returns every sound file; a damaged one is deleted, and its batches are then missing."""
    found: dict[Path, Segment] = {}
    for path in sorted(_folder().glob(f"*{segment_file.SUFFIX}")):
        try:
            found[path] = _held.files.get(path) or segment_file.read(path)
        except FileNotFoundError:
            continue
        except DamagedSegment as damaged:
            _log.warning("%s", damaged)
            path.unlink(missing_ok=True)
    _held.files = found
    return found


def _write_missing(missing: Sequence[uuid.UUID]) -> None:
    for first in range(0, len(missing), _BATCHES_AT_ONCE):
        some = missing[first : first + _BATCHES_AT_ONCE]
        segment_file.write(_folder(), [batches.segment_of(batch) for batch in some])


def _merge_small() -> None:
    files = sorted(_files().items(), key=lambda item: item[1].images_count)
    count = mergeable([held.images_count for _, held in files])
    if count:
        segment_file.write(_folder(), [held for _, held in files[:count]])
        for path, _ in files[:count]:
            path.unlink()


def mergeable(counts: Sequence[int]) -> int:
    """Returns how many of the smallest files to merge, by their rising numbers of images; 0 for none."""
    best, total = 0, 0
    for place, count in enumerate(counts):
        if place and count <= total and total + count <= LARGEST:
            best = place + 1
        total += count
    return best


def _delete_useless() -> None:
    """Deletes what a dead process left behind."""
    # Files are listed before batches are asked for: a batch is always older than its file.
    files = _files()
    used = {id(held) for held in _chosen()}
    useless = [path for path, held in files.items() if id(held) not in used]
    for path in (*useless, *_folder().glob("*.unfinished")):
        path.unlink(missing_ok=True)


@contextmanager
def _lock(*, wait: bool) -> Iterator[bool]:
    """Holds the folder's lock; yields whether it could be had. It ends with the process that holds it.

    A lock of this process and not of the open file, which workers forked meanwhile would keep for good.
    """
    with (_folder() / "lock").open("w") as file:
        try:
            fcntl.lockf(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _folder() -> Path:
    folder = Path(settings.LOCAL_FEATURES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
