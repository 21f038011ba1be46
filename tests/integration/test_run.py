"""`manage.py run` shares its data with no second run, and clears up after one that was cut off."""

import io
import os
import subprocess
from pathlib import Path

import psutil
import pytest
from django.core.management.base import CommandError
from pytest_django import Settings

from config.environment import write_local_secrets
from config.management.commands.run import MARK, Command, one_run_only


def test_a_second_run_on_the_same_data_is_refused(tmp_path: Path) -> None:
    with one_run_only(tmp_path), pytest.raises(CommandError, match="already runs"), one_run_only(tmp_path):
        pass


def test_runs_after_each_other_are_fine(tmp_path: Path) -> None:
    for _ in range(2):
        with one_run_only(tmp_path):
            pass


def test_what_a_run_left_behind_is_ended_and_nothing_else(tmp_path: Path) -> None:
    def sleeper(var: Path) -> subprocess.Popen[bytes]:
        return subprocess.Popen(["sleep", "60"], env={**os.environ, MARK: str(var)})

    left, elsewhere = sleeper(tmp_path), sleeper(tmp_path / "other")
    with one_run_only(tmp_path):
        assert not psutil.pid_exists(left.pid)
        assert elsewhere.poll() is None
    left.wait()
    elsewhere.kill()
    elsewhere.wait()


class Started:
    """Takes honcho's place: notes what would be started."""

    def __init__(self) -> None:
        self.processes: dict[str, tuple[str, dict[str, str]]] = {}

    def add_process(self, name: str, command: str, *, env: dict[str, str], cwd: str) -> None:
        self.processes[name] = (command, env)


def test_one_more_process_signs_and_the_others_are_not_handed_the_key(settings: Settings) -> None:
    started, key = Started(), str(settings.SIGNING_KEY)
    others = Command()._with_signing_service(started, {"SIGNING_KEY": key, "LANG": "C"})
    assert others == {"LANG": "C", "SIGNING_SERVICE": str(settings.SIGNING_DIR / "service.sock")}
    command, environment = started.processes["sign"]
    assert key in command
    assert environment["LANG"] == "C"


def test_a_folder_too_deep_for_a_socket_says_so(settings: Settings) -> None:
    settings.SIGNING_DIR, said, started = Path("/" + "x" * 100), io.StringIO(), Started()
    assert Command(stdout=said)._with_signing_service(started, {"A": "b"}) == {"A": "b"}
    assert "the workers read the key themselves" in said.getvalue()
    assert started.processes == {}


def test_local_secrets_are_written_once_for_their_owner_only(tmp_path: Path) -> None:
    path = write_local_secrets(tmp_path / "var")
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_local_secrets(tmp_path / "var").read_text() == first
    names = [line.split("=")[0] for line in first.splitlines()]
    assert names == ["SECRET_KEY", "WATERMARK_KEYS"]
    assert [entry.name for entry in path.parent.iterdir()] == ["local.env"]
