"""Time-stamps: what an authority may do to us, and what each policy makes of it."""

import contextlib
import http.client
import logging
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from pytest_django import Settings

from provenance import certificates, images, manifest, signing
from provenance.credentials import time_stamp_relay
from provenance.credentials.key_files import KeyPair
from provenance.credentials.time_stamp_relay import StampRefused
from provenance.errors import SigningFailed
from provenance.manifest import Signed, Signer
from provenance.manifest_reading import ManifestReading
from tests import time_stamp_authority
from tests.integration.provenance.test_manifest import statement, unsigned
from tests.time_stamp_authority import Mode

# Well below the hour that a hang would last, well above what a busy machine adds.
PATIENCE_SECONDS = 20
LIMIT_SECONDS = 0.3
MISBEHAVIOUR: list[Mode] = ["hanging", "trickling", "error", "garbage", "huge", "refusing", "stale"]


@pytest.fixture(scope="module")
def ours(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ours")
    certificates.make_test_authority(folder, common_name="Time-stamp tests")
    return folder


@pytest.fixture(scope="module")
def time_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("time")
    time_stamp_authority.make_certificates(folder)
    return folder


@pytest.fixture
def signer(ours: Path) -> Signer:
    chain, key = ((ours / name).read_text() for name in ("chain.pem", "signing-key.pem"))
    return Signer(chain, key, tsa_seconds=PATIENCE_SECONDS)


@pytest.fixture(scope="module")
def anchors(ours: Path) -> str:
    return (ours / "root.pem").read_text()


def sign(signer: Signer, anchors: str, name: str = "PNG") -> Signed:
    return manifest.sign(unsigned(name), images.MIME[name], statement(), signer, anchors)


def reading_of(made: Signed, anchors: str, name: str = "PNG") -> ManifestReading:
    reading = manifest.read(made.data, images.MIME[name], anchors)
    assert reading is not None
    assert reading.state == "Trusted"
    return reading


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_a_stamp_is_trusted_under_its_root(
    name: str, signer: Signer, anchors: str, time_folder: Path
) -> None:
    with time_stamp_authority.running(time_folder) as (url, time_anchors):
        made = sign(replace(signer, tsa_url=url, tsa_trusted=True), anchors + time_anchors, name)
    reading = reading_of(made, anchors + time_anchors, name)
    assert "timeStamp.trusted" in reading.successes
    assert reading.signed_at is not None
    assert abs(reading.signed_at.timestamp() - time.time()) < 600


def test_a_stamp_of_an_unknown_authority_is_sound_and_enough_unless_its_root_is_asked_for(
    signer: Signer, anchors: str, time_folder: Path
) -> None:
    with time_stamp_authority.running(time_folder) as (url, _):
        made = sign(replace(signer, tsa_url=url), anchors)
        successes = reading_of(made, anchors).successes
        assert "timeStamp.validated" in successes
        assert "timeStamp.trusted" not in successes
        with pytest.raises(SigningFailed) as raised:
            sign(replace(signer, tsa_url=url, tsa_trusted=True), anchors)
    assert raised.value.code == "time_stamp_failed"


@pytest.mark.parametrize("mode", MISBEHAVIOUR)
def test_no_stamp_no_picture(mode: Mode, signer: Signer, anchors: str, time_folder: Path) -> None:
    with time_stamp_authority.served(time_folder, mode) as authority:
        limited = replace(signer, tsa_url=authority.url, tsa_seconds=limit_of(mode))
        with pytest.raises(SigningFailed) as raised:
            sign(limited, anchors)
        assert not authority.ending.is_set(), "it was our limit that ended this"
    assert raised.value.code == "time_stamp_failed"
    assert authority.requests == 1


@pytest.mark.parametrize("mode", MISBEHAVIOUR)
def test_or_a_picture_without_one(
    mode: Mode, signer: Signer, anchors: str, time_folder: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with (
        time_stamp_authority.served(time_folder, mode) as authority,
        caplog.at_level(logging.WARNING, "provenance.manifest"),
    ):
        lenient = replace(
            signer, tsa_url=authority.url, tsa_seconds=limit_of(mode), tsa_required=False, tsa_trusted=True
        )
        made = sign(lenient, anchors)
    reading = reading_of(made, anchors)
    assert (reading.signed_at, reading.failures) == (None, ())
    assert "without a time-stamp" in caplog.text
    # As one that was never to have a stamp: nothing is left of the attempt.
    assert abs(len(made.store) - len(sign(signer, anchors).store)) < 100


def limit_of(mode: Mode) -> float:
    return LIMIT_SECONDS if mode in ("hanging", "trickling") else PATIENCE_SECONDS


@pytest.mark.parametrize("required", [True, False])
def test_nobody_at_the_address(required: bool, signer: Signer, anchors: str) -> None:
    away = replace(signer, tsa_url="http://127.0.0.1:1/", tsa_required=required)
    if required:
        with pytest.raises(SigningFailed) as raised:
            sign(away, anchors)
        assert raised.value.code == "time_stamp_failed"
    else:
        assert reading_of(sign(away, anchors), anchors).signed_at is None


@pytest.mark.parametrize("required", [True, False])
def test_another_failure_is_not_blamed_on_the_authority(
    required: bool, signer: Signer, anchors: str, time_folder: Path, tmp_path: Path
) -> None:
    certificates.make_test_authority(tmp_path, common_name="Somebody else")
    wrong = replace(signer, key_pem=(tmp_path / "signing-key.pem").read_text(), tsa_required=required)
    with time_stamp_authority.running(time_folder) as (url, _), pytest.raises(SigningFailed) as raised:
        sign(replace(wrong, tsa_url=url), anchors)
    assert raised.value.code in {"signing_failed", "not_trusted"}


def test_a_function_that_signs_gets_stamps_too(
    signer: Signer, anchors: str, time_folder: Path, ours: Path
) -> None:
    pair = KeyPair(signer.chain_pem, signer.key_pem)
    with time_stamp_authority.running(time_folder) as (url, time_anchors):
        by_function = Signer(
            signer.chain_pem, sign_bytes=pair.sign, tsa_url=url, tsa_seconds=PATIENCE_SECONDS
        )
        made = sign(by_function, anchors)
    assert "timeStamp.trusted" in reading_of(made, anchors + time_anchors).successes


class TestTheSettings:
    @pytest.fixture(autouse=True)
    def files(self, ours: Path, settings: Settings, time_folder: Path) -> None:
        settings.SIGNING_SERVICE = None
        settings.SIGNING_CHAIN, settings.SIGNING_KEY = ours / "chain.pem", ours / "signing-key.pem"
        settings.TRUST_ANCHORS = ours / "root.pem"
        settings.TIME_STAMP_SECONDS = PATIENCE_SECONDS

    def test_are_followed(self, settings: Settings, time_folder: Path) -> None:
        settings.TIME_STAMP_ANCHORS = time_folder / "time-root.pem"
        with time_stamp_authority.running(time_folder) as (url, _):
            settings.TIME_STAMP_URL = url
            signer = signing.signer()
            assert (signer.tsa_required, signer.tsa_trusted) == (True, True)
            made = sign(signer, signing.anchors())
        assert "timeStamp.trusted" in reading_of(made, signing.anchors()).successes

    @pytest.mark.parametrize(("policy", "required"), [("require", True), ("prefer", False)])
    def test_say_the_policy(self, settings: Settings, policy: str, required: bool) -> None:
        settings.TIME_STAMP_POLICY, settings.TIME_STAMP_ANCHORS = policy, None
        signer = signing.signer()
        assert (signer.tsa_required, signer.tsa_trusted) == (required, False)

    def test_anchors_that_changed_are_read_again(
        self, settings: Settings, ours: Path, tmp_path: Path
    ) -> None:
        settings.TRUST_ANCHORS = tmp_path / "anchors.pem"
        shutil.copy(ours / "root.pem", settings.TRUST_ANCHORS)
        assert signing.anchors() == (ours / "root.pem").read_text()
        with settings.TRUST_ANCHORS.open("a") as file:
            file.write("# another\n")
        assert signing.anchors().endswith("# another\n")


class TestTheRelay:
    def test_ends_whether_it_was_asked_or_not(self) -> None:
        before = threading.active_count()
        with time_stamp_relay.relaying("http://127.0.0.1:1/", 1) as relay:
            assert threading.active_count() == before + 1
        assert threading.active_count() == before
        assert (relay.asked, relay.failure) == (False, None)

    def test_serves_nobody_who_does_not_know_its_path(self, time_folder: Path) -> None:
        with (
            time_stamp_authority.served(time_folder) as authority,
            time_stamp_relay.relaying(authority.url, 1) as relay,
        ):
            port = urlsplit(relay.address).port
            for method, path, body, status in (
                ("POST", "/", b"x", 404),
                ("POST", relay.path + "x", b"x", 404),
                ("POST", relay.path, b"x" * 5000, 413),
                ("GET", relay.path, None, 501),
            ):
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE_SECONDS)
                connection.request(method, path, body)
                assert connection.getresponse().status == status
                connection.close()
            assert not relay.asked
        assert authority.requests == 0

    def test_survives_one_who_hangs_up(self, time_folder: Path) -> None:
        with time_stamp_relay.relaying("http://127.0.0.1:1/", 1) as relay:
            for _ in range(3):
                socket.create_connection(relay.at).close()
            with pytest.raises(StampRefused):
                relay.stamp(b"request")
            assert relay.failure

    def test_is_not_held_up_by_one_who_says_nothing(
        self, signer: Signer, anchors: str, time_folder: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        genuine = time_stamp_relay.relaying

        @contextlib.contextmanager
        def with_a_stranger(url: str, seconds: float) -> Iterator[time_stamp_relay.Relay]:
            with genuine(url, seconds) as relay, socket.create_connection(relay.at):
                yield relay

        monkeypatch.setattr(time_stamp_relay, "relaying", with_a_stranger)
        with time_stamp_authority.running(time_folder) as (url, _):
            begun = time.monotonic()
            sign(replace(signer, tsa_url=url, tsa_seconds=10 * PATIENCE_SECONDS), anchors)
        assert time.monotonic() - begun < 5 * PATIENCE_SECONDS, "it did not wait for the stranger's time-out"

    def test_gives_no_second_time_limit(self, time_folder: Path) -> None:
        with (
            time_stamp_authority.served(time_folder, "hanging") as authority,
            time_stamp_relay.relaying(authority.url, LIMIT_SECONDS) as relay,
        ):
            for _ in range(3):
                with pytest.raises(StampRefused, match="no answer within"):
                    relay.stamp(b"request")
            assert authority.requests == 1
