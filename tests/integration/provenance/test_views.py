"""The public page and the files behind it: who gets what, and exactly which bytes."""

import hashlib
import io
import re
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from PIL import Image
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from provenance import inspection_store, registry
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence
from provenance.models import Inspection, PublishedFile, RegisteredImage, published_name
from provenance.urls import urlpatterns
from tests.integration.provenance.conftest import Publish, file_of, origin
from tests.people import browser_of, person
from tests.suspects import photograph_like, saved

pytestmark = pytest.mark.usefixtures("files")
OK, FORBIDDEN, LOGIN, GONE, MISSING, ONLY_POST = "200", "403", "login", "410", "404", "405"
ROLES = ("anonymous", "waiting", "owner", "other", "suspended", "staff")
# One row an address: what each of ROLES gets, in that order.
TABLE = {
    "verify": (OK, OK, OK, OK, OK, OK),
    "answer": (OK, OK, OK, OK, OK, OK),
    "credentials": (OK, OK, OK, OK, OK, OK),
    "crjson": (OK, OK, OK, OK, OK, OK),
    "picture": (OK, OK, OK, OK, OK, OK),
    "original": (OK, OK, OK, OK, OK, OK),
    "thumbnail": (LOGIN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, OK),
    "download": (LOGIN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, OK),
    "cancel": (ONLY_POST,) * 6,
    "suspect": (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
    "inspections": (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
    "inspection": (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
}
WITHDRAWN = {
    "credentials": (OK,) * 6,
    "crjson": (MISSING,) * 6,
    "picture": (MISSING,) * 6,
    "original": (MISSING,) * 6,
    "thumbnail": (LOGIN, FORBIDDEN, MISSING, FORBIDDEN, FORBIDDEN, OK),
    "download": (LOGIN, FORBIDDEN, GONE, FORBIDDEN, FORBIDDEN, GONE),
}
CASES = [
    (withdrawn, name, role, expected)
    for withdrawn, table in ((False, TABLE), (True, WITHDRAWN))
    for name, row in table.items()
    for role, expected in zip(ROLES, row, strict=True)
]
BYTES = b"the exact bytes that were signed"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (8, 8)).save(out, "JPEG")
    return out.getvalue()


@pytest.fixture
def owner(db: None) -> User:
    return person()


@pytest.fixture
def image(owner: User) -> RegisteredImage:
    """A published row and its file; that publishing makes such rows is tested elsewhere."""
    row = registry.reserve(
        origin(owner=owner), width=8, height=8, watermark_codec="none", watermark_key_id="none"
    )
    RegisteredImage.objects.filter(pk=row.pk).update(
        published_at=timezone.now(), pdq=bytes(32), phash=bytes(32), thumbnail=jpeg()
    )
    sha256 = hashlib.sha256(BYTES).hexdigest()
    default_storage.save(published_name(sha256), ContentFile(BYTES))
    PublishedFile.objects.create(
        image=row, format="PNG", sha256=sha256, size_bytes=len(BYTES), manifest_urn="urn", manifest_store=b"s"
    )
    return row


@pytest.fixture
def inspection(image: RegisteredImage) -> Inspection:
    row = inspection_store.store(saved(photograph_like(), "PNG"))
    Inspection.objects.filter(pk=row.pk).update(preview=jpeg())
    row.refresh_from_db()
    return row


def address_of(name: str, image: RegisteredImage, inspection: Inspection) -> str:
    arguments: dict[str, list[object]] = {
        "verify": [],
        "answer": [inspection.pk],
        "cancel": [inspection.pk],
        "inspections": [],
        "inspection": [inspection.pk],
        "thumbnail": [image.pk],
        "download": [image.pk, "PNG"],
        "suspect": [inspection.pk],
        "credentials": [inspection.pk],
        "crjson": [inspection.pk],
        "picture": [inspection.pk],
        "original": [inspection.pk],
    }
    return reverse(f"provenance:{name}", args=arguments[name])


def test_the_table_has_every_address() -> None:
    assert set(TABLE) == {pattern.name for pattern in urlpatterns}


@pytest.mark.parametrize(("withdrawn", "name", "role", "expected"), CASES)
def test_role_against_address(
    image: RegisteredImage,
    inspection: Inspection,
    owner: User,
    withdrawn: bool,
    name: str,
    role: str,
    expected: str,
) -> None:
    if withdrawn:
        registry.withdraw(image)
    if name in ("crjson", "picture", "original"):
        # Nothing of a check is handed out before it has ended.
        assert browser_of(None).get(address_of(name, image, inspection)).status_code == 404
        evidence = Evidence("0" * 64, 8, 8, "PNG").to_json()
        Inspection.objects.update(
            status="done",
            verdict="OURS_ALTERED",
            evidence=evidence,
            image=image,
            crjson={"own": {"claim": 1}},
            credentials={"recovered": {}},
        )
    people: dict[str, Callable[[], User | None]] = {
        "anonymous": lambda: None,
        "owner": lambda: owner,
        "other": person,
    }
    browser = browser_of(people.get(role, lambda: person(role))())
    answer = browser.get(address_of(name, image, inspection))
    if answer.status_code == 302:
        assert answer["Location"].startswith("/account/login")
    assert {302: LOGIN}.get(answer.status_code, str(answer.status_code)) == expected


def test_a_suspended_owner_may_still_fetch_what_is_theirs(image: RegisteredImage, owner: User) -> None:
    User.objects.update(suspended_at=timezone.now())
    assert browser_of(owner).get(reverse("provenance:download", args=[image.pk, "PNG"])).status_code == 200


@pytest.mark.parametrize("name", TABLE)
def test_numbers_that_nothing_has_are_missing(db: None, name: str) -> None:
    if name in ("verify", "inspections"):
        return
    arguments = [uuid.uuid4(), "PNG"] if name == "download" else [uuid.uuid4()]
    browser = browser_of(person("staff"))
    ask = browser.post if name == "cancel" else browser.get
    assert ask(reverse(f"provenance:{name}", args=arguments)).status_code == 404


@pytest.mark.parametrize("format_name", ["JPEG", "png", "GIF", "..", "%00", "PNG%0d%0aX"])
def test_formats_that_were_not_published_are_missing(
    image: RegisteredImage, owner: User, format_name: str
) -> None:
    assert browser_of(owner).get(f"/images/{image.pk}/{format_name}").status_code == 404


@pytest.mark.parametrize("name", ["thumbnail", "download"])
def test_a_reserved_image_is_missing(
    image: RegisteredImage, inspection: Inspection, owner: User, name: str
) -> None:
    PublishedFile.objects.all().delete()
    RegisteredImage.objects.update(published_at=None)
    assert browser_of(owner).get(address_of(name, image, inspection)).status_code == 404


class TestDownload:
    def test_gives_the_exact_bytes_and_forbids_to_change_them(self, publish: Publish, owner: User) -> None:
        image = publish(owner=owner)
        for file in image.files.all():
            answer = browser_of(owner).get(reverse("provenance:download", args=[image.pk, file.format]))
            assert answer.content == file_of(image, file.format)
            assert hashlib.sha256(answer.content).hexdigest() == file.sha256
            assert answer["Content-Type"] == f"image/{file.format.lower()}"
            assert "no-transform" in answer["Cache-Control"]
            assert "private" in answer["Cache-Control"]
            name = f"tracery-{str(image.pk)[:8]}.{file.format.lower()}"
            assert answer["Content-Disposition"] == f'attachment; filename="{name}"'

    @pytest.mark.parametrize("name", ["thumbnail", "download", "suspect"])
    def test_a_browser_asks_each_time_and_fetches_once(
        self, image: RegisteredImage, inspection: Inspection, name: str
    ) -> None:
        browser, address = browser_of(person("staff")), address_of(name, image, inspection)
        first = browser.get(address)
        assert first["Cache-Control"] == "private, no-cache, no-transform"
        assert first["ETag"] == f'"{hashlib.sha256(first.content).hexdigest()}"'
        again = browser.get(address, headers={"If-None-Match": first["ETag"]})
        assert (again.status_code, again.content) == (304, b"")
        assert again["Cache-Control"] == first["Cache-Control"]
        assert browser.get(address, headers={"If-None-Match": '"another"'}).status_code == 200

    @pytest.mark.parametrize(("name", "status"), [("thumbnail", 404), ("download", 410)])
    def test_a_withdrawn_picture_leaves_a_browsers_cache_at_once(
        self, image: RegisteredImage, inspection: Inspection, owner: User, name: str, status: int
    ) -> None:
        address = address_of(name, image, inspection)
        tag = browser_of(owner).get(address)["ETag"]
        registry.withdraw(image)
        answer = browser_of(owner).get(address, headers={"If-None-Match": tag})
        assert answer.status_code == status

    def test_inline_is_shown_and_cannot_run_anything(self, image: RegisteredImage, owner: User) -> None:
        answer = browser_of(owner).get(reverse("provenance:download", args=[image.pk, "PNG"]) + "?inline")
        assert "Content-Disposition" not in answer
        assert "sandbox" in answer["Content-Security-Policy"]
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer.content == BYTES

    def test_a_withdrawn_page_says_why_and_carries_no_bytes(
        self, image: RegisteredImage, owner: User
    ) -> None:
        registry.withdraw(image)
        answer = browser_of(owner).get(reverse("provenance:download", args=[image.pk, "PNG"]))
        assert b"withdrawn" in answer.content
        assert BYTES not in answer.content


class TestChecking:
    def test_from_an_upload_to_an_answer(
        self,
        client: Client,
        publish: Publish,
        eager: None,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        image = publish(owner=person())
        with django_capture_on_commit_callbacks(execute=True):
            sent = client.post("/verify", {"picture": SimpleUploadedFile("a.png", file_of(image))})
        row = Inspection.objects.get()
        assert (sent.status_code, sent["Location"]) == (302, f"/verify/{row.pk}")
        text = client.get(sent["Location"]).content.decode()
        assert "This picture was made here." in text
        assert str(image.pk) in text
        assert image.owner is not None
        assert image.owner.email not in text
        for number in (image.payload, f"{image.payload:016x}", "pdq", "urn:c2pa"):
            assert str(number) not in text

    def test_nothing_is_examined_before_the_row_is_committed(
        self, client: Client, db: None, eager: None, signing_authority: None
    ) -> None:
        client.post("/verify", {"picture": SimpleUploadedFile("a.png", saved(photograph_like(), "PNG"))})
        assert Inspection.objects.get().status == "queued"

    def test_checks_are_limited_for_each_address(self, db: None, settings: Settings) -> None:
        settings.CHECKS_PER_MINUTE = 2

        def send(address: str) -> int:
            picture = SimpleUploadedFile("a.png", saved(photograph_like(), "PNG"))
            return Client(REMOTE_ADDR=address).post("/verify", {"picture": picture}).status_code

        with pytest.MonkeyPatch.context() as patch:
            # Midway through a minute, so that no window ends here.
            patch.setattr("accounts.limits.timezone", SimpleNamespace(now=lambda: NOON))
            assert [send("198.51.100.7") for _ in range(3)] == [302, 302, 429]
            assert send("198.51.100.8") == 302
        assert Inspection.objects.count() == 3

    def test_checks_are_limited_for_everybody_together(self, db: None, settings: Settings) -> None:
        settings.CHECKS_PER_MINUTE, settings.CHECKS_PER_MINUTE_OVERALL = 2, 3

        def send(address: str) -> int:
            picture = SimpleUploadedFile("a.png", saved(photograph_like(), "PNG"))
            return Client(REMOTE_ADDR=address).post("/verify", {"picture": picture}).status_code

        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("accounts.limits.timezone", SimpleNamespace(now=lambda: NOON))
            # What one client may not do does not count against the others.
            assert [send("198.51.100.7") for _ in range(4)] == [302, 302, 429, 429]
            assert [send("198.51.100.8") for _ in range(2)] == [302, 429]

    def test_unfinished_checks_are_limited_for_each_address(self, db: None) -> None:
        def send(address: str) -> int:
            picture = SimpleUploadedFile("a.png", saved(photograph_like(), "PNG"))
            return Client(REMOTE_ADDR=address).post("/verify", {"picture": picture}).status_code

        allowed = inspection_store.MOST_UNFINISHED
        assert [send("198.51.100.7") for _ in range(allowed + 1)] == [302] * allowed + [429]
        assert send("198.51.100.8") == 302
        assert not Inspection.objects.filter(client__contains="198").exists()

    def test_who_sent_too_much_today_is_told_when_to_come_back(
        self, client: Client, db: None, settings: Settings
    ) -> None:
        settings.CHECKS_MB_PER_DAY = 0
        answer = client.post("/verify", {"picture": SimpleUploadedFile("a.png", jpeg())})
        assert answer.status_code == 429
        assert b"come back after midnight UTC" in answer.content
        assert 0 < int(answer["Retry-After"]) <= 24 * 3600
        assert not Inspection.objects.exists()

    def test_without_room_it_says_so(self, client: Client, db: None, settings: Settings) -> None:
        settings.MAX_UPLOADS_GB = 0
        answer = client.post("/verify", {"picture": SimpleUploadedFile("a.png", jpeg())})
        assert answer.status_code == 503
        assert b"no room" in answer.content
        assert not Inspection.objects.exists()


def without_tokens(text: str) -> str:
    """Each answer masks the CSRF token in another way."""
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", text)


NOON = datetime(2026, 11, 22, 12, 0, 30, tzinfo=UTC)


class TestPolling:
    def get(self, client: Client, row: Inspection, *, htmx: bool) -> str:
        headers = {"HX-Request": "true"} if htmx else {}
        answer = client.get(reverse("provenance:answer", args=[row.pk]), headers=headers)
        assert answer.status_code == 200
        assert "no-store" in answer["Cache-Control"]
        return answer.content.decode()

    def test_a_waiting_answer_polls_itself(self, client: Client, inspection: Inspection) -> None:
        part = self.get(client, inspection, htmx=True)
        assert "<html" not in part
        assert f'hx-get="/verify/{inspection.pk}?seen=queued"' in part
        whole = self.get(client, inspection, htmx=False)
        assert "<html" in whole
        assert without_tokens(part).strip() in without_tokens(whole)
        assert 'http-equiv="refresh"' in whole

    def test_nothing_is_sent_again_that_the_page_has_seen(
        self, client: Client, inspection: Inspection
    ) -> None:
        def poll(seen: str, **headers: str) -> int:
            address = reverse("provenance:answer", args=[inspection.pk])
            return client.get(f"{address}?seen={seen}", headers=headers).status_code

        assert poll("queued", **{"HX-Request": "true"}) == 204
        assert poll("queued") == 200, "somebody who opens the address sees a page"
        Inspection.objects.update(status="running")
        assert poll("queued", **{"HX-Request": "true"}) == 200

    @pytest.mark.parametrize("status", ["done", "failed"])
    def test_an_answer_that_is_there_polls_no_more(
        self, client: Client, inspection: Inspection, status: str
    ) -> None:
        Inspection.objects.update(status=status, error_message="It is <damaged>.", verdict="NO_EVIDENCE")
        for htmx in (True, False):
            text = self.get(client, inspection, htmx=htmx)
            assert "hx-get" not in text
            assert "<damaged>" not in text
        assert ("It is &lt;damaged&gt;." in text) == (status == "failed")

    def test_an_expired_answer_says_so(self, client: Client, inspection: Inspection) -> None:
        Inspection.objects.update(status="done", verdict="NO_EVIDENCE", evidence={})
        assert "This answer has expired" in self.get(client, inspection, htmx=False)

    def test_a_strangers_words_in_a_manifest_are_text(self, client: Client, inspection: Inspection) -> None:
        from provenance.evidence import Evidence, ManifestFinding, Presence

        evil = ManifestFinding(Presence.PRESENT, "Valid", signer="<script>alert(1)</script>")
        evidence = Evidence("0" * 64, 8, 8, "PNG", manifest=evil)
        Inspection.objects.update(status="done", verdict="NO_EVIDENCE", evidence=evidence.to_json())
        text = self.get(client, inspection, htmx=False)
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert(1)" in text

    def test_a_withdrawn_image_is_named_and_not_shown(
        self, client: Client, inspection: Inspection, image: RegisteredImage, files: Path
    ) -> None:
        from provenance.evidence import Evidence, ExactFinding, Presence

        registry.withdraw(image)
        evidence = Evidence("0" * 64, 8, 8, "PNG", exact=ExactFinding(Presence.PRESENT, str(image.pk), "PNG"))
        Inspection.objects.update(
            status="done", verdict="OURS_INTACT", image=image, evidence=evidence.to_json()
        )
        text = self.get(client, inspection, htmx=False)
        assert "We no longer serve it" in text
        assert f"/images/{image.pk}" not in text


@pytest.mark.parametrize("method", ["put", "delete", "patch", "post"])
@pytest.mark.parametrize(
    "name",
    ["answer", "credentials", "crjson", "picture", "original", "thumbnail", "download", "suspect"],
)
def test_pages_that_only_show_take_nothing(
    image: RegisteredImage, inspection: Inspection, name: str, method: str
) -> None:
    answer = getattr(browser_of(person("staff")), method)(address_of(name, image, inspection))
    assert answer.status_code == 405


class TestCancelling:
    def cancel(self, row: Inspection) -> str:
        answer = Client().post(reverse("provenance:cancel", args=[row.pk]), follow=True)
        assert answer.status_code == 200
        return answer.content.decode()

    @pytest.mark.parametrize("status", ["queued", "running"])
    def test_ends_the_check_and_deletes_the_picture(
        self, inspection: Inspection, files: Path, status: str
    ) -> None:
        Inspection.objects.update(status=status)
        assert (files / inspection.upload_name).exists()
        text = self.cancel(inspection)
        assert "You ended this check" in text
        assert "hx-get" not in text
        assert "/report?inspection" not in text
        inspection.refresh_from_db()
        assert (inspection.status, inspection.error_code) == ("failed", "cancelled")
        assert inspection.upload_deleted_at is not None
        assert not (files / inspection.upload_name).exists()

    def test_an_answer_that_is_there_stays(self, inspection: Inspection, files: Path) -> None:
        Inspection.objects.update(status="done", verdict="NO_EVIDENCE")
        self.cancel(inspection)
        inspection.refresh_from_db()
        assert (inspection.status, inspection.upload_deleted_at) == ("done", None)
        assert (files / inspection.upload_name).exists()

    def test_what_was_reported_belongs_to_the_case(self, inspection: Inspection, files: Path) -> None:
        assert inspection_store.keep(inspection)
        self.cancel(inspection)
        inspection.refresh_from_db()
        assert inspection.status == "queued"
        assert (files / inspection.upload_name).exists()

    def test_a_worker_that_comes_too_late_changes_nothing(
        self, inspection: Inspection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        from provenance import examination

        class Late:
            @staticmethod
            def examine(data: bytes, alive: Callable[[], None]) -> object:
                inspection_store.cancel(inspection)
                raise ProvenanceError("late", "Something else happened meanwhile.")

        monkeypatch.setattr(examination, "inspection", Late)
        with pytest.raises(ProvenanceError):
            examination.run(inspection.pk)
        inspection.refresh_from_db()
        assert inspection.error_code == "cancelled"

    def test_another_site_cannot_do_it(self, inspection: Inspection) -> None:
        browser = Client(enforce_csrf_checks=True)
        answer = browser.post(reverse("provenance:cancel", args=[inspection.pk]))
        assert answer.status_code == 403
        inspection.refresh_from_db()
        assert inspection.status == "queued"
