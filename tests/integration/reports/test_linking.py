"""Staff say which image of ours a case is about, where the findings do not."""

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.models import User
from provenance.evidence import Evidence, LookalikeFinding, ManifestFinding, Presence, WatermarkFinding
from provenance.models import Inspection, RegisteredImage
from reports import casework, dossier, linking
from reports.errors import NoSuchImage, TakeDownStands
from reports.models import Case, Decision, Link, Notice
from tests.integration.reports.conftest import HOSTILE, MakeCase, MakeImage

pytestmark = pytest.mark.django_db


@pytest.fixture
def untraced(make_case: MakeCase) -> Case:
    return make_case(image=None).case


def fresh(case: Case) -> Case:
    return Case.objects.get(pk=case.pk)


def decide(case: Case, by: User, action: str) -> Decision:
    seen = casework.as_it_stands(fresh(case))
    return casework.decide(
        case.pk, action=action, reason="No consent.", suspend_account=False, seen=seen, by=by
    )


def post(client: Client, case: Case, image: object) -> int:
    return client.post(reverse("reports:link", args=[case.number]), {"image": image}).status_code


class TestTheFindingsNameSeveral:
    @pytest.fixture
    def images(self, make_image: MakeImage) -> list[RegisteredImage]:
        return [make_image(thumbnail=b"jpeg") for _ in range(3)]

    @pytest.fixture
    def conflicting(
        self, make_case: MakeCase, make_inspection: Callable[..., Inspection], images: list[RegisteredImage]
    ) -> Case:
        moved, carrier, alike = (str(image.pk) for image in images)
        found = Evidence(
            sha256="0" * 64,
            width=64,
            height=48,
            format="PNG",
            manifest=ManifestFinding(presence=Presence.PRESENT, image_id=moved),
            watermark=WatermarkFinding(presence=Presence.PRESENT, image_id=carrier),
            lookalike=LookalikeFinding(
                presence=Presence.PRESENT, candidates=3, candidate_ids=(carrier, alike, str(uuid.uuid4()))
            ),
        )
        inspection = make_inspection(verdict="CONFLICTING", evidence=found.to_json())
        return make_case(inspection=inspection, image=None).case

    def test_each_is_named_once_with_the_signals_that_name_it(
        self, conflicting: Case, images: list[RegisteredImage]
    ) -> None:
        named = [(entry.image, entry.signals) for entry in linking.named_images(fresh(conflicting))]
        assert named == [
            (images[0], ("signed manifest",)),
            (images[1], ("watermark", "looks alike")),
            (images[2], ("looks alike",)),
        ]

    def test_staff_see_them_covered_choose_one_and_take_it_down(
        self, staff_client: Client, conflicting: Case, images: list[RegisteredImage], officer: User
    ) -> None:
        page = staff_client.get(reverse("reports:case", args=[conflicting.number])).content.decode()
        assert page.count('class="sensitive"') == 3
        for image in images:
            assert reverse("provenance:thumbnail", args=[image.pk]) in page
        assert post(staff_client, conflicting, images[1].pk) == 302
        assert [entry.image for entry in linking.named_images(fresh(conflicting))] == [images[0], images[2]]
        decide(conflicting, officer, Decision.Action.TAKE_DOWN)
        withdrawn = RegisteredImage.objects.filter(withdrawn_at__isnull=False)
        assert list(withdrawn) == [images[1]]

    def test_an_unpublished_image_is_not_offered(
        self, conflicting: Case, images: list[RegisteredImage]
    ) -> None:
        RegisteredImage.objects.filter(pk=images[0].pk).update(published_at=None)
        assert len(linking.named_images(fresh(conflicting))) == 2


