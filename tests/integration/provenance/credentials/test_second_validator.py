"""Files of every flow, held against two implementations of C2PA that share no code.

c2pa-python signs and reads; encypher-c2pa only reads. It is asked for strict conformance with 2.4, without
network and without trust lists of its own: what it then misses, a test authority cannot give.
"""

import json
import platform
import re
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from importlib import metadata
from pathlib import Path
from typing import Any
from uuid import uuid4

import encypher_c2pa
import pytest
from django.conf import settings as project
from pytest_django import Settings

from provenance import images, manifest, signing, stamping
from provenance.credentials import definition, redaction
from provenance.manifest_reading import ManifestReading
from provenance.marking_keys import all_keys
from provenance.models import RegisteredImage
from tests import time_stamp_authority
from tests.integration.provenance.credentials import no_sockets
from tests.integration.provenance.credentials.containers import (
    with_one_pixel_byte_flipped,
    with_store_edited,
    with_store_of,
    without_store,
)
from tests.integration.provenance.credentials.signed_files import (
    FLOWS,
    FORMATS,
    GENERATOR,
    NO_TIME_STAMP,
    REVOCATION,
    STAMPS,
    Shelf,
    codes,
    crjson_of,
    picture,
    second_opinion,
    shelf,
    signed_by_a_stranger,
)
from watermark.codec import DEFAULT_CODEC

__all__ = ["shelf"]

every_flow = pytest.mark.parametrize("flow", FLOWS)
every_format = pytest.mark.parametrize("name", FORMATS)
with_and_without_stamp = pytest.mark.parametrize("stamped", STAMPS, ids=["plain", "stamped"])

ROOT = Path(__file__).parents[4]
PIXELS_CHANGED = {
    "PNG": "assertion.dataHash.mismatch",
    "JPEG": "assertion.dataHash.mismatch",
    "WEBP": "assertion.dataHash.mismatch",
    "AVIF": "assertion.bmffHash.mismatch",
}
STATEMENT_CHANGED = "assertion.hashedURI.mismatch"
# In several assertions of every manifest of ours.
WORDS = GENERATOR.encode()


def read(data: bytes, name: str, shelf: Shelf, store: bytes | None = None) -> ManifestReading:
    reading = manifest.read(data, images.MIME[name], shelf.anchors, store)
    assert reading is not None
    return reading


def missed(stamped: bool) -> set[str]:
    """What a test authority cannot give."""
    return {REVOCATION} if stamped else {REVOCATION, NO_TIME_STAMP}


def assert_both_agree_that_it_holds(
    data: bytes, name: str, stamped: bool, shelf: Shelf, store: bytes | None = None
) -> None:
    reading = read(data, name, shelf, store)
    assert (reading.state, reading.failures) == ("Trusted", ())
    assert reading.bytes_unchanged
    report = second_opinion(data, images.MIME[name], shelf, manifest_store=store)
    assert (report["integrity"], report["signature"], report["hard_binding"]) == ("valid", "valid", "match")
    assert report["trust"]["status"] == "valid_for_supplied_material"
    assert codes(report, "failure") == missed(stamped)


def assert_both_agree_that_it_does_not(
    data: bytes, name: str, stamped: bool, code: str, shelf: Shelf, store: bytes | None = None
) -> None:
    reading = read(data, name, shelf, store)
    assert (reading.state, reading.failures) == ("Invalid", (code,))
    assert not reading.bytes_unchanged
    report = second_opinion(data, images.MIME[name], shelf, manifest_store=store)
    assert report["integrity"] == "invalid"
    assert report["hard_binding"] != "match"
    assert codes(report, "failure") == missed(stamped) | {code}
    # The signature itself is still a good one: of another picture, or of what it said before.
    assert report["signature"] == "valid"


