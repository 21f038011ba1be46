"""One decision a person, however many people of the staff decide at once."""

import threading
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.utils import timezone

from accounts import admission, letters
from accounts.errors import AlreadyDecided, NotConfirmed
from accounts.models import AccountDecision, Letter, User
from tests.integration.accounts.conftest import MakePerson


def test_the_second_decision_is_refused(person: MakePerson) -> None:
    waiting, staff = person("waiting"), person("staff")
    admission.decide(waiting.pk, approve=False, by=staff, reason="No")
    with pytest.raises(AlreadyDecided):
        admission.decide(waiting.pk, approve=True, by=staff, reason="Yes")
    waiting.refresh_from_db()
    assert waiting.admission == "denied"
    assert AccountDecision.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_of_two_who_decide_at_once_one_does(person: MakePerson) -> None:
    waiting = person("waiting")
    staff = [person("staff", email=f"staff{number}@example.com") for number in range(2)]
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def decide(by: User, *, approve: bool) -> None:
        try:
            barrier.wait(timeout=20)
            admission.decide(waiting.pk, approve=approve, by=by, reason="At the same time")
            outcomes.append("decided")
        except AlreadyDecided:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=(by,), kwargs={"approve": place == 0})
        for place, by in enumerate(staff)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["decided", "refused"]
    decision = AccountDecision.objects.get()
    waiting.refresh_from_db()
    assert waiting.admission == {"approve": "approved", "deny": "denied"}[decision.kind]


def test_nobody_is_let_in_with_an_address_that_was_not_confirmed(person: MakePerson) -> None:
    unconfirmed, staff = person("unconfirmed"), person("staff")
    with pytest.raises(NotConfirmed):
        admission.decide(unconfirmed.pk, approve=True, by=staff, reason="Looks fine")
    unconfirmed.refresh_from_db()
    assert unconfirmed.admission == "waiting"
    assert not AccountDecision.objects.exists()


@pytest.mark.parametrize(
    ("approve", "subject", "words"),
    [(True, "You have a place", "/policy"), (False, "About your place on the waitlist", "Not for <us>")],
)
def test_the_letter_is_written_with_the_decision(
    person: MakePerson, approve: bool, subject: str, words: str
) -> None:
    waiting = person("waiting")
    admission.decide(waiting.pk, approve=approve, by=person("staff"), reason="Not for <us>")
    letter = Letter.objects.get()
    assert (letter.recipient, letter.subject, letter.sent_at) == (waiting, subject, None)
    assert words in letter.body


def test_a_decision_that_is_refused_writes_no_letter(person: MakePerson) -> None:
    unconfirmed, denied, staff = person("unconfirmed"), person("denied"), person("staff")
    for somebody in (unconfirmed, denied):
        with pytest.raises((NotConfirmed, AlreadyDecided)):
            admission.decide(somebody.pk, approve=True, by=staff, reason="Yes")
    assert not Letter.objects.exists()


def test_an_address_that_was_not_confirmed_gets_no_letter(person: MakePerson) -> None:
    admission.decide(person("unconfirmed").pk, approve=False, by=person("staff"), reason="Spam")
    assert letters.send_due() == 0
    assert mail.outbox == []


def test_the_waitlist_is_oldest_first_and_counts_who_is_ahead(person: MakePerson) -> None:
    now = timezone.now()
    people = [person("waiting", email=f"{number}@example.com") for number in range(3)]
    ghost = person("unconfirmed")
    for hours, user in ((1, people[1]), (2, people[0]), (3, people[2]), (4, ghost)):
        User.objects.filter(pk=user.pk).update(joined_at=now - timedelta(hours=hours))
        user.refresh_from_db()
    assert list(admission.waitlist()) == [ghost, people[2], people[0], people[1]]
    # The address of the first one was never confirmed: nobody waits behind it.
    assert [admission.people_ahead(user) for user in people] == [1, 2, 0]
