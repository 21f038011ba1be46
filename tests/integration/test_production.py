"""Production refuses to start when something that it needs is missing; each row takes one thing away."""

import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings

from provenance import certificates
from tests import signing_certificates


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Certificates that do not come from our test authority."""
    folder = tmp_path_factory.mktemp("signing")
    signing_certificates.write_chain(folder)
    return folder


def check(tmp_path: Path, signing: Path, **changes: str) -> subprocess.CompletedProcess[str]:
    return started(tmp_path, signing, ["manage.py", "check"], changes)


def started(
    tmp_path: Path, signing: Path, program: list[str], changes: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    complete = {
        "TRACERY_ENV": "production",
        "TRACERY_VAR": str(tmp_path),
        "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "WATERMARK_KEYS": secrets.token_urlsafe(48),
        "TRUSTED_PROXY_COUNT": "1",
        "SITE_URL": "https://pictures.example",
        "ALLOWED_HOSTS": "pictures.example",
        "SIGNING_DIR": str(signing),
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "PATH": os.environ["PATH"],
    }
    command = [sys.executable, "-W", "ignore", *program]
    environment = {name: value for name, value in {**complete, **changes}.items() if value}
    return subprocess.run(
        command, cwd=settings.BASE_DIR, env=environment, capture_output=True, text=True, check=False
    )


def test_a_complete_production_starts(tmp_path: Path, signing: Path) -> None:
    done = check(tmp_path, signing)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing"),
        ({"SECRET_KEY": "changeme"}, "SECRET_KEY is missing or shorter"),
        ({"WATERMARK_KEYS": ""}, "WATERMARK_KEYS is missing"),
        ({"WATERMARK_KEYS": f"{'k' * 32},short"}, "WATERMARK_KEYS is missing or shorter"),
        ({"ALLOWED_HOSTS": ""}, "config.E002"),
        ({"SITE_URL": "http://pictures.example"}, "config.E003"),
        ({"TRACERY_ENV": "prod"}, "TRACERY_ENV must be development or production"),
        ({"TRUSTED_PROXY_COUNT": "0"}, "config.E005"),
        ({"DEBUG": "1"}, "config.E001"),
        ({"DATABASE_URL": "mysql://elsewhere/x"}, "must start with postgresql://"),
        ({"SIGNING_DIR": "/nowhere"}, "provenance.E001"),
        ({"TIME_STAMP_POLICY": "always"}, "provenance.E014"),
        ({"GENERATOR": "/nowhere"}, "generation.E001"),
        ({"EMAIL_BACKEND": "django.core.mail.backends.console.EmailBackend"}, "accounts."),
    ],
)
def test_it_refuses_to_start_without(
    changes: dict[str, str], message: str, tmp_path: Path, signing: Path
) -> None:
    done = check(tmp_path, signing, **changes)
    assert done.returncode != 0
    assert message in done.stderr


def test_it_refuses_the_local_test_authority(tmp_path: Path, signing: Path) -> None:
    own = tmp_path / "signing"
    certificates.make_test_authority(own, common_name="Tracery test authority")
    done = check(tmp_path, own)
    assert done.returncode != 0
    assert "provenance.E004" in done.stderr


def test_it_refuses_a_key_that_does_not_fit_the_certificate(tmp_path: Path, signing: Path) -> None:
    other = tmp_path / "other.pem"
    signing_certificates.write_key(other)
    done = check(tmp_path, signing, SIGNING_KEY=str(other))
    assert done.returncode != 0
    assert "provenance.E005" in done.stderr


def test_the_web_process_refuses_to_start_if_it_could_read_the_key(tmp_path: Path, signing: Path) -> None:
    load = ["-c", "import config.wsgi"]
    done = started(tmp_path, signing, load, {})
    assert done.returncode != 0
    assert "provenance.E007" in done.stderr
    elsewhere = {"SIGNING_KEY": str(tmp_path / "nowhere"), "SIGNING_SERVICE": str(tmp_path / "service.sock")}
    done = started(tmp_path, signing, load, elsewhere)
    assert done.returncode == 0, done.stderr


def test_a_local_secrets_file_is_not_read_in_production(tmp_path: Path, signing: Path) -> None:
    (tmp_path / "local.env").write_text(f"SECRET_KEY={secrets.token_urlsafe(48)}\n")
    assert check(tmp_path, signing, SECRET_KEY="").returncode != 0
