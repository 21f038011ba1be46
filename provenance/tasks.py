"""The only door to the inspect workers."""

import uuid

from celery import shared_task
from celery.contrib.django.task import DjangoTask


@shared_task(base=DjangoTask)
def examine(inspection_id: uuid.UUID | str) -> None:
    """Examines one upload. May run twice safely: only one claim succeeds."""
    from provenance import examination

    examination.run(uuid.UUID(str(inspection_id)))


@shared_task(base=DjangoTask)
def resume_stalled() -> None:
    """Enqueues what was left behind by lost messages and dead workers."""
    from provenance import inspection_store

    for pk in inspection_store.stalled():
        examine.delay(str(pk))


@shared_task(base=DjangoTask)
def delete_expired() -> None:
    """Deletes uploads of suspected pictures that no report was filed with."""
    from provenance import inspection_store

    inspection_store.delete_expired()
