"""The door to the workers: letters about decisions."""

import datetime as dt
import smtplib

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.core.management import call_command

from accounts import letters, limits

# Errors of the way to the mail server that go by themselves; a refused recipient does not.
_TRANSIENT = (smtplib.SMTPServerDisconnected, smtplib.SMTPConnectError, ConnectionError, TimeoutError)


@shared_task(
    base=DjangoTask, autoretry_for=_TRANSIENT, retry_backoff=10, retry_backoff_max=600, max_retries=8
)
def tell_decision(decision_id: int) -> None:
    letters.tell(decision_id)


@shared_task(base=DjangoTask)
def resume_stalled() -> None:
    """Sends again what was left behind by a lost message or a mail server that was away for long."""
    for decision in letters.lost():
        tell_decision.delay(decision.pk)


@shared_task(base=DjangoTask)
def forget_old() -> None:
    """Deletes what nobody needs any more: counts of past windows and ended sessions."""
    limits.forget_old(older_than=dt.timedelta(days=1))
    call_command("clearsessions")
