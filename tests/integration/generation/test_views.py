"""The pages of generating: who may open what, what people may type, and what they see."""

import re
import uuid
from collections.abc import Callable
from types import SimpleNamespace

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import User
from generation import jobs, refusals
from generation.models import Job, Refusal
from generation.urls import urlpatterns
from provenance import registry
from provenance.models import RegisteredImage
from tests.integration.generation.conftest import Drawer, MakeJob
from tests.integration.provenance.conftest import Publish, origin
from tests.people import browser_of, person

OK, FORBIDDEN, LOGIN, STATUS, MISSING, GONE, BACK = "200", "403", "login", "status", "404", "410", "back"
ROLES = ("anonymous", "waiting", "owner", "other", "suspended", "staff")
# One row an address: what each of ROLES gets, in that order.
TABLE = {
    ("get", "create"): (LOGIN, STATUS, OK, OK, STATUS, OK),
    ("post", "create"): (LOGIN, STATUS, OK, OK, STATUS, OK),
    ("get", "history"): (LOGIN, OK, OK, OK, OK, OK),
    ("get", "job"): (LOGIN, MISSING, OK, MISSING, MISSING, OK),
    ("get", "preview"): (LOGIN, MISSING, OK, MISSING, MISSING, OK),
    ("post", "cancel"): (LOGIN, MISSING, BACK, MISSING, MISSING, BACK),
    ("get", "image"): (LOGIN, FORBIDDEN, OK, FORBIDDEN, FORBIDDEN, OK),
    ("get", "refusal"): (LOGIN, MISSING, OK, MISSING, MISSING, MISSING),
    ("get", "refusals"): (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
    ("post", "refusals"): (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
}
CASES = [
    (method, name, role, expected)
    for (method, name), row in TABLE.items()
    for role, expected in zip(ROLES, row, strict=True)
]


@pytest.fixture
def job(make_job: MakeJob) -> Job:
    row = make_job(prompt="a red circle")
    Job.objects.update(preview=b"a small jpeg")
    row.refresh_from_db()
    return row


@pytest.fixture
def image(job: Job, owner: User) -> RegisteredImage:
    row = registry.reserve(
        origin(owner=owner, work=job.pk), width=8, height=8, watermark_codec="c", watermark_key_id="k"
    )
    RegisteredImage.objects.update(published_at=timezone.now(), pdq=bytes(32), phash=bytes(32))
    return row


@pytest.fixture
def refusal(owner: User) -> Refusal:
    row = jobs.request(owner, prompt="a naked man", image_count=1, seed=1, width=512, height=512)
    assert isinstance(row, Refusal)
    return row


@pytest.fixture
def rows(job: Job, image: RegisteredImage, refusal: Refusal) -> tuple[Job, RegisteredImage, Refusal]:
    return job, image, refusal


@pytest.fixture
def browser(owner: User) -> Client:
    return browser_of(owner)


def form(**changes: object) -> dict[str, object]:
    return {"prompt": "a red circle", "image_count": "1", "size": "512x512", "seed": ""} | changes


def address_of(name: str, *rows: Job | RegisteredImage | Refusal) -> str:
    kind = {"job": Job, "preview": Job, "cancel": Job, "image": RegisteredImage, "refusal": Refusal}.get(name)
    return reverse(f"generation:{name}", args=[row.pk for row in rows if kind and isinstance(row, kind)])


def test_the_table_has_every_address() -> None:
    # Those of generation.edit_views have a table of their own.
    ours = [pattern for pattern in urlpatterns if pattern.callback.__module__ == "generation.views"]
    assert {name for _, name in TABLE} == {pattern.name for pattern in ours}


@pytest.mark.parametrize(("method", "name", "role", "expected"), CASES)
def test_role_against_address(
    rows: tuple[Job, RegisteredImage, Refusal],
    owner: User,
    method: str,
    name: str,
    role: str,
    expected: str,
) -> None:
    people: dict[str, Callable[[], User | None]] = {
        "anonymous": lambda: None,
        "owner": lambda: owner,
        "other": person,
    }
    who = browser_of(people.get(role, lambda: person(role))())
    answer = getattr(who, method)(address_of(name, *rows))
    where = answer.headers.get("Location", "")
    landed = {"/account/login": LOGIN, reverse("accounts:status"): STATUS, "/jobs/": BACK}
    outcome = next(
        (name for start, name in landed.items() if where.startswith(start)), str(answer.status_code)
    )
    assert outcome == expected


def test_somebody_who_has_not_accepted_the_policy_is_asked_to(db: None) -> None:
    answer = browser_of(person("approved")).get(reverse("generation:create"))
    assert answer["Location"].startswith(reverse("accounts:policy"))


@pytest.mark.parametrize("state", ["waiting", "suspended", "approved"])
def test_who_is_not_admitted_starts_nothing(db: None, state: str) -> None:
    assert browser_of(person(state)).post(reverse("generation:create"), form()).status_code == 302
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("method", "name"), [row for row in TABLE if row[1] not in ("create", "history", "refusals")]
)
def test_numbers_that_nothing_has_are_missing(db: None, method: str, name: str) -> None:
    address = reverse(f"generation:{name}", args=[uuid.uuid4()])
    assert getattr(browser_of(person("staff")), method)(address).status_code == 404


class TestAsking:
    def test_from_a_prompt_to_a_picture(
        self,
        browser: Client,
        owner: User,
        drawer: Drawer,
        publish: Publish,
        eager: None,
        django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    ) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            sent = browser.post(reverse("generation:create"), form(image_count="2", seed="3"))
        job = Job.objects.get()
        assert sent["Location"] == reverse("generation:job", args=[job.pk])
        assert (job.status, job.owner, job.seed, job.image_count) == ("done", owner, 3, 2)
        page = browser.get(sent["Location"]).content.decode()
        for image in RegisteredImage.objects.all():
            assert reverse("generation:image", args=[image.pk]) in page
            assert reverse("provenance:download", args=[image.pk, "WEBP"]) in page
            assert browser.get(reverse("provenance:download", args=[image.pk, "WEBP"])).status_code == 200
            assert "3" in browser.get(reverse("generation:image", args=[image.pk])).content.decode()
        assert "a red circle" in browser.get(reverse("generation:history")).content.decode()

    def test_the_message_waits_for_the_commit(
        self, browser: Client, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
    ) -> None:
        with django_capture_on_commit_callbacks() as callbacks:
            browser.post(reverse("generation:create"), form())
        assert Job.objects.get().status == "queued"
        assert len(callbacks) == 1

    def test_a_refused_prompt_leads_to_its_reason(self, browser: Client) -> None:
        sent = browser.post(reverse("generation:create"), form(prompt="a naked man"))
        page = browser.get(sent["Location"]).content.decode()
        assert "“naked”" in page
        assert "#sexual" in page
        assert not Job.objects.exists()

    def test_limits_are_told_in_plain_words(
        self, browser: Client, settings: Settings, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        noon = timezone.now().replace(second=30)
        monkeypatch.setattr("accounts.limits.timezone", SimpleNamespace(now=lambda: noon))
        settings.PROMPTS_PER_MINUTE, settings.ACTIVE_JOBS_PER_ACCOUNT = 3, 2
        answers = [browser.post(reverse("generation:create"), form()) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [302, 302, 429, 429]
        assert b"too_many_jobs" in answers[2].content
        assert b"wait a minute" in answers[3].content
        assert Job.objects.count() == 2

    def test_a_link_fills_the_form_again_and_its_words_are_text(self, browser: Client) -> None:
        link = {"prompt": "</textarea><script>alert(1)</script>", "seed": "5", "size": "768x512"}
        page = browser.get(reverse("generation:create"), link).content.decode()
        assert "<script>alert" not in page
        assert "&lt;/textarea&gt;&lt;script&gt;" in page
        assert re.search(r'name="seed"[^>]*value="5"|value="5"[^>]*name="seed"', page)

    @pytest.mark.parametrize("seed", ["x", "-1", "\x00", "9" * 400])
    def test_an_odd_link_is_only_an_odd_form(self, browser: Client, seed: str) -> None:
        link = {"prompt": "\x00" * 5, "seed": seed, "size": "<b>", "image_count": "99"}
        assert browser.get(reverse("generation:create"), link).status_code == 200


TYPED = {
    "right-to-left override": "\u202eelcric der a",
    "emoji": "\U0001f534 \U0001f468\u200d\U0001f469\u200d\U0001f467 on blue",
    "combining marks": "Z" + "\u0301" * 300 + "algo",
    "other scripts": "\u6771\u4eac\u306e\u591c\u666f \u0643\u0644\u0628",
    "HTML": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "template": "{{ request.user.email }}{% csrf_token %}",
    "quotes": "\"'`; DROP TABLE generation_job; --",
    "1,000 characters": "circle, " * 125,
    "no characters": "a \ufdd0 \uffff circle",
}
REJECTED = {
    "empty": ("", "Say what"),
    "blank": (" \t\n", "Say what"),
    "10,000 characters": ("a" * 10_000, "this prompt has 10000"),
    "NUL": ("a\x00b", "Null characters are not allowed"),
    "control characters": ("\x01\x02", "Say what"),
}


@pytest.mark.parametrize("prompt", TYPED.values(), ids=TYPED)
def test_odd_prompts_are_kept_and_shown_as_text(browser: Client, prompt: str) -> None:
    sent = browser.post(reverse("generation:create"), form(prompt=prompt))
    assert sent.status_code == 302
    job = Job.objects.get()
    assert job.prompt == prompt.strip()
    for address in (sent["Location"], reverse("generation:history")):
        answer = browser.get(address)
        assert answer.status_code == 200
        text = answer.content.decode()
        assert "<script>alert" not in text
        assert "<img src=x" not in text
        # A template in a prompt stands there as it was typed.
        assert "{{" not in prompt or "{{ request.user.email }}" in text


@pytest.mark.parametrize(("prompt", "words"), REJECTED.values(), ids=REJECTED)
def test_prompts_that_cannot_be_drawn_are_explained(browser: Client, prompt: str, words: str) -> None:
    answer = browser.post(reverse("generation:create"), form(prompt=prompt))
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Job.objects.exists()
    assert not Refusal.objects.exists()


class TestJobPage:
    def get(self, browser: Client, job: Job, *, htmx: bool) -> str:
        headers = {"HX-Request": "true"} if htmx else {}
        answer = browser.get(reverse("generation:job", args=[job.pk]), headers=headers)
        assert "no-store" in answer["Cache-Control"]
        return answer.content.decode()

    def test_a_waiting_job_polls_itself_and_says_its_place(
        self, browser: Client, job: Job, make_job: MakeJob
    ) -> None:
        make_job(by=person())
        Job.objects.filter(pk=job.pk).update(created_at=timezone.now())
        part = self.get(browser, job, htmx=True)
        assert "<html" not in part
        assert f'hx-get="/jobs/{job.pk}"' in part
        assert "1 request before yours" in part
        assert "<html" in self.get(browser, job, htmx=False)

    def test_an_ended_job_polls_no_more(self, browser: Client, job: Job) -> None:
        Job.objects.update(status="failed", error_message="Too <small>.")
        for htmx in (True, False):
            text = self.get(browser, job, htmx=htmx)
            assert "hx-get" not in text
            assert "Too &lt;small&gt;." in text

    def test_a_withdrawn_picture_leaves_a_gap_with_a_word(
        self, browser: Client, job: Job, image: RegisteredImage
    ) -> None:
        registry.withdraw(image)
        for address in (reverse("generation:job", args=[job.pk]), reverse("generation:history")):
            text = browser.get(address).content.decode()
            assert "Withdrawn after a report" in text
            assert f"/images/{image.pk}" not in text

    def test_the_preview_is_the_picture_so_far(self, browser: Client, job: Job) -> None:
        answer = browser.get(reverse("generation:preview", args=[job.pk]))
        assert (answer.content, answer["Content-Type"]) == (b"a small jpeg", "image/jpeg")
        Job.objects.update(preview=b"")
        assert browser.get(reverse("generation:preview", args=[job.pk])).status_code == 204

    def test_cancelling_twice_says_that_it_had_ended(self, browser: Client, job: Job, owner: User) -> None:
        address = reverse("generation:cancel", args=[job.pk])
        browser.post(address)
        assert (Job.objects.get().status, User.objects.get(pk=owner.pk).active_jobs) == ("cancelled", 0)
        assert "had already ended" in browser.post(address, follow=True).content.decode()
        assert User.objects.get(pk=owner.pk).active_jobs == 0

    def test_a_job_is_not_cancelled_by_a_link(self, browser: Client, job: Job) -> None:
        assert browser.get(reverse("generation:cancel", args=[job.pk])).status_code == 405
        assert Job.objects.get().status == "queued"


class TestImagePage:
    @pytest.mark.parametrize("who", ["owner", "staff"])
    def test_a_withdrawn_image_is_gone(self, image: RegisteredImage, owner: User, who: str) -> None:
        registry.withdraw(image)
        viewer = owner if who == "owner" else person("staff")
        answer = browser_of(viewer).get(reverse("generation:image", args=[image.pk]))
        assert answer.status_code == 410
        assert b"withdrawn" in answer.content

    def test_a_reserved_image_is_missing(self, image: RegisteredImage, browser: Client) -> None:
        RegisteredImage.objects.update(published_at=None)
        assert browser.get(reverse("generation:image", args=[image.pk])).status_code == 404

    def test_a_stamped_image_of_the_operator_has_no_prompt(self, image: RegisteredImage) -> None:
        RegisteredImage.objects.update(owner=None, origin_id=uuid.uuid4(), flow="operator")
        answer = browser_of(person("staff")).get(reverse("generation:image", args=[image.pk]))
        assert answer.status_code == 200
        assert "Stamped by the operator" in answer.content.decode()


class TestHistory:
    def test_shows_only_ones_own(self, browser: Client, job: Job, make_job: MakeJob) -> None:
        make_job(prompt="somebody else's lake", by=person())
        text = browser.get(reverse("generation:history")).content.decode()
        assert "a red circle" in text
        assert "lake" not in text

    @pytest.mark.parametrize("page", ["1", "2", "999", "0", "-1", "x", "\x00"])
    def test_any_page_number_is_a_page(self, browser: Client, job: Job, page: str) -> None:
        assert browser.get(reverse("generation:history"), {"page": page}).status_code == 200

    def test_an_empty_one_says_what_to_do(self, browser: Client) -> None:
        assert "No pictures yet" in browser.get(reverse("generation:history")).content.decode()


class TestAppeals:
    def test_from_an_appeal_to_an_answer(self, browser: Client, refusal: Refusal) -> None:
        page = reverse("generation:refusal", args=[refusal.pk])
        sent = browser.post(page, {"appeal": "It is <b>David</b>."}, follow=True)
        assert "A person will look at it" in sent.content.decode()
        officer = browser_of(person("staff"))
        queue = officer.get(reverse("generation:refusals")).content.decode()
        assert "It is &lt;b&gt;David&lt;/b&gt;." in queue
        assert "<b>David" not in queue
        decision = {"refusal": refusal.pk, "outcome": "overturned", "answer": "A statue is fine."}
        assert officer.post(reverse("generation:refusals"), decision).status_code == 302
        assert officer.post(reverse("generation:refusals"), decision).status_code == 409
        answered = browser.get(page).content.decode()
        assert "The refusal was wrong." in answered
        assert "A statue is fine." in answered
        assert browser.post(reverse("generation:create"), form(prompt=refusal.prompt)).status_code == 302
        assert Job.objects.get().prompt == refusal.prompt

    def test_a_second_appeal_is_told_so(self, browser: Client, refusal: Refusal) -> None:
        refusals.appeal(refusal, "First.")
        answer = browser.post(reverse("generation:refusal", args=[refusal.pk]), {"appeal": "Second."})
        assert answer.status_code == 409
        assert Refusal.objects.get().appeal == "First."

    @pytest.mark.parametrize("appeal", ["", " ", "a" * 1001, "\x00"])
    def test_an_appeal_that_says_nothing_is_asked_again(
        self, browser: Client, refusal: Refusal, appeal: str
    ) -> None:
        answer = browser.post(reverse("generation:refusal", args=[refusal.pk]), {"appeal": appeal})
        assert answer.status_code == 200
        assert Refusal.objects.get().appealed_at is None

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"refusal": "not-a-number"}, 200),
            ({"refusal": ""}, 200),
            ({"refusal": str(uuid.uuid4())}, 409),
            ({"outcome": "maybe"}, 200),
            ({"answer": ""}, 200),
        ],
    )
    def test_a_decision_that_is_not_whole_decides_nothing(
        self, refusal: Refusal, changes: dict[str, str], status: int
    ) -> None:
        refusals.appeal(refusal, "Please.")
        decision = {"refusal": str(refusal.pk), "outcome": "upheld", "answer": "No."} | changes
        answer = browser_of(person("staff")).post(reverse("generation:refusals"), decision)
        assert answer.status_code == status
        assert Refusal.objects.get().outcome == ""
