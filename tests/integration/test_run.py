"""`manage.py run` shares its data with no second run, and clears up after one that was cut off."""

import os
import subprocess
from pathlib import Path

import psutil
import pytest
from django.core.management.base import CommandError

from config.environment import write_local_secrets
from config.management.commands.run import MARK, one_run_only


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


def test_local_secrets_are_written_once_for_their_owner_only(tmp_path: Path) -> None:
    path = write_local_secrets(tmp_path / "var")
    first = path.read_text()
    assert path.stat().st_mode & 0o777 == 0o600
    assert write_local_secrets(tmp_path / "var").read_text() == first
    names = [line.split("=")[0] for line in first.splitlines()]
    assert names == ["SECRET_KEY", "WATERMARK_KEYS"]
    assert [entry.name for entry in path.parent.iterdir()] == ["local.env"]
