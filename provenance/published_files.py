"""The exact bytes of what was published."""

import os
import uuid
from pathlib import Path

from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage

from provenance.models import PublishedFile


def store(name: str, data: bytes) -> None:
    """Stores bytes under a name made from their hash, for good: whole and on disk, or not at all.

    Django's file system storage writes straight to the final name and leaves the rest to the kernel. A worker
    that died in the middle would leave half a file, which the next try would take for the whole one, and a
    power cut after the row was committed would leave a row without its file. Object stores put a whole object
    or none, and answer when it is safe.
    """
    if default_storage.exists(name):
        return
    if isinstance(default_storage, FileSystemStorage):
        _store_durably(Path(default_storage.path(name)), data)
    else:
        default_storage.save(name, ContentFile(data))


def open_file(file: PublishedFile) -> bytes:
    """Returns the published bytes, exactly as they were signed.

    Raises:
        FileNotFoundError: storage has lost the file.
    """
    with default_storage.open(file.storage_name) as stored:
        return bytes(stored.read())


def _store_durably(path: Path, data: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid.uuid4().hex}")
    try:
        with temporary.open("xb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    for folder in (path.parent, path.parent.parent):
        _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    """Makes names in a folder as durable as the bytes behind them."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
