"""The process that alone reads the private key, as a real process, and those who ask it for signatures."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, utils
from django.conf import settings as project
from pytest_django import Settings

from provenance import certificates, images, manifest, signing
from provenance.credentials import signing_client, signing_protocol
from provenance.credentials.key_files import KeyPair, certificate_hash
from provenance.credentials.signing_protocol import CLAIM_PREFIX, MAX_BYTES
from provenance.errors import SigningFailed
from provenance.manifest import Signer
from tests import signing_certificates
from tests.integration.provenance.test_manifest import statement, unsigned

PATIENCE_SECONDS = 20
# The library may notice a bad signature itself, or our reading of the finished file does.
STOPPED = {"signing_failed", "not_trusted"}
CLAIM = CLAIM_PREFIX + b"what is to be signed"


class Service:
    """`python -m provenance.credentials.signing_service` with files of its own."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.socket, self.log_file = folder, folder / "service.sock", folder / "log"
        certificates.make_test_authority(folder, common_name="Service tests")

    def command(self, **options: str | Path) -> list[str]:
        files = {"chain": self.folder / "chain.pem", "key": self.folder / "signing-key.pem"}
        given = {"socket": self.socket, **files, **options}
        words = [word for name, value in given.items() for word in (f"--{name}", str(value))]
        return [sys.executable, "-m", "provenance.credentials.signing_service", *words]

    @contextlib.contextmanager
    def running(self, **options: str | Path) -> Iterator[subprocess.Popen[bytes]]:
        # It must need nothing of ours: no settings, no secrets, no database.
        bare = {"PATH": os.environ["PATH"]}
        with self.log_file.open("ab") as log:
            process = subprocess.Popen(
                self.command(**options), cwd=project.BASE_DIR, env=bare, stdout=log, stderr=log
            )
        try:
            wait_for(lambda: self.socket.exists() or process.poll() is not None)
            yield process
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)

    def refuses_to_start(self, **options: str | Path) -> str:
        done = subprocess.run(
            self.command(**options),
            cwd=project.BASE_DIR,
            check=False,
            capture_output=True,
            text=True,
            timeout=PATIENCE_SECONDS,
        )
        assert done.returncode != 0
        return done.stderr

    @property
    def log(self) -> str:
        return self.log_file.read_text()

    @property
    def chain(self) -> str:
        return (self.folder / "chain.pem").read_text()

    @property
    def certificate(self) -> bytes:
        return certificate_hash(self.chain)

    def sign(self, data: bytes = CLAIM, **options: Any) -> bytes:
        return signing_client.sign(self.socket, self.certificate, data, **options)

    def verify(self, signature: bytes, data: bytes = CLAIM, chain: str | None = None) -> None:
        public = certificates.load_chain(chain or self.chain)[0].public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        public.verify(signature, data, ec.ECDSA(hashes.SHA256()))

    def says(self, frame: bytes) -> bytes:
        """Returns the whole answer to bytes that need not be a frame."""
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(PATIENCE_SECONDS)
            connection.connect(str(self.socket))
            with contextlib.suppress(BrokenPipeError):  # it need not read to the end what is too long
                connection.sendall(frame)
            connection.shutdown(socket.SHUT_WR)
            answer = bytearray()
            with contextlib.suppress(ConnectionResetError):  # nor say goodbye to one who says too much
                while part := connection.recv(4096):
                    answer += part
            return bytes(answer)


def wait_for(happened: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_SECONDS
    while not happened():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.02)


def framed(body: bytes, length: int | None = None) -> bytes:
    return (len(body) if length is None else length).to_bytes(4, "big") + body


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path / "signing")


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    made = Service(tmp_path_factory.mktemp("shared"))
    with made.running():
        yield made


def code_of(call: Callable[[], object]) -> str:
    with pytest.raises(SigningFailed) as raised:
        call()
    return raised.value.code


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_a_picture_is_signed_without_the_key(name: str, shared: Service) -> None:
    signer = Signer(shared.chain, sign_bytes=shared.sign)
    anchors = (shared.folder / "root.pem").read_text()
    made = manifest.sign(unsigned(name), images.MIME[name], statement(), signer, anchors)
    reading = manifest.read(made.data, images.MIME[name], anchors)
    assert reading is not None
    assert (reading.state, reading.signer) == ("Trusted", "Service tests")


