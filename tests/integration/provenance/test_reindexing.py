"""Rebuilding derived data: the same as at publishing, only what is out of date, and safe to interrupt."""

import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from provenance import fingerprint, lookalike, registry, reindexing
from provenance.local_features import batches, extraction, segment_store
from provenance.models import FeatureSegment, RegisteredImage
from provenance.registry import FileRecord, LocalFeatures, UploadLook
from tests.integration.provenance.conftest import origin
from tests.suspects import Pixels, photograph_like, pixels, saved, scene

DERIVED = (
    "fingerprint_version", "pdq", "pdq_quality", "phash", "thumbnail", "local_features",
    "local_features_version", "source_distance",
)  # fmt: skip
SPOILED = {
    "fingerprint_version": "old",
    "pdq": bytes(32),
    "pdq_quality": 1,
    "phash": bytes(32),
    "thumbnail": b"",
    "local_features": b"",
    "local_features_version": "old",
}
UPLOAD = UploadLook(bytes(32), bytes(32))


@pytest.fixture(autouse=True)
def own_folders(db: None, files: Path, tmp_path: Path, settings: Settings) -> None:
    settings.VAR_DIR = tmp_path
    settings.LOCAL_FEATURES_DIR = tmp_path / "local_features"


def publish(rgb: Pixels) -> RegisteredImage:
    """Publishes the PNG alone: stamping has tests of its own, and these need many images."""
    png = saved(rgb, "PNG")
    height, width = rgb.shape[:2]
    image = registry.reserve(
        origin(), width=width, height=height, watermark_codec="none", watermark_key_id="none"
    )
    digest = hashlib.sha256(png).hexdigest()
    default_storage.save(f"published/{digest[:2]}/{digest}", io.BytesIO(png))
    look = fingerprint.look(rgb)
    registry.register(
        image,
        look.fingerprint,
        lookalike.thumbnail(look.small),
        [FileRecord("PNG", digest, len(png), "urn:c2pa:1", b"store")],
        features=LocalFeatures(extraction.VERSION, extraction.extract(rgb)),
        upload=UPLOAD,
    )
    image.refresh_from_db()
    return image


@pytest.fixture
def images() -> list[RegisteredImage]:
    return [publish(rgb) for rgb in (scene(1), scene(2), photograph_like())]


def derived(image: RegisteredImage) -> dict[str, object]:
    row = RegisteredImage.objects.values(*DERIVED).get(pk=image.pk)
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in row.items()}


