"""What the environment says, read for config/settings.py and for nobody else.

A laptop has no operator who would think of secrets, so `make run` writes random ones to
`var/local.env` once (see `write_local_secrets`). Production reads the process environment only.
"""

import contextlib
import json
import os
import secrets
import tempfile
from pathlib import Path
from typing import Any, NoReturn

from django.core.exceptions import ImproperlyConfigured

LOCAL_FILE = "local.env"
# 32 characters of base64 are 192 bits; anything shorter was typed by a person.
SHORTEST_SECRET = 32
_LOCAL_SECRETS = ("SECRET_KEY", "WATERMARK_KEYS")


def write_local_secrets(var: Path) -> Path:
    """Returns the path of the local secrets file, written with fresh random values if it is missing.

    The file is readable by its owner only. An existing file is never changed: the watermark key in it is
    what makes earlier pictures readable.
    """
    path = var / LOCAL_FILE
    if path.exists():
        return path
    var.mkdir(parents=True, exist_ok=True)
    # Written whole beside it and then linked: a crash leaves no empty file, and of two at once one wins.
    with tempfile.NamedTemporaryFile("w", dir=var, prefix=LOCAL_FILE) as file:
        file.writelines(f"{name}={secrets.token_urlsafe(48)}\n" for name in _LOCAL_SECRETS)
        file.flush()
        with contextlib.suppress(FileExistsError):
            os.link(file.name, path)
    return path


class Environment:
    """Named values from the process environment and, outside production, from the local secrets file."""

    def __init__(self, var: Path, *, production: bool) -> None:
        self.production = production
        self._local = {} if production else _read(var / LOCAL_FILE)

    def text(self, name: str, default: str = "") -> str:
        return os.environ.get(name) or self._local.get(name) or default

    def secret(self, name: str) -> str:
        """Returns a secret that has no default.

        Raises:
            ImproperlyConfigured: it is missing, or too short to be random.
        """
        value = self.text(name)
        if len(value) < SHORTEST_SECRET:
            self._refuse(name)
        return value

    def secrets(self, name: str) -> list[str]:
        """Returns secrets separated by commas, the first being the present one.

        Raises:
            ImproperlyConfigured: none, or one of them is too short to be random.
        """
        values = self.words(name)
        if not values or any(len(value) < SHORTEST_SECRET for value in values):
            self._refuse(name)
        return values

    def number(self, name: str, default: int) -> int:
        value = self.text(name)
        if not value:
            return default
        if not value.isdigit():
            raise ImproperlyConfigured(f"{name} must be a whole number, not {value!r}.")
        return int(value)

    def path(self, name: str) -> Path | None:
        """Returns a path, or None if the name is not set."""
        value = self.text(name)
        return Path(value) if value else None

    def decimal(self, name: str, default: float) -> float:
        value = self.text(name)
        if not value:
            return default
        try:
            return float(value)
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be a number, not {value!r}.") from error

    def json(self, name: str) -> dict[str, Any]:
        """Returns a JSON object; empty if the name is not set."""
        try:
            value = json.loads(self.text(name, "{}"))
        except ValueError as error:
            raise ImproperlyConfigured(f"{name} must be a JSON object: {error}") from error
        if not isinstance(value, dict):
            raise ImproperlyConfigured(f"{name} must be a JSON object, not {value!r}.")
        return value

    def flag(self, name: str, default: bool) -> bool:
        value = self.text(name).lower()
        if value not in ("", "0", "1", "true", "false"):
            raise ImproperlyConfigured(f"{name} must be 1 or 0, not {value!r}.")
        return default if not value else value in ("1", "true")

    def _refuse(self, name: str) -> NoReturn:
        how = "set it in the environment" if self.production else "run `make setup` once"
        raise ImproperlyConfigured(f"{name} is missing or shorter than {SHORTEST_SECRET} characters: {how}.")

    def words(self, name: str, default: str = "") -> list[str]:
        return [word.strip() for word in self.text(name, default).split(",") if word.strip()]


def _read(path: Path) -> dict[str, str]:
    if not path.exists():
        return {}
    pairs = (line.split("=", 1) for line in path.read_text().splitlines() if "=" in line)
    return {name.strip(): value.strip() for name, value in pairs}