def test_each_signature_leaves_a_line_and_nothing_of_what_was_signed(shared: Service) -> None:
    before = shared.log.count("signed ")
    secret = b"what nobody may read in a log"
    shared.verify(shared.sign(CLAIM + secret), CLAIM + secret)
    assert shared.log.count("signed ") == before + 1
    line = shared.log.splitlines()[-1]
    assert f"{len(CLAIM + secret)} bytes for process {os.getpid()} of user {os.getuid()}" in line
    assert shared.certificate.hex()[:16] in line
    assert secret.decode() not in shared.log
    assert "PRIVATE" not in shared.log


@pytest.mark.parametrize(
    ("frame", "answer"),
    [
        (b"", b"malformed"),
        (b"\0\0", b"malformed"),
        (framed(b""), b"malformed"),
        (framed(b"short", length=100), b"malformed"),
        (framed(b"", length=MAX_BYTES + 1), b"malformed"),
        (b"\xff" * 64, b"malformed"),
        (b"GET / HTTP/1.1\r\n\r\n", b"malformed"),
        (framed(b"c" * 32), b"not_a_claim"),
        (framed(b"c" * 32 + b"a letter of ours"), b"not_a_claim"),
        (framed(b"c" * 5), b"not_a_claim"),
        (framed(b"c" * 32 + CLAIM), b"certificate_unknown"),
    ],
)
def test_bad_requests_are_refused_and_survived(frame: bytes, answer: bytes, shared: Service) -> None:
    assert shared.says(frame) == framed(signing_protocol.REFUSED + answer)
    assert answer.decode() in signing_protocol.REFUSALS
    shared.verify(shared.sign())


def test_what_is_too_large_is_not_read(shared: Service) -> None:
    assert code_of(lambda: shared.sign(CLAIM + bytes(MAX_BYTES))) == "signing_service_refused"
    assert shared.says(framed(bytes(MAX_BYTES + 1))) == framed(signing_protocol.REFUSED + b"malformed")
    shared.verify(shared.sign())


def test_the_client_says_that_it_was_refused(shared: Service) -> None:
    assert code_of(lambda: shared.sign(b"a letter")) == "signing_service_refused"
    assert code_of(lambda: signing_client.sign(shared.socket, b"c" * 32, CLAIM)) == "signing_service_refused"


def test_those_who_say_nothing_keep_nobody_waiting(shared: Service) -> None:
    with contextlib.ExitStack() as idle:
        for _ in range(8):
            connection = idle.enter_context(socket.socket(socket.AF_UNIX))
            connection.connect(str(shared.socket))
            connection.sendall(b"\0")
        shared.verify(shared.sign(limit_seconds=3))


