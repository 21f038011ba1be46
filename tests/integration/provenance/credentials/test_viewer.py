"""The page of a check that shows Content Credentials: what it says, and what nobody gets to see there."""

import base64
import io
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from provenance import inspection_store, registry
from provenance.credentials.history import History, Ingredient
from provenance.evidence import Evidence, LookalikeFinding, ManifestFinding, Presence, WatermarkFinding
from provenance.models import Inspection, PublishedFile, RegisteredImage
from tests.integration.provenance.conftest import origin
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved
from tests.unit.provenance.credentials.histories import URN, action, history, manifest

pytestmark = pytest.mark.usefixtures("db", "files")
PRESENT = Presence.PRESENT
CHANGED = ("assertion.dataHash.mismatch",)
EVIL = "<script>alert(1)</script>"
OTHERS = ManifestFinding(PRESENT, "Valid", signer=EVIL, failures=("signingCredential.untrusted",))


def jpeg(shade: int) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8), (shade, shade, shade)).save(out, "JPEG")
    return out.getvalue()


PREVIEW, ORIGINAL, SMALL = jpeg(10), jpeg(20), base64.b64encode(jpeg(30)).decode()


@pytest.fixture
def image() -> RegisteredImage:
    row = registry.reserve(
        origin(owner=person()), width=8, height=8, watermark_codec="none", watermark_key_id="none"
    )
    RegisteredImage.objects.filter(pk=row.pk).update(
        published_at=timezone.now(), pdq=bytes(32), phash=bytes(32), thumbnail=ORIGINAL
    )
    PublishedFile.objects.create(
        image=row,
        format="PNG",
        sha256="a" * 64,
        size_bytes=1,
        manifest_urn=URN.format(0),
        manifest_store=b"s",
    )
    row.refresh_from_db()
    return row


def checked(
    finding: ManifestFinding | None = None,
    image: RegisteredImage | None = None,
    own: History | None = None,
    recovered: History | None = None,
    **fields: Any,
) -> Inspection:
    """A finished check; with `image` its watermark and its look named that."""
    evidence = Evidence("0" * 64, 8, 8, "PNG", manifest=finding or ManifestFinding())
    if image is not None:
        pk = str(image.pk)
        alike = LookalikeFinding(PRESENT, pk, 1, 1, 1.0, 77, 1, (pk,), alignment=(0.5, 0, 0.25, 0, 0.5, 0.25))
        evidence = Evidence(
            "0" * 64, 8, 8, "PNG", manifest=evidence.manifest,
            watermark=WatermarkFinding(PRESENT, pk, "00ff", "tiled 1", 1e-20), lookalike=alike,
        )  # fmt: skip
    row = inspection_store.store(saved(photograph_like(), "PNG"))
    said = {"own": own, "recovered": recovered}
    Inspection.objects.filter(pk=row.pk).update(
        **{
            "status": "done",
            "verdict": "OURS_ALTERED" if image else "NO_EVIDENCE",
            "evidence": evidence.to_json(),
            "image": image,
            "preview": PREVIEW,
            "credentials": {name: each and each.to_json() for name, each in said.items()},
            "crjson": {name: {"of": name} if each else None for name, each in said.items()},
            **fields,
        }
    )
    row.refresh_from_db()
    return row


def kept() -> History:
    """Our record held against a copy."""
    return history(manifest(trust="trusted", failures=CHANGED, thumbnail=SMALL), problems=CHANGED)


