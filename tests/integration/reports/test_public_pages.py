import re
import time
import uuid
from collections.abc import Callable
from pathlib import Path

import pytest
from django.contrib.sessions.models import Session
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import RateWindow, User
from provenance.models import Inspection, RegisteredImage
from provenance.tasks import examine
from reports import casework, receipts
from reports.models import Case, Notice
from tests.integration.reports.conftest import HOSTILE, MakeCase

pytestmark = pytest.mark.django_db

PASSPHRASE = r'data-copy="((?:[a-z]{4}-){4}[a-z]{4})"'
REPORT = {
    "reason": Case.Reason.HARASSMENT,
    "explanation": "It mocks my sister.",
    "seen_at": "https://forum.example/thread/7",
    "contact_email": "reporter@mail.example",
    "good_faith": "on",
}


def send(client: Client, *, query: str = "", **fields: object) -> str:
    """Sends a report and returns the page one lands on."""
    response = client.post(reverse("reports:submit") + query, REPORT | fields, follow=True)
    return response.content.decode()


def ask(client: Client, number: str, passphrase: str) -> str:
    data = {"number": number, "typed_passphrase": passphrase}
    return client.post(reverse("reports:status"), data).content.decode()


def case_page(case: Case) -> str:
    return reverse("reports:case", args=[case.number])


