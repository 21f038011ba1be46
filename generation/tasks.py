"""The only door to the generate workers."""

import uuid

from celery import shared_task
from celery.contrib.django.task import DjangoTask


@shared_task(base=DjangoTask)
def generate(job_id: uuid.UUID | str) -> None:
    """Makes and publishes the images of one job. May run twice safely: only one claim succeeds."""
    from generation import production

    production.run(uuid.UUID(str(job_id)))


@shared_task(base=DjangoTask)
def resume_stalled() -> None:
    """Enqueues what was left behind by lost messages and dead workers."""
    from generation import jobs

    for pk in jobs.stalled():
        generate.delay(str(pk))


@shared_task(base=DjangoTask)
def delete_expired() -> None:
    """Deletes pictures that people brought to change, after their time."""
    from generation import uploads

    uploads.expire()
