"""C2PA manifests, signed and read: the only module that imports c2pa. `credentials.definition` has the words.

Learned the hard way with c2pa-python 0.38: without an explicit Context a Reader fetches any address that a
file names, 127.0.0.1 included; anchors without an EKU list make good certificates invalid; a wrong key signs
without complaint; `Trusted` says nothing of a tampered parent. A Context
does not survive a fork and takes under a millisecond to make, so every call makes its own. The library is
loaded on first use: processes that only pass readings around never pay its 23 MB.
"""

import contextlib
import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from provenance import images, manifest_reading
from provenance.credentials import definition, history_reading, time_stamp_relay
from provenance.credentials.definition import Statement
from provenance.credentials.history import MAX_CRJSON, History
from provenance.credentials.strangers_json import mapping
from provenance.credentials.thumbnails import Reducer
from provenance.errors import SigningFailed
from provenance.manifest_reading import ManifestReading

logger = logging.getLogger(__name__)

# claimSigning, documentSigning, emailProtection, timeStamping, OCSPSigning.
_EKUS: Final = "\n".join(
    ["1.3.6.1.4.1.62558.2.1"] + [f"1.3.6.1.5.5.7.3.{last}" for last in (36, 4, 8, 9)]
)  # fmt: skip

# Large enough to recognise a picture, small enough (about 10 kB) to travel with each one.
_THUMBNAIL_SIDE: Final = 256
_THUMBNAIL_QUALITY: Final = 80

# The reader's report on a file of ours has 20 kB; one of millions is made to fill memory.
_MAX_REPORT: Final = 8 * 2**20

T = TypeVar("T")


# Takes the bytes to sign and returns their ES256 signature (ECDSA on P-256 with SHA-256, which it computes
# itself), as DER or as the 64 bytes r and s. What it raises comes out of `sign` as it is.
SignBytes = Callable[[bytes], bytes]


@dataclass(frozen=True)
class Signer:
    """Who signs.

    Attributes:
        chain_pem: The certificate chain, signing certificate first.
        key_pem: Its private key; empty if `sign_bytes` signs.
        tsa_url: A time-stamp authority (RFC 3161), or None for no stamps.
        sign_bytes: Signs in place of a key, for keys that this process must not read (docs/signing.md).
        tsa_seconds: How long to wait for a stamp.
        tsa_required: Whether a picture without a stamp is refused. If not, it is signed without one.
        tsa_trusted: Whether the anchors hold the authority's root, so that its stamps must read as trusted.
    """

    chain_pem: str
    key_pem: str = ""
    tsa_url: str | None = None
    sign_bytes: SignBytes | None = None
    tsa_seconds: float = 5.0
    tsa_required: bool = True
    tsa_trusted: bool = False

    def __post_init__(self) -> None:
        assert bool(self.key_pem) != bool(self.sign_bytes), "either a key signs or a function"

    def __repr__(self) -> str:
        return f"Signer(tsa_url={self.tsa_url!r})"


@dataclass(frozen=True)
class Signed:
    """A signed file, its manifest store alone, the name of its manifest, and how the file reads."""

    data: bytes
    store: bytes
    urn: str
    reading: ManifestReading


@dataclass(frozen=True)
class Told:
    """All that a file's manifests say; `crjson` is None if it is larger than `MAX_CRJSON`."""

    reading: ManifestReading
    history: History
    crjson: dict[str, Any] | None = None


