"""A refused prompt, its appeal, and what an overturned refusal allows."""

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.errors import AlreadyDecided
from accounts.models import Letter, User
from generation import jobs, refusals
from generation.models import Job, Refusal
from tests.people import browser_of, person

PROMPT = "A marble statue of a naked athlete, museum photograph"


def ask(owner: User, prompt: str = PROMPT) -> Job | Refusal:
    return jobs.request(owner, prompt=prompt, image_count=1, seed=1, width=512, height=512)


@pytest.fixture
def refusal(owner: User) -> Refusal:
    made = ask(owner)
    assert isinstance(made, Refusal)
    return made


@pytest.fixture
def officer(db: None) -> User:
    return person("staff")


def decide(refusal: Refusal, officer: User, outcome: str) -> None:
    refusals.decide(refusal.pk, outcome=outcome, answer="Because.", by=officer)


def test_an_appeal_is_kept_once(refusal: Refusal) -> None:
    refusals.appeal(refusal, "It is in every museum.")
    with pytest.raises(AlreadyDecided):
        refusals.appeal(refusal, "And another thing.")
    refusal.refresh_from_db()
    assert refusal.appeal == "It is in every museum."
    assert refusal.appealed_at is not None


def test_what_was_not_appealed_cannot_be_decided(refusal: Refusal, officer: User) -> None:
    with pytest.raises(AlreadyDecided):
        decide(refusal, officer, "overturned")
    refusal.refresh_from_db()
    assert (refusal.outcome, refusal.decided_by) == ("", None)


def test_a_decision_stands(refusal: Refusal, officer: User) -> None:
    refusals.appeal(refusal, "Please.")
    decide(refusal, officer, "upheld")
    with pytest.raises(AlreadyDecided):
        decide(refusal, officer, "overturned")
    refusal.refresh_from_db()
    assert (refusal.outcome, refusal.answer, refusal.decided_by) == ("upheld", "Because.", officer)
    assert refusal.decided_at is not None


def test_an_overturned_refusal_allows_exactly_this_prompt_to_exactly_this_person(
    refusal: Refusal, owner: User, officer: User
) -> None:
    refusals.appeal(refusal, "Please.")
    decide(refusal, officer, "overturned")
    assert isinstance(ask(owner), Job)
    assert isinstance(ask(owner, PROMPT + " and a friend"), Refusal)
    assert isinstance(ask(person()), Refusal)


@pytest.mark.parametrize("outcome", ["", "upheld"])
def test_otherwise_it_stays_refused(refusal: Refusal, owner: User, officer: User, outcome: str) -> None:
    refusals.appeal(refusal, "Please.")
    if outcome:
        decide(refusal, officer, outcome)
    assert isinstance(ask(owner), Refusal)


@pytest.mark.usefixtures("eager")
@pytest.mark.parametrize(
    ("outcome", "words"), [("overturned", "You can use this prompt now"), ("upheld", "the refusal stands")]
)
def test_the_person_concerned_is_told(
    refusal: Refusal,
    owner: User,
    officer: User,
    outcome: str,
    words: str,
    settings: Settings,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    EmailAddress.objects.create(user=owner, email=owner.email, verified=True, primary=True)
    refusals.appeal(refusal, "Please.")
    data = {"refusal": refusal.pk, "outcome": outcome, "answer": "Because of <this> & that."}
    with django_capture_on_commit_callbacks(execute=True):
        browser_of(officer).post(reverse("generation:refusals"), data)
    (message,) = mail.outbox
    assert message.to == [owner.email]
    for part in (words, data["answer"], settings.SITE_URL + reverse("generation:refusal", args=[refusal.pk])):
        assert str(part) in message.body
    assert PROMPT not in message.body, "a mailbox is read by more people than the page"


def test_a_decision_that_is_refused_writes_no_letter(refusal: Refusal, officer: User) -> None:
    with pytest.raises(AlreadyDecided):
        decide(refusal, officer, "upheld")
    refusals.appeal(refusal, "Please.")
    decide(refusal, officer, "upheld")
    with pytest.raises(AlreadyDecided):
        decide(refusal, officer, "overturned")
    assert Letter.objects.get().recipient == refusal.owner
