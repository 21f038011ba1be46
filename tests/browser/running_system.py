"""The whole system, started and stopped as the person who runs it does."""

import contextlib
import email
import email.policy
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any, TypeVar

from config.environment import write_local_secrets

ROOT = Path(__file__).resolve().parent.parent.parent
# Two slow cores that also run a browser: far above what it takes, so that only a hang ends here.
READY_WITHIN_SECONDS = 120
MAIL_WITHIN_SECONDS = 40
ENDS_WITHIN_SECONDS = 30
# Many tests share one address, so what keeps one visitor from doing too much would stop them all.
GENEROUS = dict.fromkeys(("CHECKS_PER_MINUTE", "PROMPTS_PER_MINUTE", "REPORTS_PER_HOUR"), "1000")
# What the process of the tests sets for itself and a fresh installation does not have.
OF_THE_TESTS = ("SECRET_KEY", "WATERMARK_KEYS", "DATABASE_URL", "LOG_LEVEL", "DJANGO_ALLOW_ASYNC_UNSAFE")
# The file-based backend puts a line of hyphens between messages.
_BETWEEN_MAILS = re.compile(rb"^-{79}\n", re.MULTILINE)

T = TypeVar("T")


@dataclass(frozen=True)
class Account:
    email: str
    password: str


class RunningSystem:
    """`manage.py run` in a process group of its own, with its data in `var`."""

    def __init__(self, var: Path) -> None:
        self.var = var
        self.port = _free_port()
        self.address = f"http://127.0.0.1:{self.port}"
        self.log = var / "run.log"
        self.environment = {
            **{name: value for name, value in os.environ.items() if name not in OF_THE_TESTS},
            **GENEROUS,
            "DJANGO_SETTINGS_MODULE": "config.settings",
            "TRACERY_VAR": str(var),
            "PORT": str(self.port),
            "EMAIL_BACKEND": "django.core.mail.backends.filebased.EmailBackend",
            "OMP_NUM_THREADS": "1",
            "PYTHONUNBUFFERED": "1",
        }

    def start(self) -> None:
        write_local_secrets(self.var)
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(
                [sys.executable, "manage.py", "run"],
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                process_group=0,
            )
        self._await("the line that it is ready", READY_WITHIN_SECONDS, self._is_ready)
        self.staff = self._account("staff")
        self.maker = self._account("maker")

    def stop(self) -> int:
        """Does what Ctrl-C does, and returns the exit status."""
        os.killpg(self._process.pid, signal.SIGINT)
        return self._process.wait(ENDS_WITHIN_SECONDS)

    def kill(self) -> None:
        """Ends by force what a failed start or stop left behind."""
        for pid in self.processes():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self._process.wait()

    def processes(self) -> dict[int, str]:
        """Returns the command lines of all processes that work on our data, by process id."""
        folder = os.fsencode(self.var)
        found = {}
        for process in Path("/proc").glob("[0-9]*"):
            try:
                command = (process / "cmdline").read_bytes()
                about = command + (process / "environ").read_bytes()
            except OSError:  # it has ended, or it belongs to another user
                continue
            if folder in about:
                found[int(process.name)] = command.replace(b"\0", b" ").decode(errors="replace")
        return found

    def manage(self, *arguments: str) -> str:
        """Returns what `manage.py` prints with these arguments, beside the running system."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def trace(self, *files: Path) -> list[dict[str, Any]]:
        lines = self.manage("trace", "--json", *map(str, files)).splitlines()
        return [json.loads(line) for line in lines]

    def mail(self, recipient: str, subject: str) -> str:
        """Returns the text of the newest mail to `recipient` with `subject` in its subject line."""
        return self._await(
            f"mail to {recipient}", MAIL_WITHIN_SECONDS, lambda: self._mail(recipient, subject)
        )

    def _mail(self, recipient: str, subject: str) -> str | None:
        texts = [
            mail.get_content()
            for mail in self._mails()
            if recipient in mail["To"] and subject in mail["Subject"]
        ]
        return texts[-1] if texts else None

    def _mails(self) -> list[EmailMessage]:
        files = sorted((self.var / "mail").glob("*.log"), key=lambda path: path.stat().st_mtime_ns)
        parts = [part for path in files for part in _BETWEEN_MAILS.split(path.read_bytes()) if part.strip()]
        return [email.message_from_bytes(part, policy=email.policy.default) for part in parts]

    def _is_ready(self) -> bool:
        assert self._process.poll() is None, f"It ended at once:\n{self.log.read_text()}"
        return "Tracery is ready" in self.log.read_text()

    def _account(self, role: str) -> Account:
        found = re.search(rf"^\s*{role}\s+(\S+@\S+)\s+(\S+)$", self.log.read_text(), re.MULTILINE)
        assert found, f"No {role} account was printed:\n{self.log.read_text()}"
        return Account(*found.groups())

    def _await(self, what: str, seconds: float, look: Callable[[], T | None]) -> T:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if found := look():
                return found
            time.sleep(0.2)
        raise AssertionError(f"Waited {seconds} seconds for {what}:\n{self.log.read_text()[-4000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