def sign(data: bytes, mime: str, statement: Statement, signer: Signer, anchors_pem: str) -> Signed:
    """Returns the file with our signed manifest in it; nothing may change its bytes afterwards.

    The result is verified before it is returned, its time-stamp too if one was asked for.

    Args:
        data: PNG, JPEG, WebP or AVIF, with XMP already in place.
        mime: Its media type.
        statement: What to say.
        signer: Who says it.
        anchors_pem: The roots that `read` will be given; the signer must lead to one of them.

    Raises:
        SigningFailed: with code `signing_failed`, `not_trusted` or `time_stamp_failed`, or whatever
            `signer.sign_bytes` raises. No file was made.
    """
    if signer.tsa_url is None:
        return _signed(data, mime, statement, signer, anchors_pem)
    with time_stamp_relay.relaying(signer.tsa_url, signer.tsa_seconds) as relay:
        try:
            return _signed(data, mime, statement, signer, anchors_pem, relay.address)
        except SigningFailed as error:
            if not relay.asked:
                raise
            failed = error
    # Raises an error of its own if it was not the stamp that failed.
    without = _signed(data, mime, statement, signer, anchors_pem)
    reason = relay.failure or str(failed.__cause__ or failed)
    if signer.tsa_required:
        logger.error("no picture, because there was no time-stamp: %s", reason)
        raise SigningFailed(
            "time_stamp_failed", "The picture could not be signed with the time. Try again later."
        ) from failed
    logger.warning("signed without a time-stamp: %s", reason)
    return without


def _signed(
    data: bytes, mime: str, statement: Statement, signer: Signer, anchors_pem: str, tsa_url: str | None = None
) -> Signed:
    import c2pa

    out, small = io.BytesIO(), statement.thumbnail or thumbnail(images.decode(data).rgb)
    try:
        with (
            c2pa.Context.from_dict(_settings(anchors_pem)) as context,
            _credential(signer, tsa_url) as credential,
            c2pa.Builder(definition.definition(statement, mime), context=context) as builder,
        ):
            builder.add_resource("thumbnail.jpg", io.BytesIO(small))
            if statement.parent is not None:
                parent = statement.parent
                builder.add_ingredient(definition.ingredient(statement), parent.mime, io.BytesIO(parent.data))
            store = bytes(builder.sign(credential, mime, io.BytesIO(data), out))
    except c2pa.C2paError as error:
        raise SigningFailed("signing_failed", "The picture could not be signed. Try again later.") from error
    reading = read(out.getvalue(), mime, anchors_pem)
    if reading is None or reading.state != "Trusted" or reading.urn is None:
        codes = reading.failures if reading else ("absent",)
        raise SigningFailed("not_trusted", f"The picture's signature did not verify: {', '.join(codes)}.")
    if tsa_url and not _stamped(reading, signer):
        raise SigningFailed("time_stamp_failed", "The picture's time-stamp did not verify.")
    return Signed(data=out.getvalue(), store=store, urn=reading.urn, reading=reading)


@contextlib.contextmanager
def _credential(signer: Signer, tsa_url: str | None) -> Iterator[Any]:
    """Yields the library's signer, and raises what `sign_bytes` raised: the library swallows it."""
    import c2pa

    algorithm, raised = c2pa.C2paSigningAlg.ES256, list[Exception]()
    sign_bytes = signer.sign_bytes
    if sign_bytes is None:
        # A signer made from a function reserves 10 kB more in every file.
        info = c2pa.C2paSignerInfo(algorithm, signer.chain_pem.encode(), signer.key_pem.encode(), tsa_url)
        with c2pa.Signer.from_info(info) as credential:
            yield credential
        return

    def keeping_errors(to_sign: bytes) -> bytes:
        try:
            return sign_bytes(to_sign)
        except Exception as error:
            raised.append(error)
            return b""  # which the library takes for a failure

    with c2pa.Signer.from_callback(keeping_errors, algorithm, signer.chain_pem, tsa_url) as credential:
        try:
            yield credential
        except c2pa.C2paError:
            if not raised:
                raise
    if raised:
        raise raised[0]


def _stamped(reading: ManifestReading, signer: Signer) -> bool:
    wanted = "timeStamp.trusted" if signer.tsa_trusted else "timeStamp.validated"
    return wanted in reading.successes


def read(data: bytes, mime: str, anchors_pem: str, store: bytes | None = None) -> ManifestReading | None:
    """Returns what the manifest of a file says, or None if there is none. Reaches no network.

    For a stranger's file call the methods of `sandbox.Sandbox`, which run this in a limited process.

    Args:
        data: The file.
        mime: Its media type; the library looks for itself if it is wrong.
        anchors_pem: Roots whose signers read as `Trusted`.
        store: A manifest store kept elsewhere, to be held against this file in place of its own.

    Raises:
        UnreadableManifest: with code `unreadable_manifest`.
    """
    try:
        return _read(data, mime, anchors_pem, store, _reading)
    except _Elsewhere:
        return manifest_reading.elsewhere()