@every_flow
@every_format
@with_and_without_stamp
class TestEveryFile:
    def test_holds_in_both(self, flow: str, name: str, stamped: bool, shelf: Shelf) -> None:
        made = shelf.file(flow, name, stamped)
        assert_both_agree_that_it_holds(made.data, name, stamped, shelf)
        assert read(made.data, name, shelf).urn == made.urn
        report = second_opinion(made.data, images.MIME[name], shelf)
        assert report["manifest_report"]["active_manifest"] == made.urn

    def test_has_a_time_in_both_if_it_was_stamped(
        self, flow: str, name: str, stamped: bool, shelf: Shelf
    ) -> None:
        data = shelf.file(flow, name, stamped).data
        reading, report = read(data, name, shelf), second_opinion(data, images.MIME[name], shelf)
        holds = {"timeStamp.validated", "timeStamp.trusted"}
        assert (reading.signed_at is not None) is stamped
        for found in (set(reading.successes), codes(report, "success")):
            assert found & holds == (holds if stamped else set())
        if reading.signed_at is not None:
            assert abs(datetime.now(UTC) - reading.signed_at) < timedelta(minutes=10)

    def test_with_one_pixel_byte_flipped(self, flow: str, name: str, stamped: bool, shelf: Shelf) -> None:
        data = with_one_pixel_byte_flipped(shelf.file(flow, name, stamped).data)
        assert_both_agree_that_it_does_not(data, name, stamped, PIXELS_CHANGED[name], shelf)

    def test_with_a_statement_edited(self, flow: str, name: str, stamped: bool, shelf: Shelf) -> None:
        data = with_store_edited(shelf.file(flow, name, stamped).data, WORDS, WORDS.swapcase())
        assert_both_agree_that_it_does_not(data, name, stamped, STATEMENT_CHANGED, shelf)

    def test_with_the_store_of_another(self, flow: str, name: str, stamped: bool, shelf: Shelf) -> None:
        """Of a picture that differs from it in its pixels alone."""
        other = shelf.signed(shelf.statement(flow, name), name, stamped=stamped, seed=4)
        data = with_store_of(shelf.file(flow, name, stamped).data, other.data)
        assert read(data, name, shelf).urn == other.urn
        assert_both_agree_that_it_does_not(data, name, stamped, PIXELS_CHANGED[name], shelf)


@every_format
@with_and_without_stamp
class TestBeside:
    """A store that was kept, held against a file."""

    FLOW = "inpainting of an upload"

    def test_the_whole_file(self, name: str, stamped: bool, shelf: Shelf) -> None:
        made = shelf.file(self.FLOW, name, stamped)
        assert_both_agree_that_it_holds(made.data, name, stamped, shelf, made.store)

    def test_the_file_stripped_of_its_own(self, name: str, stamped: bool, shelf: Shelf) -> None:
        """The pixels are those that were signed, but the hash was taken around a store that is gone."""
        made = shelf.file(self.FLOW, name, stamped)
        bare = without_store(made.data)
        assert manifest.read(bare, images.MIME[name], shelf.anchors) is None
        assert second_opinion(bare, images.MIME[name], shelf)["present"] is False
        assert_both_agree_that_it_does_not(bare, name, stamped, PIXELS_CHANGED[name], shelf, made.store)
        assert "signingCredential.trusted" in read(bare, name, shelf, made.store).successes

    def test_another_picture(self, name: Any, stamped: bool, shelf: Shelf) -> None:
        other = images.encode(picture(7), name)
        store = shelf.file(self.FLOW, name, stamped).store
        assert_both_agree_that_it_does_not(other, name, stamped, PIXELS_CHANGED[name], shelf, store)

    def test_it_comes_before_the_files_own(self, name: str, stamped: bool, shelf: Shelf) -> None:
        made, own = shelf.file(self.FLOW, name, stamped), shelf.file("text to image", name, stamped)
        assert read(own.data, name, shelf, made.store).urn == made.urn
        assert_both_agree_that_it_does_not(own.data, name, stamped, PIXELS_CHANGED[name], shelf, made.store)


