"""What staff see of a check: every number, every image named, both pictures with what they share."""

import io
import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from accounts.models import User
from provenance import inspection_store, trace_sheet
from provenance.evidence import (
    DerivedFinding,
    Evidence,
    ExactFinding,
    LookalikeFinding,
    ManifestFinding,
    Presence,
    WatermarkFinding,
)
from provenance.models import Inspection, RegisteredImage
from provenance.verdict import decide
from reports import casework
from reports.models import Case
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved

pytestmark = pytest.mark.usefixtures("db", "files")
PRESENT = Presence.PRESENT
MIRRORED = (-1.0, 0.0, 1.0, 0.0, 1.0, 0.0)
RIGHT_HALF = (0.5, 0.0, 0.5, 0.0, 1.0, 0.0)
Check = Callable[[Evidence], Inspection]


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def maker() -> User:
    return person()


@pytest.fixture
def images(maker: User) -> list[str]:
    """Ids of three published images."""
    rows = [
        RegisteredImage.objects.create(
            origin_id=uuid.uuid4(), flow="text-to-image", owner=maker, model_name="sketch", model_version="1",
            digital_source_type="algorithmicMedia", width=400, height=200, watermark_payload=number,
            watermark_codec="none", watermark_key_id="none", pdq=bytes(32), phash=bytes(32), thumbnail=jpeg(),
            published_at=timezone.now(),
        )
        for number in range(3)
    ]  # fmt: skip
    return [str(row.pk) for row in rows]


@pytest.fixture
def check() -> Check:
    def finished(evidence: Evidence) -> Inspection:
        row = inspection_store.store(saved(photograph_like(), "PNG"))
        decided = decide(evidence)
        Inspection.objects.filter(pk=row.pk).update(
            status="done", verdict=decided.kind, evidence=evidence.to_json(), image=decided.image_id,
            preview=jpeg(), attempts=1,
        )  # fmt: skip
        row.refresh_from_db()
        return row

    return finished


@pytest.fixture
def browser() -> Client:
    return browser_of(person("staff"))


def page(browser: Client, row: Inspection) -> str:
    answer = browser.get(reverse("provenance:inspection", args=[row.pk]))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    return answer.content.decode()


def lookalike(image: str | None, alignment: tuple[float, ...] | None, *ids: str) -> LookalikeFinding:
    return LookalikeFinding(
        PRESENT, image, 4711, 4712, 12.25, 77, len(ids), ids, "local features", 4713, 0.53, alignment, 3.5e-9
    )


