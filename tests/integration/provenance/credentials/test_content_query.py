"""A picture is sent, a worker looks, the answer names manifests: as for somebody who knows only the API."""

import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import c2pa
import numpy as np
import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from provenance import images, inspection, inspection_store, manifest, registry, sandbox, signing
from provenance.credentials import content_query
from provenance.errors import SandboxFailed
from provenance.evidence import (
    DerivedFinding,
    Evidence,
    ExactFinding,
    LookalikeFinding,
    ManifestFinding,
    Presence,
    WatermarkFinding,
)
from provenance.models import Inspection, PublishedFile, RegisteredImage
from tests.integration.provenance.conftest import Publish, file_of
from tests.suspects import (
    Pixels,
    at_jpeg_quality,
    half_size,
    photograph_like,
    pixels,
    png_header,
    saved,
    scene,
    with_manifest_of,
)

BASE: Final = "/c2pa/v1"
BY_CONTENT: Final = f"{BASE}/matches/byContent"
PRESENT: Final = Presence.PRESENT


def send(data: bytes, query: str = "", media_type: str = "image/png") -> Any:
    return Client().post(BY_CONTENT + query, data, content_type=media_type)


def matches(answer: Any) -> list[tuple[str, int]]:
    assert answer.status_code == 200, answer.content
    return [(match["manifestId"], match["similarityScore"]) for match in answer.json()["matches"]]


def urn_of(image: RegisteredImage, format_name: str) -> str:
    return PublishedFile.objects.get(image=image, format=format_name).manifest_urn