@every_format
def test_a_store_made_to_lie_beside_its_file(name: Any, shelf: Shelf) -> None:
    """A sidecar that was never meant to be embedded, by somebody whom we do not know."""
    data, mime = images.encode(picture(3), name), images.MIME[name]
    created = {
        "action": "c2pa.created",
        "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture",
    }
    store = signed_by_a_stranger(shelf.camera, data, mime, [created], embed=False)
    assert (read(data, name, shelf, store).state, read(data, name, shelf, store).failures) == (
        "Valid",
        ("signingCredential.untrusted",),
    )
    report = second_opinion(data, mime, shelf, manifest_store=store)
    assert (report["integrity"], report["hard_binding"]) == ("valid", "match")
    assert report["trust"]["status"] != "valid_for_supplied_material"
    changed = with_one_pixel_byte_flipped(data)
    assert PIXELS_CHANGED[name] in read(changed, name, shelf, store).failures
    assert second_opinion(changed, mime, shelf, manifest_store=store)["hard_binding"] == "mismatch"


@every_format
def test_without_our_root_nobody_trusts_it(name: str, shelf: Shelf) -> None:
    data = shelf.file("text to image", name).data
    reading = manifest.read(data, images.MIME[name], shelf.camera.anchors)
    assert reading is not None
    assert (reading.state, reading.failures) == ("Valid", ("signingCredential.untrusted",))
    stranger = Shelf(shelf.camera, shelf.camera, shelf.time_url, shelf.time_anchors)
    report = second_opinion(data, images.MIME[name], stranger)
    assert (report["integrity"], report["signature"]) == ("valid", "valid")
    assert report["trust"]["status"] != "valid_for_supplied_material"


def test_a_tampered_photograph_is_found_inside_what_was_made_of_it(shelf: Shelf) -> None:
    """The outer manifest holds in both; what came in with it does not, and both say so."""
    parent = with_one_pixel_byte_flipped(shelf.photograph())
    said = shelf.statement("inpainting of an upload", "PNG", photograph=parent)
    made = shelf.signed(said, "PNG")
    reading = read(made.data, "PNG", shelf)
    assert (reading.state, reading.failures) == ("Trusted", ())
    assert reading.tampered_ingredient
    report = second_opinion(made.data, "image/png", shelf)
    assert report["integrity"] == "valid"
    recorded = report["content_credentials"]["manifests"][0]["assertions"]["c2pa.ingredient.v3"]
    found = recorded["validationResults"]["activeManifest"]["failure"]
    assert PIXELS_CHANGED["JPEG"] in {entry["code"] for entry in found}


@every_format
def test_a_manifest_that_came_in_is_bound_to_the_one_around_it(name: str, shelf: Shelf) -> None:
    data = shelf.file("inpainting of an image of ours", name).data
    edited = with_store_edited(data, WORDS, WORDS.swapcase(), oldest=True)
    reading = read(edited, name, shelf)
    assert reading.state == "Invalid"
    assert reading.tampered_ingredient
    report = second_opinion(edited, images.MIME[name], shelf)
    assert report["integrity"] == "invalid"
    assert "ingredient.manifest.mismatch" in codes(report, "failure")