def run(*words: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("reindex", *words, "--json", stdout=out)
    answer = json.loads(out.getvalue())
    assert isinstance(answer, dict)
    return answer


def test_makes_what_publishing_made(images: list[RegisteredImage]) -> None:
    before = [derived(image) for image in images]
    assert before[0]["source_distance"] == UPLOAD.distance(images[0].pdq or b"")
    RegisteredImage.objects.update(**SPOILED, source_distance=3)
    assert run()["rebuilt"] == 3
    assert [derived(image) for image in images] == before


def test_leaves_alone_what_is_current(images: list[RegisteredImage]) -> None:
    stale = images[1]
    RegisteredImage.objects.filter(pk=stale.pk).update(**SPOILED)
    RegisteredImage.objects.exclude(pk=stale.pk).update(thumbnail=b"kept")
    summary = run()
    assert (summary["rebuilt"], summary["failed"]) == (1, [])
    assert [bytes(row.thumbnail) == b"kept" for row in RegisteredImage.objects.order_by("pk")].count(
        True
    ) == 2
    assert run()["rebuilt"] == 0


def test_all_includes_what_is_current(images: list[RegisteredImage]) -> None:
    before = [derived(image) for image in images]
    RegisteredImage.objects.update(thumbnail=b"", local_features=b"")
    assert run("--all")["rebuilt"] == 3
    assert [derived(image) for image in images] == before


def test_only_one_part(images: list[RegisteredImage]) -> None:
    RegisteredImage.objects.update(**SPOILED)
    assert run("--only", "fingerprints")["rebuilt"] == 3
    row = RegisteredImage.objects.get(pk=images[0].pk)
    assert (row.fingerprint_version, row.local_features_version) == (fingerprint.VERSION, "old")
    assert run("--only", "local-features")["rebuilt"] == 3
    row.refresh_from_db()
    assert row.local_features_version == extraction.VERSION
    assert bytes(row.local_features) == extraction.extract(scene(1))


def test_one_outdated_part_leaves_the_other_as_it_is(images: list[RegisteredImage]) -> None:
    RegisteredImage.objects.update(local_features_version="old", thumbnail=b"kept", pdq=bytes(32))
    run()
    rows = RegisteredImage.objects.all()
    assert {(bytes(row.thumbnail), row.pdq) for row in rows} == {(b"kept", bytes(32))}
    assert {row.local_features_version for row in rows} == {extraction.VERSION}


def test_withdrawn_stays_withdrawn_and_is_rebuilt(images: list[RegisteredImage]) -> None:
    registry.withdraw(images[0])
    images[0].refresh_from_db()
    RegisteredImage.objects.update(**SPOILED)
    run()
    row = RegisteredImage.objects.get(pk=images[0].pk)
    assert row.withdrawn_at == images[0].withdrawn_at
    assert row.published_at == images[0].published_at
    assert RegisteredImage.objects.on_view().count() == 2


def test_a_reserved_row_is_left_alone(images: list[RegisteredImage]) -> None:
    reserved = registry.reserve(origin(), width=1, height=1, watermark_codec="none", watermark_key_id="none")
    assert run("--all")["rebuilt"] == 3
    assert RegisteredImage.objects.get(pk=reserved.pk).pdq is None


def test_lost_and_changed_files_are_named_and_the_rest_goes_on(images: list[RegisteredImage]) -> None:
    RegisteredImage.objects.update(**SPOILED)
    default_storage.delete(images[0].files.get().storage_name)
    path = Path(default_storage.path(images[1].files.get().storage_name))
    path.write_bytes(saved(scene(9), "PNG"))
    out = io.StringIO()
    with pytest.raises(CommandError, match="2 images could not be rebuilt"):
        call_command("reindex", "--json", stdout=out)
    summary = json.loads(out.getvalue())
    assert {failed["image_id"]: failed["error"] for failed in summary["failed"]} == {
        str(images[0].pk): "file_missing",
        str(images[1].pk): "file_changed",
    }
    assert derived(images[1])["pdq"] == bytes(32)
    assert derived(images[2])["fingerprint_version"] == fingerprint.VERSION


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("everything", [False, True])
@pytest.mark.parametrize("after", [0, 1, 2])
def test_goes_on_where_it_was_cut_off(
    images: list[RegisteredImage], monkeypatch: pytest.MonkeyPatch, everything: bool, after: int
) -> None:
    before = [derived(image) for image in images]
    RegisteredImage.objects.update(**SPOILED)
    whole, calls = reindexing._rebuild, 0

    def killed(image: RegisteredImage, parts: Any) -> str:
        nonlocal calls
        if calls == after:
            raise Killed
        calls += 1
        return whole(image, parts)

    monkeypatch.setattr(reindexing, "_rebuild", killed)
    words = ("--all",) if everything else ()
    with pytest.raises(Killed):
        run(*words)
    monkeypatch.setattr(reindexing, "_rebuild", whole)
    # The last one before the end is perhaps done twice: its place is kept after its row.
    assert 3 - after <= run(*words)["rebuilt"] <= 3 - after + 1
    assert [derived(image) for image in images] == before
    assert not (Path(reindexing.Place(()).path)).exists()


def test_ctrl_c_says_how_to_go_on(images: list[RegisteredImage], monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(image: RegisteredImage, parts: Any) -> str:
        raise KeyboardInterrupt

    RegisteredImage.objects.update(**SPOILED)
    monkeypatch.setattr(reindexing, "_rebuild", interrupted)
    with pytest.raises(CommandError, match="Stopped after 0 images; start it again") as stopped:
        run()
    assert stopped.value.returncode == 130


def test_a_place_of_other_versions_is_not_gone_on_from(
    images: list[RegisteredImage], monkeypatch: pytest.MonkeyPatch
) -> None:
    parts = {reindexing.FINGERPRINTS, reindexing.LOCAL_FEATURES}
    reindexing.Place(parts).keep(max(image.pk for image in images))
    assert reindexing.remaining(parts, everything=True) == 0
    monkeypatch.setattr(fingerprint, "VERSION", "newer")
    assert reindexing.remaining(parts, everything=True) == 3


def test_images_with_new_features_go_into_a_new_segment(images: list[RegisteredImage]) -> None:
    assert run()["given_to_segments"] == 3
    first = FeatureSegment.objects.get()
    assert run()["given_to_segments"] == 0
    RegisteredImage.objects.filter(pk=images[0].pk).update(local_features=b"", local_features_version="old")
    assert run()["given_to_segments"] == 1
    assert RegisteredImage.objects.get(pk=images[0].pk).segment not in (None, first)
    assert RegisteredImage.objects.get(pk=images[1].pk).segment == first
    assert batches.waiting().count() == 0


def test_segments_alone_and_all_makes_this_machines_files_anew(
    images: list[RegisteredImage], settings: Settings
) -> None:
    assert run("--only", "segments") | {"seconds": 0} == {
        "parts": ["segments"], "rebuilt": 0, "failed": [], "given_to_segments": 3, "seconds": 0,
    }  # fmt: skip
    (before,) = Path(settings.LOCAL_FEATURES_DIR).glob("*.segment")
    run("--only", "segments")
    assert before.exists()
    run("--only", "segments", "--all")
    assert not before.exists()
    assert sum(held.images_count for held in segment_store.current()) == 3


def test_speaks_plainly_without_json(images: list[RegisteredImage]) -> None:
    RegisteredImage.objects.update(**SPOILED)
    out = io.StringIO()
    call_command("reindex", "--only", "fingerprints", stdout=out)
    assert out.getvalue().startswith("3 images rebuilt in ")


def test_a_rebuilt_image_is_found_as_before(images: list[RegisteredImage]) -> None:
    RegisteredImage.objects.update(**SPOILED)
    assert registry.nearest([images[0].pdq or b""]) == []
    run()
    assert registry.nearest([images[0].pdq or b""]) == [(images[0].pk, 0)]
    png = pixels(saved(scene(1), "PNG"))
    assert registry.nearest([fingerprint.look(png).fingerprint.pdq]) == [(images[0].pk, 0)]
