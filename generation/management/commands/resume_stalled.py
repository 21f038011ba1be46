from typing import Any

from django.core.management.base import BaseCommand

from generation import tasks as generation_tasks
from provenance import tasks as provenance_tasks


class Command(BaseCommand):
    help = "Enqueues again what lost messages and dead workers left behind; the scheduler does it by itself."

    def handle(self, *args: Any, **options: Any) -> None:
        generation_tasks.resume_stalled()
        provenance_tasks.resume_stalled()
