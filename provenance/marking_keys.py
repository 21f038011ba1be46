"""The watermark's secret keys, derived from the setting. Earlier ones stay: old pictures stay readable."""

import hashlib
import hmac
from dataclasses import dataclass

from django.conf import settings


@dataclass(frozen=True)
class MarkingKey:
    """A secret of 32 bytes and the public name under which rows remember it."""

    id: str
    secret: bytes

    def __repr__(self) -> str:
        return f"MarkingKey(id={self.id!r})"


def all_keys() -> tuple[MarkingKey, ...]:
    """Returns the present key first, then the earlier ones."""
    return tuple(_derive(value.strip()) for value in settings.WATERMARK_KEYS if value.strip())


def _derive(value: str) -> MarkingKey:
    # Two labels, so that the name in the rows says nothing about the secret.
    name = hmac.new(value.encode(), b"tracery watermark key id", hashlib.sha256).hexdigest()[:16]
    return MarkingKey(name, hmac.new(value.encode(), b"tracery watermark key", hashlib.sha256).digest())
