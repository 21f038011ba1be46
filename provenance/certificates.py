"""A certificate authority for development and tests, and a look at the certificates in use.

`make_test_authority` makes root, intermediate and signing certificate after the C2PA certificate profile
(specification 2.4, "X.509 certificates"; Conformance Programme 0.2), so that a laptop signs in the same way
as production. No one outside trusts that root, and pages say so.

The root's private key is thrown away at once. The intermediate's stays, to renew the signing certificate
under the same root: pictures signed earlier keep their trusted signer.
"""

import contextlib
import fcntl
import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID, ObjectIdentifier

from provenance.errors import BadCertificate

# c2pa-kp-claimSigning. The profile asks for it and for one of emailProtection or documentSigning.
CLAIM_SIGNING: Final = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
DOCUMENT_SIGNING: Final = ObjectIdentifier("1.3.6.1.5.5.7.3.36")

# A picture signed without a time-stamp reads as expired once its certificate is. A laptop has no time-stamp
# authority, so the test certificates outlive the laptop. (A conforming authority grants at most 366 days,
# and such an installation sets a time-stamp authority.)
AUTHORITY_DAYS: Final = 20 * 365
LEAF_DAYS: Final = 10 * 365

# Renewed this early, so that a check that runs weekly is in time.
RENEW_BEFORE: Final = timedelta(days=7)

# A verifier whose clock is behind ours must not find the certificate "not yet valid".
_CLOCK_SKEW: Final = timedelta(hours=1)

_ROOT, _CHAIN, _KEY = "root.pem", "chain.pem", "signing-key.pem"
_ISSUER, _ISSUER_KEY = "intermediate.pem", "intermediate-key.pem"


@dataclass(frozen=True)
class ChainDescription:
    """The signing certificate of a chain: who signs, who vouched, and until when."""

    subject: str
    issuer: str
    not_before: datetime
    not_after: datetime
    length: int


def make_test_authority(
    directory: Path, *, common_name: str, leaf_days: int = LEAF_DAYS, renew: bool = False
) -> None:
    """Makes sure that the directory holds a valid test authority.

    Writes `root.pem` (the trust anchor), `chain.pem` (signing certificate, then intermediate) and
    `signing-key.pem`, with key files readable by the owner alone. What is there and valid is kept. A
    signing certificate that ends within `RENEW_BEFORE` is replaced, with a new key, under the same root.
    Several processes may call this at once.

    Args:
        directory: Made if missing.
        common_name: The name that verifiers show as the signer.
        leaf_days: How long a new signing certificate lives.
        renew: Whether to replace a valid signing certificate too.
    """
    directory.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(directory):
        if not _authority_is_sound(directory):
            _write_authority(directory, common_name)
        if renew or not _leaf_is_sound(directory):
            _write_leaf(directory, common_name, leaf_days)


def describe(chain_pem: str | bytes) -> ChainDescription:
    """Returns the facts about the first certificate of a chain.

    Raises:
        BadCertificate: with code `chain_unreadable`.
    """
    chain = load_chain(chain_pem)
    leaf = chain[0]
    return ChainDescription(
        subject=leaf.subject.rfc4514_string(),
        issuer=leaf.issuer.rfc4514_string(),
        not_before=leaf.not_valid_before_utc,
        not_after=leaf.not_valid_after_utc,
        length=len(chain),
    )


def key_matches(chain_pem: str | bytes, key_pem: str | bytes) -> bool:
    """Whether the private key belongs to the first certificate: a wrong one signs without complaint.

    Raises:
        BadCertificate: with code `chain_unreadable` or `key_unreadable`.
    """
    leaf = load_chain(chain_pem)[0]
    try:
        key = serialization.load_pem_private_key(_as_bytes(key_pem), password=None)
    except (ValueError, TypeError) as error:
        raise BadCertificate("key_unreadable", "The signing key is not a readable PEM file.") from error
    return bool(leaf.public_key() == key.public_key())


