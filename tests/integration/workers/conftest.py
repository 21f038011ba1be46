"""Real worker processes on the test database."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings as project
from django.db import connection
from kombu import pools

from config import celery_app, embedded_postgres

PATIENCE_SECONDS = 60
LEASE_SECONDS = 1
StartWorker = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def start_worker(
    transactional_db: None, files: Path, signing_authority: None, queue: None
) -> Iterator[StartWorker]:
    """Starts workers, each in a process group of its own, and ends whatever still runs."""
    started: list[subprocess.Popen[bytes]] = []

    def start(
        *, queue: str, step: str = "none", marker: Path | None = None, lease_seconds: int = LEASE_SECONDS
    ) -> subprocess.Popen[bytes]:
        worker = subprocess.Popen(
            worker_command(step, marker or "-", queue),
            cwd=project.BASE_DIR,
            env={**environment(files), "JOB_LEASE_SECONDS": str(lease_seconds)},
            start_new_session=True,
        )
        started.append(worker)
        return worker

    yield start
    for worker in started:
        kill(worker)


@pytest.fixture
def queue() -> Iterator[None]:
    """Points this process's Celery at the queue in the test database."""
    before = dict(celery_app.conf.broker_transport_options)
    conninfo = embedded_postgres.keyword_conninfo(connection.settings_dict)
    celery_app.conf.broker_transport_options = {**before, "conn_string": conninfo}
    _forget_connections()
    yield
    celery_app.conf.broker_transport_options = before
    _forget_connections()


def _forget_connections() -> None:
    pools.reset()
    celery_app._after_fork()  # type: ignore[attr-defined] # the only way to make it ask for its broker's settings again


def worker_command(step: str, marker: Path | str, queue: str) -> list[str]:
    module = "tests.integration.workers.paused_worker"
    return [sys.executable, "-W", "ignore", "-m", module, step, str(marker), queue]


def environment(files: Path) -> dict[str, str]:
    """What a worker needs to use the test's database, secrets, certificates and storage."""
    database = connection.settings_dict
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": f"postgresql://{database['USER']}@/{database['NAME']}?host={database['HOST']}",
        "JOB_LEASE_SECONDS": str(LEASE_SECONDS),
        "FILES_DIR": str(files),
    }


def kill(worker: subprocess.Popen[bytes]) -> None:
    """Ends a worker and its children at once, as a power cut would."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()


def wait_for(condition: Callable[[], object], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        assert time.monotonic() < deadline, f"waited {PATIENCE_SECONDS} s for {what}"
        time.sleep(0.1)
