"""The house rules that a machine can check."""

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import URLPattern, URLResolver, get_resolver

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("config", "accounts", "provenance", "generation", "reports", "watermark")
VAGUE = {"utils", "helpers", "common", "misc", "core", "base", "services", "managers", "signals"}
# The longest we allow; the aim is 40 lines a function and 300 a file.
LONGEST_FUNCTION = 60
LONGEST_FILE = 500


def sources() -> list[Path]:
    found = (path for package in PACKAGES for path in (ROOT / package).rglob("*.py"))
    return [path for path in found if "migrations" not in path.parts]


def test_imports_run_one_way() -> None:
    command = [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_no_file_has_a_vague_name() -> None:
    assert [path for path in sources() if path.stem in VAGUE] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_functions_and_files_are_short(package: str) -> None:
    too_long = []
    for path in sources():
        if path.relative_to(ROOT).parts[0] != package:
            continue
        text = path.read_text()
        if text.count("\n") > LONGEST_FILE:
            too_long.append(str(path))
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                docstring = (ast.get_docstring(node, clean=False) or "").count("\n")
                if (node.end_lineno or 0) - node.lineno - docstring > LONGEST_FUNCTION:
                    too_long.append(f"{path}:{node.lineno} {node.name}")
    assert too_long == []


def test_only_settings_reads_the_environment() -> None:
    allowed = {"config/settings.py", "config/environment.py", "config/celery.py", "config/wsgi.py"}
    # Starts other processes and hands the environment on.
    allowed |= {"config/management/commands/run.py"}
    readers = {
        str(path.relative_to(ROOT))
        for path in sources()
        if "os.environ" in path.read_text() or "os.getenv" in path.read_text()
    }
    assert readers <= allowed


def test_the_web_process_loads_no_heavy_library() -> None:
    """Loads every address of the site in a fresh process and looks at what came with it."""
    script = (
        "import django, sys; django.setup();"
        "from django.urls import get_resolver; get_resolver().url_patterns;"
        "heavy = {'torch','diffusers','transformers','c2pa','cv2','scipy','imagehash','pdqhash'};"
        "heavy |= {'numba','faiss'};"
        "print(sorted(heavy & set(sys.modules)))"
    )
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-W", "ignore", "-c", script]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, env=environment, check=False)
    assert done.stdout.strip() == "[]", done.stdout + done.stderr


def our_views() -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []

    def walk(resolver: URLResolver, prefix: str) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLResolver):
                walk(entry, f"{prefix}{entry.pattern}")
            elif isinstance(entry, URLPattern) and entry.callback.__module__.split(".")[0] in PACKAGES:
                found.append((f"{prefix}{entry.pattern}", entry.callback))

    walk(get_resolver(), "/")
    return found


def test_every_address_of_ours_has_a_role() -> None:
    views = our_views()
    assert len(views) > 15
    without = [address for address, view in views if getattr(view, "role", None) is None]
    assert without == []
