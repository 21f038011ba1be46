"""A stranger's JSON, taken as what it should be or as nothing. Pure.

What a manifest says was written by whoever signed it, and what a child process says by whoever took it over:
any value may be of any type, any text of any length and full of control characters, any list endless.
"""

import math
import re
from datetime import UTC, datetime
from typing import Any, Final

# Strangers choose the words and the number of entries in a manifest; pages and rows get at most this much.
MAX_TEXT: Final = 200
MAX_ENTRIES: Final = 100

# Status codes, names of actions and of algorithms are dotted words; the longest of the specification has 43.
_DOTTED: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")

# PostgreSQL's jsonb refuses NUL and surrogates without their other half.
_UNSTORABLE: Final = re.compile("[\x00\ud800-\udfff]")
# crJSON of a chain of eight edits is 14 deep.
_MAX_DEPTH: Final = 100


def mapping(value: Any) -> dict[str, Any]:
    """Returns the value if it is an object, else an empty one."""
    return value if isinstance(value, dict) else {}


def sequence(value: Any) -> list[Any]:
    """Returns the value if it is a list (or a tuple of our own), else an empty one."""
    return list(value) if isinstance(value, list | tuple) else []


def text(value: Any) -> str | None:
    """Returns a stranger's words cut short and without control characters, or None if it is no text."""
    if not isinstance(value, str):
        return None
    return "".join(character for character in value[:MAX_TEXT] if character.isprintable()).strip() or None


def texts(values: Any, at_most: int = MAX_ENTRIES) -> tuple[str, ...]:
    """Returns the distinct texts of a list, in order."""
    found = (text(value) for value in sequence(values))
    return tuple(dict.fromkeys(each for each in found if each))[:at_most]


def dotted(value: Any) -> str | None:
    """Returns a dotted word such as `c2pa.created`, or None if the value is anything else."""
    return value if isinstance(value, str) and _DOTTED.fullmatch(value) else None


def moment(value: Any) -> datetime | None:
    """Returns the time that an ISO 8601 text names, in UTC if it names no zone; None if it is none."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is None or found.tzinfo else found.replace(tzinfo=UTC)


def storable(value: Any, depth: int = 0) -> Any:
    """Returns the JSON value with what no database takes made harmless: NUL, half characters, infinities.

    Raises:
        ValueError: if it is nested deeper than any honest report.
    """
    if depth > _MAX_DEPTH:
        raise ValueError(f"JSON nested deeper than {_MAX_DEPTH}")
    if isinstance(value, str):
        return _UNSTORABLE.sub("\ufffd", value)
    if isinstance(value, dict):
        return {storable(str(key)): storable(each, depth + 1) for key, each in value.items()}
    if isinstance(value, list):
        return [storable(each, depth + 1) for each in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
