"""Asks the signing service for a signature, so that this process never reads the private key."""

import logging
import socket
import time
from pathlib import Path
from typing import Final

from provenance.credentials import signing_protocol
from provenance.credentials.signing_protocol import Malformed
from provenance.errors import SigningFailed

# A signature takes a millisecond, in a key store over the network some hundred.
LIMIT_SECONDS: Final = 5.0
# So long a service may be away while it is started anew.
_RESTART_SECONDS: Final = 2.0
_RETRY_SECONDS: Final = 0.05

_LATER: Final = "No picture can be signed at the moment. Please try again in a few minutes."

logger = logging.getLogger(__name__)


def sign(service: Path, certificate: bytes, data: bytes, *, limit_seconds: float = LIMIT_SECONDS) -> bytes:
    """Returns the ES256 signature of the bytes (DER, or the 64 bytes r and s).

    Args:
        service: Its socket.
        certificate: SHA-256 of the certificate that the signature must be made for, 32 bytes.
        data: What to sign.
        limit_seconds: For everything together.

    Raises:
        SigningFailed: with code `signing_service_down` (nobody listens), `signing_service_slow` (no answer
            within the limit), `signing_service_refused` (it said no; the log says why) or
            `signing_service_broken` (its answer is none).
    """
    request = certificate + data
    if len(request) > signing_protocol.MAX_BYTES:
        # The service would hang up in the middle of it.
        raise _refused("malformed")
    until = time.monotonic() + limit_seconds
    try:
        with _connected(service, until) as connection:
            signing_protocol.send(connection, request, until)
            answer = signing_protocol.receive(connection, until)
    except TimeoutError as error:
        raise SigningFailed("signing_service_slow", _LATER) from error
    except Malformed as error:
        raise SigningFailed("signing_service_broken", _LATER) from error
    except OSError as error:
        raise SigningFailed("signing_service_down", _LATER) from error
    return _signature(answer)


def _connected(service: Path, until: float) -> socket.socket:
    """Returns a connection; goes on trying while the service may be starting anew."""
    give_up = min(until, time.monotonic() + _RESTART_SECONDS)
    while True:
        connection = socket.socket(socket.AF_UNIX)
        try:
            connection.settimeout(max(give_up - time.monotonic(), _RETRY_SECONDS))
            connection.connect(str(service))
        except (FileNotFoundError, ConnectionRefusedError, BlockingIOError):
            connection.close()
            if time.monotonic() + _RETRY_SECONDS > give_up:
                raise
            time.sleep(_RETRY_SECONDS)
        except BaseException:
            connection.close()
            raise
        else:
            return connection


def _signature(answer: bytes) -> bytes:
    kind, rest = answer[:1], answer[1:]
    if kind == signing_protocol.SIGNED and rest:
        return rest
    if kind == signing_protocol.REFUSED:
        why = rest.decode("ascii", errors="replace")
        if why in signing_protocol.REFUSALS:
            raise _refused(why)
    raise SigningFailed("signing_service_broken", _LATER)


def _refused(why: str) -> SigningFailed:
    logger.error("the signing service refused: %s", why)
    return SigningFailed("signing_service_refused", _LATER)
