"""Pages that start from a picture: who may open them, what they take, and what they say."""

import io
import re
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from generation import edit_forms, jobs, rectangle, uploads
from generation.models import Job, Refusal, Upload
from generation.urls import urlpatterns
from provenance import images, registry
from provenance.models import RegisteredImage
from tests.integration.generation.conftest import MakeJob
from tests.integration.provenance.conftest import origin
from tests.people import browser_of, person
from tests.suspects import Pixels, saved, scene

OK, LOGIN, STATUS, MISSING = "200", "login", "status", "404"
ROLES = ("anonymous", "waiting", "owner", "other", "suspended", "staff")
# One row an address: what each of ROLES gets, in that order. Staff too change only their own.
OWN = (LOGIN, STATUS, OK, MISSING, STATUS, MISSING)
TABLE = {
    ("get", "edit"): OWN,
    ("post", "edit"): OWN,
    ("get", "vary"): OWN,
    ("post", "vary"): OWN,
    ("get", "upload"): (LOGIN, STATUS, OK, OK, STATUS, OK),
    ("post", "upload"): (LOGIN, STATUS, OK, OK, STATUS, OK),
    ("get", "uploaded"): OWN,
    ("get", "edit_upload"): OWN,
    ("post", "edit_upload"): OWN,
    ("get", "vary_upload"): OWN,
    ("post", "vary_upload"): OWN,
}
CASES = [
    (method, name, role, expected)
    for (method, name), row in TABLE.items()
    for role, expected in zip(ROLES, row, strict=True)
]
PNG = saved(scene(1), "PNG")
EMPTY_MASK = "Paint over the part to redraw first."
RECTANGLE = {"left": "10", "top": "20", "width": "50", "height": "40"}


@pytest.fixture
def image(make_job: MakeJob, owner: User) -> RegisteredImage:
    job = make_job(prompt="a red circle")
    row = registry.reserve(
        origin(owner=owner, work=job.pk), width=8, height=8, watermark_codec="c", watermark_key_id="k"
    )
    RegisteredImage.objects.update(published_at=timezone.now(), pdq=bytes(32), phash=bytes(32))
    jobs.cancel(job)  # it counts against nothing any more
    return RegisteredImage.objects.get(pk=row.pk)


@pytest.fixture
def upload(owner: User, files: Path) -> Upload:
    return uploads.keep(owner, PNG)


@pytest.fixture
def browser(owner: User) -> Client:
    return browser_of(owner)


def form(**changes: object) -> dict[str, object]:
    return {"prompt": "a small red boat", "image_count": "1", "seed": ""} | changes