class TestReport:
    def test_anybody_can_report_and_later_see_how_it_stands(
        self, client: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        with django_capture_on_commit_callbacks() as enqueued:
            receipt = send(client)
        case = Case.objects.get()
        assert case.number in receipt
        shown = re.search(PASSPHRASE, receipt)
        assert shown is not None
        assert len(enqueued) == 1, "the outbox is asked to send the receipt"
        page = ask(Client(), case.number, shown[1])
        assert "We are working on it" in page
        assert "It mocks my sister." in page

    def test_a_picture_is_examined_once_the_case_has_it(
        self, client: Client, files: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A file that cannot be read is deleted by the worker unless it belongs to a case by then."""
        kept: list[bool] = []

        def enqueue(pk: uuid.UUID) -> None:
            kept.append(Inspection.objects.get(pk=pk).expires_at is None)

        monkeypatch.setattr(examine, "delay_on_commit", enqueue)
        send(client, picture=SimpleUploadedFile("a.png", b"\x89PNG\r\n\x1a\n and no more"))
        assert kept == [True]
        assert Case.objects.get().inspection is not None

    def test_a_reload_shows_the_receipt_again_and_no_row_holds_it(self, client: Client) -> None:
        first = send(client)
        again = client.get(reverse("reports:receipt"))
        shown = re.search(PASSPHRASE, first)
        assert shown is not None
        assert shown[1] in again.content.decode()
        assert "no-store" in again.headers["Cache-Control"]
        cookie = client.cookies[receipts.COOKIE]
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Strict", "/report/receipt")
        assert shown[1] not in str(list(Case.objects.values())) + str(list(Notice.objects.values()))
        assert not any(shown[1] in str(row.get_decoded()) for row in Session.objects.all())

    def test_who_has_written_it_down_removes_the_receipt(self, client: Client) -> None:
        send(client)
        page = client.post(reverse("reports:forget_receipt"), follow=True).content.decode()
        assert "How does my report stand?" in page
        gone = client.get(reverse("reports:receipt")).content.decode()
        assert "There is no receipt here any more" in gone
        assert not re.search(PASSPHRASE, gone)

    def test_the_receipt_ends_by_itself(self, client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        send(client)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + receipts.MINUTES * 60 - 5)
        assert re.search(PASSPHRASE, client.get(reverse("reports:receipt")).content.decode())
        monkeypatch.setattr(time, "time", lambda: now + receipts.MINUTES * 60 + 5)
        gone = client.get(reverse("reports:receipt")).content.decode()
        assert "There is no receipt here any more" in gone

    @pytest.mark.parametrize("text", ["nonsense", "a:b:c", "%00", "\u00fc"])
    def test_a_made_up_receipt_shows_nothing(self, client: Client, text: str) -> None:
        client.cookies[receipts.COOKIE] = text
        assert "no receipt here" in client.get(reverse("reports:receipt")).content.decode()

    def test_a_checked_picture_and_its_image_go_with_the_report(
        self, client: Client, make_inspection: Callable[..., Inspection], image: RegisteredImage
    ) -> None:
        inspection = make_inspection(image=image)
        page = client.get(reverse("reports:submit") + f"?inspection={inspection.pk}").content.decode()
        assert "leads to an image that was made here" in page
        assert 'type="file"' not in page
        send(client, query=f"?inspection={inspection.pk}", seen_at="")
        case = Case.objects.get()
        assert (case.inspection, case.image) == (inspection, image)
        inspection.refresh_from_db()
        assert inspection.expires_at is None

    def test_a_picture_can_come_with_the_report(
        self,
        client: Client,
        png: bytes,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks() as enqueued:
            page = send(client, seen_at="", picture=SimpleUploadedFile("me.png", png, "image/png"))
        case = Case.objects.get()
        assert case.inspection is not None
        assert case.inspection.status == Inspection.Status.QUEUED
        assert case.inspection.expires_at is None
        assert len(enqueued) == 2, "one to examine, one to send the receipt"
        assert "We are examining the picture" in page

    @pytest.mark.parametrize("content", [b"", b"MZ this is a program", b"<svg onload='alert(1)'/>"])
    def test_what_is_no_picture_is_refused_and_the_words_stay(self, client: Client, content: bytes) -> None:
        page = send(client, picture=SimpleUploadedFile("me.png", content, "image/png"))
        assert "It mocks my sister." in page
        assert 'class="errorlist"' in page
        assert not Case.objects.exists()

    def test_an_expired_check_is_said_to_be_gone_and_the_report_is_completed(
        self, client: Client, make_inspection: Callable[..., Inspection], image: RegisteredImage
    ) -> None:
        inspection = make_inspection(image=image, upload_deleted_at=timezone.now())
        query = f"?inspection={inspection.pk}"
        page = client.get(reverse("reports:submit") + query).content.decode()
        assert "We no longer have the picture of your earlier check" in page
        assert 'type="file"' in page
        returned = send(client, query=query)
        assert "Nothing has been sent yet" in returned
        assert "It mocks my sister." in returned
        assert f'action="{reverse("reports:submit")}"' in returned
        assert not Case.objects.exists()
        send(client)
        assert Case.objects.get().inspection is None

    @pytest.mark.parametrize("asked", ["nonsense", "%00", "6f1f0b52-6c77-4a5c-9c33-6f1b3e6a7a10", "' OR 1=1"])
    def test_an_unknown_check_is_said_to_be_gone(self, client: Client, asked: str) -> None:
        page = client.get(reverse("reports:submit"), {"inspection": asked}).content.decode()
        assert "no longer have the picture" in page
        assert 'type="file"' in page

    def test_there_must_be_a_way_to_find_the_picture(self, client: Client) -> None:
        assert "Please say where you saw the picture" in send(client, seen_at="")
        assert not Case.objects.exists()

    @pytest.mark.parametrize("left_out", ["reason", "explanation", "good_faith"])
    def test_what_is_needed_is_asked_for(self, client: Client, left_out: str) -> None:
        assert 'class="errorlist"' in send(client, **{left_out: ""})
        assert not Case.objects.exists()

    def test_the_page_is_kind_where_it_matters(self, client: Client) -> None:
        page = client.get(reverse("reports:submit")).content.decode()
        assert "You do not have to upload the picture again" in page
        assert "https://stopncii.org/" in page
        assert "https://takeitdown.ncmec.org/" in page

    def test_reports_are_limited_by_client_and_no_address_is_stored(
        self, client: Client, settings: Settings
    ) -> None:
        settings.REPORTS_PER_HOUR = 2
        assert [client.post(reverse("reports:submit"), REPORT).status_code for _ in range(3)] == [
            302,
            302,
            429,
        ]
        assert Case.objects.count() == 2
        elsewhere = Client(REMOTE_ADDR="192.0.2.44")
        assert elsewhere.post(reverse("reports:submit"), REPORT).status_code == 302
        assert not any(
            "." in key or "192" in key[:10] for key in RateWindow.objects.values_list("key", flat=True)
        )

    @pytest.mark.parametrize("field", ["explanation", "seen_at", "contact_email", "reason", "good_faith"])
    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_hostile_input_is_kept_as_text_or_refused(
        self, client: Client, staff_client: Client, field: str, text: str
    ) -> None:
        response = client.post(reverse("reports:submit"), REPORT | {field: text})
        assert response.status_code in (302, 422)
        case = Case.objects.first()
        if case is not None:
            page = staff_client.get(case_page(case))
            assert page.status_code == 200
            assert b"<script>alert" not in page.content
            assert b"onerror=alert(1)>" not in page.content
            assert case.passphrase_hash not in page.content.decode()


class TestStatus:
    def test_a_wrong_number_and_a_wrong_passphrase_read_the_same(
        self, client: Client, make_case: MakeCase
    ) -> None:
        filed = make_case()
        pages = [
            ask(client, filed.case.number, "bado-kimu-velo-sani-tupe"),
            ask(client, "TR-2222-2222", filed.passphrase),
        ]
        answers = [re.sub(r'value="[^"]*"|X-CSRFToken": "[^"]*"', "", page) for page in pages]
        assert "do not belong together" in answers[0]
        assert answers[0] == answers[1]

    def test_a_decision_is_shown_with_its_reason_and_without_names(
        self, client: Client, make_case: MakeCase, officer: User, owner: User
    ) -> None:
        filed = make_case()
        casework.decide(
            filed.case.pk,
            action="take_down",
            reason="Shown without consent.",
            suspend_account=True,
            seen=casework.as_it_stands(filed.case),
            by=officer,
        )
        page = ask(client, filed.case.number, filed.passphrase)
        assert "We took the image down" in page
        assert "Shown without consent." in page
        assert owner.email not in page
        assert officer.email not in page

    @pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
    def test_hostile_input_opens_nothing(self, client: Client, case: Case, text: str) -> None:
        for data in (
            {"number": text, "typed_passphrase": "x"},
            {"number": case.number, "typed_passphrase": text},
        ):
            response = client.post(reverse("reports:status"), data)
            assert response.status_code == 422
            assert b"<script>alert" not in response.content
