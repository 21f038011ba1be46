"""From sign-up to the first picture: what a person sees, what staff see, what is written down."""

import re
from collections.abc import Iterator

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from accounts.models import AccountDecision, PolicyAcceptance, User
from accounts.standing import Standing, where_stands
from config.celery import app
from tests.integration.accounts.conftest import PASSWORD, MakePerson

EMAIL = "ada@example.com"
SIGN_UP = {
    "email": EMAIL,
    "password1": PASSWORD,
    "password2": PASSWORD,
    "purpose": "Posters for a school play",
}


@pytest.fixture(autouse=True)
def _work_at_once(settings: Settings) -> Iterator[None]:
    settings.LOGIN_REDIRECT_URL = "accounts:status"
    app.conf.task_always_eager = True
    yield
    app.conf.task_always_eager = False


def test_a_visitor_becomes_a_person_who_may_make_pictures(
    client: Client,
    person: MakePerson,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
    settings: Settings,
) -> None:
    staff_client = Client()
    staff_client.force_login(person("staff"))

    answer = client.post(reverse("account_signup"), SIGN_UP, follow=True)
    assert "Look at your e-mail" in answer.text
    ada = User.objects.get(email=EMAIL)
    assert (ada.admission, ada.purpose) == ("waiting", SIGN_UP["purpose"])
    assert where_stands(ada) is Standing.UNCONFIRMED
    assert "Address not confirmed" in staff_client.get(reverse("accounts:admissions")).text

    answer = client.post(_only_link(), follow=True)
    assert "You are on the waitlist" in answer.text
    assert "You are the next one" in answer.text

    listing = staff_client.get(reverse("accounts:admissions")).text
    assert EMAIL in listing
    assert SIGN_UP["purpose"] in listing
    assert "Address confirmed" in listing
    with django_capture_on_commit_callbacks(execute=True):
        staff_client.post(
            reverse("accounts:admit", args=[ada.pk]), {"decision": "approve", "reason": "A school we know"}
        )
    decision = AccountDecision.objects.get(user=ada)
    assert (decision.kind, decision.reason) == ("approve", "A school we know")
    assert decision.made_by is not None
    assert decision.made_by.is_staff
    assert [letter.sent_at is not None for letter in ada.letters.all()] == [True]
    assert [message.to for message in mail.outbox] == [[EMAIL]]
    assert settings.SITE_URL + reverse("accounts:policy") in mail.outbox[0].body
    assert "Nobody is waiting" in staff_client.get(reverse("accounts:admissions")).text
    assert "A school we know" in staff_client.get(reverse("accounts:admissions") + "?show=decided").text

    assert "One thing is left" in client.get(reverse("accounts:status")).text
    page = client.get(reverse("accounts:policy")).text
    assert 'id="sexual_minors"' in page
    version = re.search(r'name="version" value="([^"]+)"', page)
    assert version is not None
    answer = client.post(reverse("accounts:accept_policy"), {"version": version[1]}, follow=True)
    assert "You can make pictures" in answer.text
    ada.refresh_from_db()
    assert where_stands(ada) is Standing.ADMITTED
    assert PolicyAcceptance.objects.get(user=ada).version == settings.POLICY_VERSION

    settings.POLICY_VERSION = "2027-01"
    assert where_stands(ada) is Standing.POLICY
    assert "Version 2027-01" in client.get(reverse("accounts:policy")).text


def test_a_person_who_is_not_let_in_reads_why(
    client: Client,
    person: MakePerson,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    waiting, staff = person("waiting"), person("staff")
    client.force_login(staff)
    with django_capture_on_commit_callbacks(execute=True):
        client.post(
            reverse("accounts:admit", args=[waiting.pk]),
            {"decision": "deny", "reason": "Pictures for <sale> & profit"},
        )
    assert "Pictures for <sale> & profit" in mail.outbox[0].body
    client.force_login(waiting)
    page = client.get(reverse("accounts:status")).text
    assert "We cannot offer you a place" in page
    assert "Pictures for &lt;sale&gt; &amp; profit" in page


def test_without_a_reason_nothing_is_decided(client: Client, person: MakePerson) -> None:
    waiting = person("waiting")
    client.force_login(person("staff"))
    answer = client.post(
        reverse("accounts:admit", args=[waiting.pk]), {"decision": "approve", "reason": " "}, follow=True
    )
    assert "Nothing was decided" in answer.text
    waiting.refresh_from_db()
    assert waiting.admission == "waiting"
    assert not AccountDecision.objects.exists()


def test_an_address_that_is_known_gets_the_same_answer(client: Client, person: MakePerson) -> None:
    """The page must not tell who has an account; the owner of the address is told by e-mail."""
    known = person("admitted", email=EMAIL)
    answer = client.post(reverse("account_signup"), SIGN_UP, follow=True)
    for_known = (answer.status_code, answer.redirect_chain, _in_general(answer.text))
    assert "You have an account already" in mail.outbox[0].subject
    other = Client()
    answer = other.post(reverse("account_signup"), SIGN_UP | {"email": "new@example.com"}, follow=True)
    assert (answer.status_code, answer.redirect_chain, _in_general(answer.text)) == for_known
    known.refresh_from_db()
    assert known.purpose != SIGN_UP["purpose"]
    assert User.objects.count() == 2


@pytest.mark.parametrize(
    "address", ["https://elsewhere.example/", "//elsewhere.example/", "javascript:alert(1)"]
)
def test_accepting_never_leads_to_another_site(client: Client, person: MakePerson, address: str) -> None:
    client.force_login(person("approved"))
    data = {"version": "2026-11", "next": address}
    assert client.post(reverse("accounts:accept_policy"), data).headers["Location"] == reverse(
        "accounts:status"
    )


def test_accepting_an_old_version_is_refused(client: Client, person: MakePerson) -> None:
    client.force_login(person("approved"))
    answer = client.post(
        reverse("accounts:accept_policy"), {"version": "2020-01"}, headers={"Accept": "application/json"}
    )
    assert (answer.status_code, answer.json()["code"]) == (409, "policy_outdated")
    assert not PolicyAcceptance.objects.exists()


def _only_link() -> str:
    """The address in the one e-mail that was sent; the outbox is empty afterwards."""
    (message,) = mail.outbox
    found = re.search(r"https?://[^/\s]+(/\S+)", str(message.body))
    assert found is not None
    mail.outbox.clear()
    return found[1]


def _in_general(page: str) -> str:
    """A page without what is new at every request, and without the address that was typed."""
    return re.sub(r"[A-Za-z0-9]{64}|\w+@example\.com", "", page)