def file(data: bytes, name: str = "mask.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data)


def address(name: str, row: RegisteredImage | Upload) -> str:
    return reverse(f"generation:{name}", args=[row.pk])


def newest() -> Job:
    return Job.objects.latest("created_at")


def mask_of(job: Job) -> Pixels:
    return np.asarray(Image.open(io.BytesIO(bytes(job.mask))), np.uint8)


def test_the_table_has_every_address() -> None:
    ours = [pattern for pattern in urlpatterns if pattern.callback.__module__ == "generation.edit_views"]
    assert {name for _, name in TABLE} == {pattern.name for pattern in ours}


@pytest.mark.parametrize(("method", "name", "role", "expected"), CASES)
def test_role_against_address(
    image: RegisteredImage, upload: Upload, owner: User, method: str, name: str, role: str, expected: str
) -> None:
    people: dict[str, Callable[[], User | None]] = {
        "anonymous": lambda: None,
        "owner": lambda: owner,
        "other": person,
    }
    who = browser_of(people.get(role, lambda: person(role))())
    about = {"edit": [image.pk], "vary": [image.pk], "upload": []}.get(name, [upload.pk])
    # A prompt that is too long: whoever may post gets the form again, and nothing is queued.
    sent = {"prompt": "a" * 2000} if method == "post" else {}
    answer = getattr(who, method)(reverse(f"generation:{name}", args=about), sent)
    where = answer.headers.get("Location", "")
    landed = {"/account/login": LOGIN, reverse("accounts:status"): STATUS}
    outcome = next((told for start, told in landed.items() if where.startswith(start)), None)
    assert (outcome or str(answer.status_code)) == expected
    assert not Job.objects.exclude(flow="text-to-image").exists()


@pytest.mark.parametrize("name", ["edit", "vary", "edit_upload", "vary_upload", "uploaded"])
def test_numbers_that_nothing_has_are_missing(browser: Client, name: str) -> None:
    assert browser.get(reverse(f"generation:{name}", args=[uuid.uuid4()])).status_code == 404


class TestEditing:
    def test_what_is_painted_becomes_a_job(
        self,
        browser: Client,
        image: RegisteredImage,
        owner: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        mask = rectangle.mask_of(left=0, top=0, width=5, height=5)
        with django_capture_on_commit_callbacks() as callbacks:
            sent = browser.post(address("edit", image), form(mask=file(mask), image_count="2", seed="7"))
        job = newest()
        assert sent["Location"] == reverse("generation:job", args=[job.pk])
        assert (job.flow, job.owner, job.source_image, job.source_upload) == (
            "inpainting",
            owner,
            image,
            None,
        )
        assert (job.prompt, job.image_count, job.seed) == ("a small red boat", 2, 7)
        assert bytes(job.mask) == mask
        assert len(callbacks) == 1

    def test_a_rectangle_needs_no_painting(self, browser: Client, upload: Upload) -> None:
        assert browser.post(address("edit_upload", upload), form(**RECTANGLE)).status_code == 302
        job = newest()
        assert (job.flow, job.source_image, job.source_upload) == ("inpainting", None, upload)
        mask = mask_of(job)
        down, across = np.nonzero(mask == 255)
        side = rectangle.SIDE
        assert (across.min() / side, (across.max() + 1) / side) == (0.1, 0.6)
        assert (down.min() / side, (down.max() + 1) / side) == (0.2, 0.6)
        assert np.count_nonzero(mask) == len(down) == side * side * 0.5 * 0.4

    def test_what_is_painted_goes_before_the_numbers(self, browser: Client, image: RegisteredImage) -> None:
        mask = rectangle.mask_of(left=90, top=90, width=10, height=10)
        browser.post(address("edit", image), form(mask=file(mask), **RECTANGLE))
        assert bytes(newest().mask) == mask

    def test_no_words_fill_the_part_from_around_it(self, browser: Client, image: RegisteredImage) -> None:
        sent = browser.post(address("edit", image), form(prompt="  ", **RECTANGLE))
        assert newest().prompt == ""
        for page in (sent["Location"], reverse("generation:history")):
            assert "A part filled in" in browser.get(page).content.decode()

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({}, EMPTY_MASK),
            ({"mask": file(b"")}, EMPTY_MASK),
            ({"mask": file(b"GIF89a, painted by another program")}, "could not be read"),
            ({"mask": file(PNG + bytes(jobs.MAX_MASK_BYTES))}, "could not be read"),
            ({"left": "10", "top": "20"}, "A rectangle needs all four numbers."),
            (RECTANGLE | {"width": "0"}, "greater than or equal to 1"),
            (RECTANGLE | {"left": "100"}, "less than or equal to 99"),
            (RECTANGLE | {"top": "ten"}, "Enter a whole number."),
            (RECTANGLE | {"seed": "-1"}, "greater than or equal to 0"),
        ],
    )
    def test_what_is_missing_is_said_and_what_was_typed_stays(
        self, browser: Client, image: RegisteredImage, changes: dict[str, object], words: str
    ) -> None:
        answer = browser.post(address("edit", image), form(**changes))
        page = answer.content.decode()
        assert answer.status_code == 200
        assert words in page
        assert "a small red boat</textarea>" in page
        assert " data-filled" in page  # the script puts back the mask and leaves the words alone
        for name in ("left", "top"):
            if name in changes:
                assert re.search(rf'name="{name}" value="{changes[name]}"', page)
        assert not Job.objects.filter(flow="inpainting").exists()

    def test_a_refusal_leads_back_to_the_picture(self, browser: Client, image: RegisteredImage) -> None:
        page = address("edit", image)
        sent = browser.post(page, form(prompt="a naked man", **RECTANGLE))
        assert Refusal.objects.get().prompt == "a naked man"
        assert f'href="{page}?prompt=a%20naked%20man"' in browser.get(sent["Location"]).content.decode()
        assert not Job.objects.filter(flow="inpainting").exists()

    @pytest.mark.parametrize("back", ["//evil.example/", "https://evil.example/", "javascript:alert(1)", ""])
    def test_a_refusal_leads_nowhere_else(self, browser: Client, image: RegisteredImage, back: str) -> None:
        browser.post(address("edit", image), form(prompt="a naked man", **RECTANGLE))
        page = reverse("generation:refusal", args=[Refusal.objects.get().pk])
        text = browser.get(page, {"back": back}).content.decode()
        assert "evil" not in text
        assert "javascript" not in text
        assert f'href="{reverse("generation:create")}?prompt=' in text

    def test_a_withdrawn_picture_is_not_edited(self, browser: Client, image: RegisteredImage) -> None:
        registry.withdraw(image)
        for name in ("edit", "vary"):
            for answer in (browser.get(address(name, image)), browser.post(address(name, image), form())):
                assert answer.status_code == 410
                assert b"no longer available" in answer.content
        assert not Job.objects.exclude(flow="text-to-image").exists()


