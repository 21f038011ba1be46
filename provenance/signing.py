"""Who signs our manifests and whom we trust, from the settings.

Files may be replaced while we run: each call looks whether they changed (docs/signing.md, "Changing keys").
With `SIGNING_SERVICE` the private key is never read here.
"""

import functools
from pathlib import Path

from django.conf import settings
from django.utils import timezone

from provenance import certificates
from provenance.credentials import signing_client, time_stamp_relay
from provenance.credentials.key_files import KeyFiles, certificate_hash
from provenance.errors import BadCertificate, SigningFailed
from provenance.manifest import SignBytes, Signer


def signer() -> Signer:
    """Returns who signs now.

    Raises:
        SigningFailed: with code `certificate_expired` or `certificate_not_yet_valid` (nobody would trust what
            it signed) or `signing_files_unusable` (the cause says why).
    """
    chain_pem, key_pem, sign_bytes = _identity()
    described = certificates.describe(chain_pem)
    if described.not_after <= timezone.now():
        raise SigningFailed(
            "certificate_expired",
            "No picture can be signed at the moment, because our certificate has expired. Whoever runs this "
            "site has to renew it; please try again later.",
        )
    if described.not_before > timezone.now():
        raise SigningFailed(
            "certificate_not_yet_valid",
            "No picture can be signed at the moment, because our certificate is not valid yet. Please try "
            "again later.",
        )
    return Signer(
        chain_pem=chain_pem,
        key_pem=key_pem,
        sign_bytes=sign_bytes,
        tsa_url=settings.TIME_STAMP_URL or None,
        tsa_seconds=settings.TIME_STAMP_SECONDS,
        tsa_required=settings.TIME_STAMP_POLICY == time_stamp_relay.REQUIRE,
        tsa_trusted=settings.TIME_STAMP_ANCHORS is not None,
    )


def anchors() -> str:
    """Returns the certificates (PEM) under which a signature, or a time-stamp, reads as trusted."""
    files = [settings.TRUST_ANCHORS]
    if settings.TIME_STAMP_ANCHORS is not None:
        files.append(settings.TIME_STAMP_ANCHORS)
    return "\n".join(_text(path) for path in files)


def _identity() -> tuple[str, str, SignBytes | None]:
    try:
        if settings.SIGNING_SERVICE is None:
            pair = _key_files(settings.SIGNING_CHAIN, settings.SIGNING_KEY).present()
            return pair.chain_pem, pair.key_pem, None
        chain_pem = _text(settings.SIGNING_CHAIN)
        certificate = certificate_hash(chain_pem)
    except (BadCertificate, OSError) as error:
        raise SigningFailed(
            "signing_files_unusable",
            "No picture can be signed at the moment, because this site's signing files cannot be used. "
            "Please try again later.",
        ) from error
    return chain_pem, "", functools.partial(signing_client.sign, settings.SIGNING_SERVICE, certificate)


@functools.cache
def _key_files(chain: Path, key: Path) -> KeyFiles:
    return KeyFiles(chain, key)


def _text(path: Path) -> str:
    """Returns a file's text, read again only when the file was replaced or written anew."""
    found = path.stat()
    return _read(path, found.st_mtime_ns, found.st_size, found.st_ino)


@functools.lru_cache(maxsize=16)
def _read(path: Path, *state: int) -> str:
    return path.read_text()
