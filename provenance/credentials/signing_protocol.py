"""What is said between a worker and the service that signs for it, over a Unix socket.

One request a connection. Both sides send one frame: its length (four bytes, most significant first), then
that many bytes.

* The request: SHA-256 of the signing certificate in DER (32 bytes), then the bytes to sign.
* The answer: `0` and the ES256 signature (DER, or the 64 bytes r and s); or `1` and one of `REFUSALS`. (`0`
  and `1` are one byte of that value.)

Every wait has one end, `until`, by `time.monotonic`; a peer that sends a byte now and then gains nothing.
"""

import socket
import time
from typing import Final

CERTIFICATE_BYTES: Final = 32
# The C2PA library hands over no more than this for one signature; a claim of ours has about 4 kB.
MAX_BYTES: Final = 1024 * 1024
SIGNED: Final = b"\x00"
REFUSED: Final = b"\x01"

# malformed: no request of this form. not_a_claim: something that is no C2PA claim was to be signed.
# certificate_unknown: the service has the key of another certificate. failed: the key could not be used.
REFUSALS: Final = frozenset({"malformed", "not_a_claim", "certificate_unknown", "failed"})

# COSE's Sig_structure for one signature (RFC 9052, section 4.4), in which every C2PA claim is signed: an
# array of four that begins with this word. So the key signs claims and nothing else.
CLAIM_PREFIX: Final = b"\x84\x6aSignature1"

_LENGTH_BYTES: Final = 4


class Malformed(Exception):
    """The peer sent something that is no frame, or hung up in the middle of one."""


def send(connection: socket.socket, frame: bytes, until: float) -> None:
    """Sends one frame.

    Raises:
        OSError: the peer is gone; `TimeoutError` if it is too slow.
    """
    _limit(connection, until)
    connection.sendall(len(frame).to_bytes(_LENGTH_BYTES, "big") + frame)


def receive(connection: socket.socket, until: float) -> bytes:
    """Returns the next frame.

    Raises:
        Malformed: the connection ended early, or the frame is empty or above `MAX_BYTES`.
        OSError: the peer is gone; `TimeoutError` if it is too slow.
    """
    length = int.from_bytes(_exactly(connection, _LENGTH_BYTES, until), "big")
    if not 0 < length <= MAX_BYTES:
        raise Malformed(f"a frame of {length} bytes")
    return _exactly(connection, length, until)


def _exactly(connection: socket.socket, length: int, until: float) -> bytes:
    got = bytearray()
    while len(got) < length:
        _limit(connection, until)
        part = connection.recv(length - len(got))
        if not part:
            raise Malformed("the connection ended within a frame")
        got += part
    return bytes(got)


def _limit(connection: socket.socket, until: float) -> None:
    left = until - time.monotonic()
    if left <= 0:
        raise TimeoutError("the peer is too slow")
    connection.settimeout(left)
