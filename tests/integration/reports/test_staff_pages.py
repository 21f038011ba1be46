import datetime as dt
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from provenance.models import Inspection, RegisteredImage
from reports import casework, linking
from reports.models import Case, Decision, Notice
from tests.integration.reports.conftest import HOSTILE, MakeCase, MakeImage

pytestmark = pytest.mark.django_db


def address(name: str, case: Case) -> str:
    return reverse(f"reports:{name}", args=[case.number] if name != "queue" else [])


def decided(case: Case, by: User, action: str, reason: str, *, suspend_account: bool = False) -> None:
    seen = casework.as_it_stands(case)
    casework.decide(case.pk, action=action, reason=reason, suspend_account=suspend_account, seen=seen, by=by)


def seen(case: Case) -> dict[str, str]:
    """What the form of the case page carries, hidden."""
    return {"seen": casework.as_it_stands(Case.objects.get(pk=case.pk))}


class TestQueue:
    def test_intimate_pictures_come_first_then_the_oldest(
        self, staff_client: Client, make_case: MakeCase
    ) -> None:
        expected = []
        for reason, hours in ((Case.Reason.INTIMATE, 1), (Case.Reason.OTHER, 90), (Case.Reason.DECEPTION, 2)):
            case = make_case(reason=reason).case
            Case.objects.filter(pk=case.pk).update(created_at=timezone.now() - dt.timedelta(hours=hours))
            expected.append(case.number)
        page = staff_client.get(reverse("reports:queue"))
        assert [case.number for case in page.context["page_obj"]] == expected
        assert "46 hours left" in page.content.decode()

    def test_an_intimate_case_past_48_hours_says_so(self, staff_client: Client, make_case: MakeCase) -> None:
        case = make_case(reason=Case.Reason.INTIMATE).case
        Case.objects.filter(pk=case.pk).update(created_at=timezone.now() - dt.timedelta(hours=49))
        assert "48 hours passed" in staff_client.get(reverse("reports:queue")).content.decode()

    def test_decided_cases_have_their_own_tab(
        self, staff_client: Client, make_case: MakeCase, officer: User
    ) -> None:
        first, second = make_case().case, make_case().case
        decided(first, officer, "no_action", "Nothing.", suspend_account=False)
        closed = staff_client.get(reverse("reports:queue"), {"tab": "decided"}).context["page_obj"]
        assert [case.number for case in closed] == [first.number]
        opened = staff_client.get(reverse("reports:queue")).context["page_obj"]
        assert [case.number for case in opened] == [second.number]

    @pytest.mark.parametrize("length", [6, 7, 9, 12])
    def test_a_case_is_found_by_the_beginning_of_its_number(
        self, staff_client: Client, case: Case, length: int
    ) -> None:
        asked = case.number[:length].lower()
        assert list(staff_client.get(reverse("reports:queue"), {"q": asked}).context["page_obj"]) == [case]

    @pytest.mark.parametrize("text", ["TR-2222-2222", "%", *HOSTILE.values()])
    def test_a_search_that_finds_nothing_says_so(self, staff_client: Client, case: Case, text: str) -> None:
        page = staff_client.get(reverse("reports:queue"), {"q": "0" + text, "page": text}).content.decode()
        assert "No such case" in page
        assert "<script>alert" not in page

    def test_an_empty_queue_says_so(self, staff_client: Client) -> None:
        assert "Nothing waits for you" in staff_client.get(reverse("reports:queue")).content.decode()

    def test_many_cases_have_pages(self, staff_client: Client, make_case: MakeCase) -> None:
        for _ in range(27):
            make_case()
        first = staff_client.get(reverse("reports:queue"))
        assert "Page 1 of 2" in first.content.decode()
        second = staff_client.get(reverse("reports:queue"), {"page": 2}).context["page_obj"]
        assert len(second) == 2
        assert not {case.pk for case in second} & {case.pk for case in first.context["page_obj"]}


