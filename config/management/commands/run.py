"""Everything on one machine, in one command; see `make run`."""

import os
import shlex
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections
from honcho import environ
from honcho.manager import Manager

from config import embedded_postgres

# Loading Django in four processes on two slow cores takes about 10 seconds; far above that something hangs.
READY_WITHIN_SECONDS = 120
INTERRUPTED = 128 + signal.SIGINT


class Command(BaseCommand):
    help = "Prepares the database, certificates and first accounts, then runs web, workers and scheduler."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        port = int(os.environ.get("PORT", "8000"))
        _refuse_taken_port(port)
        call_command("check")
        call_command("migrate", verbosity=0)
        call_command("createcachetable")
        if settings.PRODUCTION:
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            call_command("make_test_ca")
            call_command("create_first_accounts")
        connections.close_all()
        Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
        try:
            sys.exit(self._supervise(port))
        finally:
            if settings.EMBEDDED_POSTGRES:
                embedded_postgres.stop(settings.EMBEDDED_POSTGRES)

    def _supervise(self, port: int) -> int:
        manager = Manager()
        for name, command in _processes():
            manager.add_process(name, command, env=_environment(), cwd=str(settings.BASE_DIR))
        threading.Thread(target=self._announce, args=(port,), daemon=True).start()
        manager.loop()
        # Ctrl-C is how one stops it, not an error.
        return 0 if manager.returncode == INTERRUPTED else int(manager.returncode or 0)

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


def _processes() -> list[tuple[str, str]]:
    procfile = environ.parse_procfile((settings.BASE_DIR / "Procfile").read_text())
    return list(procfile.processes.items())


def _environment() -> dict[str, str]:
    """The children find our interpreter's programs first, and print at once."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
    ours = {"PATH": path, "PYTHONUNBUFFERED": "1", "TRACERY_VAR": str(settings.VAR_DIR)}
    # Celery warns at every start that it runs as root, which in a container it does.
    return {**os.environ, **ours, "PYTHONWARNINGS": "ignore"}


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
        with urllib.request.urlopen(address, timeout=2) as response:  # noqa: S310 - our own address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
