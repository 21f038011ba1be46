"""C2PA manifests, signed and read: the only module that imports c2pa. `credentials.definition` has the words.

Learned the hard way with c2pa-python 0.38: without an explicit Context a Reader fetches any address that a
file names, 127.0.0.1 included; anchors without an EKU list make good certificates invalid; a wrong key signs
without complaint unless `verify_after_sign` is set; `Trusted` says nothing of a tampered parent. A Context
does not survive a fork and takes under a millisecond to make, so every call makes its own. The library is
loaded on first use: processes that only pass readings around never pay its 23 MB.
"""

import io
import json
from dataclasses import dataclass
from typing import Any, Final

from provenance import images, manifest_reading
from provenance.credentials import definition
from provenance.credentials.definition import Statement
from provenance.errors import SigningFailed
from provenance.manifest_reading import ManifestReading

# claimSigning, documentSigning, emailProtection, timeStamping, OCSPSigning.
_EKUS: Final = "\n".join(
    ["1.3.6.1.4.1.62558.2.1"] + [f"1.3.6.1.5.5.7.3.{last}" for last in (36, 4, 8, 9)]
)  # fmt: skip

# Large enough to recognise a picture, small enough (about 10 kB) to travel with each one.
_THUMBNAIL_SIDE: Final = 256
_THUMBNAIL_QUALITY: Final = 80


@dataclass(frozen=True)
class Signer:
    """Who signs: certificate chain (signing certificate first), its ES256 key, and a time-stamp authority."""

    chain_pem: str
    key_pem: str
    tsa_url: str | None = None

    def __repr__(self) -> str:
        return f"Signer(tsa_url={self.tsa_url!r})"


@dataclass(frozen=True)
class Signed:
    """A signed file, its manifest store alone, and the name of its manifest."""

    data: bytes
    store: bytes
    urn: str


def sign(data: bytes, mime: str, statement: Statement, signer: Signer, anchors_pem: str) -> Signed:
    """Returns the file with our signed manifest in it; nothing may change its bytes afterwards.

    The result is verified before it is returned. With `signer.tsa_url` set this call waits for that server
    for as long as it takes (the library has no time-out): run it where a time limit holds.

    Args:
        data: PNG, JPEG or WebP, with XMP already in place.
        mime: Its media type.
        statement: What to say.
        signer: Who says it.
        anchors_pem: The roots that `read` will be given; the signer must lead to one of them.

    Raises:
        SigningFailed: with code `signing_failed` or `not_trusted`. No file was made.
    """
    import c2pa

    info = c2pa.C2paSignerInfo(
        c2pa.C2paSigningAlg.ES256, signer.chain_pem.encode(), signer.key_pem.encode(), signer.tsa_url
    )
    out, thumbnail = io.BytesIO(), _thumbnail(data)
    try:
        with (
            c2pa.Context.from_dict(_settings(anchors_pem)) as context,
            c2pa.Signer.from_info(info) as credential,
            c2pa.Builder(definition.definition(statement), context=context) as builder,
        ):
            builder.add_resource("thumbnail.jpg", io.BytesIO(thumbnail))
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
    return Signed(data=out.getvalue(), store=store, urn=reading.urn)


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
    import c2pa

    try:
        with c2pa.Context.from_dict(_settings(anchors_pem)) as context:
            reader = c2pa.Reader.try_create(mime, io.BytesIO(data), store, context)
            if reader is None:
                return None
            with reader:
                return manifest_reading.from_report(json.loads(reader.json()))
    except c2pa.C2paError.NotSupported:
        # A container that cannot hold a manifest holds none.
        return None
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        if str(error).startswith("Remote:"):
            return manifest_reading.elsewhere()
        raise manifest_reading.unreadable() from error


def load_library() -> None:
    """Loads the C2PA library, so that a process forked later need not open files for it."""
    import c2pa  # noqa: F401


def _settings(anchors_pem: str) -> dict[str, Any]:
    return {
        "trust": {"trust_anchors": anchors_pem, "trust_config": _EKUS},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
        "core": {"allowed_network_hosts": []},
        # We make our own: the library enlarges small pictures, and its WebP thumbnails weigh a megabyte.
        "builder": {"thumbnail": {"enabled": False}},
    }


def _thumbnail(data: bytes) -> bytes:
    small = images.thumbnail(images.decode(data).rgb, _THUMBNAIL_SIDE)
    return images.encode(small, "JPEG", quality=_THUMBNAIL_QUALITY)
