"""Everything on one machine, in one command; see `make run`."""

import fcntl
import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from honcho import environ
from honcho.manager import Manager

from config import embedded_postgres
from config.apps import refuse_unless_sound

# Loading Django in four processes on two slow cores takes about 10 seconds; far above that something hangs.
READY_WITHIN_SECONDS = 120
# By this environment variable the processes of a run are known.
MARK = "TRACERY_RUN"
# The kernel takes no more for the name of a Unix socket (107 on Linux, 103 elsewhere).
LONGEST_SOCKET_PATH = 100
INTERRUPTED = 128 + signal.SIGINT


class Command(BaseCommand):
    help = "Prepares the database, certificates and first accounts, then runs web, workers and scheduler."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        with one_run_only(settings.VAR_DIR):
            self._run(settings.PORT)

    def _run(self, port: int) -> None:
        _refuse_taken_port(port)
        refuse_unless_sound()
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            call_command("make_test_ca", verbosity=0)
            call_command("create_first_accounts")
        connections.close_all()
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        try:
            sys.exit(self._supervise(port))
        finally:
            if settings.EMBEDDED_POSTGRES:
                embedded_postgres.stop(settings.EMBEDDED_POSTGRES)

    def _supervise(self, port: int) -> int:
        manager, environment = Manager(), _environment()
        if not settings.PRODUCTION and settings.SIGNING_SERVICE is None:
            # In production it runs under a user of its own, so not from here.
            environment = self._with_signing_service(manager, environment)
        for name, command in _processes():
            manager.add_process(name, command, env=environment, cwd=str(settings.BASE_DIR))
        threading.Thread(target=self._announce, args=(port,), daemon=True).start()
        manager.loop()
        # Ctrl-C is how one stops it, not an error.
        return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)

    def _with_signing_service(self, manager: Manager, environment: dict[str, str]) -> dict[str, str]:
        """Starts the process that signs, and returns the environment of those that ask it to."""
        service = settings.SIGNING_DIR / "service.sock"
        if len(os.fsencode(service)) > LONGEST_SOCKET_PATH:
            self.stdout.write(f"{service} is too long for a socket: the workers read the key themselves.")
            return environment
        command = [sys.executable, "-m", "provenance.credentials.signing_service", "--socket", str(service)]
        command += ["--chain", str(settings.SIGNING_CHAIN), "--key", str(settings.SIGNING_KEY)]
        manager.add_process("sign", shlex.join(command), env=environment, cwd=str(settings.BASE_DIR))
        others = {name: value for name, value in environment.items() if name != "SIGNING_KEY"}
        return {**others, "SIGNING_SERVICE": str(service)}

    def _announce(self, port: int) -> None:
        deadline = time.monotonic() + READY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            if _answers(f"http://127.0.0.1:{port}/"):
                self.stdout.write(
                    self.style.SUCCESS(f"\nTracery is ready: {settings.SITE_URL}  (Ctrl-C stops it)\n")
                )
                self.stdout.flush()
                return
            time.sleep(0.2)


@contextmanager
def one_run_only(var: Path) -> Iterator[None]:
    """Keeps a second run from the same data, and ends what a run left behind that was cut off."""
    with (var / "run.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandError(f"Tracery already runs on {var}. Stop that one first (Ctrl-C).") from error
        _end_leftovers(var)
        yield


def _end_leftovers(var: Path) -> None:
    left = [process for process in psutil.process_iter() if _mark_of(process) == str(var)]
    for process in left:
        process.kill()
    psutil.wait_procs(left, timeout=10)


def _mark_of(process: psutil.Process) -> str | None:
    try:
        return process.environ().get(MARK) if process.pid != os.getpid() else None
    except psutil.Error:
        return None  # somebody else's, or gone by now


def _processes() -> list[tuple[str, str]]:
    procfile = environ.parse_procfile((settings.BASE_DIR / "Procfile").read_text())
    return list(procfile.processes.items())


def _environment() -> dict[str, str]:
    """The children find our interpreter's programs first, and print at once."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ours = {"PATH": path, "PYTHONUNBUFFERED": "1", "TRACERY_VAR": str(settings.VAR_DIR)}
    # Celery warns at every start that it runs as root, which in a container it does.
    return {**os.environ, **ours, MARK: str(settings.VAR_DIR), "PYTHONWARNINGS": "ignore"}


def _refuse_taken_port(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            again = shlex.join([f"PORT={port + 1}", "make", "run"])
            raise CommandError(f"Port {port} is taken by another program. Try: {again}") from error


def _answers(address: str) -> bool:
    try:
        urllib.request.urlopen(address, timeout=2).close()  # noqa: S310 - our own address
    except urllib.error.HTTPError:
        return True  # in production it does not know itself by this name, but it is there
    except OSError:
        return False
    return True
