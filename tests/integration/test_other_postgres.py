"""The whole path on the system's PostgreSQL server, where one is installed, not on the embedded one."""

import json
import os
import pwd
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as project

# Created by the embedded server when it runs as root, which PostgreSQL itself refuses to do.
UNPRIVILEGED = "pgserver"


@pytest.fixture
def database_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    programs = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if not programs:
        pytest.skip("no PostgreSQL server is installed beside the embedded one")
    own: dict[str, Any] = {"user": UNPRIVILEGED} if os.geteuid() == 0 else {}
    # A socket's path must be short, and pytest's folders are closed to other users.
    folder = Path(tempfile.mkdtemp(prefix="tracery-"))
    if own:
        os.chown(folder, pwd.getpwnam(UNPRIVILEGED).pw_uid, -1)
    data, bin_folder = folder / "data", programs[-1].parent

    def run(program: str, *arguments: str) -> None:
        command = [str(bin_folder / program), *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **own)

    run("initdb", "-D", str(data), "-U", "postgres", "--auth=trust", "--encoding=utf8", "--no-sync")
    run("pg_ctl", "-w", "-D", str(data), "-l", str(folder / "log"), "-o", f"-h '' -k {folder}", "start")
    yield f"postgresql://postgres@/postgres?host={folder}"
    run("pg_ctl", "-w", "-D", str(data), "-m", "immediate", "stop")
    subprocess.run(["rm", "-rf", folder], check=True)


def test_generate_and_trace(database_url: str, tmp_path: Path) -> None:
    own = {**os.environ, "DATABASE_URL": database_url, "TRACERY_VAR": str(tmp_path / "var")}
    own["DJANGO_SETTINGS_MODULE"] = "tests.settings"

    def manage(*arguments: str) -> str:
        command = [sys.executable, "-W", "ignore", "manage.py", *arguments]
        done = subprocess.run(
            command, cwd=project.BASE_DIR, env=own, check=True, capture_output=True, text=True
        )
        return done.stdout

    manage("migrate", "--verbosity", "0")
    manage("make_test_ca")
    picture = str(tmp_path / "a.png")
    made = json.loads(
        manage("generate", "two green boats on the sea", "--out", picture, "--seed", "4", "--json")
    )
    traced = json.loads(manage("trace", picture, "--json"))

    assert traced["verdict"] == "OURS_INTACT"
    assert traced["image_id"] == made["image_id"]
    assert traced["findings"]["lookalike"]["presence"] == "present"