@pytest.mark.usefixtures("transactional_db", "eager")
class TestStory:
    """Each of these waits for a real examination, so a request must see what it committed."""

    @pytest.mark.parametrize(
        ("attack", "format_name", "media_type"),
        [
            (np.asarray, "PNG", "image/png"),
            (at_jpeg_quality(60), "JPEG", "image/jpeg"),
            (np.asarray, "WEBP", "image/webp"),
        ],
    )
    def test_from_a_stripped_picture_to_a_signature_that_holds(
        self, publish: Publish, attack: Callable[[Pixels], Pixels], format_name: str, media_type: str
    ) -> None:
        image = publish()
        stripped = saved(attack(pixels(file_of(image))), format_name)
        named = matches(send(stripped, media_type=media_type))
        assert named[0] == (urn_of(image, format_name), 100), "the file's own format first"
        assert {urn for urn, _ in named} == set(
            PublishedFile.objects.filter(image=image).values_list("manifest_urn", flat=True)
        )
        fetched = Client().get(f"{BASE}/manifests/{named[0][0]}")
        assert fetched["Content-Type"] == "application/c2pa"
        settings = {"trust": {"trust_anchors": signing.anchors(), "trust_config": manifest._EKUS}}
        with (
            c2pa.Context.from_dict(settings) as context,
            c2pa.Reader(media_type, io.BytesIO(stripped), fetched.content, context=context) as reader,
        ):
            report = json.loads(reader.json())
        results = report["validation_results"]["activeManifest"]
        holds = {entry["code"] for entry in results["success"]}
        assert {"claimSignature.validated", "signingCredential.trusted"} <= holds
        assert {entry["code"] for entry in results["failure"]} == {"assertion.dataHash.mismatch"}

    def test_a_picture_that_lost_its_mark_is_found_by_look(self, publish: Publish) -> None:
        image = publish()
        tiny = saved(half_size(half_size(pixels(file_of(image)))), "JPEG", quality=50)
        assert matches(send(tiny, media_type="image/jpeg"))[0] == (urn_of(image, "JPEG"), 80)
        assert matches(send(tiny, "?alg=org.tracery.tiled.1", "image/jpeg")) == []

    def test_the_file_itself_is_named_first(self, publish: Publish) -> None:
        image = publish()
        assert matches(send(file_of(image, "JPEG"), "?maxResults=1")) == [(urn_of(image, "JPEG"), 100)]

    def test_a_stranger_is_no_match(self, publish: Publish) -> None:
        publish()
        assert matches(send(saved(photograph_like(), "PNG"))) == []

    def test_a_manifest_moved_to_another_picture_is_no_match(self, publish: Publish) -> None:
        image = publish()
        store = bytes(PublishedFile.objects.get(image=image, format="PNG").manifest_store)
        assert matches(send(with_manifest_of(saved(photograph_like(), "PNG"), store))) == []
        assert Inspection.objects.get().verdict == "CONFLICTING"

    def test_a_withdrawn_image_is_told_of(self, publish: Publish) -> None:
        image = publish()
        registry.withdraw(image)
        named = matches(send(saved(pixels(file_of(image)), "PNG")))
        assert named[0] == (urn_of(image, "PNG"), 100)
        assert Client().get(f"{BASE}/manifests/{named[0][0]}").status_code == 404

    def test_only_what_one_algorithm_names(self, publish: Publish) -> None:
        image = publish()
        stripped = saved(pixels(file_of(image)), "PNG")
        assert matches(send(stripped, "?alg=org.tracery.tiled.1&maxResults=1")) == [
            (urn_of(image, "PNG"), 100)
        ]
        assert matches(send(stripped, "?alg=org.tracery.dwtdctsvd.1")) == []
        assert matches(send(stripped, "?alg=com.adobe.trustmark.P&hintAlg=x&hintValue=AAAA")) == []

    def test_the_upload_is_deleted_with_the_answer(self, publish: Publish, files: Path) -> None:
        image = publish()
        for data in (saved(pixels(file_of(image)), "PNG"), saved(photograph_like(), "PNG")):
            send(data)
        for row in Inspection.objects.all():
            assert row.upload_deleted_at is not None
            assert (row.evidence, row.credentials, row.crjson, bytes(row.preview)) == ({}, {}, {}, b"")
        assert not list((files / "suspects").iterdir())

    def test_a_picture_that_cannot_be_decoded(self, signing_authority: None, files: Path) -> None:
        for data, code in (
            (saved(scene(1), "PNG")[:4000], "truncated"),
            (png_header(60_000, 60_000), "too_many_pixels"),
        ):
            answer = send(data)
            assert (answer.status_code, answer.json()["code"]) == (400, code)
        assert not list((files / "suspects").iterdir())

    def test_a_defect_of_ours_is_not_blamed_on_the_file(
        self, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def examine(*args: Any) -> inspection.Examined:
            raise RuntimeError("a defect")

        monkeypatch.setattr(inspection, "examine", examine)
        answer = send(saved(scene(1), "PNG"))
        assert (answer.status_code, answer.json()["code"]) == (500, "examination_failed")

    def test_a_file_that_the_sandbox_gives_up_on(self, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def examine(*args: Any) -> inspection.Examined:
            raise SandboxFailed("timeout", "It took too long.")

        monkeypatch.setattr(inspection, "examine", examine)
        answer = send(saved(scene(1), "PNG"))
        assert (answer.status_code, answer.json()["code"]) == (400, "timeout")


@pytest.mark.usefixtures("db", "files")
class TestWaiting:
    """No worker runs here, so nothing is ever examined."""

    PICTURE = saved(photograph_like(), "PNG")

    def test_who_waited_too_long_may_come_back(self, settings: Settings) -> None:
        settings.RESOLUTION_WAIT_SECONDS = 0
        answer = send(self.PICTURE)
        assert (answer.status_code, answer.json()["code"]) == (503, "not_yet_examined")
        assert int(answer["Retry-After"]) > 0
        row = Inspection.objects.get()
        assert row.expires_at is not None
        assert 60 < (row.expires_at - timezone.now()).total_seconds() <= 300, "soon deleted"
        # The worker came to it after all, and the same bytes are answered without another.
        Inspection.objects.update(
            status="done", verdict="NO_EVIDENCE", evidence=Evidence("0").to_json(), claimed_at=timezone.now()
        )
        assert matches(send(self.PICTURE)) == []

    def test_what_a_process_that_ended_left_behind_is_soon_deleted(
        self, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def ends(seconds: float) -> None:
            raise SystemExit

        monkeypatch.setattr("provenance.credentials.content_query.time.sleep", ends)
        with pytest.raises(SystemExit):
            send(self.PICTURE)
        expires_at = Inspection.objects.get().expires_at
        assert expires_at is not None
        assert (expires_at - timezone.now()).total_seconds() <= 300

    def test_only_a_few_threads_wait(self, settings: Settings) -> None:
        settings.RESOLUTION_WAITS_PER_PROCESS = 1
        with content_query.place():
            answer = send(self.PICTURE)
        assert (answer.status_code, answer.json()["code"]) == (503, "busy")
        assert int(answer["Retry-After"]) > 0
        assert not Inspection.objects.exists()
        settings.RESOLUTION_WAIT_SECONDS = 0
        assert send(self.PICTURE).json()["code"] == "not_yet_examined", "the place is free again"
        assert send(self.PICTURE).json()["code"] == "not_yet_examined", "and was given back"

    def test_a_client_has_few_unfinished(self, settings: Settings) -> None:
        settings.RESOLUTION_WAIT_SECONDS = 0
        for _ in range(inspection_store.MOST_UNFINISHED):
            assert send(self.PICTURE).status_code == 503
        answer = send(self.PICTURE)
        assert (answer.status_code, answer.json()["code"]) == (429, "too_many")


def test_every_failure_of_a_file_is_known_as_one() -> None:
    """A code that is missing there would be told as a defect of ours."""
    assert set(images._MESSAGES) - {"empty", "too_many_bytes", "not_an_image"} <= content_query._OF_THE_FILE
    assert set(sandbox._MESSAGES) <= content_query._OF_THE_FILE


A, B = "00000000-0000-4000-8000-00000000000a", "00000000-0000-4000-8000-00000000000b"


class TestScores:
    @pytest.fixture(autouse=True)
    def registered(self, publish: Publish) -> None:
        for seed, pk in ((1, A), (2, B)):
            image = publish(scene(seed))
            PublishedFile.objects.filter(image=image).delete()
            RegisteredImage.objects.filter(pk=image.pk).update(id=pk)
            PublishedFile.objects.create(
                image_id=pk,
                format="PNG",
                sha256=pk,
                size_bytes=1,
                manifest_urn=f"urn:{pk[-1]}",
                manifest_store=b"",
            )

    @pytest.mark.parametrize(
        ("evidence", "named"),
        [
            (Evidence(), []),
            (Evidence(exact=ExactFinding(PRESENT, A, "PNG")), [("urn:a", 100)]),
            (Evidence(manifest=ManifestFinding(PRESENT, "Trusted", A, True)), [("urn:a", 100)]),
            (
                Evidence(
                    manifest=ManifestFinding(PRESENT, "Invalid", A, False, look_distance=20),
                    lookalike=LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,)),
                ),
                [("urn:a", 80)],
            ),
            (Evidence(manifest=ManifestFinding(PRESENT, "Invalid", A, False, look_distance=20)), []),
            (Evidence(manifest=ManifestFinding(PRESENT, "Invalid", A, False, look_distance=120)), []),
            (Evidence(watermark=WatermarkFinding(PRESENT, A, overlap=1.0)), [("urn:a", 100)]),
            (Evidence(watermark=WatermarkFinding(PRESENT, A)), [("urn:a", 80)]),
            (Evidence(watermark=WatermarkFinding(PRESENT, A, looks_different=True)), []),
            (Evidence(watermark=WatermarkFinding(PRESENT, None, "00")), []),
            (
                Evidence(lookalike=LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,))),
                [("urn:a", 80)],
            ),
            (
                Evidence(lookalike=LookalikeFinding(PRESENT, None, candidates=2, candidate_ids=(B, A))),
                [("urn:b", 60), ("urn:a", 60)],
            ),
            (
                Evidence(
                    watermark=WatermarkFinding(PRESENT, A),
                    lookalike=LookalikeFinding(PRESENT, B, candidates=1, candidate_ids=(B,)),
                ),
                [],
            ),
            (Evidence(derived=DerivedFinding(PRESENT, (A,))), []),
        ],
    )
    def test_of_what_was_found(self, evidence: Evidence, named: list[tuple[str, int]]) -> None:
        assert [(match.urn, match.score) for match in content_query.matches(evidence)] == named

    def test_by_look_alone_no_algorithm_has_named_it(self) -> None:
        alike = Evidence(lookalike=LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,)))
        assert content_query.matches(alike, "org.tracery.tiled.1") == []
        marked = Evidence(watermark=WatermarkFinding(PRESENT, A, codec="dwtDctSvd 1"))
        assert content_query.matches(marked, "org.tracery.tiled.1") == []
        assert [match.urn for match in content_query.matches(marked, "org.tracery.dwtdctsvd.1")] == ["urn:a"]
