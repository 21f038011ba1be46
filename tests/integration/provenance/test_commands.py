"""The operator's command line: stamp a picture of one's own, trace any file."""

import io
import json
from pathlib import Path
from typing import Any

import c2pa
import numpy as np
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from provenance import certificates, manifest, registry, signing
from provenance.manifest_reading import GENERATION_LABEL
from provenance.models import PublishedFile, RegisteredImage
from tests.suspects import at_jpeg_quality, photograph_like, pixels, saved, scene

pytestmark = pytest.mark.usefixtures("db", "files", "signing_authority")
PHOTOS = Path(__file__).parents[4] / "shared" / "data" / "photos"


def run(*words: object) -> list[dict[str, Any]]:
    out = io.StringIO()
    call_command(*(str(word) for word in words), "--json", stdout=out)
    return [json.loads(line) for line in out.getvalue().splitlines()]


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    path = tmp_path / "mine.png"
    path.write_bytes(saved(scene(1), "PNG"))
    return path


@pytest.mark.parametrize(
    ("ending", "format_name"), [(".png", "PNG"), (".JPG", "JPEG"), (".webp", "WEBP"), (".avif", "AVIF")]
)
def test_stamp_writes_the_published_bytes_and_trace_finds_them(
    picture: Path, tmp_path: Path, ending: str, format_name: str
) -> None:
    out = tmp_path / f"out{ending}"
    (stamped,) = run("stamp", picture, "--out", out, "--generator", "My model", "--generator-version", "7")
    row = RegisteredImage.objects.get(pk=stamped["image_id"])
    assert (row.flow, row.model_name, row.model_version, row.owner) == ("operator", "My model", "7", None)
    assert len(out.read_bytes()) == PublishedFile.objects.get(image=row, format=format_name).size_bytes
    (traced,) = run("trace", out)
    assert (traced["verdict"], traced["image_id"]) == ("OURS_INTACT", stamped["image_id"])
    assert traced["findings"]["manifest"]["state"] == "Trusted"
    assert traced["findings"]["manifest"]["generator"]
    assert traced["findings"]["watermark"]["p_value"] < 1e-6
    assert traced["findings"]["lookalike"]["pdq_distance"] <= 31
    assert traced["milliseconds"]["total"] > 0
    assert traced["withdrawn"] is False