class TestVarying:
    def test_the_form_knows_the_words_of_the_picture(self, browser: Client, image: RegisteredImage) -> None:
        page = browser.get(address("vary", image)).content.decode()
        assert "a red circle</textarea>" in page
        assert reverse("provenance:download", args=[image.pk, "WEBP"]) in page

    def test_from_an_image_with_other_words(self, browser: Client, image: RegisteredImage) -> None:
        sent = browser.post(address("vary", image), form(prompt="a blue circle", image_count="3"))
        job = newest()
        assert sent["Location"] == reverse("generation:job", args=[job.pk])
        assert (job.flow, job.source_image, bytes(job.mask)) == ("variation", image, b"")
        assert (job.prompt, job.image_count) == ("a blue circle", 3)

    def test_from_an_upload_without_words(self, browser: Client, upload: Upload) -> None:
        assert address("uploaded", upload) in browser.get(address("vary_upload", upload)).content.decode()
        sent = browser.post(address("vary_upload", upload), form(prompt=""))
        job = newest()
        assert (job.flow, job.source_upload, job.prompt) == ("variation", upload, "")
        assert "Another take" in browser.get(sent["Location"]).content.decode()

    def test_an_error_keeps_what_was_typed(self, browser: Client, upload: Upload) -> None:
        answer = browser.post(address("vary_upload", upload), form(image_count="99"))
        assert answer.status_code == 200
        assert "a small red boat</textarea>" in answer.content.decode()


