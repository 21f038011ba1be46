"""The segments that a search looks in: files of this machine, and what is not in a file yet.

Rows are the truth and files are made from them, so that every machine has its own, none is shared, and a
lost or damaged one is only work. All names are new: a file never changes, and what is mapped outlives its
deletion.

* A batch without a file here is read from its rows: written by whoever holds the folder's lock, kept in
  memory by the others.
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
# A machine without files reads so many batches before it writes the first: 160 MB.
_BATCHES_AT_ONCE: Final = 10
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


_held = _Held()


def current() -> list[Segment]:
    """Returns segments that hold every published image with features of this version; some perhaps twice."""
    # In this order: an image that is given to a batch in between is in both, and not in neither.
    pieces = _waiting()
    state = (settings.LOCAL_FEATURES_DIR, *batches.state())
    if state != _held.state:
        _held.segments = _in_batches()
        _held.state = state
    return [*_held.segments, *pieces]


def maintain() -> None:
    """Brings this machine's files up to date: writes missing ones, merges small, deletes useless ones."""
    batches.forget_earlier_versions()
    with _lock(wait=True):
        _delete_useless()
        _write_missing(_missing(_chosen()))
        _merge_small()


def _in_batches() -> list[Segment]:
    segments = _chosen()
    missing = _missing(segments)
    if not missing:
        _held.unwritten.clear()
        return segments
    with _lock(wait=False) as locked:
        if locked:
            # Whoever held the lock until now may have written them.
            _write_missing(_missing(_chosen()))
            return _chosen()
    _held.unwritten = {batch: _held.unwritten.get(batch) or batches.segment_of(batch) for batch in missing}
    return [*segments, *_held.unwritten.values()]


def _waiting() -> list[Segment]:
    """Returns the images that wait for a batch, in few pieces; reads only those that are new here."""
    waiting = set(batches.waiting().values_list("pk", flat=True))
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
    """Holds the folder's lock; yields whether it could be had. It ends with the process that holds it."""
    with (_folder() / "lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


def _folder() -> Path:
    folder = Path(settings.LOCAL_FEATURES_DIR)
    folder.mkdir(parents=True, exist_ok=True)
    return folder
