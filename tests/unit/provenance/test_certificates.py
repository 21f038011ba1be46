import stat
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from provenance import certificates
from provenance.errors import BadCertificate

NAMES = ("root.pem", "chain.pem", "signing-key.pem")


def contents(directory: Path) -> list[bytes]:
    return [(directory / name).read_bytes() for name in NAMES]


@pytest.fixture
def authority(tmp_path: Path) -> Path:
    certificates.make_test_authority(tmp_path / "authority", common_name="Tracery tests")
    return tmp_path / "authority"


def test_the_signing_certificate_follows_the_c2pa_profile(authority: Path) -> None:
    leaf = x509.load_pem_x509_certificates((authority / "chain.pem").read_bytes())[0]
    usages = {
        usage.dotted_string for usage in leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    }
    assert usages == {"1.3.6.1.4.1.62558.2.1", "1.3.6.1.5.5.7.3.36"}
    usage = leaf.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment
    assert not usage.value.key_cert_sign
    constraints = leaf.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert not constraints.value.ca
    leaf.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
    leaf.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)


def test_openssl_finds_the_path_to_the_root(authority: Path, tmp_path: Path) -> None:
    leaf, issuer = x509.load_pem_x509_certificates((authority / "chain.pem").read_bytes())
    for name, certificate in (("leaf", leaf), ("issuer", issuer)):
        (tmp_path / name).write_bytes(certificates._pem(certificate))
    command = ["openssl", "verify", "-x509_strict", "-CAfile", str(authority / "root.pem")]
    done = subprocess.run(
        [*command, "-untrusted", tmp_path / "issuer", tmp_path / "leaf"], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_private_keys_are_for_the_owner_alone(authority: Path) -> None:
    keys = list(authority.glob("*-key.pem"))
    assert {key.name for key in keys} == {"signing-key.pem", "intermediate-key.pem"}
    assert {stat.S_IMODE(key.stat().st_mode) for key in keys} == {0o600}


def test_what_is_valid_is_kept(authority: Path) -> None:
    before = contents(authority)
    certificates.make_test_authority(authority, common_name="Tracery tests")
    assert contents(authority) == before


def test_a_certificate_about_to_end_is_renewed_with_a_new_key_under_the_same_root(tmp_path: Path) -> None:
    certificates.make_test_authority(tmp_path, common_name="Tracery tests", leaf_days=6)
    root, chain, key = contents(tmp_path)
    certificates.make_test_authority(tmp_path, common_name="Tracery tests")
    assert contents(tmp_path)[0] == root
    assert chain not in contents(tmp_path)
    assert key not in contents(tmp_path)
    left = certificates.describe(contents(tmp_path)[1]).not_after - datetime.now(UTC)
    assert left > timedelta(days=3000)


def test_a_key_that_does_not_belong_is_replaced(authority: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    certificates.make_test_authority(other, common_name="Other")
    (authority / "signing-key.pem").write_bytes((other / "signing-key.pem").read_bytes())
    _, chain, key = contents(authority)
    assert not certificates.key_matches(chain, key)
    certificates.make_test_authority(authority, common_name="Tracery tests")
    _, chain, key = contents(authority)
    assert certificates.key_matches(chain, key)


def test_a_broken_root_starts_a_new_authority(authority: Path) -> None:
    (authority / "root.pem").write_text("nonsense")
    certificates.make_test_authority(authority, common_name="Tracery tests")
    assert certificates.describe((authority / "root.pem").read_bytes()).length == 1


def test_describe(authority: Path) -> None:
    described = certificates.describe((authority / "chain.pem").read_text())
    assert described.length == 2
    assert "CN=Tracery tests" in described.subject
    assert "intermediate" in described.issuer
    assert described.not_before < datetime.now(UTC) < described.not_after


def test_unreadable_pem_is_named(authority: Path) -> None:
    with pytest.raises(BadCertificate) as raised:
        certificates.describe("nonsense")
    assert raised.value.code == "chain_unreadable"
    with pytest.raises(BadCertificate) as raised:
        certificates.key_matches((authority / "chain.pem").read_bytes(), b"nonsense")
    assert raised.value.code == "key_unreadable"
