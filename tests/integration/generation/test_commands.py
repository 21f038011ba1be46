"""The story of the command line: generate a picture, change a copy, trace both."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from generation import pipeline
from provenance.models import PublishedFile, RegisteredImage
from tests.integration.generation.conftest import mask_png
from tests.suspects import photograph_like, pixels, saved

pytestmark = pytest.mark.usefixtures("db", "files", "signing_authority")
PROMPT = "a red circle on a blue background"
# The circle alone has too little detail for PDQ.
DETAILED = "a red cup on a wooden table"


def run(*words: object) -> dict[str, Any]:
    out = io.StringIO()
    call_command(*(str(word) for word in words), "--json", stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue())
    return answer


@pytest.fixture(autouse=True)
def _built_in_generator(settings: Settings) -> None:
    settings.GENERATOR = pipeline.SKETCH
    pipeline.current.cache_clear()


def test_generated_then_re_encoded_then_a_stranger(tmp_path: Path) -> None:
    made = run("generate", PROMPT, "--out", tmp_path / "a.png", "--seed", 1)
    assert made["seed"] == 1
    intact = run("trace", tmp_path / "a.png")
    assert (intact["verdict"], intact["image_id"]) == ("OURS_INTACT", made["image_id"])
    (tmp_path / "b.jpg").write_bytes(saved(pixels((tmp_path / "a.png").read_bytes()), "JPEG", quality=60))
    changed = run("trace", tmp_path / "b.jpg")
    assert (changed["verdict"], changed["image_id"]) == ("OURS_ALTERED", made["image_id"])
    (tmp_path / "c.jpg").write_bytes(saved(photograph_like(), "JPEG", quality=90))
    stranger = run("trace", tmp_path / "c.jpg")
    assert (stranger["verdict"], stranger["image_id"]) == ("NO_EVIDENCE", None)


def test_the_row_says_which_machine_drew_it(tmp_path: Path) -> None:
    made = run("generate", PROMPT, "--out", tmp_path / "a.webp", "--width", 384, "--height", 256)
    row = RegisteredImage.objects.get(pk=made["image_id"])
    assert (row.width, row.height, row.owner) == (384, 256, None)
    assert (row.model_name, row.digital_source_type) == ("Tracery sketch", "algorithmicMedia")
    file = PublishedFile.objects.get(image=row, format="WEBP")
    assert file.size_bytes == (tmp_path / "a.webp").stat().st_size


def test_a_seed_repeats_the_drawing_under_another_mark(tmp_path: Path) -> None:
    options = ("--seed", 5, "--width", 384, "--height", 256)
    one = run("generate", DETAILED, "--out", tmp_path / "a.png", *options)
    two = run("generate", DETAILED, "--out", tmp_path / "b.png", *options)
    assert one["image_id"] != two["image_id"]
    traced = run("trace", tmp_path / "b.png")
    assert traced["image_id"] == two["image_id"]
    assert set(traced["findings"]["lookalike"]["candidate_ids"]) == {one["image_id"], two["image_id"]}


def test_a_file_is_varied_and_an_image_inpainted(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(saved(photograph_like(), "JPEG"))
    varied = run("generate", PROMPT, "--out", tmp_path / "a.png", "--source", tmp_path / "photo.jpg")
    row = RegisteredImage.objects.get(pk=varied["image_id"])
    assert (row.flow, row.width, row.height) == ("variation", 384, 256)
    (tmp_path / "mask.png").write_bytes(mask_png())
    changed = run(
        "generate", "a tree", "--out", tmp_path / "b.png",
        "--source", varied["image_id"], "--mask", tmp_path / "mask.png",
    )  # fmt: skip
    assert RegisteredImage.objects.get(pk=changed["image_id"]).flow == "inpainting"
    kept = [pixels((tmp_path / name).read_bytes())[:, 200:].astype(int) for name in ("a.png", "b.png")]
    assert abs(kept[0] - kept[1]).mean() < 4
    assert run("trace", tmp_path / "b.png")["image_id"] == changed["image_id"]


@pytest.mark.parametrize(
    "options",
    [
        ("--source", "nowhere.png"),
        ("--source", "00000000-0000-4000-8000-000000000000"),
        ("--mask", "mask.png"),
    ],
)
def test_what_is_not_there_cannot_be_changed(tmp_path: Path, options: tuple[str, str]) -> None:
    with pytest.raises(CommandError, match="--source"):
        run("generate", PROMPT, "--out", tmp_path / "a.png", *options)
    assert not RegisteredImage.objects.exists()


def test_a_refused_prompt_names_category_and_term(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"refused: sexual \(naked\)"):
        run("generate", "a naked man", "--out", tmp_path / "a.png")
    assert not RegisteredImage.objects.exists()
    assert not (tmp_path / "a.png").exists()


def test_a_model_that_is_not_there(tmp_path: Path, settings: Settings) -> None:
    settings.GENERATOR = str(tmp_path)
    with pytest.raises(CommandError, match="bad_generator"):
        run("generate", PROMPT, "--out", tmp_path / "a.png")
    assert not RegisteredImage.objects.exists()


@pytest.mark.parametrize("name", ["a.gif", "a", "missing/a.png"])
def test_where_it_cannot_write_nothing_is_published(tmp_path: Path, name: str) -> None:
    with pytest.raises(CommandError, match="--out"):
        run("generate", PROMPT, "--out", tmp_path / name)
    assert not RegisteredImage.objects.exists()