class TestCase:
    def test_the_evidence_stands_side_by_side_and_covered(
        self,
        staff_client: Client,
        make_case: MakeCase,
        make_inspection: Callable[..., Inspection],
        image: RegisteredImage,
        owner: User,
    ) -> None:
        RegisteredImage.objects.filter(pk=image.pk).update(thumbnail=b"jpeg")
        inspection = make_inspection(image=image, preview=b"jpeg")
        case = make_case(inspection=inspection).case
        page = staff_client.get(address("case", case)).content.decode()
        assert page.count('class="sensitive"') == 2
        assert reverse("provenance:suspect", args=[inspection.pk]) in page
        assert reverse("provenance:thumbnail", args=[image.pk]) in page
        assert owner.email in page
        assert case.contact_email not in page

    def test_other_cases_and_earlier_decisions_are_named(
        self, staff_client: Client, make_case: MakeCase, officer: User
    ) -> None:
        first, second = make_case().case, make_case().case
        decided(first, officer, "take_down", "Nothing.", suspend_account=True)
        page = staff_client.get(address("case", second)).content.decode()
        assert page.count(address("case", first)) == 2
        assert "1 image taken down in other cases" in page
        assert "The image is withdrawn already" in page

    def test_without_an_image_only_leaving_it_is_offered(
        self, staff_client: Client, make_case: MakeCase
    ) -> None:
        case = make_case(image=None).case
        form = staff_client.get(address("case", case)).context["form"]
        assert [value for value, _ in form.fields["action"].choices] == [Decision.Action.NO_ACTION]
        assert "suspend_account" not in form.fields

    def test_a_decision_is_previewed_word_for_word_and_then_made(
        self,
        staff_client: Client,
        case: Case,
        owner: User,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        choice = {
            "action": "take_down",
            "reason": "Shown <without> consent.",
            "suspend_account": "on",
        } | seen(case)
        preview = staff_client.post(address("decide", case), choice)
        assert f"The account {owner.email} is suspended" in preview.content.decode()
        assert Decision.objects.count() == 0
        foreseen = [(notice.kind, notice.body) for notice in preview.context["foresight"].notices]
        with django_capture_on_commit_callbacks() as enqueued:
            response = staff_client.post(address("decide", case), choice | {"confirmed": "yes"}, follow=True)
        assert "Shown &lt;without&gt; consent." in response.content.decode()
        written = Notice.objects.exclude(kind=Notice.Kind.RECEIPT).order_by("pk")
        assert [(notice.kind, notice.body) for notice in written] == foreseen
        assert len(enqueued) == 1
        owner.refresh_from_db()
        assert owner.is_suspended

    def test_a_reinstatement_is_previewed_word_for_word_too(
        self, staff_client: Client, case: Case, officer: User
    ) -> None:
        decided(case, officer, "take_down", "No.", suspend_account=True)
        before = Notice.objects.count()
        choice = {"action": "reinstate", "reason": "They had agreed."} | seen(case)
        preview = staff_client.post(address("decide", case), choice)
        assert "The suspension that this case brought is lifted." in preview.content.decode()
        foreseen = [notice.body for notice in preview.context["foresight"].notices]
        staff_client.post(address("decide", case), choice | {"confirmed": "yes"})
        assert [notice.body for notice in Notice.objects.order_by("pk")[before:]] == foreseen

    def test_one_can_go_back_and_change_it(self, staff_client: Client, case: Case) -> None:
        choice = {"action": "no_action", "reason": "Nothing is wrong with it.", "change": "yes"} | seen(case)
        response = staff_client.post(address("decide", case), choice)
        assert response.status_code == 200
        assert "Nothing is wrong with it." in response.content.decode()
        assert Decision.objects.count() == 0

    @pytest.mark.parametrize(
        "choice",
        [
            {},
            {"action": "take_down"},
            {"reason": "Why not"},
            {"action": "reinstate", "reason": "Not yet"},
            {"action": "erase", "reason": "All of it"},
            {"action": "take_down", "reason": "Another one", "seen": "/"},
            {"action": "no_action", "reason": "Both", "suspend_account": "on"},
            {"action": "take_down", "reason": "x" * 10_000},
            {"action": "take_down", "reason": "nul \x00"},
        ],
    )
    def test_an_impossible_choice_changes_nothing(
        self, staff_client: Client, case: Case, choice: dict[str, str]
    ) -> None:
        response = staff_client.post(address("decide", case), seen(case) | choice | {"confirmed": "yes"})
        assert response.status_code == 422
        assert Case.objects.get(pk=case.pk).is_open

    def test_after_the_decision_the_history_remains(
        self, staff_client: Client, case: Case, officer: User
    ) -> None:
        decided(case, officer, "no_action", "It is satire.")
        page = staff_client.get(address("case", case)).content.decode()
        assert "It is satire." in page
        assert officer.email in page
        form = staff_client.get(address("case", case)).context["form"]
        assert [value for value, _ in form.fields["action"].choices] == [Decision.Action.TAKE_DOWN]
        assert "suspend_account" in form.fields

    def test_a_form_from_before_a_change_is_shown_again_with_its_words(
        self, staff_client: Client, case: Case, make_image: MakeImage, officer: User
    ) -> None:
        choice = {"action": "take_down", "reason": "No consent."} | seen(case)
        linking.link(case.pk, make_image().pk, by=officer)
        response = staff_client.post(address("decide", case), choice)
        assert response.status_code == 422
        page = response.content.decode()
        assert "has changed since you opened it" in page
        assert "No consent." in page
        assert seen(case)["seen"] in page
        assert choice["seen"] not in page

    def test_deciding_before_the_examination_ends_is_warned_of(
        self, staff_client: Client, make_case: MakeCase, make_inspection: Callable[..., Inspection]
    ) -> None:
        waiting = make_inspection(status=Inspection.Status.RUNNING, verdict="", finished_at=None)
        case = make_case(inspection=waiting, image=None).case
        assert "would be without its result" in staff_client.get(address("case", case)).content.decode()
        choice = {"action": "no_action", "reason": "Not ours."} | seen(case)
        preview = staff_client.post(address("decide", case), choice).content.decode()
        assert "without its result" in preview
        Inspection.objects.update(status=Inspection.Status.DONE)
        assert "without its result" not in staff_client.get(address("case", case)).content.decode()

    @pytest.mark.parametrize("number", ["TR-2222-2222", "x", "%00", "..%2f", "%F0%9F%A6%8A"])
    def test_an_unknown_case_is_not_found(self, staff_client: Client, number: str) -> None:
        assert staff_client.get(f"/staff/cases/{number}").status_code == 404
