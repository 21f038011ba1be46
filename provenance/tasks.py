"""The only door to the inspect workers."""

import uuid
from typing import Any

from celery import shared_task
from celery.contrib.django.task import DjangoTask
from celery.signals import worker_init, worker_ready


@worker_init.connect
def warm_up(sender: Any, **kwargs: Any) -> None:
    """Before an inspect worker forks: what its first check would wait for, at times half a minute."""
    if str(sender.hostname).startswith("inspect@"):
        from provenance import inspection

        inspection.warm_up()


@worker_ready.connect
def keep_segments(sender: Any, **kwargs: Any) -> None:
    """Once an inspect worker takes work: what it searches in is made and kept on its own machine."""
    if "inspect" in sender.app.amqp.queues.consume_from:
        from provenance.local_features import upkeep

        upkeep.start()


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
def seal_batches() -> None:
    """Gives newly published images to batches, which machines that search put into their files."""
    from provenance.local_features import batches

    batches.seal()
