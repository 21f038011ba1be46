"""Files that break careless code, through the public page and through the command line."""

import io
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.test import Client
from PIL import ExifTags, Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from generation.models import Job
from provenance import images
from provenance.models import Inspection, PublishedFile, RegisteredImage
from tests.integration.provenance.conftest import Publish, file_of
from tests.suspects import Pixels, pixels, png_header, saved, scene

pytestmark = pytest.mark.usefixtures("eager")
Check = Callable[..., tuple[int, str, Inspection | None]]


def as_file(image: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def lying_down(rgb: Pixels) -> bytes:
    """A phone's file: the pixels lie on their side, and a note says which way is up."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    return as_file(Image.fromarray(np.ascontiguousarray(np.rot90(rgb))), "JPEG", quality=90, exif=exif)


def sixteen_bit(rgb: Pixels) -> bytes:
    grey = np.asarray(Image.fromarray(rgb).convert("L")).astype(np.uint16) * 257
    return as_file(Image.fromarray(grey), "PNG")


def animated(rgb: Pixels) -> bytes:
    frames = [Image.fromarray(frame) for frame in (rgb, 255 - rgb, np.roll(rgb, 50, 1))]
    return as_file(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=100)


# How the same picture comes in odd containers: each must be traced all the same.
ODD: dict[str, Callable[[Pixels], bytes]] = {
    "animated GIF": animated,
    "CMYK JPEG": lambda rgb: as_file(Image.fromarray(rgb).convert("CMYK"), "JPEG", quality=92),
    "16-bit PNG": sixteen_bit,
    "palette PNG": lambda rgb: as_file(Image.fromarray(rgb).quantize(256), "PNG"),
    "PNG with alpha": lambda rgb: as_file(Image.fromarray(rgb).convert("RGBA"), "PNG"),
    "phone photo of a screen": lying_down,
    "AVIF": lambda rgb: as_file(Image.fromarray(rgb), "AVIF"),
    "TIFF": lambda rgb: as_file(Image.fromarray(rgb), "TIFF"),
    "BMP": lambda rgb: as_file(Image.fromarray(rgb), "BMP"),
}
# Pictures that can be read, and say nothing.
EMPTY_WORDS = {
    "one pixel": saved(np.zeros((1, 1, 3), np.uint8), "PNG"),
    "20,000 x 1": saved(np.zeros((1, 20_000, 3), np.uint8), "PNG"),
    "1 x 20,000": saved(np.zeros((20_000, 1, 3), np.uint8), "PNG"),
    "pixels that inflate to 64 MB in a picture of 100 x 100": png_header(100, 100, bytes(64 * 2**20)),
    "fully transparent": as_file(Image.new("RGBA", (90, 90)), "PNG"),
}
# Refused when it is received: there is no row.
REFUSED = {
    "text": (b"Hello, I am a picture.", "not_an_image", 415),
    "a page": (b"<!doctype html><script>alert(1)</script>", "not_an_image", 415),
    "SVG": (b"<svg xmlns='http://www.w3.org/2000/svg'></svg>", "not_an_image", 415),
    "PDF": (b"%PDF-1.7\n", "not_an_image", 415),
    "empty": (b"", "empty", 422),
    "25 MB and one byte": (b"\x89PNG\r\n\x1a\n".ljust(images.MAX_BYTES + 1), "too_many_bytes", 413),
}
# Received, and found to be unreadable by the worker.
FAILED = {
    "truncated JPEG": (saved(scene(1), "JPEG")[:4000], "truncated"),
    "truncated PNG": (saved(scene(1), "PNG")[:4000], "truncated"),
    "only a magic number": (b"\xff\xd8\xff", "damaged"),
    "60,000 x 60,000": (png_header(60_000, 60_000), "too_many_pixels"),
    "8,000 x 8,000 of nothing": (png_header(8_000, 8_000, bytes(8_000 * 24_001)), "too_many_pixels"),
    "40,000 x 1": (png_header(40_000, 1, bytes(120_001)), "too_long_side"),
}


@pytest.fixture
def image(publish: Publish) -> RegisteredImage:
    return publish()


def everything_else(files: Path) -> tuple[object, ...]:
    published = sorted(str(path) for path in (files / "published").rglob("*"))
    rows = RegisteredImage.objects.order_by("pk").values_list("pk", "published_at", "withdrawn_at")
    return list(rows), PublishedFile.objects.count(), Job.objects.count(), published


@pytest.fixture
def check(client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Check:
    def upload(data: bytes, name: str = "suspect.png") -> tuple[int, str, Inspection | None]:
        """Returns the last status code, the page's text and the row, if one was made."""
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post("/verify", {"picture": SimpleUploadedFile(name, data)})
        row = Inspection.objects.first()
        if answer.status_code == 302:
            answer = client.get(answer["Location"])
        return answer.status_code, answer.content.decode(), row

    return upload


def trace(path: Path, data: bytes) -> dict[str, object]:
    path.write_bytes(data)
    out = io.StringIO()
    call_command("trace", str(path), "--json", stdout=out)
    answer: dict[str, object] = json.loads(out.getvalue())
    return answer


@pytest.mark.parametrize("pack", ODD.values(), ids=ODD)
def test_an_odd_container_is_traced(
    check: Check, image: RegisteredImage, tmp_path: Path, pack: Callable[[Pixels], bytes]
) -> None:
    data = pack(pixels(file_of(image)))
    status, text, row = check(data, "wrong-extension.txt")
    assert status == 200
    assert row is not None
    assert (row.status, row.verdict, row.image) == ("done", "OURS_ALTERED", image)
    assert str(image.pk) in text
    assert trace(tmp_path / "suspect", data)["image_id"] == str(image.pk)


@pytest.mark.parametrize("data", EMPTY_WORDS.values(), ids=EMPTY_WORDS)
def test_a_picture_that_says_nothing_gives_no_evidence(
    check: Check, image: RegisteredImage, files: Path, tmp_path: Path, data: bytes
) -> None:
    before = everything_else(files)
    status, text, row = check(data)
    assert status == 200
    assert row is not None
    assert (row.status, row.verdict, row.image) == ("done", "NO_EVIDENCE", None)
    assert "proves nothing" in text
    assert trace(tmp_path / "suspect", data)["verdict"] == "NO_EVIDENCE"
    assert everything_else(files) == before


@pytest.mark.parametrize(("data", "code", "status"), REFUSED.values(), ids=REFUSED)
@pytest.mark.usefixtures("db", "signing_authority")
def test_what_is_no_picture_is_refused_at_the_door(
    check: Check, files: Path, tmp_path: Path, data: bytes, code: str, status: int
) -> None:
    before = everything_else(files)
    answered, text, row = check(data)
    assert (answered, row) == (status, None)
    assert code in text
    assert images.unreadable(code).user_message.split(".")[0] in text
    assert not (files / "suspects").exists()
    assert trace(tmp_path / "suspect", data)["error"] == code
    assert everything_else(files) == before


@pytest.mark.parametrize(("data", "code"), FAILED.values(), ids=FAILED)
def test_what_cannot_be_read_fails_with_a_reason(
    check: Check, db: None, files: Path, signing_authority: None, tmp_path: Path, data: bytes, code: str
) -> None:
    before = everything_else(files)
    status, text, row = check(data)
    assert status == 200
    assert row is not None
    assert (row.status, row.error_code, row.verdict, row.attempts) == ("failed", code, "", 1)
    assert images.unreadable(code).user_message.split(".")[0] in text
    assert "This says nothing about where the picture comes from." in text
    assert list((files / "suspects").iterdir()) == []
    answer = trace(tmp_path / "suspect", data)
    assert (answer["error"], answer["message"]) == (code, row.error_message)
    assert everything_else(files) == before


@pytest.mark.django_db
@pytest.mark.parametrize("data", [{"picture": "text"}, {"csrfmiddlewaretoken": "x"}], ids=["text", "nothing"])
def test_a_form_without_a_file_asks_for_one(client: Client, data: dict[str, str]) -> None:
    answer = client.post("/verify", data)
    assert answer.status_code == 200
    assert b"This field is required" in answer.content
    assert not Inspection.objects.exists()


@pytest.mark.parametrize(
    "name", ["../../etc/passwd", "a\x00b.png", "\u202egnp.exe", "x" * 5_000, "<b>.png", "a\r\nb"]
)
def test_an_odd_file_name_goes_nowhere(
    check: Check, db: None, files: Path, signing_authority: None, name: str
) -> None:
    status, text, row = check(EMPTY_WORDS["one pixel"], name)
    assert status == 200
    assert row is not None
    assert [path.name for path in (files / "suspects").iterdir()] == [str(row.pk)]
    assert "<b>" not in text


def test_trace_goes_on_after_a_bad_file(image: RegisteredImage, tmp_path: Path) -> None:
    (tmp_path / "bad.png").write_bytes(b"nothing")
    (tmp_path / "good.png").write_bytes(file_of(image))
    out = io.StringIO()
    names = [str(tmp_path / name) for name in ("missing.png", "bad.png", "", "good.png")]
    call_command("trace", *names, "--json", stdout=out)
    answers = [json.loads(line) for line in out.getvalue().splitlines()]
    assert [answer.get("error") for answer in answers] == [
        "unreadable_file",
        "not_an_image",
        "unreadable_file",
        None,
    ]
    assert answers[-1]["verdict"] == "OURS_INTACT"
