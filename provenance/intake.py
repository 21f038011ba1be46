"""The door for suspected pictures, on the page and in the API: the same limits, the same row."""

from typing import Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile

from accounts import limits
from provenance import inspection_store
from provenance.models import Inspection

_MINUTE: Final = 60


def accept(picture: "UploadedFile[bytes]", *, client: str) -> Inspection:
    """Takes a picture to be examined and returns its row, which a caller enqueues while it is `QUEUED`.

    Args:
        client: Stands for who sent it (accounts.client.counted).

    Raises:
        TooMany: this client, or everybody together, sent as many this minute as the settings allow.
        UnreadableImage, TooMuchToday, UploadsFull: see `inspection_store.receive`.
    """
    limits.take(f"verify:{client}", limit=settings.CHECKS_PER_MINUTE, window_seconds=_MINUTE)
    # Second, so that a client above its own limit does not use up what others may still do.
    limits.take("verify", limit=settings.CHECKS_PER_MINUTE_OVERALL, window_seconds=_MINUTE)
    return inspection_store.receive(picture, client=client)
