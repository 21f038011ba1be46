"""Production refuses to start when something that it needs is missing; each row takes one thing away."""

import datetime as dt
import os
import secrets
import subprocess
import sys
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings

from provenance import certificates


@pytest.fixture(scope="module")
def signing(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate that does not come from our test authority; the checks only read it."""
    folder = tmp_path_factory.mktemp("signing")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Example pictures")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + dt.timedelta(days=1))
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
    for file in ("chain.pem", "root.pem"):
        (folder / file).write_bytes(certificate)
    (folder / "signing-key.pem").write_bytes(pem_of(key))
    return folder


def pem_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    plain = serialization.NoEncryption()
    return key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)


def check(tmp_path: Path, signing: Path, **changes: str) -> subprocess.CompletedProcess[str]:
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
    command = [sys.executable, "-W", "ignore", "manage.py", "check"]
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
    other.write_bytes(pem_of(ec.generate_private_key(ec.SECP256R1())))
    done = check(tmp_path, signing, SIGNING_KEY=str(other))
    assert done.returncode != 0
    assert "provenance.E005" in done.stderr


def test_a_local_secrets_file_is_not_read_in_production(tmp_path: Path, signing: Path) -> None:
    (tmp_path / "local.env").write_text(f"SECRET_KEY={secrets.token_urlsafe(48)}\n")
    assert check(tmp_path, signing, SECRET_KEY="").returncode != 0