def test_an_operators_picture_says_what_is_known_of_it_and_no_more(picture: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.png"
    options = (
        "--generator",
        "owner/model",
        "--generator-version",
        "7",
        "--source-type",
        "compositeSynthetic",
    )
    (stamped,) = run("stamp", picture, "--out", out, *options, "--source-type", "compositeSynthetic")
    row = RegisteredImage.objects.get(pk=stamped["image_id"])
    assert row.digital_source_type == "compositeSynthetic"
    with (
        c2pa.Context.from_dict(manifest._settings(signing.anchors())) as context,
        c2pa.Reader("image/png", io.BytesIO(out.read_bytes()), context=context) as reader,
    ):
        report = json.loads(reader.json())
    active = report["manifests"][report["active_manifest"]]
    said = {entry["label"]: entry["data"] for entry in active["assertions"]}
    created, *rest = said["c2pa.actions.v2"]["actions"]
    assert created["action"] == "c2pa.created"
    assert created["digitalSourceType"].endswith("/compositeSynthetic")
    assert (created["softwareAgent"]["name"], created["softwareAgent"]["version"]) == ("owner/model", "7")
    assert [action["action"] for action in rest] == ["c2pa.addedText", "c2pa.watermarked.bound"]
    assert (said[GENERATION_LABEL]["flow"], active.get("ingredients", [])) == ("operator", [])
    assert "c2pa.ai-disclosure" not in said
    with pytest.raises(CommandError, match="invalid choice"):
        run("stamp", picture, "--out", out, "--source-type", "digitalCapture")


def test_trace_answers_each_file_in_order(picture: Path, tmp_path: Path) -> None:
    out, lossy, other = (tmp_path / name for name in ("a.png", "b.jpg", "c.jpg"))
    (stamped,) = run("stamp", picture, "--out", out)
    lossy.write_bytes(saved(pixels(out.read_bytes()), "JPEG", quality=60))
    other.write_bytes(saved(photograph_like(), "JPEG", quality=90))
    answers = run("trace", other, lossy, out)
    assert [Path(answer["file"]).name for answer in answers] == ["c.jpg", "b.jpg", "a.png"]
    assert [answer["verdict"] for answer in answers] == ["NO_EVIDENCE", "OURS_ALTERED", "OURS_INTACT"]
    assert [answer["image_id"] for answer in answers] == [None, stamped["image_id"], stamped["image_id"]]


def test_trace_says_that_an_image_was_withdrawn(picture: Path, tmp_path: Path) -> None:
    (stamped,) = run("stamp", picture, "--out", tmp_path / "a.png")
    registry.withdraw(RegisteredImage.objects.get(pk=stamped["image_id"]))
    (traced,) = run("trace", tmp_path / "a.png")
    assert (traced["verdict"], traced["withdrawn"]) == ("OURS_INTACT", True)


def test_trace_speaks_plainly_without_json(picture: Path, tmp_path: Path) -> None:
    (stamped,) = run("stamp", picture, "--out", tmp_path / "a.png")
    out = io.StringIO()
    call_command("trace", str(tmp_path / "a.png"), str(tmp_path / "none.png"), stdout=out)
    first, second = out.getvalue().splitlines()
    assert f"OURS_INTACT {stamped['image_id']}" in first
    assert "No such file" in second


@pytest.mark.skipif(not PHOTOS.is_dir(), reason="the photographs are not part of the repository")
def test_photographs_have_no_evidence(picture: Path, tmp_path: Path) -> None:
    run("stamp", picture, "--out", tmp_path / "a.png")
    answers = run("trace", *sorted(PHOTOS.glob("*.png"))[:4])
    assert {answer["verdict"] for answer in answers} == {"NO_EVIDENCE"}


def test_stamping_twice_makes_two_images(picture: Path, tmp_path: Path) -> None:
    """Nothing says that a second run is the same work; both must be traceable."""
    one, two = (run("stamp", picture, "--out", tmp_path / f"{n}.png")[0]["image_id"] for n in (1, 2))
    assert one != two


class TestStampRefuses:
    def test_an_unknown_format_before_anything_is_published(self, picture: Path, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match=r"--out must end in"):
            run("stamp", picture, "--out", tmp_path / "a.gif")
        assert not RegisteredImage.objects.exists()

    def test_a_folder_that_is_not_there_before_anything_is_published(
        self, picture: Path, tmp_path: Path
    ) -> None:
        with pytest.raises(CommandError, match="folder that does not exist"):
            run("stamp", picture, "--out", tmp_path / "no" / "a.png")
        assert not RegisteredImage.objects.exists()

    def test_a_missing_file(self, tmp_path: Path) -> None:
        with pytest.raises(CommandError, match="No such file"):
            run("stamp", tmp_path / "none.png", "--out", tmp_path / "a.png")

    @pytest.mark.parametrize(
        ("data", "code"),
        [
            (b"text", "not_an_image"),
            (saved(np.zeros((8, 8, 3), np.uint8), "PNG"), "picture_too_small"),
            (saved(scene(1), "PNG")[:3000], "truncated"),
        ],
    )
    def test_what_it_cannot_mark(self, tmp_path: Path, data: bytes, code: str) -> None:
        (tmp_path / "in.png").write_bytes(data)
        with pytest.raises(CommandError, match=code):
            run("stamp", tmp_path / "in.png", "--out", tmp_path / "a.png")
        assert not (tmp_path / "a.png").exists()
        assert not RegisteredImage.objects.published().exists()


class TestMakeTestCa:
    def test_makes_a_chain_once(self, tmp_path: Path, settings: Settings) -> None:
        settings.SIGNING_DIR = tmp_path / "signing"
        call_command("make_test_ca")
        chain = (settings.SIGNING_DIR / "chain.pem").read_text()
        certificates.describe(chain)
        call_command("make_test_ca")
        assert (settings.SIGNING_DIR / "chain.pem").read_text() == chain

    def test_renews_under_the_same_root_and_says_what_it_made(
        self, tmp_path: Path, settings: Settings, capsys: pytest.CaptureFixture[str]
    ) -> None:
        settings.SIGNING_DIR = tmp_path / "signing"
        call_command("make_test_ca")
        before = {path.name: path.read_bytes() for path in settings.SIGNING_DIR.glob("*.pem")}
        call_command("make_test_ca", renew=True)
        changed = {
            name for name, content in before.items() if (settings.SIGNING_DIR / name).read_bytes() != content
        }
        assert changed == {"chain.pem", "signing-key.pem"}
        said = capsys.readouterr().out
        assert str(settings.SIGNING_DIR) in said
        assert "CN=Tracery test authority" in said
        assert "trusted on this machine only" in said

    def test_not_in_production(self, tmp_path: Path, settings: Settings) -> None:
        settings.SIGNING_DIR, settings.PRODUCTION = tmp_path / "signing", True
        with pytest.raises(CommandError, match="SIGNING_CHAIN"):
            call_command("make_test_ca")
        assert not settings.SIGNING_DIR.exists()


def test_a_lossy_copy_of_a_copy_is_still_traced(picture: Path, tmp_path: Path) -> None:
    (stamped,) = run("stamp", picture, "--out", tmp_path / "a.png")
    copy = at_jpeg_quality(50)(at_jpeg_quality(70)(pixels((tmp_path / "a.png").read_bytes())))
    (tmp_path / "copy.webp").write_bytes(saved(copy, "WEBP", quality=60))
    (traced,) = run("trace", tmp_path / "copy.webp")
    assert (traced["verdict"], traced["image_id"]) == ("OURS_ALTERED", stamped["image_id"])