class TestByNumber:
    def test_the_link_says_who_and_when_and_decides_nothing(
        self, staff_client: Client, untraced: Case, image: RegisteredImage, officer: User
    ) -> None:
        started = timezone.now()
        assert post(staff_client, untraced, f" {str(image.pk).upper()} ") == 302
        link = Link.objects.get()
        assert (link.case, link.image, link.made_by) == (untraced, image, officer)
        assert link.made_at >= started
        assert fresh(untraced).traced_image == image
        assert fresh(untraced).is_open
        page = staff_client.get(reverse("reports:case", args=[untraced.number])).content.decode()
        assert f"Image {image.pk}" in page
        assert dossier.available_actions(fresh(untraced)) == ["take_down", "no_action"]

    def test_the_address_of_its_page_will_do(
        self, staff_client: Client, untraced: Case, image: RegisteredImage
    ) -> None:
        assert post(staff_client, untraced, f"https://pictures.example/pictures/{image.pk}?a=1") == 302
        assert fresh(untraced).traced_image == image

    @pytest.mark.parametrize("text", ["", "17", str(uuid.UUID(int=7)), *HOSTILE.values()])
    def test_what_is_no_number_of_ours_is_refused(
        self, staff_client: Client, untraced: Case, text: str
    ) -> None:
        assert post(staff_client, untraced, text) == 422
        assert not Link.objects.exists()
        assert fresh(untraced).image is None

    def test_an_unpublished_image_is_none_of_ours_yet(
        self, staff_client: Client, untraced: Case, make_image: MakeImage, officer: User
    ) -> None:
        reserved = make_image(published_at=None)
        assert post(staff_client, untraced, reserved.pk) == 422
        with pytest.raises(NoSuchImage):
            linking.link(untraced.pk, reserved.pk, by=officer)

    def test_the_one_it_leads_to_already_is_said_to_be_so(
        self, staff_client: Client, case: Case, image: RegisteredImage
    ) -> None:
        assert post(staff_client, case, image.pk) == 422
        assert not Link.objects.exists()

    def test_a_case_left_for_want_of_an_image_can_still_lead_to_a_take_down(
        self, untraced: Case, image: RegisteredImage, officer: User
    ) -> None:
        decide(untraced, officer, Decision.Action.NO_ACTION)
        assert dossier.available_actions(fresh(untraced)) == []
        linking.link(untraced.pk, image.pk, by=officer)
        decide(untraced, officer, Decision.Action.TAKE_DOWN)
        image.refresh_from_db()
        assert image.withdrawn_at is not None

    def test_the_owner_is_not_told_that_marks_led_to_them(
        self, untraced: Case, image: RegisteredImage, officer: User
    ) -> None:
        linking.link(untraced.pk, image.pk, by=officer)
        decide(untraced, officer, Decision.Action.TAKE_DOWN)
        assert "A person found that" in Notice.objects.get(kind=Notice.Kind.STATEMENT).body

    def test_while_a_take_down_stands_no_other_image_is_chosen(
        self, staff_client: Client, case: Case, image: RegisteredImage, make_image: MakeImage, officer: User
    ) -> None:
        other = make_image()
        decide(case, officer, Decision.Action.TAKE_DOWN)
        with pytest.raises(TakeDownStands):
            linking.link(case.pk, other.pk, by=officer)
        assert post(staff_client, case, other.pk) == 409
        address = reverse("reports:link", args=[case.number])
        assert address not in staff_client.get(reverse("reports:case", args=[case.number])).content.decode()
        decide(case, officer, Decision.Action.REINSTATE)
        linking.link(case.pk, other.pk, by=officer)
        decide(case, officer, Decision.Action.TAKE_DOWN)
        assert [decision.image for decision in case.decisions.order_by("pk")] == [image, image, other]
        assert list(RegisteredImage.objects.on_view()) == [image]


class TestExamineAgain:
    def post(self, client: Client, case: Case) -> str:
        address = reverse("reports:examine_again", args=[case.number])
        return client.post(address, follow=True).content.decode()

    def test_a_failed_examination_is_queued_as_new(
        self,
        staff_client: Client,
        make_case: MakeCase,
        make_inspection: Callable[..., Inspection],
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        failed = make_inspection(
            status=Inspection.Status.FAILED, verdict="", error_code="x", error_message="It broke.", attempts=3
        )
        case = make_case(inspection=failed, image=None).case
        page = staff_client.get(reverse("reports:case", args=[case.number])).content.decode()
        assert "could not be examined: It broke." in page
        assert "Examine it again" in page
        with django_capture_on_commit_callbacks() as enqueued:
            assert "is examined again" in self.post(staff_client, case)
        assert len(enqueued) == 1
        failed.refresh_from_db()
        assert (failed.status, failed.attempts, failed.error_message) == (Inspection.Status.QUEUED, 0, "")
        assert failed.finished_at is None
        with django_capture_on_commit_callbacks() as enqueued:
            assert "nothing to examine again" in self.post(staff_client, case)
        assert len(enqueued) == 0

    @pytest.mark.parametrize("status", [Inspection.Status.RUNNING, Inspection.Status.DONE])
    def test_only_a_failed_one_is(
        self,
        staff_client: Client,
        make_case: MakeCase,
        make_inspection: Callable[..., Inspection],
        status: str,
    ) -> None:
        inspection = make_inspection(status=status)
        assert "nothing to examine again" in self.post(staff_client, make_case(inspection=inspection).case)
        inspection.refresh_from_db()
        assert inspection.status == status

    def test_a_report_without_a_picture_has_none(self, staff_client: Client, untraced: Case) -> None:
        assert "nothing to examine again" in self.post(staff_client, untraced)
