"""The signing certificate and its private key, in two files that may be replaced while we run.

To change them, put the new key in place first and then the new chain, each in one step (write beside it, then
rename). In between the two do not belong together; the earlier pair goes on signing for that moment.
"""

import hashlib
import logging
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from provenance import certificates
from provenance.credentials import certificate_profile
from provenance.errors import BadCertificate

# A replaced pair signs this much longer, for pictures that were begun with it, and while the files do not
# belong together. Longer would hide a mistake, and keep a key at work that had to go.
OVERLAP_SECONDS: Final = 60.0

# Rights on a key's file that nobody may have: its owner reads and writes, its group at most reads.
FORBIDDEN_ON_A_KEY: Final = 0o037

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class KeyPair:
    """A certificate chain (signing certificate first) and the private key that belongs to it."""

    chain_pem: str
    key_pem: str = field(repr=False)

    @property
    def certificate(self) -> bytes:
        """SHA-256 of the signing certificate: 32 bytes that name the pair."""
        return certificate_hash(self.chain_pem)

    def sign(self, data: bytes) -> bytes:
        """Returns the ES256 signature of the bytes, as DER."""
        key = serialization.load_pem_private_key(self.key_pem.encode(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey), "looked at when the pair was loaded"
        return key.sign(data, ec.ECDSA(hashes.SHA256()))


def certificate_hash(chain_pem: str) -> bytes:
    """Returns the SHA-256 of a chain's first certificate (DER), 32 bytes.

    Raises:
        BadCertificate: with code `chain_unreadable`.
    """
    leaf = certificates.load_chain(chain_pem)[0]
    return hashlib.sha256(leaf.public_bytes(serialization.Encoding.DER)).digest()


class KeyFiles:
    """The present pair and, for a moment, the one before it. May be shared by threads."""

    def __init__(self, chain: Path, key: Path) -> None:
        self.chain, self.key = chain, key
        self._lock = threading.Lock()
        self._state: tuple[object, ...] = ()
        self._present: KeyPair | None = None
        self._earlier: KeyPair | None = None
        self._replaced_at = 0.0
        self._unusable_since: float | None = None

    def present(self) -> KeyPair:
        """Returns the pair that signs new pictures; the files are read only when they have changed.

        Raises:
            BadCertificate: with code `chain_unreadable`, `key_unreadable`, `key_mismatch` or
                `key_unsuitable`, if the files have been so for `OVERLAP_SECONDS`, or since the start.
            OSError: a file is not there or not ours to read.
        """
        with self._lock:
            state = (*_state_of(self.chain), *_state_of(self.key))
            if self._present is None or state != self._state:
                self._present = self._loaded(state)
            return self._present

    def of(self, certificate: bytes) -> KeyPair | None:
        """Returns the pair of that name if it is the present one, or was until a moment ago.

        Args:
            certificate: SHA-256 of the signing certificate, 32 bytes.

        Raises:
            BadCertificate, OSError: as `present`.
        """
        present = self.present()
        if present.certificate == certificate:
            return present
        with self._lock:
            earlier = self._earlier
            in_time = time.monotonic() - self._replaced_at < OVERLAP_SECONDS
        return earlier if earlier and in_time and earlier.certificate == certificate else None

    def _loaded(self, state: tuple[object, ...]) -> KeyPair:
        try:
            pair = _read(self.chain, self.key)
        except BadCertificate as error:
            return self._bearing_with(error)
        if self._present is not None and pair != self._present:
            self._earlier, self._replaced_at = self._present, time.monotonic()
            made = certificates.describe(pair.chain_pem)
            logger.info("the signing certificate was replaced: %s, until %s", made.subject, made.not_after)
        self._state, self._unusable_since = state, None
        return pair

    def _bearing_with(self, error: BadCertificate) -> KeyPair:
        """Returns the pair that was good until now, unless there is none or the files stay unusable."""
        now = time.monotonic()
        if self._present is not None and self._unusable_since is None:
            self._unusable_since = now
            logger.warning("the signing files cannot be used, the earlier ones go on: %s", error)
        if self._present is None or now - (self._unusable_since or now) >= OVERLAP_SECONDS:
            raise error
        return self._present


def _read(chain: Path, key: Path) -> KeyPair:
    pair = KeyPair(*(path.read_text("ascii", errors="replace") for path in (chain, key)))
    if not certificates.key_matches(pair.chain_pem, pair.key_pem):
        raise BadCertificate("key_mismatch", "The private key does not belong to the signing certificate.")
    if not certificate_profile.is_p256(certificates.load_chain(pair.chain_pem)[0]):
        raise BadCertificate("key_unsuitable", "The signing key is not an elliptic curve key on P-256.")
    return pair


def _state_of(path: Path) -> tuple[int, int, int]:
    """What changes when a file is replaced or written anew."""
    found = path.stat()
    return found.st_mtime_ns, found.st_size, found.st_ino
