"""Who signs our manifests and whom we trust, from the settings. Only workers that publish read the key."""

from functools import cache

from django.conf import settings
from django.utils import timezone

from provenance import certificates
from provenance.errors import SigningFailed
from provenance.manifest import Signer


def signer() -> Signer:
    """Returns the signer; the files are read once a process.

    Raises:
        SigningFailed: with code `certificate_expired`. Nobody would trust what it signed.
        BadCertificate: the chain cannot be read.
    """
    made = _signer()
    if certificates.describe(made.chain_pem).not_after <= timezone.now():
        raise SigningFailed(
            "certificate_expired",
            "No picture can be signed at the moment, because our certificate has expired. Whoever runs this "
            "site has to renew it; please try again later.",
        )
    return made


@cache
def _signer() -> Signer:
    return Signer(
        chain_pem=settings.SIGNING_CHAIN.read_text(),
        key_pem=settings.SIGNING_KEY.read_text(),
        tsa_url=settings.TIME_STAMP_URL or None,
    )


@cache
def anchors() -> str:
    """Returns the certificates (PEM) under which a signature reads as trusted."""
    return str(settings.TRUST_ANCHORS.read_text())
