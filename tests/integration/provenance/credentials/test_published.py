"""What the site publishes, in every flow from request to bytes: nothing personal, and by the rules."""

import io
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from struct import pack
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse
from PIL import ExifTags, Image, PngImagePlugin, TiffImagePlugin

from accounts.models import User
from generation import production
from generation.models import Job
from provenance import images, manifest, signing
from provenance.credentials.definition import DIGITAL_SOURCE_TYPE
from provenance.manifest_reading import GENERATION_LABEL
from provenance.models import RegisteredImage
from provenance.published_files import open_file
from tests.integration.generation.conftest import drawer
from tests.integration.provenance.conftest import file_of
from tests.integration.provenance.credentials.conformance import RULES, Claimed
from tests.integration.provenance.credentials.disclosed import found_in, layers
from tests.integration.provenance.credentials.signed_files import (
    FORMATS,
    NO_TIME_STAMP,
    REVOCATION,
    Shelf,
    codes,
    crjson_of,
    second_opinion,
    shelf,
    signed_by_a_stranger,
)
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved

__all__ = ["drawer", "shelf"]

pytestmark = pytest.mark.usefixtures("files", "signing_authority", "drawer")

PROMPT = "a marmalade zeppelin over Kilmarnock"
UPLOAD_NAME = "jane-kowalska-passport.jpg"
CAMERA, PLACE, COMMENT, CREATOR = "Serial-88301-K", "Nether Wallop", "JaneComment", "JaneInXmp"
# Degrees of the place as two fractions that occur nowhere by chance.
DEGREES = ((504061731, 10000019), (21347093, 1000003))
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    f'<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/" dc:creator="{CREATOR}"/>'
    "</rdf:RDF></x:xmpmeta>"
).encode()

SECRETS = [
    *("marmalade", "zeppelin", "Kilmarnock"),
    *(UPLOAD_NAME, "kowalska", CAMERA, PLACE, COMMENT, CREATOR),
    *("@people.example", "admitted-"),
]
RECTANGLE = {"left": "10", "top": "20", "width": "50", "height": "40"}


def photograph() -> bytes:
    """A JPEG that says who took it, with what and where."""
    exif = Image.Exif()
    exif[ExifTags.Base.Artist] = CREATOR
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = CAMERA
    exif.get_ifd(ExifTags.IFD.GPSInfo).update(
        {
            ExifTags.GPS.GPSLatitude: tuple(TiffImagePlugin.IFDRational(*pair) for pair in DEGREES),
            ExifTags.GPS.GPSAreaInformation: PLACE.encode(),
        }
    )
    return saved(photograph_like(), "JPEG", exif=exif, xmp=XMP, comment=COMMENT.encode())


def signed_photograph(shelf: Shelf) -> bytes:
    """The same, and its manifest says it all again and holds a small picture that does."""
    captured = {"action": "c2pa.created", "digitalSourceType": DIGITAL_SOURCE_TYPE + "digitalCapture"}
    exif = {"@context": {"exif": "http://ns.adobe.com/exif/1.0/"}, "exif:GPSAreaInformation": PLACE}
    more = {
        "c2pa.metadata": exif,
        "com.example.author": {"name": CREATOR, "camera": CAMERA},
        "cawg.training-mining": {"entries": {"cawg.ai_training": {"use": "notAllowed"}}},
    }
    return signed_by_a_stranger(
        shelf.camera, photograph(), "image/jpeg", [captured], more=more, thumbnail=photograph()
    )


@dataclass
class Site:
    """One person at the site, who brings one photograph."""

    owner: User
    photograph: bytes
    folder: Path

    def asked(self, address: str, **more: str) -> RegisteredImage:
        """Asks for one picture on a page, lets the worker make it, and returns it."""
        sent = {"prompt": PROMPT, "image_count": "1", "seed": "", **more}
        assert browser_of(self.owner).post(address, sent).status_code == 302
        job = Job.objects.get(status=Job.Status.QUEUED)
        production.run(job.pk)
        return RegisteredImage.objects.published().get(origin_id=job.pk)

    def brought(self, button: str) -> str:
        """Brings the photograph under a telling name, and returns the address of what is next."""
        sent = {"picture": SimpleUploadedFile(UPLOAD_NAME, self.photograph), "may_use": "on", button: ""}
        return str(browser_of(self.owner).post(reverse("generation:upload"), sent)["Location"])

    def made(self) -> RegisteredImage:
        return self.asked(reverse("generation:create"), size="512x512")

    def inpainted(self) -> RegisteredImage:
        return self.asked(self.brought("edit"), **RECTANGLE)

    def varied(self) -> RegisteredImage:
        return self.asked(self.brought("vary"))

    def inpainted_again(self) -> RegisteredImage:
        return self.asked(reverse("generation:edit", args=[self.inpainted().pk]), **RECTANGLE)

    def varied_again(self) -> RegisteredImage:
        return self.asked(reverse("generation:vary", args=[self.varied().pk]))

    def brought_again(self) -> RegisteredImage:
        """Somebody downloads what was made, and brings it back as a photograph of theirs."""
        self.photograph = file_of(self.inpainted(), "JPEG")
        return self.varied()

    def stamped(self) -> RegisteredImage:
        """The operator's own picture."""
        (self.folder / UPLOAD_NAME).write_bytes(self.photograph)
        call_command("stamp", str(self.folder / UPLOAD_NAME), out=self.folder / "a.png", stdout=io.StringIO())
        return RegisteredImage.objects.published().get()


