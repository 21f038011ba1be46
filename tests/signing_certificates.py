"""Certificate chains as a certification authority would issue them, with one thing wrong if asked for.

`provenance.certificates.make_test_authority` makes good ones that production refuses.
"""

import datetime as dt
from collections.abc import Sequence
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from provenance.certificates import CLAIM_SIGNING, DOCUMENT_SIGNING

GOOD_PURPOSES = (CLAIM_SIGNING, DOCUMENT_SIGNING)
EMAIL = ExtendedKeyUsageOID.EMAIL_PROTECTION
HOUR = dt.timedelta(hours=1)


def write_chain(
    folder: Path,
    *,
    purposes: Sequence[ObjectIdentifier] = GOOD_PURPOSES,
    may_sign: bool = True,
    critical: bool = True,
    is_authority: bool = False,
    curve: ec.EllipticCurve | None = None,
    begins: dt.timedelta = -HOUR,
    days: int = 90,
) -> None:
    """Writes `root.pem`, `chain.pem` (the signing certificate, which the root issued) and `signing-key.pem`.

    Args:
        folder: Made if missing.
        purposes: Extended key usage.
        may_sign: Whether the key usage says digitalSignature.
        critical: Whether the key usage is critical.
        is_authority: Whether the signing certificate may issue others.
        curve: Of the signing key; P-256 if None.
        begins: When it becomes valid, from now.
        days: How long it then is.
    """
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(curve or ec.SECP256R1())
    root_name, start = name("Example root"), dt.datetime.now(dt.UTC) + begins
    root = (
        x509.CertificateBuilder(root_name, root_name, root_key.public_key(), x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(root_key, hashes.SHA256())
    )
    builder = (
        x509.CertificateBuilder(
            root_name, name("Example pictures"), key.public_key(), x509.random_serial_number()
        )
        .not_valid_before(start)
        .not_valid_after(start + dt.timedelta(days=days))
        .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
        .add_extension(usage(may_sign=may_sign, may_issue=is_authority), critical=critical)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(purposes), critical=False)
    leaf = builder.sign(root_key, hashes.SHA256())
    (folder / "root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))
    (folder / "chain.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    write_key(folder / "signing-key.pem", key)


def write_key(path: Path, key: ec.EllipticCurvePrivateKey | None = None) -> None:
    """Writes a private key (a new one if none is given), for its owner alone."""
    plain = serialization.NoEncryption()
    key = key or ec.generate_private_key(ec.SECP256R1())
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.write_bytes(pem)


def usage(*, may_sign: bool, may_issue: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=may_sign,
        content_commitment=True,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=may_issue,
        crl_sign=may_issue,
        encipher_only=False,
        decipher_only=False,
    )


def name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "DE"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Example"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )
