from typing import Any

from django.core.management.base import BaseCommand

from accounts import tasks as account_tasks
from generation import tasks as generation_tasks
from provenance import tasks as provenance_tasks
from reports import tasks as report_tasks


class Command(BaseCommand):
    help = (
        "Enqueues again what lost messages and dead workers left behind, and sends the e-mails that are due; "
        "the scheduler does both by itself."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        generation_tasks.resume_stalled()
        provenance_tasks.resume_stalled()
        account_tasks.send_letters()
        report_tasks.send_notices()