def test_why_what_was_left_out_has_no_action(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    """The specification asks for one; when this fails, `definition` can say it."""
    captured = {
        "action": "c2pa.created",
        "digitalSourceType": definition.DIGITAL_SOURCE_TYPE + "digitalCapture",
    }
    small = images.encode(picture(9)[::4, ::4], "JPEG")
    data = signed_by_a_stranger(
        shelf.camera, images.encode(picture(9), "JPEG"), "image/jpeg", [captured], thumbnail=small
    )
    said = shelf.statement("variation of an upload", "PNG", photograph=data)
    assert said.parent is not None
    (address,) = redaction.addresses(crjson_of(data, "image/jpeg", shelf.anchors))
    said = replace(said, parent=replace(said.parent, redacted=(address,)))
    assert codes(second_opinion(shelf.signed(said, "PNG").data, "image/png", shelf), "failure") == missed(
        False
    )
    told = {"action": "c2pa.redacted", "reason": "c2pa.PII.present", "parameters": {"redacted": address}}
    genuine = definition._actions
    monkeypatch.setattr(definition, "_actions", lambda *about: [*genuine(*about), told])
    made = shelf.signed(said, "PNG")
    assert read(made.data, "PNG", shelf).state == "Trusted"
    refused = codes(second_opinion(made.data, "image/png", shelf), "failure") - missed(False)
    assert refused == {"assertion.action.redactionMismatch"}


class TestAsPublished:
    """The whole way: signature drawn, watermark embedded, encoded, signed with the site's own settings."""

    def stamped_image(self) -> tuple[RegisteredImage, stamping.StampedImage]:
        image = RegisteredImage(
            pk=uuid4(),
            flow=RegisteredImage.Flow.TEXT_TO_IMAGE,
            model_name=GENERATOR,
            model_version="2",
            digital_source_type="trainedAlgorithmicMedia",
            watermark_codec=DEFAULT_CODEC,
            watermark_key_id=all_keys()[0].id,
            watermark_payload=0x0123456789ABCDEF,
            reserved_at=datetime.now(UTC),
        )
        return image, stamping.stamp(picture(), image, all_keys()[0])

    @pytest.mark.usefixtures("signing_authority")
    @with_and_without_stamp
    def test_holds_in_both(self, stamped: bool, tmp_path: Path, settings: Settings, shelf: Shelf) -> None:
        with time_stamp_authority.running(tmp_path) as (url, time_anchors):
            if stamped:
                settings.TIME_STAMP_URL = url
                settings.TIME_STAMP_ANCHORS = tmp_path / "time-root.pem"
            image, made = self.stamped_image()
        assert [file.format for file in made.files] == list(FORMATS)
        anchors = signing.anchors() + time_anchors
        for file in made.files:
            reading = manifest.read(file.data, images.MIME[file.format], anchors)
            assert reading is not None
            assert (reading.state, reading.failures, reading.image_id) == ("Trusted", (), image.pk)
            assert (reading.signed_at is not None) is stamped
            report = second_opinion(
                file.data,
                images.MIME[file.format],
                replace(shelf, time_anchors=time_anchors),
                roots=Path(project.TRUST_ANCHORS).read_text(),
            )
            assert (report["integrity"], report["hard_binding"]) == ("valid", "match")
            assert report["trust"]["status"] == "valid_for_supplied_material"
            assert codes(report, "failure") == missed(stamped)


class TestTheValidatorItself:
    def alone(self, *arguments: object) -> "subprocess.CompletedProcess[bytes]":
        """Runs it in a process that may not make a socket."""
        command = [sys.executable, "-m", no_sockets.__name__, *map(str, arguments)]
        return subprocess.run(command, cwd=ROOT, capture_output=True, check=False)

    def test_is_pinned_exactly(self) -> None:
        assert "encypher-c2pa" in (ROOT / "requirements.in").read_text().split()
        pinned = re.findall(r"(?m)^encypher-c2pa==(.+)$", (ROOT / "requirements.lock").read_text())
        assert pinned == [metadata.version("encypher-c2pa")]

    def test_knows_all_our_formats(self) -> None:
        assert {images.MIME[name] for name in FORMATS} <= set(encypher_c2pa.supported_mime_types())

    @pytest.mark.skipif(
        platform.machine() not in no_sockets.SOCKET_CALL, reason="another processor's numbers"
    )
    def test_reaches_no_network(self, tmp_path: Path, shelf: Shelf) -> None:
        (tmp_path / "file").write_bytes(shelf.file("inpainting of an upload", "JPEG", True).data)
        (tmp_path / "anchors").write_text(shelf.ours.anchors)
        ran = self.alone(tmp_path / "file", "image/jpeg", tmp_path / "anchors")
        assert ran.returncode == 0, ran.stderr.decode()
        report = json.loads(ran.stdout)
        assert (report["integrity"], report["signature"]) == ("valid", "valid")
        assert report["network"]["requests"] == []
        assert self.alone("knock").returncode == -signal.SIGSYS, "the watch itself works"
