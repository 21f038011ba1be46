"""Another certification authority takes over while everything runs: see docs/signing.md, "Changing keys"."""

import datetime as dt
import shutil
import threading
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from provenance import certificates, inspection, manifest, publishing, signing, verdict
from provenance.errors import SigningFailed
from provenance.manifest_reading import ManifestReading
from provenance.verdict import VerdictKind
from tests import signing_certificates
from tests.integration.provenance.conftest import file_of, origin
from tests.integration.provenance.test_manifest import statement, unsigned
from tests.suspects import scene

PATIENCE_SECONDS = 30


class Installation:
    """The signing files of a running site, and an operator who replaces them."""

    def __init__(self, folder: Path, issued: Path) -> None:
        self.folder, self.issued = folder, issued
        folder.mkdir()

    def obtain(self, name: str) -> None:
        """Has an authority of that name issue a certificate; nothing of it is in use yet."""
        certificates.make_test_authority(self.issued / name, common_name=name)

    def put(self, file: str, content: str) -> None:
        made = self.folder / f"{file}.new"
        made.touch(mode=0o600)
        made.write_text(content)
        made.replace(self.folder / file)

    def trust(self, *names: str) -> None:
        self.put("anchors.pem", "".join((self.issued / name / "root.pem").read_text() for name in names))

    def sign_as(self, name: str) -> None:
        """Key first, then chain."""
        self.put("key.pem", (self.issued / name / "signing-key.pem").read_text())
        self.put("chain.pem", (self.issued / name / "chain.pem").read_text())


@pytest.fixture
def site(tmp_path: Path, settings: Settings) -> Installation:
    made = Installation(tmp_path / "used", tmp_path / "issued")
    settings.SIGNING_SERVICE = None
    settings.SIGNING_CHAIN, settings.SIGNING_KEY = made.folder / "chain.pem", made.folder / "key.pem"
    settings.TRUST_ANCHORS = made.folder / "anchors.pem"
    for name in ("Old", "New"):
        made.obtain(name)
    made.trust("Old")
    made.sign_as("Old")
    return made


def sign() -> manifest.Signed:
    return manifest.sign(unsigned("JPEG"), "image/jpeg", statement(), signing.signer(), signing.anchors())


def reading_of(data: bytes) -> ManifestReading:
    reading = manifest.read(data, "image/jpeg", signing.anchors())
    assert reading is not None
    return reading


def test_the_next_picture_is_signed_by_the_new_one_and_the_last_one_stays_trusted(site: Installation) -> None:
    before = sign()
    site.trust("Old", "New")
    site.sign_as("New")
    after = sign()
    readings = [reading_of(made.data) for made in (before, after)]
    assert [(reading.state, reading.signer) for reading in readings] == [
        ("Trusted", "Old"),
        ("Trusted", "New"),
    ]


def test_signing_never_stops(site: Installation) -> None:
    """Three changes between two authorities, under a thread that signs as fast as it can."""
    ending, errors, signers = threading.Event(), list[BaseException](), list[str | None]()

    def work() -> None:
        while not ending.is_set():
            try:
                reading = reading_of(sign().data)
                assert reading.state == "Trusted"
                signers.append(reading.signer)
            except BaseException as error:
                errors.append(error)
                return

    sign()  # before the first pair was read there is none to go on with
    worker = threading.Thread(target=work)
    worker.start()
    site.trust("Old", "New")
    for name in ("New", "Old", "New"):
        site.sign_as(name)
        until = time.monotonic() + PATIENCE_SECONDS
        while (not signers or signers[-1] != name) and not errors:
            assert time.monotonic() < until
            time.sleep(0.01)
    ending.set()
    worker.join(PATIENCE_SECONDS)
    assert errors == []
    assert signers[-1] == "New"


def test_a_new_chain_without_its_root_among_the_anchors_signs_nothing(site: Installation) -> None:
    site.sign_as("New")
    with pytest.raises(SigningFailed) as raised:
        sign()
    assert raised.value.code == "not_trusted"


@pytest.mark.parametrize(
    ("begins", "days", "code"),
    [(-2, 1, "certificate_expired"), (1, 90, "certificate_not_yet_valid")],
)
def test_a_certificate_out_of_its_time_signs_nothing(
    begins: int, days: int, code: str, site: Installation
) -> None:
    signing_certificates.write_chain(site.issued / "Other", begins=dt.timedelta(days=begins), days=days)
    site.sign_as("Other")
    with pytest.raises(SigningFailed) as raised:
        signing.signer()
    assert raised.value.code == code


@pytest.mark.django_db
@pytest.mark.parametrize("keeps_root", [True, False])
def test_pictures_of_a_retired_chain_are_recognised(
    keeps_root: bool, site: Installation, files: Path
) -> None:
    image = publishing.publish(scene(1), origin()).image
    # The old authority is gone from this machine, and its root stays trusted or not.
    site.trust("Old", "New") if keeps_root else site.trust("New")
    site.sign_as("New")
    shutil.rmtree(site.issued / "Old")
    # Bytes behind the picture, so that it is no longer the very file that was published.
    for data in (file_of(image), file_of(image, "JPEG") + b"\0"):
        evidence = inspection.inspect(data)
        decided = verdict.decide(evidence)
        assert decided.kind in (VerdictKind.OURS_INTACT, VerdictKind.OURS_ALTERED)
        assert evidence.manifest.image_id == str(image.pk)
        assert evidence.manifest.signer == "Old"
    whole = inspection.inspect(file_of(image))
    assert whole.manifest.intact
    assert whole.manifest.state == ("Trusted" if keeps_root else "Valid")
    assert verdict.decide(whole).kind is VerdictKind.OURS_INTACT
    again = publishing.publish(scene(2), origin()).image
    assert inspection.inspect(file_of(again)).manifest.signer == "New"
