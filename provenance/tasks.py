"""The only door to the inspect workers."""

import uuid
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.signals import worker_init


@worker_init.connect
def warm_up(sender: Any, **kwargs: Any) -> None:
    """Before an inspect worker forks: what its first check would wait for, at times half a minute."""
    if str(sender.hostname).startswith("inspect@"):
        from provenance import inspection

        inspection.warm_up()


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


@shared_task(base=DjangoTask)
def build_segments() -> None:
    """Puts newly published images into the files that parts are searched in."""
    from provenance.local_features import batches, segment_store

    batches.seal()
    segment_store.maintain()
