"""The exact bytes of what was published."""

from django.core.files.storage import default_storage

from provenance.models import PublishedFile


def open_file(file: PublishedFile) -> bytes:
    """Returns the published bytes, exactly as they were signed.

    Raises:
        FileNotFoundError: storage has lost the file.
    """
    with default_storage.open(file.storage_name) as stored:
        return bytes(stored.read())