class TestOneCheck:
    def test_shows_every_number(self, check: Check, images: list[str], browser: Client) -> None:
        evidence = Evidence(
            "ab" * 32, 1920, 1080, "WEBP", ("a note about the file",),
            ManifestFinding(
                PRESENT, "Invalid", images[0], False, False, "A signer", "A generator", "2026-11-23",
                "urn:c2pa:7", ("a failure",), ("another failure",), 61, 1e-4,
            ),
            WatermarkFinding(
                PRESENT, images[0], "00ff00ff00ff00ff", "tiled 1", 2.5e-21, 0.875, 37, False, 2.5e-21
            ),
            ExactFinding(),
            lookalike(images[0], RIGHT_HALF, images[0]),
            DerivedFinding(PRESENT, (images[1],), 42, 43, "hash", None, 0.91, None, 6e-7),
            {"watermark": 250.5, "hash look-up": 62.5},
        )  # fmt: skip
        text = page(browser, check(evidence))
        for shown in (
            "1920 × 1080", "WEBP", "a note about the file", "Invalid", "A signer", "A generator",
            "2026-11-23", "urn:c2pa:7", "a failure", "another failure", "61", "1.0e-04",
            "00ff00ff00ff00ff", "tiled 1",
            "2.5e-21", "0.875", "37", "4711", "4712", "12.25", "77", "4713", "0.53", "3.5e-09", "42", "43",
            "local features", "0.91", "6.0e-07", "250.5", "62.5", "313.0 ms in all",
        ):  # fmt: skip
            assert f">{shown}<" in text or f" {shown}" in text or f"{shown}," in text, shown
        bound = decide(evidence).error_bound
        assert bound is not None
        assert f"at most {bound:.1e}" in text

    def test_bars_compare_the_stages_slowest_first(self, check: Check) -> None:
        sheet = trace_sheet.lay_out(check(Evidence(milliseconds={"a": 5.0, "slow": 50.0, "none": 0.0})))
        assert sheet is not None
        assert [(stage.name, stage.share) for stage in sheet.stages] == [
            ("slow", 100),
            ("a", 10),
            ("none", 0),
        ]

    def test_draws_the_shared_part_on_both(self, check: Check, images: list[str], browser: Client) -> None:
        row = check(
            Evidence("ab" * 32, 100, 50, "PNG", lookalike=lookalike(images[0], RIGHT_HALF, images[0]))
        )
        text = page(browser, row)
        sheet = trace_sheet.lay_out(row)
        assert sheet is not None
        assert sheet.alignment is not None
        # The whole suspect, which is the right half of the 400 x 200 image.
        assert points(sheet.alignment.suspect.points) == {(0, 0), (100, 0), (100, 50), (0, 50)}
        assert points(sheet.alignment.registered.points) == {(200, 0), (400, 0), (400, 200), (200, 200)}
        assert sheet.alignment.onto_suspect == "matrix(0.5 0 0 0.25 -100 0)"
        assert not sheet.alignment.is_whole
        drawn = (
            sheet.alignment.suspect.points,
            sheet.alignment.registered.points,
            sheet.alignment.onto_suspect,
        )
        assert [part for part in drawn if part not in text] == []
        assert text.count("<polygon") == 4

    @pytest.mark.parametrize(
        ("alignment", "said"),
        [
            ((1.0, 0.0, 0.0, 0.0, 1.0, 0.0), ""),
            (MIRRORED, "mirrored left to right"),
            ((1.0, 0.0, 0.0, 0.0, -1.0, 1.0), "mirrored top to bottom"),
            ((-1.0, 0.0, 1.0, 0.0, -1.0, 1.0), "turned by half"),
            ((0.0, -1.0, 1.0, 1.0, 0.0, 0.0), "turned by a quarter"),
            ((0.0, 1.0, 0.0, 1.0, 0.0, 0.0), "mirrored and turned by a quarter"),
        ],
    )
    def test_says_how_the_image_lies(
        self, check: Check, images: list[str], alignment: tuple[float, ...], said: str
    ) -> None:
        alike = lookalike(images[0], alignment, images[0])
        sheet = trace_sheet.lay_out(check(Evidence("ab" * 32, 100, 50, "PNG", lookalike=alike)))
        assert sheet is not None
        assert sheet.alignment is not None
        assert sheet.alignment.turned == said
        assert sheet.alignment.is_whole

    def test_shows_all_candidates(
        self, check: Check, images: list[str], browser: Client, maker: User
    ) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG", lookalike=lookalike(None, MIRRORED, *images)))
        text = page(browser, row)
        for pk in images:
            assert text.count(reverse("provenance:thumbnail", args=[pk])) >= 1, pk
        assert text.count("looks alike") == 3
        assert maker.email in text
        assert "one of 3 images made here" in text

    def test_an_image_that_is_gone_from_the_registry_is_left_out(self, check: Check, browser: Client) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG"))
        unknown = str(uuid.uuid4())
        evidence = Evidence("ab" * 32, 9, 9, "PNG", lookalike=lookalike(unknown, MIRRORED, unknown))
        Inspection.objects.update(evidence=evidence.to_json(), verdict="OURS_ALTERED")
        assert "No finding names an image of ours" in page(browser, row)

    def test_says_what_images_were_derived_from(
        self, check: Check, images: list[str], browser: Client
    ) -> None:
        derived = DerivedFinding(PRESENT, (images[1],), 9, 2, "hash", None, 1.0, MIRRORED, 1e-9)
        text = page(browser, check(Evidence("ab" * 32, 100, 50, "PNG", derived=derived)))
        assert "made from an upload like it" in text
        assert "mirrored left to right" in text

    def test_says_that_it_was_answered_from_an_earlier_check(self, check: Check, browser: Client) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG"))
        assert "earlier check of the same bytes" not in page(browser, row)
        Inspection.objects.update(attempts=0, claimed_at=timezone.now())
        assert "earlier check of the same bytes" in page(browser, row)

    @pytest.mark.parametrize(
        ("fields", "said"),
        [
            ({"status": "queued"}, "still being examined"),
            ({"status": "running"}, "still being examined"),
            (
                {"status": "failed", "error_code": "damaged", "error_message": "It <is> damaged."},
                "It &lt;is&gt;",
            ),
            ({"evidence": {}, "upload_deleted_at": timezone.now()}, "deleted after their time"),
        ],
        ids=["waiting", "running", "failed", "deleted"],
    )
    def test_without_findings_it_says_why(
        self, check: Check, browser: Client, fields: dict[str, object], said: str
    ) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG"))
        Inspection.objects.update(**fields)
        assert said in page(browser, row)

    def test_findings_of_an_older_program_are_shown_too(self, check: Check, browser: Client) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG"))
        old = {"lookalike": {"presence": "present", "pdq_distance": 21, "shade": 3}, "watermark": {}}
        Inspection.objects.update(evidence=old)
        assert "21" in page(browser, row)

    def test_a_case_leads_to_it_and_back(self, check: Check, images: list[str], browser: Client) -> None:
        row = check(Evidence("ab" * 32, 100, 50, "PNG", lookalike=lookalike(images[0], MIRRORED, images[0])))
        number = casework.file_report(
            reason=Case.Reason.WITHOUT_CONSENT, explanation="It is me.", seen_at="", contact_email="",
            inspection=row, image=row.image,
        ).case.number  # fmt: skip
        case = reverse("reports:case", args=[number])
        assert reverse("provenance:inspection", args=[row.pk]) in browser.get(case).content.decode()
        assert case in page(browser, row)

    def test_a_report_about_what_was_derived_can_be_linked(
        self, check: Check, images: list[str], browser: Client
    ) -> None:
        derived = DerivedFinding(PRESENT, (images[1],), 9, 2, "hash")
        row = check(Evidence("ab" * 32, 100, 50, "PNG", derived=derived))
        form = Client().get(reverse("reports:submit") + f"?inspection={row.pk}").content.decode()
        assert "It looks like an image made here from an upload" in form
        number = casework.file_report(
            reason=Case.Reason.WITHOUT_CONSENT, explanation="My photograph.", seen_at="", contact_email="",
            inspection=row, image=None,
        ).case.number  # fmt: skip
        text = browser.get(reverse("reports:case", args=[number])).content.decode()
        assert "made from an upload like it" in text
        assert f'value="{images[1]}"' in text


