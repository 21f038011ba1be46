"""Randomness that is the same in every process: seeded by SHA-256, never by ``hash()``."""

import hashlib
from random import Random


def chance(*parts: object) -> Random:
    """Return a generator whose sequence depends only on the text of ``parts``."""
    text = "\x1f".join(str(part) for part in parts)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
    return Random(int.from_bytes(digest[:16], "big"))  # noqa: S311 - drawing, not secrets
