"""A fingerprint as PostgreSQL stores it: bit(256), compared by `bit_count(a # b)`."""

from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

FINGERPRINT_BITS = 256


class FingerprintField(models.Field[bytes | None, bytes | None]):
    """32 bytes in Python, `bit(256)` in PostgreSQL; most significant bit first."""

    description = "256-bit fingerprint"

    def db_type(self, connection: BaseDatabaseWrapper) -> str:
        return f"bit({FINGERPRINT_BITS})"

    def get_prep_value(self, value: Any) -> str | None:
        return None if value is None else to_bit_string(value)

    def from_db_value(self, value: str | None, expression: Any, connection: Any) -> bytes | None:
        return None if value is None else int(value, 2).to_bytes(FINGERPRINT_BITS // 8)

    def get_placeholder(self, value: Any, compiler: Any, connection: Any) -> str:
        return f"%s::bit({FINGERPRINT_BITS})"


def to_bit_string(value: bytes) -> str:
    """Returns 256 characters 0 or 1."""
    assert len(value) == FINGERPRINT_BITS // 8
    return f"{int.from_bytes(value):0{FINGERPRINT_BITS}b}"