class TestList:
    def get(self, browser: Client, query: str = "") -> str:
        return browser.get(reverse("provenance:inspections") + query).content.decode()

    def test_shows_what_we_still_have_newest_first(self, check: Check, browser: Client) -> None:
        rows = [check(Evidence("ab" * 32, 100, 50, "PNG")) for _ in range(3)]
        Inspection.objects.filter(pk=rows[1].pk).update(upload_deleted_at=timezone.now())
        text = self.get(browser)
        assert text.index(str(rows[2].pk)) < text.index(str(rows[0].pk))
        assert str(rows[1].pk) not in text
        assert "<img" not in text.split("<main")[1].split("</main>")[0]

    def test_can_be_narrowed_to_a_verdict(self, check: Check, images: list[str], browser: Client) -> None:
        nothing = check(Evidence("ab" * 32, 100, 50, "PNG"))
        ours = check(Evidence("ab" * 32, 9, 9, "PNG", lookalike=lookalike(images[0], MIRRORED, images[0])))
        text = self.get(browser, "?verdict=OURS_ALTERED")
        assert str(ours.pk) in text
        assert str(nothing.pk) not in text
        assert str(nothing.pk) in self.get(browser, "?verdict=nonsense%00")
        assert "No check with this verdict" in self.get(browser, "?verdict=CONFLICTING")

    def test_an_empty_one_says_so_and_a_long_one_has_pages(self, check: Check, browser: Client) -> None:
        assert "No checks at the moment" in self.get(browser)
        row = check(Evidence("ab" * 32, 100, 50, "PNG"))
        fields = {"upload_name": "x", "sha256": row.sha256, "size_bytes": 1, "status": "done"}
        Inspection.objects.bulk_create(Inspection(**fields) for _ in range(30))
        assert "Page 1 of 2" in self.get(browser)
        assert str(row.pk) in self.get(browser, "?page=2")


def points(written: str) -> set[tuple[float, ...]]:
    return {tuple(float(number) for number in pair.split(",")) for pair in written.split()}