def read_history(data: bytes, mime: str, anchors_pem: str, store: bytes | None = None) -> Told | None:
    """Returns what `read` does, with the whole history and crJSON; None if there is no manifest.

    Thumbnails in the manifests are decoded here: never call this outside the sandbox's child.

    Raises:
        UnreadableManifest: as `read`.
    """
    try:
        return _read(data, mime, anchors_pem, store, _told)
    except _Elsewhere:
        return Told(manifest_reading.elsewhere(), history_reading.elsewhere())


class _Elsewhere(Exception):
    """The file only names the address of its manifest."""


def _read(
    data: bytes, mime: str, anchors_pem: str, store: bytes | None, take: Callable[[Any], T]
) -> T | None:
    """Returns what `take` makes of the reader, or None without a manifest. Raises _Elsewhere."""
    import c2pa

    try:
        with c2pa.Context.from_dict(_settings(anchors_pem)) as context:
            reader = c2pa.Reader.try_create(mime, io.BytesIO(data), store, context)
            if reader is None:
                return None
            with reader:
                return take(reader)
    except c2pa.C2paError.NotSupported:
        # A container that cannot hold a manifest holds none.
        return None
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        if str(error).startswith("Remote:"):
            raise _Elsewhere from error
        raise manifest_reading.unreadable() from error


def _report(encoded: str) -> dict[str, Any]:
    if len(encoded) > _MAX_REPORT:
        raise ValueError(f"a report of {len(encoded)} characters")
    return mapping(json.loads(encoded))


def _reading(reader: Any) -> ManifestReading:
    return manifest_reading.from_report(_report(reader.json()))


def _told(reader: Any) -> Told:
    encoded, reducer = reader.json(), Reducer()
    report = _report(encoded)
    addresses = history_reading.thumbnail_addresses(report)
    thumbnails = {address: reducer.reduced(_resource(reader, address)) for address in addresses}
    history = history_reading.from_report(report, thumbnails)
    # crJSON is as long as the report, or longer: what is far too long already need not be made.
    crjson = _crjson(reader) if len(encoded) <= 2 * MAX_CRJSON else None
    return Told(manifest_reading.from_report(report), history, crjson)


def _crjson(reader: Any) -> dict[str, Any] | None:
    """The reader's crJSON; None if it is too large to keep or cannot be made."""
    import c2pa

    try:
        encoded = reader.crjson()
        found = mapping(json.loads(encoded)) if len(encoded) <= MAX_CRJSON else {}
        # Once more, because a pipe and a row hold it in ASCII.
        return found if found and len(json.dumps(found)) <= MAX_CRJSON else None
    except (c2pa.C2paError, ValueError, RecursionError):
        return None


def _resource(reader: Any, address: str) -> bytes:
    """The bytes at an address within the manifests; nothing where there is nothing."""
    import c2pa

    out = io.BytesIO()
    try:
        reader.resource_to_stream(address, out)
    except (c2pa.C2paError, ValueError):
        return b""
    return out.getvalue()


def thumbnail(rgb: NDArray[np.uint8]) -> bytes:
    """Returns the picture (uint8, (H, W, 3)) as the small JPEG that its manifest shows."""
    return images.encode(images.reduced(rgb, _THUMBNAIL_SIDE), "JPEG", quality=_THUMBNAIL_QUALITY)


def load_library() -> None:
    """Loads the C2PA library, so that a process forked later need not open files for it."""
    import c2pa  # noqa: F401


def _settings(anchors_pem: str) -> dict[str, Any]:
    # `sign` reads the finished file, which finds more than `verify_after_sign` does: the library then checks
    # neither the file's bytes nor whether the signer is trusted.
    return {
        "trust": {"trust_anchors": anchors_pem, "trust_config": _EKUS},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": False},
        "core": {"allowed_network_hosts": []},
        # We make our own: the library enlarges small pictures, and its WebP thumbnails weigh a megabyte.
        "builder": {"thumbnail": {"enabled": False}},
    }
