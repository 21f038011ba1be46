"""The Celery application. Rows are the truth and the queue is a hint, so no result is kept."""

import os
from typing import Any

from celery import Celery
from celery.signals import beat_init, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
app = Celery("tracery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_init.connect
@beat_init.connect
def check_configuration(**kwargs: Any) -> None:
    """Celery itself runs the system checks and goes on whatever they say."""
    from config.apps import refuse_unless_sound

    refuse_unless_sound()