def test_many_at_once(shared: Service) -> None:
    signatures: list[bytes] = []
    threads = [threading.Thread(target=lambda: signatures.append(shared.sign())) for _ in range(40)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert len(signatures) == 40
    for signature in signatures:
        shared.verify(signature)


def test_only_its_user_may_ask(shared: Service) -> None:
    assert shared.socket.stat().st_mode & 0o777 == 0o600


def test_a_group_may_ask_if_it_is_named(service: Service) -> None:
    import grp

    group = grp.getgrgid(os.getgid())
    with service.running(group=group.gr_name):
        service.verify(service.sign())
        found = service.socket.stat()
        assert (found.st_mode & 0o777, found.st_gid) == (0o660, group.gr_gid)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_in_good_order(service: Service, number: int) -> None:
    with service.running() as process:
        service.sign()
        # Somebody who says nothing is waited for no longer than a request may take.
        process.send_signal(number)
        assert process.wait(PATIENCE_SECONDS) == 0
    assert not service.socket.exists()
    assert "stopped" in service.log
    assert "Traceback" not in service.log


def test_one_that_was_killed_is_replaced_and_one_that_lives_is_not(service: Service) -> None:
    with service.running() as process:
        service.sign()
        assert "already listens" in service.refuses_to_start()
        process.kill()
        process.wait()
        assert service.socket.exists()
    with service.running():
        wait_for(lambda: service.log.count("ready") == 2)
        service.verify(service.sign())


def test_it_takes_the_place_of_nothing_else(service: Service) -> None:
    service.socket.write_text("a file of somebody's")
    assert "is no socket" in service.refuses_to_start()
    assert service.socket.read_text() == "a file of somebody's"


def test_it_refuses_a_key_that_others_may_use(service: Service) -> None:
    (service.folder / "signing-key.pem").chmod(0o644)
    assert "chmod 600" in service.refuses_to_start()


def test_it_refuses_a_key_of_another_certificate(service: Service) -> None:
    signing_certificates.write_key(service.folder / "other.pem")
    assert "key_mismatch" in service.refuses_to_start(key=service.folder / "other.pem")


def test_workers_wait_while_it_is_started_anew(service: Service) -> None:
    signatures: list[bytes] = []
    asking = threading.Thread(target=lambda: signatures.append(service.sign(limit_seconds=PATIENCE_SECONDS)))
    asking.start()
    with service.running():
        asking.join(PATIENCE_SECONDS)
    service.verify(signatures[0])


class TestANewCertificate:
    def test_is_used_without_a_restart_and_the_old_one_finishes(self, service: Service) -> None:
        with service.running():
            service.sign()
            old = service.chain
            certificates.make_test_authority(service.folder, common_name="Service tests", renew=True)
            assert service.chain != old
            service.verify(service.sign())
            begun_before = signing_client.sign(service.socket, certificate_hash(old), CLAIM)
            service.verify(begun_before, chain=old)

    def test_never_leaves_a_moment_without_one(self, service: Service) -> None:
        """Signs as fast as it can, with the chain that is there, while key and chain are replaced."""
        ending, errors, count = threading.Event(), list[BaseException](), 0

        def sign() -> None:
            nonlocal count
            while not ending.is_set():
                try:
                    chain = service.chain
                    signing_client.sign(service.socket, certificate_hash(chain), CLAIM)
                    count += 1
                except BaseException as error:
                    errors.append(error)
                    return

        with service.running():
            thread = threading.Thread(target=sign)
            thread.start()
            for number in range(5):
                certificates.make_test_authority(service.folder, common_name=f"Service {number}", renew=True)
                before = count
                wait_for(lambda before=before: count > before + 3 or bool(errors))  # type: ignore[misc]
            ending.set()
            thread.join(PATIENCE_SECONDS)
        assert errors == []
        assert service.log.count("was replaced") == 5


class TestTheClient:
    """What it makes of a service that is away, slow, or talks nonsense."""

    def test_away(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(signing_client, "_RESTART_SECONDS", 0.1)
        path = tmp_path / "service.sock"
        assert code_of(lambda: signing_client.sign(path, b"c" * 32, CLAIM)) == "signing_service_down"
        with socket.socket(socket.AF_UNIX) as dead:
            dead.bind(str(path))
        assert code_of(lambda: signing_client.sign(path, b"c" * 32, CLAIM)) == "signing_service_down"

    def test_not_for_us(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def refused(*args: Any) -> None:
            raise PermissionError

        monkeypatch.setattr(signing_client, "_connected", refused)
        path = tmp_path / "service.sock"
        assert code_of(lambda: signing_client.sign(path, b"c" * 32, CLAIM)) == "signing_service_down"

    @pytest.mark.parametrize(
        ("answer", "code"),
        [
            (b"", "signing_service_broken"),
            (framed(b"\x00"), "signing_service_broken"),
            (framed(b"\x07what"), "signing_service_broken"),
            (framed(b"\x01\xff\xff"), "signing_service_broken"),
            (framed(b"\x00signature", length=500), "signing_service_broken"),
            (framed(b"", length=2**32 - 1), "signing_service_broken"),
            (None, "signing_service_slow"),
        ],
    )
    def test_nonsense(self, answer: bytes | None, code: str, tmp_path: Path) -> None:
        path = tmp_path / "service.sock"
        ending = threading.Event()

        def serve(listener: socket.socket) -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(framed(b"", length=1000) if answer is None else answer)
                while answer is None and not ending.wait(0.05):  # one byte after the other
                    connection.sendall(b"a")

        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(str(path))
            listener.listen()
            thread = threading.Thread(target=serve, args=(listener,))
            thread.start()
            assert code_of(lambda: signing_client.sign(path, b"c" * 32, CLAIM, limit_seconds=0.3)) == code
            ending.set()
            thread.join()


class TestTheCallback:
    """`Signer.sign_bytes`, the interface for key stores of other kinds."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> KeyPair:
        certificates.make_test_authority(tmp_path, common_name="Callback tests")
        return KeyPair(*((tmp_path / name).read_text() for name in ("chain.pem", "signing-key.pem")))

    @staticmethod
    def signed(pair: KeyPair, folder: Path, sign_bytes: manifest.SignBytes) -> manifest.Signed:
        anchors = (folder / "root.pem").read_text()
        signer = Signer(pair.chain_pem, sign_bytes=sign_bytes)
        return manifest.sign(unsigned("PNG"), "image/png", statement(), signer, anchors)

    def test_der_and_raw_signatures_are_taken(self, pair: KeyPair, tmp_path: Path) -> None:
        def raw(data: bytes) -> bytes:
            r, s = utils.decode_dss_signature(pair.sign(data))
            return r.to_bytes(32, "big") + s.to_bytes(32, "big")

        for sign_bytes in (pair.sign, raw):
            assert self.signed(pair, tmp_path, sign_bytes).urn.startswith("urn:c2pa:")

    def test_what_it_raises_comes_out(self, pair: KeyPair, tmp_path: Path) -> None:
        failure = OSError("the key store is away")

        def broken(data: bytes) -> bytes:
            raise failure

        with pytest.raises(OSError, match="the key store is away") as raised:
            self.signed(pair, tmp_path, broken)
        assert raised.value is failure

    @pytest.mark.parametrize("signature", [b"", b"nonsense", bytes(64)])
    def test_a_signature_that_is_none_stops_the_signing(
        self, signature: bytes, pair: KeyPair, tmp_path: Path
    ) -> None:
        assert code_of(lambda: self.signed(pair, tmp_path, lambda data: signature)) in STOPPED

    def test_the_key_of_another_certificate_stops_the_signing(self, pair: KeyPair, tmp_path: Path) -> None:
        other = ec.generate_private_key(ec.SECP256R1())
        code = code_of(
            lambda: self.signed(pair, tmp_path, lambda data: other.sign(data, ec.ECDSA(hashes.SHA256())))
        )
        assert code in STOPPED


class TestTheSettings:
    @pytest.fixture(autouse=True)
    def files(self, service: Service, settings: Settings) -> None:
        settings.SIGNING_CHAIN = service.folder / "chain.pem"
        settings.SIGNING_KEY = service.folder / "signing-key.pem"
        settings.TRUST_ANCHORS = service.folder / "root.pem"

    def sign(self) -> manifest.Signed:
        return manifest.sign(unsigned("PNG"), "image/png", statement(), signing.signer(), signing.anchors())

    def test_choose_the_service_and_then_no_key_is_read(self, service: Service, settings: Settings) -> None:
        settings.SIGNING_SERVICE = service.socket
        with service.running():
            shutil.move(settings.SIGNING_KEY, service.folder / "out-of-reach.pem")
            settings.SIGNING_KEY = service.folder / "nowhere.pem"
            signer = signing.signer()
            assert signer.key_pem == ""
            # The pair that the service has read goes on for a while; only that process ever had it.
            shutil.move(service.folder / "out-of-reach.pem", service.folder / "signing-key.pem")
            assert self.sign().urn.startswith("urn:c2pa:")
        assert service.log.count("signed ") == 1

    def test_the_service_loads_nothing_of_the_site(self) -> None:
        heavy = "{'django', 'c2pa', 'PIL'} & set(sys.modules)"
        code = f"import sys, provenance.credentials.signing_service; print(*{heavy})"
        command = [sys.executable, "-c", code]
        done = subprocess.run(command, cwd=project.BASE_DIR, capture_output=True, check=True, text=True)
        assert done.stdout.strip() == ""

    def test_choose_the_key_file_otherwise(self, service: Service, settings: Settings) -> None:
        settings.SIGNING_SERVICE = None
        assert self.sign().urn.startswith("urn:c2pa:")

    def test_a_service_that_is_away_is_named(
        self, service: Service, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(signing_client, "_RESTART_SECONDS", 0.1)
        settings.SIGNING_SERVICE = service.socket
        assert code_of(self.sign) == "signing_service_down"

    @pytest.mark.parametrize("uses_service", [False, True])
    def test_files_that_cannot_be_used_are_named(
        self, uses_service: bool, service: Service, settings: Settings
    ) -> None:
        settings.SIGNING_SERVICE = service.socket if uses_service else None
        settings.SIGNING_CHAIN = service.folder / "nowhere.pem"
        assert code_of(signing.signer) == "signing_files_unusable"