def page(row: Inspection, client: Client | None = None) -> str:
    answer = (client or Client()).get(reverse("provenance:credentials", args=[row.pk]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def get(row: Inspection, name: str, query: str = "") -> Any:
    return Client().get(reverse(f"provenance:{name}", args=[row.pk]) + query)


class TestStrangersRecord:
    def test_says_who_says_what_and_is_no_failure(self) -> None:
        row = checked(OTHERS, own=history(manifest(failures=OTHERS.failures)))
        text = page(row)
        assert "Signer not known to us. That is no failure" in text
        assert "Made by a trained model" in text
        assert "Unchanged since the record was signed." in text
        assert "What does not hold" not in text
        answer = Client().get(reverse("provenance:answer", args=[row.pk])).content.decode()
        assert "This file carries Content Credentials by" in answer
        assert "which say: “Made by a trained model.”" in answer
        assert "We found no trace of Tracery" in answer
        assert reverse("provenance:credentials", args=[row.pk]) in answer

    def test_words_of_strangers_are_text(self) -> None:
        part = Ingredient(EVIL, "parentOf", None)
        said = manifest(
            title=EVIL, signer=EVIL, organisation=EVIL + "2", generator=EVIL, ingredients=(part,),
            actions=(action("c2pa.edited", description=EVIL, software=EVIL),),
        )  # fmt: skip
        row = checked(OTHERS, own=history(said))
        for name in ("credentials", "answer"):
            text = get(row, name).content.decode()
            assert "<script>alert" not in text
            assert "&lt;script&gt;alert(1)" in text

    def test_a_tampered_parent_does_not_look_clean(self) -> None:
        part = Ingredient("parent.jpg", "parentOf", URN.format(1), SMALL, CHANGED)
        text = page(checked(OTHERS, own=history(manifest(ingredients=(part,)), manifest(1))))
        assert "has a record that does not hold" in text
        assert CHANGED[0] in text
        assert f"data:image/jpeg;base64,{SMALL}" in text

    def test_its_crjson_can_be_downloaded_and_runs_nothing(self) -> None:
        row = checked(OTHERS, own=history(manifest()))
        answer = get(row, "crjson", "?of=own")
        assert answer.json() == {"of": "own"}
        assert answer["Content-Disposition"].startswith("attachment")
        assert "sandbox" in answer["Content-Security-Policy"]
        assert get(row, "crjson").json() == {"of": "own"}
        assert get(row, "crjson", "?of=recovered").status_code == 404
        assert get(row, "crjson", "?of=%00").status_code == 404

    def test_a_download_is_not_much_longer_than_what_is_kept(self) -> None:
        deep: Any = [0] * 1000
        for _ in range(90):
            deep = [deep]
        row = checked(OTHERS, own=history(manifest()), crjson={"own": {"deep": deep}, "recovered": None})
        assert len(get(row, "crjson").content) < 2 * len(json.dumps(deep))

    def test_crjson_that_was_too_large_is_missing_and_the_page_says_so(self) -> None:
        row = checked(OTHERS, own=history(manifest()), crjson={"own": None, "recovered": None})
        text = page(row)
        assert "too large to keep" in text
        assert "?of=own" not in text
        assert get(row, "crjson").status_code == 404


class TestRecovered:
    def test_shows_the_record_and_both_pictures(self, image: RegisteredImage) -> None:
        row = checked(image=image, recovered=kept())
        text = page(row)
        assert "The file carries no credentials any more. We kept the ones it was published with." in text
        assert "The record does not cover these bytes." in text
        assert "as is usual for a copy" in text
        assert "What does not hold" not in text
        assert reverse("provenance:picture", args=[row.pk]) in text
        assert reverse("provenance:original", args=[row.pk]) in text
        assert text.count('class="outline"') == 2
        assert get(row, "picture").content == PREVIEW
        assert get(row, "original").content == ORIGINAL
        for name in ("picture", "original"):
            assert "no-store" in get(row, name)["Cache-Control"]
            assert "sandbox" in get(row, name)["Content-Security-Policy"]

    def test_beside_what_the_file_still_carries(self, image: RegisteredImage) -> None:
        broken = ManifestFinding(PRESENT, "Invalid", str(image.pk), failures=CHANGED)
        text = page(checked(broken, image, own=kept(), recovered=kept()))
        assert 'href="#own"' in text
        assert "edited or saved again since, or the record is that of another file" in text
        assert "as is usual for a copy" in text

    def test_the_answer_says_so(self, image: RegisteredImage) -> None:
        row = checked(image=image, recovered=kept())
        text = get(row, "answer").content.decode()
        assert "We kept the ones it was published with." in text
        assert "See the recovered Content Credentials" in text

    def test_staff_see_pictures_under_a_cover(self, image: RegisteredImage) -> None:
        row = checked(image=image, recovered=kept())
        assert "sensitive" in page(row, browser_of(person("staff")))
        assert "sensitive" not in page(row)

    def test_a_case_keeps_the_pictures_for_staff_and_the_public_page_closes(
        self, image: RegisteredImage
    ) -> None:
        part = Ingredient("a photograph", "parentOf", None, SMALL)
        own = history(manifest(7, ingredients=(part,), thumbnail=SMALL))
        row = checked(image=image, own=own, recovered=kept())
        inspection_store.keep(row)
        assert SMALL in page(row)
        Inspection.objects.filter(pk=row.pk).update(created_at=timezone.now() - timedelta(hours=25))
        assert SMALL not in page(row)
        for name in ("picture", "original"):
            assert get(row, name).status_code == 404
            assert reverse(f"provenance:{name}", args=[row.pk]) not in page(row)
        assert "We signed it, under the name" in page(row)
        suspect = reverse("provenance:suspect", args=[row.pk])
        assert browser_of(person("staff")).get(suspect).content == PREVIEW

    def test_our_picture_is_shown_beside_a_recovered_record_only(self, image: RegisteredImage) -> None:
        assert get(checked(image=image), "original").status_code == 404

    def test_an_image_that_was_only_derived_is_not_shown(self, image: RegisteredImage) -> None:
        assert get(checked(), "original").status_code == 404


class TestWithdrawn:
    def test_neither_picture_nor_history(self, image: RegisteredImage) -> None:
        row = checked(image=image, own=kept(), recovered=kept())
        registry.withdraw(image)
        text = page(row)
        assert "We withdrew the picture" in text
        assert "Made by a trained model" not in text
        assert "<figure" not in text
        assert SMALL not in text
        for name, query in (
            ("picture", ""),
            ("original", ""),
            ("crjson", "?of=own"),
            ("crjson", "?of=recovered"),
        ):
            assert get(row, name, query).status_code == 404

    def test_also_if_only_the_files_own_record_names_it(self, image: RegisteredImage) -> None:
        row = checked(OTHERS, own=kept(), verdict="CONFLICTING")
        registry.withdraw(image)
        text = page(row)
        assert "The record in this file is that of a picture that we withdrew" in text
        assert "The marks in this file contradict each other" in text
        assert get(row, "crjson").status_code == 404

    @pytest.mark.parametrize("relabelled", ["", "::2_1"])
    def test_a_withdrawn_picture_that_went_into_another_is_left_out(
        self, image: RegisteredImage, relabelled: str
    ) -> None:
        name = URN.format(0) + relabelled
        part = Ingredient("secret.png", "parentOf", name, SMALL)
        own = history(manifest(7, ingredients=(part,)), replace(manifest(0, thumbnail=SMALL), urn=name))
        row = checked(OTHERS, own=own)
        assert "secret.png" in page(row)
        registry.withdraw(image)
        text = page(row)
        assert "secret.png" not in text
        assert SMALL not in text
        assert "This is a picture of ours that we withdrew." in text


class TestNothingToShow:
    @pytest.mark.parametrize(
        ("finding", "words"),
        [
            (ManifestFinding(), "That there are none proves nothing"),
            (ManifestFinding(PRESENT, "Remote"), "We do not open addresses found in files"),
            (ManifestFinding(Presence.UNREADABLE), "It says nothing about the picture."),
            (OTHERS, "we cannot show what they say"),
        ],
    )
    def test_says_what_that_means(self, finding: ManifestFinding, words: str) -> None:
        assert words in page(checked(finding, own=History("Remote") if finding.state == "Remote" else None))

    @pytest.mark.parametrize("status", ["queued", "running"])
    def test_a_check_that_is_not_finished(self, status: str) -> None:
        assert "The check is not finished." in page(checked(own=kept(), status=status))

    def test_a_check_that_failed(self) -> None:
        assert "came to no answer" in page(checked(status="failed", error_code="damaged"))

    @pytest.mark.parametrize("left", [{}, {"evidence": {}}])
    def test_what_was_deleted(self, image: RegisteredImage, left: dict[str, Any]) -> None:
        row = checked(image=image, own=kept(), recovered=kept(), upload_deleted_at=timezone.now(), **left)
        assert "kept for 24 hours" in page(row)
        for name in ("picture", "original", "crjson"):
            assert get(row, name).status_code == 404

    def test_a_transplanted_record_is_shown_with_a_warning(self) -> None:
        text = page(checked(OTHERS, own=kept(), verdict="CONFLICTING"))
        assert "The marks in this file contradict each other." in text
