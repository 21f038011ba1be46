"""What every test may use."""

import os
from pathlib import Path

import pytest
from django.conf import settings as project
from pytest_django.fixtures import Settings

# Playwright's synchronous API runs an event loop in the thread of the test, and Django would take every
# query in it for a mistake; nothing else here is asynchronous.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")


@pytest.fixture(scope="session")
def signing_authority() -> None:
    """A real certificate chain of a test authority, where the settings expect it."""
    from provenance import certificates

    certificates.make_test_authority(Path(project.SIGNING_DIR), common_name="Tracery test authority")


@pytest.fixture
def files(tmp_path: Path, settings: Settings) -> Path:
    """An empty storage for published files and uploads."""
    folder = tmp_path / "files"
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(folder)},
        },
    }
    return folder
