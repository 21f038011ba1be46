"""Content Credentials of a picture that somebody brought travel on, and nothing else of the file does."""

import socket
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import ExifTags, Image

from accounts.models import User
from generation import uploads
from provenance import answers, images, inspection, manifest, signing, stamping, verdict
from provenance.credentials import recovery
from provenance.credentials.definition import DIGITAL_SOURCE_TYPE, Statement
from provenance.errors import SigningFailed
from provenance.models import RegisteredImage
from provenance.stamping import FORMATS
from provenance.verdict import VerdictKind
from tests.hostile_parts import with_data_box
from tests.integration.generation.changes import (
    Ask,
    actions,
    active,
    done,
    inpaint,
    published,
    report_on,
    vary,
)
from tests.integration.generation.conftest import Drawer
from tests.integration.provenance.conftest import file_of
from tests.integration.provenance.credentials.signed_files import Authority, signed_by_a_stranger
from tests.suspects import Pixels, photograph_like, saved, with_manifest_of

pytestmark = pytest.mark.usefixtures("files", "signing_authority")
SECRETS = (b"JaneInExif", b"JaneInXmp", b"JaneInComment", b"jane-on-holiday")
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="JaneInXmp"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("camera"), "A camera's maker")


class TestCredentialsOfAnUpload:
    """Somebody's own manifests travel on, and nothing else of the file does."""

    @pytest.fixture(autouse=True)
    def _drawer(self, drawer: Drawer) -> None:
        """Draws at once: this is about the manifests."""

    def photograph(self, camera: Authority, name: str = "JPEG", rgb: Pixels | None = None) -> bytes:
        exif = Image.Exif()
        exif[ExifTags.Base.ImageDescription] = "JaneInExif"
        exif[ExifTags.Base.Orientation] = 6
        options: dict[str, Any] = {"comment": b"JaneInComment"} if name == "JPEG" else {"lossless": True}
        plain = saved(photograph_like() if rgb is None else rgb, name, exif=exif, xmp=XMP, **options)
        captured = {"action": "c2pa.created", "digitalSourceType": DIGITAL_SOURCE_TYPE + "digitalCapture"}
        return signed_by_a_stranger(camera, plain, images.MIME[name], [captured])

    def made_from(self, owner: User, data: bytes, ask: Ask = inpaint) -> RegisteredImage:
        (made,) = published(done(ask(owner, uploads.keep(owner, data))))
        return made

    def urn_of(self, data: bytes) -> str:
        reading = manifest.read(data, "", signing.anchors())
        assert reading is not None
        assert reading.urn is not None
        return reading.urn

    @pytest.mark.parametrize("name", ["JPEG", "WEBP"])
    @pytest.mark.parametrize(("ask", "relationship"), [(inpaint, "parentOf"), (vary, "inputTo")])
    def test_they_travel_on(
        self, ask: Ask, relationship: str, name: str, owner: User, camera: Authority
    ) -> None:
        photograph = self.photograph(camera, name)
        made = self.made_from(owner, photograph, ask)
        for published_as in FORMATS:
            report = report_on(made, published_as)
            (ingredient,) = active(made, published_as)["ingredients"]
            assert (ingredient["title"], ingredient["relationship"]) == ("uploaded picture", relationship)
            assert ingredient["active_manifest"] == self.urn_of(photograph)
            assert ingredient["active_manifest"] in report["manifests"]
            # Notes on its orientation are taken out of what is shown, not of what the manifest is about.
            recorded = ingredient["validation_results"]["activeManifest"]
            assert "assertion.dataHash.match" in [entry["code"] for entry in recorded["success"]]
            assert {entry["code"] for entry in recorded["failure"]} == {"signingCredential.untrusted"}
            assert report["validation_state"] == "Trusted"

    def test_nothing_else_of_the_file_does(self, owner: User, camera: Authority) -> None:
        photograph = self.photograph(camera)
        assert all(secret in photograph for secret in SECRETS[:3])
        made = self.made_from(owner, photograph)
        (ingredient,) = active(made)["ingredients"]
        assert "thumbnail" not in ingredient, "of a stranger's photograph we publish no picture"
        for name in FORMATS:
            assert not any(secret in file_of(made, name) for secret in SECRETS)

    def test_the_actions_are_complete(self, owner: User, camera: Authority) -> None:
        large = np.asarray(cv2.resize(photograph_like(), (1500, 1000)), np.uint8)
        made = self.made_from(owner, self.photograph(camera, rgb=large))
        names = [name for name, _ in actions(made, "JPEG")]
        assert names == [
            "c2pa.opened",
            "c2pa.resized",
            "c2pa.edited",
            "c2pa.addedText",
            "c2pa.watermarked.bound",
        ]
        assert [name for name, _ in actions(made, "PNG")] == [*names, "c2pa.converted"]

    def test_the_redrawn_part_is_marked_out(self, owner: User, camera: Authority) -> None:
        made = self.made_from(owner, self.photograph(camera))
        labelled = {entry["label"]: entry["data"] for entry in active(made)["assertions"]}
        edited = next(a for a in labelled["c2pa.actions.v2"]["actions"] if a["action"] == "c2pa.edited")
        shape = edited["changes"][0]["region"][0]["shape"]
        assert (shape["origin"], shape["unit"]) == ({"x": 0.0, "y": 0.0}, "pixel")
        assert (shape["width"], shape["height"]) == (made.width / 2, made.height)

    def test_broken_ones_travel_on_as_broken(self, owner: User, camera: Authority) -> None:
        photograph = bytearray(self.photograph(camera))
        photograph[-40] ^= 1
        made = self.made_from(owner, bytes(photograph))
        reading = manifest.read(file_of(made), "image/png", signing.anchors())
        assert reading is not None
        assert (reading.state, reading.tampered_ingredient) == ("Trusted", True)
        assert "assertion.dataHash.mismatch" in reading.ingredient_failures

    def test_what_was_made_from_a_broken_one_is_intact_all_the_same(
        self, owner: User, camera: Authority
    ) -> None:
        photograph = bytearray(self.photograph(camera))
        photograph[-40] ^= 1
        made = self.made_from(owner, bytes(photograph))
        examined = inspection.examine(file_of(made))
        decided = verdict.decide(examined.evidence)
        assert (decided.kind, decided.image_id) == (VerdictKind.OURS_INTACT, str(made.pk))
        assert examined.evidence.manifest.intact
        assert recovery.recover(file_of(made), decided, examined.evidence) is None
        (said, *_) = answers.answer(examined.evidence, decided.kind).lines
        assert said.sentence.startswith("Signed by us, and nothing in the file was changed since.")
        assert said.sentence.endswith("The record of a picture that went into it does not hold.")

    def test_those_that_cannot_be_read_are_left_out(self, owner: User) -> None:
        made = self.made_from(owner, with_manifest_of(saved(photograph_like(), "PNG"), b"\0" * 100))
        (ingredient,) = active(made)["ingredients"]
        assert "active_manifest" not in ingredient
        assert ingredient["relationship"] == "parentOf"

    def test_those_kept_elsewhere_are_not_fetched(self, owner: User) -> None:
        with socket.create_server(("127.0.0.1", 0)) as server:
            server.settimeout(0.2)
            url = f"http://127.0.0.1:{server.getsockname()[1]}/jane".encode()
            remote = XMP.replace(b'dc:creator="JaneInXmp"', b'dcterms:provenance="' + url + b'"').replace(
                b"<rdf:Description", b'<rdf:Description xmlns:dcterms="http://purl.org/dc/terms/"'
            )
            made = self.made_from(owner, saved(photograph_like(), "JPEG", xmp=remote))
            with pytest.raises(TimeoutError):
                server.accept()
        assert "active_manifest" not in active(made)["ingredients"][0]
        assert url not in file_of(made, "JPEG")

    def test_those_that_are_too_large_are_left_out(
        self,
        owner: User,
        camera: Authority,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        monkeypatch.setattr(stamping, "MOST_STORE_BYTES", 15_000)
        made = self.made_from(owner, self.photograph(camera))
        for name in FORMATS:
            assert "active_manifest" not in active(made, name)["ingredients"][0]
        assert caplog.text.count("manifests are left out") == 1, "asked once, not for each format"

    def test_those_with_parts_that_nobody_can_name_are_left_out(
        self, owner: User, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Programs keep prompts and pictures in data boxes, and crJSON does not list those."""
        made = self.made_from(owner, with_data_box(b"prompt of Jane"))
        for name in FORMATS:
            assert "active_manifest" not in active(made, name)["ingredients"][0]
            assert b"prompt of Jane" not in file_of(made, name)
        assert "c2pa.databoxes" in caplog.text

    def test_those_that_spoil_ours_are_left_out(
        self,
        owner: User,
        camera: Authority,
        monkeypatch: pytest.MonkeyPatch,
        caplog: pytest.LogCaptureFixture,
    ) -> None:
        genuine = manifest.sign

        def sign(data: bytes, mime: str, said: Statement, *rest: Any) -> Any:
            if said.parent is not None and said.parent.fallback is not None:
                raise SigningFailed("not_trusted", "test")
            return genuine(data, mime, said, *rest)

        monkeypatch.setattr(manifest, "sign", sign)
        made = self.made_from(owner, self.photograph(camera))
        assert "active_manifest" not in active(made)["ingredients"][0]
        assert "not_trusted" in caplog.text
