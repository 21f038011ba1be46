"""Letters are rows: written with the decision, sent once, tried again for a while, and then given up."""

import datetime as dt
import logging
import threading
from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.core.management import call_command
from django.db import IntegrityError, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from accounts import letters, tasks
from accounts.models import Letter, User
from tests.integration.accounts.conftest import MakePerson

DEAD_ADDRESS = "nobody@mail.example"


class RefusingBackend(BaseEmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            if DEAD_ADDRESS in message.to:
                raise SMTPRecipientsRefused({DEAD_ADDRESS: (550, b"no such user")})
            mail.outbox.append(message)
        return len(messages)


class AwayBackend(BaseEmailBackend):
    """A mail server that hangs up."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        raise SMTPServerDisconnected("away")


class HeldBackend(BaseEmailBackend):
    """A mail server whose first message takes until the test lets it through."""

    first = threading.Lock()
    reached = threading.Event()
    let_through = threading.Event()

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        if self.first.acquire(blocking=False):
            self.reached.set()
            assert self.let_through.wait(timeout=20)
        mail.outbox.extend(messages)
        return len(messages)


def write(recipient: User) -> Letter:
    return letters.write(
        recipient, subject="You have a place", template="accounts/mail/approve.txt", context={}
    )


def test_what_waits_is_sent_once_to_the_address_of_that_day(person: MakePerson, settings: Settings) -> None:
    reader = person("approved")
    letter = write(reader)
    reader.email = "new@example.com"
    reader.save()
    EmailAddress.objects.update(email="New@example.com")
    tasks.send_letters()
    tasks.send_letters()
    (message,) = mail.outbox
    assert (message.to, message.subject) == (["new@example.com"], "[Tracery] You have a place")
    assert settings.SITE_URL + "/policy" in message.body
    letter.refresh_from_db()
    assert (letter.attempts, letter.due_at) == (1, None)
    assert letter.sent_at is not None


def test_an_address_that_was_not_confirmed_waits_for_its_letter(person: MakePerson) -> None:
    reader = person("unconfirmed")
    write(reader)
    assert letters.send_due() == 0
    EmailAddress.objects.create(user=reader, email="another@example.com", verified=True)
    assert letters.send_due() == 0, "another address of theirs is not the one we would write to"
    EmailAddress.objects.update(verified=True)
    assert letters.send_due() == 1


def test_a_dead_address_stops_nobody_else_and_is_not_logged(
    person: MakePerson, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    dead = write(person("approved", email=DEAD_ADDRESS))
    write(person("approved"))
    with caplog.at_level(logging.DEBUG):
        assert letters.send_due() == 1
        assert letters.send_due() == 0
    assert [message.to for message in mail.outbox] == [["approved@example.com"]]
    assert f"letter {dead.pk} not sent, attempt 1: SMTPRecipientsRefused" in caplog.text
    assert DEAD_ADDRESS not in caplog.text
    dead.refresh_from_db()
    assert dead.attempts == 1, "the next attempt has its time"


def test_each_failure_waits_longer_and_the_last_gives_up(person: MakePerson, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.AwayBackend"
    letter = write(person("approved"))
    waits: list[int | None] = []
    minute = dt.timedelta(minutes=1)
    for _ in range(8):
        Letter.objects.filter(due_at__isnull=False).update(due_at=timezone.now())
        before = timezone.now()
        tasks.send_letters()
        letter.refresh_from_db()
        waits.append(None if letter.due_at is None else round((letter.due_at - before) / minute))
    assert waits == [1, 15, 120, 720, None, None, None, None]
    assert (letter.attempts, letter.sent_at) == (5, None)


def test_the_letter_that_failed_goes_out_when_the_server_is_back(
    person: MakePerson, settings: Settings
) -> None:
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = f"{__name__}.AwayBackend"
    letter = write(person("approved"))
    assert letters.send_due() == 0
    settings.EMAIL_BACKEND = working
    assert letters.send_due() == 0
    Letter.objects.update(due_at=timezone.now())
    assert letters.send_due() == 1
    letter.refresh_from_db()
    assert letter.attempts == 2


def test_an_address_that_no_header_can_carry_counts_as_a_failure(person: MakePerson) -> None:
    letter = write(person("approved", email="two\nlines@example.com"))
    assert letters.send_due() == 0
    letter.refresh_from_db()
    assert letter.attempts == 1


def test_one_run_sends_a_bounded_number_the_oldest_first(
    person: MakePerson, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(letters, "MOST_A_RUN", 2)
    for hours in (1, 3, 2):
        letter = write(person("approved", email=f"{hours}@example.com"))
        Letter.objects.filter(pk=letter.pk).update(due_at=timezone.now() - dt.timedelta(hours=hours))
    assert [letters.send_due() for _ in range(3)] == [2, 1, 0]
    assert [message.to[0][0] for message in mail.outbox] == ["3", "2", "1"]


def test_a_letter_that_was_sent_cannot_be_due_again(person: MakePerson) -> None:
    write(person("approved"))
    letters.send_due()
    with pytest.raises(IntegrityError), transaction.atomic():
        Letter.objects.update(due_at=timezone.now())


def test_the_command_sends_what_waits(person: MakePerson) -> None:
    write(person("approved"))
    call_command("resume_stalled")
    assert len(mail.outbox) == 1


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_letter_once(person: MakePerson, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.HeldBackend"
    addresses = [f"reader{number}@example.com" for number in range(4)]
    for address in addresses:
        write(person("approved", email=address))
    sent: list[int] = []

    def work() -> None:
        try:
            sent.append(letters.send_due())
        finally:
            connections.close_all()

    slow, quick = threading.Thread(target=work), threading.Thread(target=work)
    slow.start()
    assert HeldBackend.reached.wait(timeout=20)
    # The first worker holds the first letter now; the second must neither wait for it nor send it.
    quick.start()
    quick.join(timeout=20)
    assert sent == [3]
    HeldBackend.let_through.set()
    slow.join(timeout=20)
    assert sorted(sent) == [1, 3]
    assert sorted(message.to[0] for message in mail.outbox) == addresses
