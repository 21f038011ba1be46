"""Who signs our manifests and whom we trust, from the settings. Only workers that publish read the key."""

from functools import cache

from django.conf import settings

from provenance.manifest import Signer


@cache
def signer() -> Signer:
    """Returns the signer; read once a process."""
    return Signer(
        chain_pem=settings.SIGNING_CHAIN.read_text(),
        key_pem=settings.SIGNING_KEY.read_text(),
        tsa_url=settings.TIME_STAMP_URL or None,
    )


@cache
def anchors() -> str:
    """Returns the certificates (PEM) under which a signature counts as ours."""
    return str(settings.TRUST_ANCHORS.read_text())
