"""Signing files that are replaced while somebody uses them."""

import shutil
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from provenance import certificates
from provenance.credentials import key_files
from provenance.credentials.key_files import OVERLAP_SECONDS, KeyFiles, KeyPair
from provenance.errors import BadCertificate
from tests import signing_certificates


class Clock:
    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folders `first` and `second`, each with a chain and its key."""
    folder = tmp_path_factory.mktemp("issued")
    for name in ("first", "second"):
        signing_certificates.write_chain(folder / name)
    return folder


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(key_files, "time", made)
    return made


@pytest.fixture
def used(tmp_path: Path, issued: Path, clock: Clock) -> KeyFiles:
    files = KeyFiles(tmp_path / "chain.pem", tmp_path / "signing-key.pem")
    put(files.key, issued / "first")
    put(files.chain, issued / "first")
    files.present()
    return files


def put(path: Path, source: Path) -> None:
    """Replaces a file in one step, as an operator should."""
    shutil.copy(source / path.name, path.with_suffix(".new"))
    path.with_suffix(".new").replace(path)


def pair(folder: Path) -> KeyPair:
    return KeyPair(*((folder / name).read_text() for name in ("chain.pem", "signing-key.pem")))


def test_the_key_stays_out_of_the_log(issued: Path) -> None:
    assert "PRIVATE" not in repr(pair(issued / "first"))


def test_a_signature_is_one_of_the_certificate(issued: Path) -> None:
    signed = pair(issued / "first").sign(b"claim")
    for name in ("first", "second"):
        public = certificates.load_chain((issued / name / "chain.pem").read_text())[0].public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        if name == "first":
            public.verify(signed, b"claim", ec.ECDSA(hashes.SHA256()))
        else:
            with pytest.raises(InvalidSignature):
                public.verify(signed, b"claim", ec.ECDSA(hashes.SHA256()))


def test_files_that_did_not_change_are_not_read_again(
    used: KeyFiles, issued: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Path, "read_text", None)
    assert used.present().chain_pem == used.of(used.present().certificate).chain_pem  # type: ignore[union-attr]


def test_a_replaced_pair_is_picked_up_and_the_earlier_one_finishes(
    used: KeyFiles, issued: Path, clock: Clock
) -> None:
    first, second = pair(issued / "first"), pair(issued / "second")
    put(used.key, issued / "second")
    assert used.present() == first, "key and chain do not belong together yet"
    put(used.chain, issued / "second")
    assert used.present() == second
    assert used.of(second.certificate) == second
    clock.now += OVERLAP_SECONDS - 1
    assert used.of(first.certificate) == first
    clock.now += 1
    assert used.of(first.certificate) is None
    assert used.of(b"\0" * 32) is None


def test_a_pair_that_stays_wrong_ends_the_signing(used: KeyFiles, issued: Path, clock: Clock) -> None:
    put(used.key, issued / "second")
    used.present()
    clock.now += OVERLAP_SECONDS - 1
    used.present()
    clock.now += 1
    with pytest.raises(BadCertificate) as raised:
        used.present()
    assert raised.value.code == "key_mismatch"
    put(used.key, issued / "first")
    assert used.present() == pair(issued / "first")


def test_a_second_mistake_has_its_own_time(used: KeyFiles, issued: Path, clock: Clock) -> None:
    put(used.key, issued / "second")
    used.present()
    put(used.key, issued / "first")
    used.present()
    clock.now += OVERLAP_SECONDS
    put(used.key, issued / "second")
    assert used.present() == pair(issued / "first")


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("chain.pem", b"nonsense", "chain_unreadable"),
        ("chain.pem", b"\xff\xfe", "chain_unreadable"),
        ("signing-key.pem", b"nonsense", "key_unreadable"),
    ],
)
def test_files_that_were_never_good(
    name: str, content: bytes, code: str, issued: Path, tmp_path: Path
) -> None:
    files = KeyFiles(tmp_path / "chain.pem", tmp_path / "signing-key.pem")
    with pytest.raises(FileNotFoundError):
        files.present()
    for path in (files.chain, files.key):
        put(path, issued / "first")
    (tmp_path / name).write_bytes(content)
    with pytest.raises(BadCertificate) as raised:
        files.present()
    assert raised.value.code == code


def test_a_key_that_cannot_make_es256(tmp_path: Path) -> None:
    signing_certificates.write_chain(tmp_path, curve=ec.SECP384R1())
    with pytest.raises(BadCertificate) as raised:
        KeyFiles(tmp_path / "chain.pem", tmp_path / "signing-key.pem").present()
    assert raised.value.code == "key_unsuitable"
