"""The soft bindings that our manifests list, as a resolver is asked for them. Pure.

The web process answers such questions and must not load the watermark's room, which brings OpenCV along; so
the names stand here, and a test holds them to what stamping writes. A name stays when its codec gets a new
version: published manifests go on saying it.
"""

import base64
import binascii
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

# What a manifest calls an algorithm (`stamping.watermark_alg`), and the codec's name in the registry's rows.
# These are the codecs that published pictures were ever marked with (`detection.MARKED_WITH`).
ALGORITHMS: Final[Mapping[str, str]] = MappingProxyType(
    {"org.tracery.tiled.1": "tiled", "org.tracery.dwtdctsvd.1": "dwtDctSvd"}
)

_HEXADECIMAL: Final = re.compile(rb"[0-9a-f]{16}")
_PAYLOAD_BYTES: Final = 8


class NotBase64(ValueError):
    """The value of a soft binding is not base64."""


def payload_of(value: str) -> int | None:
    """Returns the watermark payload, in [0, 2**64), that a query's value means; None if it means none.

    Our manifests hold the payload as text, 16 hexadecimal digits. Base64 of that text is the value as the
    interface wants it. Base64 of the payload's 8 bytes (big-endian), which is what a manifest will hold once
    the library can write bytes, means the same; and so does the text itself, because whoever takes the
    manifest's text for base64 already sends that.

    Args:
        value: Base64 in the standard or in the URL's alphabet, padded.

    Raises:
        NotBase64: it is not.
    """
    try:
        given = value.encode("ascii")
        decoded = base64.b64decode(given.translate(bytes.maketrans(b"-_", b"+/")), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NotBase64(str(error)) from error
    for text in (given, decoded):
        if _HEXADECIMAL.fullmatch(text):
            return int(text, 16)
    return int.from_bytes(decoded) if len(decoded) == _PAYLOAD_BYTES else None
