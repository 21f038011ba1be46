"""The door to the workers: letters, and what is cleared away."""

import datetime as dt

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from django.core.management import call_command

from accounts import letters, limits


@shared_task(base=DjangoTask)
def send_letters() -> None:
    """Sends the letters that are due; safe to run twice and at the same time."""
    letters.send_due()


@shared_task(base=DjangoTask)
def forget_old() -> None:
    """Deletes what nobody needs any more: counts of past windows and ended sessions."""
    limits.forget_old(older_than=dt.timedelta(days=1))
    call_command("clearsessions")