BARE, SIGNED = "bare", "with a manifest"
FLOWS = [
    (Site.made, BARE),
    (Site.inpainted, BARE),
    (Site.inpainted, SIGNED),
    (Site.inpainted_again, SIGNED),
    (Site.varied, BARE),
    (Site.varied, SIGNED),
    (Site.varied_again, SIGNED),
    (Site.brought_again, SIGNED),
    (Site.stamped, SIGNED),
]


@pytest.mark.django_db
@pytest.mark.parametrize(("flow", "brought"), FLOWS)
def test_what_is_published(
    flow: Callable[[Site], RegisteredImage], brought: str, shelf: Shelf, tmp_path: Path
) -> None:
    data = signed_photograph(shelf) if brought == SIGNED else photograph()
    site = Site(person(), data, tmp_path)
    image, anchors = flow(site), signing.anchors()
    assert image.files.count() == len(FORMATS)
    secrets = [*SECRETS, str(site.owner.pk), str(image.origin_id)]
    for file in image.files.all():
        data, mime = open_file(file), images.MIME[file.format]
        assert found_in(layers(data, mime, anchors), secrets) == set()
        assert found_in(iter([bytes(file.manifest_store), bytes(image.thumbnail)]), secrets) == set()
        assert not says_where(data)
        assert not says_where(bytes(file.manifest_store))
        claimed = Claimed(crjson_of(data, mime, anchors))
        faults = {name: list(check(claimed)) for name, check in RULES.items()}
        assert {name: found for name, found in faults.items() if found} == {}
        assert claimed.assertions[GENERATION_LABEL]["imageId"] == str(image.pk)
        strict = second_opinion(data, mime, shelf, roots=anchors)
        assert codes(strict, "failure") == {REVOCATION, NO_TIME_STAMP}


def says_where(data: bytes) -> bool:
    """Whether the file has EXIF at all, or the degrees in either order of bytes."""
    fractions = [pack(order + "II", *pair) for order in "<>" for pair in DEGREES]
    return any(trace in data for trace in (b"Exif\0\0", b"eXIf", b"EXIF", *fractions))


@pytest.mark.django_db
@pytest.mark.parametrize("flow", [Site.inpainted, Site.varied])
def test_what_a_manifest_said_of_the_picture_goes_and_what_was_done_stays(
    flow: Callable[[Site], RegisteredImage], shelf: Shelf, tmp_path: Path
) -> None:
    image = flow(Site(person(), signed_photograph(shelf), tmp_path))
    for file in image.files.all():
        data, mime = open_file(file), images.MIME[file.format]
        ours, theirs = crjson_of(data, mime, signing.anchors())["manifests"]
        assert theirs["label"] in ours["assertions"]["c2pa.ingredient.v3"]["activeManifest"]["url"]
        gone = {address.rsplit("/", 1)[-1] for address in ours["claim.v2"]["redacted_assertions"]}
        assert gone == {"c2pa.thumbnail.claim", "c2pa.metadata", "com.example.author"}
        # Of those the address and the digest are left, which their claim signed.
        listed = theirs["assertions"]
        assert {label for label in listed if set(listed[label]) == {"identifier", "hash"}} == gone
        assert set(listed) - gone == {"c2pa.actions.v2", "c2pa.hash.data", "cawg.training-mining"}
        # Nothing that a camera's maker vouched for looks broken by it.
        reading = manifest.read(data, mime, signing.anchors())
        assert reading is not None
        assert reading.state == "Trusted"
        assert reading.ingredient_failures == ("signingCredential.untrusted",)


@pytest.mark.django_db
def test_what_is_brought_again_has_its_whole_history(shelf: Shelf, tmp_path: Path) -> None:
    image = Site(person(), signed_photograph(shelf), tmp_path).brought_again()
    data = file_of(image, "WEBP")
    reading = manifest.read(data, "image/webp", signing.anchors())
    assert reading is not None
    assert not reading.tampered_ingredient
    assert len(crjson_of(data, "image/webp", signing.anchors())["manifests"]) == 3


class TestTheSearchItself:
    """Everything that it is to find is found where it was put."""

    def test_the_photograph_is_full_of_it(self, shelf: Shelf) -> None:
        data = photograph()
        there = {CAMERA, PLACE, COMMENT, CREATOR}
        assert found_in(layers(data, "image/jpeg", shelf.anchors), SECRETS) == there
        assert says_where(data)

    @pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
    def test_in_any_encoding_and_case(self, encoding: str) -> None:
        assert found_in(iter([b"..." + "MARMALADE".encode(encoding)]), SECRETS) == {"marmalade"}

    def test_compressed_in_a_png(self, shelf: Shelf) -> None:
        told = PngImagePlugin.PngInfo()
        told.add_text("prompt", PROMPT, zip=True)
        data = saved(photograph_like(), "PNG", pnginfo=told)
        assert PROMPT.encode() not in data
        assert "zeppelin" in found_in(layers(data, "image/png", shelf.anchors), SECRETS)

    @pytest.mark.parametrize("field", ["generator_name", "title", "watermark_value"])
    def test_in_the_manifest(self, field: str, shelf: Shelf) -> None:
        told: dict[str, Any] = {field: PROMPT}
        said = replace(shelf.statement("text to image", "JPEG"), **told)
        made = shelf.signed(said, "JPEG")
        assert "zeppelin" in found_in(layers(made.data, "image/jpeg", shelf.anchors), SECRETS)

    def test_in_a_picture_inside_the_manifest(self, shelf: Shelf) -> None:
        said = replace(shelf.statement("text to image", "PNG"), thumbnail=photograph())
        made = shelf.signed(said, "PNG")
        found = found_in(layers(made.data, "image/png", shelf.anchors), SECRETS)
        assert found == {CAMERA, PLACE, COMMENT, CREATOR}
        assert says_where(made.data)