def load_chain(chain_pem: str | bytes) -> list[x509.Certificate]:
    """Returns the certificates of a PEM file, at least one, in its order.

    Raises:
        BadCertificate: with code `chain_unreadable`.
    """
    try:
        return x509.load_pem_x509_certificates(_as_bytes(chain_pem))
    except ValueError as error:
        raise BadCertificate(
            "chain_unreadable", "The certificate chain is not a readable PEM file."
        ) from error


def _as_bytes(pem: str | bytes) -> bytes:
    return pem.encode() if isinstance(pem, str) else pem


@contextlib.contextmanager
def _locked(directory: Path) -> Iterator[None]:
    with (directory / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _authority_is_sound(directory: Path) -> bool:
    try:
        root = describe((directory / _ROOT).read_bytes())
        issuer = (directory / _ISSUER).read_bytes()
        matches = key_matches(issuer, (directory / _ISSUER_KEY).read_bytes())
    except (FileNotFoundError, BadCertificate):
        return False
    ends = describe(issuer).not_after
    return matches and describe(issuer).issuer == root.subject and ends - datetime.now(UTC) > RENEW_BEFORE


def _leaf_is_sound(directory: Path) -> bool:
    try:
        chain = (directory / _CHAIN).read_bytes()
        leaf = describe(chain)
        matches = key_matches(chain, (directory / _KEY).read_bytes())
    except (FileNotFoundError, BadCertificate):
        return False
    same_issuer = chain.endswith((directory / _ISSUER).read_bytes())
    return matches and same_issuer and leaf.not_after - datetime.now(UTC) > RENEW_BEFORE


def _write_authority(directory: Path, common_name: str) -> None:
    root_key, issuer_key = _new_key(), _new_key()
    root_name, issuer_name = _name(f"{common_name} test root"), _name(f"{common_name} test intermediate")
    root = _certificate(root_name, root_name, root_key, root_key, AUTHORITY_DAYS, path_length=1)
    issuer = _certificate(issuer_name, root_name, issuer_key, root_key, AUTHORITY_DAYS, path_length=0)
    _write(directory / _ISSUER_KEY, _key_pem(issuer_key), mode=0o600)
    _write(directory / _ISSUER, _pem(issuer), mode=0o644)
    _write(directory / _ROOT, _pem(root), mode=0o644)


def _write_leaf(directory: Path, common_name: str, days: int) -> None:
    issuer_pem = (directory / _ISSUER).read_bytes()
    issuer = x509.load_pem_x509_certificate(issuer_pem)
    issuer_key = serialization.load_pem_private_key((directory / _ISSUER_KEY).read_bytes(), password=None)
    assert isinstance(issuer_key, ec.EllipticCurvePrivateKey), "the intermediate is ours and is EC"
    key = _new_key()
    leaf = _certificate(_name(common_name), issuer.subject, key, issuer_key, days, path_length=None)
    _write(directory / _KEY, _key_pem(key), mode=0o600)
    _write(directory / _CHAIN, _pem(leaf) + issuer_pem, mode=0o644)


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    days: int,
    *,
    path_length: int | None,
) -> x509.Certificate:
    """Returns one certificate of the profile; `path_length` None makes it the signing certificate."""
    is_leaf, now = path_length is None, datetime.now(UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - _CLOCK_SKEW)
        .not_valid_after(now + timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=not is_leaf, path_length=path_length), critical=True)
        .add_extension(_key_usage(is_leaf), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if is_leaf:
        usages = x509.ExtendedKeyUsage([CLAIM_SIGNING, DOCUMENT_SIGNING])
        builder = builder.add_extension(usages, critical=False)
    return builder.sign(issuer_key, hashes.SHA256())


def _key_usage(is_leaf: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=is_leaf,
        content_commitment=is_leaf,
        key_cert_sign=not is_leaf,
        crl_sign=not is_leaf,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Tracery test authority, trusted by no one"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def _write(path: Path, content: bytes, *, mode: int) -> None:
    """Replaces the file in one step; it never exists with wider permissions than `mode`."""
    temporary = path.with_suffix(".new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    temporary.replace(path)
