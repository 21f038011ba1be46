"""A time-stamp authority (RFC 3161) on loopback, with a root of its own; `openssl ts` makes the stamps.

`running(folder)` yields its address and its root. It can also misbehave in the ways of `Mode`.
"""

import contextlib
import datetime as dt
import subprocess
import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# hanging: never answers. trickling: sends a byte now and then, for ever. error: HTTP 500. garbage: HTTP 200
# with bytes that are no answer. huge: an answer without end. refusing: a well-formed "no". stale: a good
# stamp on something else.
Mode = Literal["answering", "hanging", "trickling", "error", "garbage", "huge", "refusing", "stale"]

# Every test that lets it hang waits for a limit of the code under test, never for this.
LONGEST_HANG_SECONDS = 60
# PKIStatusInfo with status 2, rejection.
REFUSAL = bytes.fromhex("30053003020102")
CONFIGURATION = """
[tsa]
default_tsa = authority
[authority]
serial = {folder}/serial
signer_cert = {folder}/time.pem
signer_key = {folder}/time-key.pem
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha256, sha384, sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""


class Authority(ThreadingHTTPServer):
    """Counts the requests that reached it, and is told to end by `ending`."""

    daemon_threads = True

    def __init__(self, folder: Path, mode: Mode) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder, self.mode = folder, mode
        self.requests = 0
        self.ending = threading.Event()
        self.one_at_a_time = threading.Lock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/stamp"


@contextlib.contextmanager
def running(folder: Path, mode: Mode = "answering") -> Iterator[tuple[str, str]]:
    """Yields the address of a running authority and its root certificate (PEM).

    Args:
        folder: For its certificate, key and serial numbers; made anew if they are not there.
        mode: How it answers.
    """
    with served(folder, mode) as authority:
        yield authority.url, (folder / "time-root.pem").read_text()


@contextlib.contextmanager
def served(folder: Path, mode: Mode = "answering") -> Iterator[Authority]:
    """As `running`, and yields the server itself."""
    make_certificates(folder)
    with Authority(folder, mode) as authority:
        # It looks for the end that often; the default of half a second would cost every test as much.
        threading.Thread(target=authority.serve_forever, args=(0.02,), daemon=True).start()
        try:
            yield authority
        finally:
            authority.ending.set()
            authority.shutdown()


def make_certificates(folder: Path) -> None:
    """Writes `time-root.pem`, `time.pem`, `time-key.pem` and what openssl asks for, unless they are there."""
    if (folder / "time-root.pem").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    root_key, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
    root = _certificate("Time-stamp test root", "Time-stamp test root", root_key, root_key, is_root=True)
    leaf = _certificate("Time-stamp test authority", "Time-stamp test root", key, root_key, is_root=False)
    (folder / "time.pem").write_bytes(leaf.public_bytes(serialization.Encoding.PEM))
    (folder / "time-key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (folder / "serial").write_text("01\n")
    (folder / "tsa.cnf").write_text(CONFIGURATION.format(folder=folder.resolve()))
    (folder / "time-root.pem").write_bytes(root.public_bytes(serialization.Encoding.PEM))


def _certificate(
    subject: str,
    issuer: str,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_root: bool,
) -> x509.Certificate:
    now = dt.datetime.now(dt.UTC)
    usage = dict.fromkeys(
        ["content_commitment", "key_encipherment", "data_encipherment", "key_agreement"], False
    ) | {"encipher_only": False, "decipher_only": False}
    builder = (
        x509.CertificateBuilder(_name(issuer), _name(subject), key.public_key(), x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=is_root, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=not is_root, key_cert_sign=is_root, crl_sign=is_root, **usage),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if not is_root:
        # RFC 3161 asks for this usage alone, and critical.
        builder = builder.add_extension(
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), critical=True
        )
    return builder.sign(issuer_key, hashes.SHA256())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Time-stamp tests"),
            x509.NameAttribute(NameOID.COMMON_NAME, common),
        ]
    )


def stamp(folder: Path, request: bytes) -> bytes:
    """Returns the DER answer (TimeStampResp) to a DER request (TimeStampReq)."""
    command = ["openssl", "ts", "-reply", "-config", str(folder / "tsa.cnf"), "-queryfile", "/dev/stdin"]
    done = subprocess.run(command, input=request, capture_output=True, check=True)
    return done.stdout


class _Handler(BaseHTTPRequestHandler):
    server: Authority

    def do_POST(self) -> None:
        authority = self.server
        authority.requests += 1
        request = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        # The client may have given up.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self._answer(authority, request)

    def _answer(self, authority: Authority, request: bytes) -> None:
        match authority.mode:
            case "hanging":
                authority.ending.wait(LONGEST_HANG_SECONDS)
            case "trickling" | "huge":
                self._go_on(authority)
            case "error":
                self.send_error(500)
            case "garbage":
                self._reply(b"\x30\x03garbage")
            case "refusing":
                self._reply(REFUSAL)
            case "stale":
                self._reply(self._stamp(authority, _other_request()))
            case "answering":
                self._reply(self._stamp(authority, request))

    def _stamp(self, authority: Authority, request: bytes) -> bytes:
        with authority.one_at_a_time:  # openssl counts serial numbers up in a file
            return stamp(authority.folder, request)

    def _reply(self, body: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _go_on(self, authority: Authority) -> None:
        chunk = b"\0" * (1 << 16 if authority.mode == "huge" else 1)
        self.send_response(200)
        self.send_header("Content-Type", "application/timestamp-reply")
        self.end_headers()
        until = time.monotonic() + LONGEST_HANG_SECONDS
        while time.monotonic() < until and not authority.ending.is_set():
            self.wfile.write(chunk)
            self.wfile.flush()
            if authority.mode == "trickling":
                authority.ending.wait(0.05)

    def log_message(self, *args: object) -> None:
        pass


def _other_request() -> bytes:
    command = ["openssl", "ts", "-query", "-digest", "00" * 32, "-sha256", "-cert"]
    return subprocess.run(command, capture_output=True, check=True).stdout
