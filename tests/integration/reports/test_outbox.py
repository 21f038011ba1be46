import datetime as dt
import threading
from collections.abc import Sequence
from smtplib import SMTPRecipientsRefused

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from reports import outbox, tasks
from reports.models import ATTEMPT_DELAYS, Case, Notice

DEAD_ADDRESS = "nobody@mail.example"


class RefusingBackend(BaseEmailBackend):
    """A mail server that refuses one address."""

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        for message in messages:
            if DEAD_ADDRESS in message.to:
                raise SMTPRecipientsRefused({DEAD_ADDRESS: (550, b"no such user")})
            mail.outbox.append(message)
        return len(messages)


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


class HangingBackend(BaseEmailBackend):
    """A mail server that takes its 20 seconds for each message and then fails; `clock` is the time."""

    clock = 0.0

    def send_messages(self, messages: Sequence[EmailMessage]) -> int:
        HangingBackend.clock += 20
        raise TimeoutError


@pytest.fixture(autouse=True)
def _an_empty_outbox(case: Case) -> None:
    Notice.objects.all().delete()


def write(case: Case, email: str, **fields: object) -> Notice:
    return Notice.objects.create(
        case=case, kind=Notice.Kind.OUTCOME, email=email, subject="About", body="Text", **fields
    )


def test_what_waits_is_sent_once(case: Case) -> None:
    write(case, "one@mail.example")
    write(case, "two@mail.example")
    assert outbox.deliver_due() == outbox.Delivery(sent=2, failed=0)
    assert outbox.deliver_due() == outbox.Delivery(sent=0, failed=0)
    assert [message.to for message in mail.outbox] == [["one@mail.example"], ["two@mail.example"]]
    assert mail.outbox[0].subject == "[Tracery] About"
    assert not Notice.objects.filter(sent_at__isnull=True).exists()


def test_the_task_sends(case: Case) -> None:
    write(case, "one@mail.example")
    tasks.send_notices()
    assert len(mail.outbox) == 1


def test_a_dead_address_stops_nobody_else_and_is_given_up(case: Case, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.RefusingBackend"
    dead = write(case, DEAD_ADDRESS)
    write(case, "two@mail.example")
    assert outbox.deliver_due() == outbox.Delivery(sent=1, failed=1)
    assert outbox.deliver_due() == outbox.Delivery(sent=0, failed=0), "the next attempt has its time"
    Notice.objects.update(created_at=timezone.now() - max(ATTEMPT_DELAYS))
    passes = [outbox.deliver_due().failed for _ in range(10)]
    dead.refresh_from_db()
    assert sum(passes) == 4
    assert (dead.attempts, dead.sent_at, dead.is_given_up) == (5, None, True)


def test_a_call_ends_after_so_many_notices_and_the_next_goes_on(case: Case) -> None:
    for number in range(outbox.NOTICES_PER_CALL + 3):
        write(case, f"reader{number}@mail.example")
    assert outbox.deliver_due() == outbox.Delivery(sent=outbox.NOTICES_PER_CALL, failed=0)
    assert outbox.deliver_due() == outbox.Delivery(sent=3, failed=0)


def test_a_mail_server_that_hangs_does_not_hold_the_worker(
    case: Case, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.HangingBackend"
    monkeypatch.setattr(HangingBackend, "clock", 0.0)
    monkeypatch.setattr(outbox, "monotonic", lambda: HangingBackend.clock)
    for number in range(10):
        write(case, f"reader{number}@mail.example")
    assert outbox.deliver_due() == outbox.Delivery(sent=0, failed=3)
    assert HangingBackend.clock == outbox.SECONDS_PER_CALL
    assert outbox.deliver_due().failed == 3, "the next call tries others, the failed ones wait"
    assert Notice.objects.filter(attempts=1).count() == 6


@pytest.mark.parametrize("attempts", range(len(ATTEMPT_DELAYS)))
def test_each_attempt_waits_for_its_time(case: Case, attempts: int) -> None:
    second = dt.timedelta(seconds=1)
    notice = write(case, "one@mail.example", attempts=attempts)
    due_at = notice.created_at + ATTEMPT_DELAYS[attempts]
    assert not Notice.objects.due(due_at - second).exists()
    assert Notice.objects.due(due_at + second).get() == notice


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_send_each_notice_once(case: Case, settings: Settings) -> None:
    settings.EMAIL_BACKEND = f"{__name__}.HeldBackend"
    addresses = [f"reader{number}@mail.example" for number in range(6)]
    for address in addresses:
        write(case, address)
    deliveries: list[outbox.Delivery] = []

    def work() -> None:
        try:
            deliveries.append(outbox.deliver_due())
        finally:
            connections.close_all()

    slow = threading.Thread(target=work)
    slow.start()
    assert HeldBackend.reached.wait(timeout=20)
    # The first worker holds the first notice now; the second must neither wait for it nor send it.
    quick = threading.Thread(target=work)
    quick.start()
    quick.join(timeout=20)
    assert deliveries == [outbox.Delivery(sent=5, failed=0)]
    HeldBackend.let_through.set()
    slow.join(timeout=20)
    assert sorted(delivery.sent for delivery in deliveries) == [1, 5]
    assert sorted(message.to[0] for message in mail.outbox) == addresses
