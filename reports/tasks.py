"""The worker's door to this package."""

from celery import shared_task
from celery.contrib.django.task import DjangoTask

from reports import outbox


@shared_task(base=DjangoTask)
def send_notices() -> None:
    """Sends what waits in the outbox; safe to run twice and at the same time."""
    outbox.deliver_due()
