"""What a certificate chain must be for other programs to accept what it signs. Pure.

C2PA 2.4, "X.509 certificates", and the certificate profile of Conformance Programme 0.2. The C2PA library
refuses some of these faults when it signs, and lets others pass that readers complain of later.
"""

from collections.abc import Callable
from itertools import pairwise
from typing import Final, TypeVar

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID

from provenance import certificates

_ONE_OF: Final = frozenset({certificates.DOCUMENT_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION})

Extension = TypeVar("Extension", bound=x509.ExtensionType)


def faults(chain_pem: str) -> list[str]:
    """Returns what is wrong with a chain: `key_purpose`, `key_usage`, `key_kind` and `chain_order`, if so.

    * `key_purpose`: the extended key usage names not both c2pa-kp-claimSigning and one of documentSigning and
      emailProtection.
    * `key_usage`: the key usage is not critical and for digital signatures, or it is an authority's.
    * `key_kind`: the key is not on P-256, which ES256 needs.
    * `chain_order`: a certificate was not issued by the next one.

    Raises:
        BadCertificate: with code `chain_unreadable`.
    """
    chain = certificates.load_chain(chain_pem)
    tests: dict[str, Callable[[x509.Certificate], bool]] = {
        "key_purpose": _has_purpose,
        "key_usage": _has_usage,
        "key_kind": is_p256,
    }
    found = [fault for fault, holds in tests.items() if not holds(chain[0])]
    in_order = all(_issued(certificate, issuer) for certificate, issuer in pairwise(chain))
    return found if in_order else [*found, "chain_order"]


def leads_to(chain_pem: str, anchors_pem: str) -> bool:
    """Whether one of the anchors is in the chain or issued its last certificate.

    Raises:
        BadCertificate: with code `chain_unreadable`, for the anchors too.
    """
    chain, anchors = certificates.load_chain(chain_pem), certificates.load_chain(anchors_pem)
    return any(anchor in chain or _issued(chain[-1], anchor) for anchor in anchors)


def _has_purpose(certificate: x509.Certificate) -> bool:
    purposes = set(_extension(certificate, x509.ExtendedKeyUsage) or ())
    return certificates.CLAIM_SIGNING in purposes and bool(purposes & _ONE_OF)


def _has_usage(certificate: x509.Certificate) -> bool:
    usage = _extension(certificate, x509.KeyUsage)
    constraints = _extension(certificate, x509.BasicConstraints)
    if usage is None or not certificate.extensions.get_extension_for_class(x509.KeyUsage).critical:
        return False
    return usage.digital_signature and not usage.key_cert_sign and not (constraints and constraints.ca)


def is_p256(certificate: x509.Certificate) -> bool:
    """Whether the certificate's key can make ES256 signatures."""
    public = certificate.public_key()
    return isinstance(public, ec.EllipticCurvePublicKey) and isinstance(public.curve, ec.SECP256R1)


def _extension(certificate: x509.Certificate, kind: type[Extension]) -> Extension | None:
    try:
        return certificate.extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _issued(certificate: x509.Certificate, issuer: x509.Certificate) -> bool:
    try:
        certificate.verify_directly_issued_by(issuer)
    except (ValueError, TypeError, InvalidSignature):
        return False
    return True
