"""The Celery application. Rows are the truth and the queue is a hint, so no result is kept."""

from celery import Celery

app = Celery("tracery")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
