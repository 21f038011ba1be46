"""A process that alone reads the private key, and signs C2PA claims for the workers.

    python -m provenance.credentials.signing_service --socket S --chain chain.pem --key key.pem [--group G]

It runs under a user of its own (docs/signing.md), needs no other setting, opens no network and loads no
Django. Whoever may write to its socket may have claims signed, and gets nothing else: mode 0600, or 0660 for
one group. Each signature leaves a line in the log (when, for whom, how many bytes, which certificate), never
what was signed. `signing_protocol` has the form of the messages.

A key in a hardware module or a key management service is put in place of the files: write a program that
calls `serve` with its own `SignFor`.
"""

import argparse
import functools
import grp
import logging
import os
import resource
import signal
import socket
import socketserver
import stat
import struct
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from provenance.credentials import signing_protocol
from provenance.credentials.key_files import FORBIDDEN_ON_A_KEY, KeyFiles
from provenance.credentials.signing_protocol import CERTIFICATE_BYTES, CLAIM_PREFIX, Malformed

# Takes the SHA-256 of the signing certificate and the bytes to sign; returns the ES256 signature (DER, or the
# 64 bytes r and s), or None if it has no key for that certificate. Called by several threads at once.
SignFor = Callable[[bytes, bytes], bytes | None]

# For one request, from connecting to the answer. (A worker waits as long: `signing_client.LIMIT_SECONDS`.)
_REQUEST_SECONDS: Final = 5.0
# More threads than workers that could ask at once; above it, connections wait in the socket's queue.
_AT_ONCE: Final = 32

_OWNER_ONLY: Final = 0o600
_OWNER_AND_GROUP: Final = 0o660
logger = logging.getLogger("signing")


class SigningService(socketserver.ThreadingMixIn, socketserver.UnixStreamServer):
    """Listens on a Unix socket that exists only with the right permissions."""

    request_queue_size = 128
    # Its end waits for the requests that it has begun to answer.
    daemon_threads = False

    def __init__(self, path: Path, sign_for: SignFor, group: str | None = None) -> None:
        self.path, self.sign_for, self.group = path, sign_for, group
        self.free = threading.BoundedSemaphore(_AT_ONCE)
        super().__init__(str(path), _Request)

    def server_bind(self) -> None:
        before = os.umask(0o777 & ~_OWNER_ONLY)
        try:
            super().server_bind()
        finally:
            os.umask(before)
        if self.group is not None:
            os.chown(self.path, -1, grp.getgrnam(self.group).gr_gid)
            self.path.chmod(_OWNER_AND_GROUP)

    def process_request_thread(self, request: object, client_address: object) -> None:
        try:
            super().process_request_thread(request, client_address)  # type: ignore[arg-type]
        finally:
            self.free.release()

    def process_request(self, request: object, client_address: object) -> None:
        self.free.acquire()
        super().process_request(request, client_address)  # type: ignore[arg-type]

    def handle_error(self, request: object, client_address: object) -> None:
        """One bad request ends itself and nothing else."""
        logger.error("a request ended: %r", sys.exc_info()[1])


class _Request(socketserver.BaseRequestHandler):
    server: SigningService
    request: socket.socket

    def handle(self) -> None:
        until = time.monotonic() + _REQUEST_SECONDS
        try:
            frame = signing_protocol.receive(self.request, until)
        except Malformed as error:
            logger.warning("refused %s: malformed, %s", _peer(self.request), error)
            answer = signing_protocol.REFUSED + b"malformed"
        else:
            answer = self._answer(frame[:CERTIFICATE_BYTES], frame[CERTIFICATE_BYTES:])
        signing_protocol.send(self.request, answer, until)

    def _answer(self, certificate: bytes, data: bytes) -> bytes:
        peer = _peer(self.request)
        if not data.startswith(CLAIM_PREFIX):
            logger.warning("refused %s: %d bytes that are not a claim", peer, len(data))
            return signing_protocol.REFUSED + b"not_a_claim"
        try:
            signature = self.server.sign_for(certificate, data)
        except Exception as error:
            # Whatever a key store raises: the service goes on, and the worker is told.
            logger.error("failed for %s: %r", peer, error)
            return signing_protocol.REFUSED + b"failed"
        if signature is None:
            logger.warning("refused %s: no key for certificate %s", peer, certificate.hex()[:16])
            return signing_protocol.REFUSED + b"certificate_unknown"
        logger.info("signed %d bytes for %s with certificate %s", len(data), peer, certificate.hex()[:16])
        return signing_protocol.SIGNED + signature


def serve(path: Path, sign_for: SignFor, *, group: str | None = None) -> None:
    """Answers requests until SIGTERM or SIGINT; then finishes what it began and removes the socket.

    Args:
        path: The socket, at most about 100 bytes long. One that a dead service left behind is replaced.
        sign_for: Makes the signatures.
        group: A group that may ask, besides this user.

    Raises:
        SystemExit: a service listens there already, or the path is something else than a socket.
        OSError: the socket cannot be made.
    """
    _clear(path)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core dump would hold the key
    with SigningService(path, sign_for, group) as service:
        ours = path.stat().st_ino
        for number in (signal.SIGTERM, signal.SIGINT):
            # `shutdown` waits for the loop that this very thread is in.
            signal.signal(number, lambda *_: threading.Thread(target=service.shutdown).start())
        logger.info("ready on %s", path)
        service.serve_forever(poll_interval=0.1)
        # A service that was started in the meantime has a socket of its own there.
        if path.exists() and path.stat().st_ino == ours:
            path.unlink()
    logger.info("stopped")


def sign_by_files(files: KeyFiles, certificate: bytes, data: bytes) -> bytes | None:
    """Signs with the pair of that certificate: the `SignFor` of keys in files.

    Raises:
        BadCertificate, OSError: as `KeyFiles.present`.
    """
    pair = files.of(certificate)
    return pair.sign(data) if pair else None


def main() -> None:
    """Runs the service for a chain and key in files."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--socket", type=Path, required=True, help="the Unix socket to listen on")
    parser.add_argument("--chain", type=Path, required=True, help="certificate chain (PEM)")
    parser.add_argument("--key", type=Path, required=True, help="private key (PEM), for its owner alone")
    parser.add_argument("--group", help="a group that may ask for signatures; else only this user")
    given = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    if given.key.stat().st_mode & FORBIDDEN_ON_A_KEY:
        sys.exit(f"Others may use {given.key}. Take their rights away first: chmod 600 {given.key}")
    files = KeyFiles(given.chain, given.key)
    files.present()  # says at once that nothing could be signed
    serve(given.socket, functools.partial(sign_by_files, files), group=given.group)


def _clear(path: Path) -> None:
    """Removes the socket of a service that is dead."""
    if not path.exists():
        return
    if not stat.S_ISSOCK(path.stat().st_mode):
        sys.exit(f"{path} is there already and is no socket.")
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        else:
            sys.exit(f"A signing service already listens on {path}.")


def _peer(connection: socket.socket) -> str:
    """Returns who is at the other end, as the kernel knows it."""
    if not hasattr(socket, "SO_PEERCRED"):
        return "a process"
    form = struct.Struct("3i")
    process, user, _ = form.unpack(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, form.size))
    return f"process {process} of user {user}"


if __name__ == "__main__":
    main()