class TestBringing:
    def send(self, browser: Client, data: bytes, **more: str) -> str:
        """Returns where it leads, or the page that says why it does not."""
        picture = file(data, "holiday.png")
        answer = browser.post(reverse("generation:upload"), {"picture": picture, "may_use": "on"} | more)
        return answer.headers.get("Location") or answer.content.decode()

    @pytest.mark.parametrize(("button", "name"), [("edit", "edit_upload"), ("vary", "vary_upload")])
    def test_leads_to_what_was_chosen(
        self, browser: Client, owner: User, files: Path, button: str, name: str
    ) -> None:
        where = self.send(browser, PNG, **{button: ""})
        row = Upload.objects.get()
        assert row.owner == owner
        assert uploads.read(row) == PNG
        assert where == address(name, row)

    def test_needs_the_promise(self, browser: Client, files: Path) -> None:
        page = browser.post(reverse("generation:upload"), {"picture": file(PNG)}).content.decode()
        assert "Please confirm this." in page
        assert not Upload.objects.exists()

    @pytest.mark.parametrize(
        ("data", "words"),
        [
            (b"", "The file is empty."),
            (b"a letter", "not a PNG, JPEG or WebP picture"),
            (saved(scene(1), "GIF"), "not a PNG, JPEG or WebP picture"),
        ],
    )
    def test_says_what_it_cannot_take(self, browser: Client, files: Path, data: bytes, words: str) -> None:
        assert words in self.send(browser, data)
        assert not Upload.objects.exists()

    def test_says_when_it_is_too_large(
        self, browser: Client, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(images, "MAX_BYTES", len(PNG) - 1)
        assert "The file is larger than" in self.send(browser, PNG)
        assert not Upload.objects.exists()

    def test_says_that_it_will_be_deleted_and_what_may_be_brought(self, browser: Client) -> None:
        page = browser.get(reverse("generation:upload")).content.decode()
        assert "after 24 hours" in page
        assert f'href="{reverse("accounts:policy")}#use"' in page
        assert reverse("generation:upload") in browser.get(reverse("generation:create")).content.decode()


class TestUploadedBytes:
    @pytest.mark.parametrize(
        ("name", "mime"), [("PNG", "image/png"), ("JPEG", "image/jpeg"), ("WEBP", "image/webp")]
    )
    def test_come_back_as_a_picture_and_nothing_else(
        self, browser: Client, owner: User, files: Path, name: str, mime: str
    ) -> None:
        data = saved(scene(1), name) + b"<script>alert(1)</script>"
        answer = browser.get(address("uploaded", uploads.keep(owner, data)))
        assert (answer.content, answer["Content-Type"]) == (data, mime)
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in answer["Content-Security-Policy"]
        assert "script-src" not in answer["Content-Security-Policy"]
        assert "no-store" in answer["Cache-Control"]

    def test_of_another_format_stay_where_they_are(self, browser: Client, owner: User, files: Path) -> None:
        row = uploads.keep(owner, saved(scene(1), "GIF"))
        assert edit_forms.SHOWN_FORMATS == ("PNG", "JPEG", "WEBP")
        assert browser.get(address("uploaded", row)).status_code == 404

    def test_are_gone_after_a_day(self, browser: Client, upload: Upload) -> None:
        Upload.objects.update(expires_at=timezone.now())
        assert uploads.expire() == 1
        for name in ("uploaded", "edit_upload", "vary_upload"):
            answer = browser.get(address(name, upload))
            assert answer.status_code == 410
            assert b"deleted after a day" in answer.content


class TestWhereAPictureComesFrom:
    def pages(self, browser: Client, job: Job) -> list[str]:
        addresses = (reverse("generation:job", args=[job.pk]), reverse("generation:history"))
        return [" ".join(browser.get(each).content.decode().split()) for each in addresses]

    def test_an_edit_names_its_source(self, browser: Client, image: RegisteredImage) -> None:
        browser.post(address("edit", image), form(**RECTANGLE))
        job = newest()
        jobs.cancel(job)
        source = f'Edited from <a href="/pictures/{image.pk}">picture {str(image.pk)[:8]}</a>'
        pages = self.pages(browser, job)
        assert all(source in page for page in pages)
        again = f'href="{address("edit", image)}?prompt=a%20small%20red%20boat&amp;image_count=1"'
        assert again in pages[0]
        assert (
            "a small red boat</textarea>"
            in browser.get(address("edit", image), {"prompt": job.prompt}).content.decode()
        )

    def test_a_variation_names_its_upload_while_it_is_there(self, browser: Client, upload: Upload) -> None:
        browser.post(address("vary_upload", upload), form(prompt=""))
        job = newest()
        jobs.cancel(job)
        link = f'Variation of <a href="{address("vary_upload", upload)}">an uploaded picture</a>'
        assert all(link in page for page in self.pages(browser, job))
        officer = self.pages(browser_of(person("staff")), job)[0]
        assert "Variation of an uploaded picture" in officer
        Upload.objects.update(expires_at=timezone.now())
        uploads.expire()
        pages = self.pages(browser, job)
        assert all("Variation of an uploaded picture" in page for page in pages)
        assert not any(str(upload.pk) in page for page in pages)
        assert "Start from a picture of yours" in pages[0]

    @pytest.mark.parametrize(
        ("code", "leads_to"), [("source_too_narrow", "upload"), ("empty_mask", "edit_upload")]
    )
    def test_trying_again_does_not_lead_back_to_an_upload_that_cannot_be_used(
        self, browser: Client, upload: Upload, code: str, leads_to: str
    ) -> None:
        browser.post(address("edit_upload", upload), form(**RECTANGLE))
        job = newest()
        Job.objects.update(status=Job.Status.FAILED, error_code=code)
        page = browser.get(reverse("generation:job", args=[job.pk])).content.decode()
        again = re.search(r'class="button button-primary" href="([^"?]+)', page)
        assert again is not None
        assert again[1] == reverse(f"generation:{leads_to}", args=[upload.pk] if leads_to != "upload" else [])

    def test_the_page_of_an_image_goes_on_from_it(self, browser: Client, image: RegisteredImage) -> None:
        page = reverse("generation:image", args=[image.pk])
        own = browser.get(page).content.decode()
        officer = browser_of(person("staff")).get(page).content.decode()
        for name in ("edit", "vary"):
            assert f'href="{address(name, image)}"' in own
            assert f'href="{address(name, image)}"' not in officer

    def test_the_page_of_an_edited_image_names_its_source(
        self, browser: Client, image: RegisteredImage
    ) -> None:
        browser.post(address("edit", image), form(**RECTANGLE))
        work = newest()
        made = registry.reserve(
            origin(owner=work.owner, work=work.pk),
            width=8,
            height=8,
            watermark_codec="c",
            watermark_key_id="k",
        )
        changes = {"published_at": timezone.now(), "pdq": bytes(32), "phash": bytes(32), "flow": work.flow}
        RegisteredImage.objects.filter(pk=made.pk).update(**changes)
        page = browser.get(reverse("generation:image", args=[made.pk])).content.decode()
        assert f'<a href="/pictures/{image.pk}">' in page
        assert "Redrawn in part by a machine" in page
        # A seed alone does not make this picture again.
        assert "keep the seed" not in page


@pytest.mark.parametrize(
    "sides",
    [
        {"left": 0, "top": 0, "width": 100, "height": 100},
        {"left": 99, "top": 99, "width": 100, "height": 100},
        {"left": 33, "top": 7, "width": 1, "height": 93},
    ],
)
def test_a_rectangle_is_white_inside_and_black_outside(sides: dict[str, int]) -> None:
    drawn = Image.open(io.BytesIO(rectangle.mask_of(**sides)))
    drawn.load()
    assert (drawn.format, drawn.mode, drawn.size) == ("PNG", "L", (rectangle.SIDE,) * 2)
    expected = np.zeros((rectangle.SIDE, rectangle.SIDE), np.uint8)
    down, across = slice(10 * sides["top"], None), slice(10 * sides["left"], None)
    expected[down, across][: 10 * sides["height"], : 10 * sides["width"]] = 255
    assert np.array_equal(np.asarray(drawn), expected)
