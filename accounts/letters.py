"""Letters to people with an account: written with the decision, in its transaction, and sent afterwards."""

import datetime as dt
import logging
from typing import Any, Final

from allauth.account.models import EmailAddress
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.template.loader import render_to_string
from django.utils import timezone

from accounts.models import Letter, User

logger = logging.getLogger(__name__)

# How long after the 1st, 2nd ... failure a letter is tried again. After the last it is given up: a mail
# server that is away for an evening loses nothing, and a dead address is not tried for ever.
RETRY_AFTER: Final = (
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=2),
    dt.timedelta(hours=12),
)
# A mail server that says nothing for this long is treated as one that refused.
MAIL_TIMEOUT_SECONDS: Final = 10
# Even if no letter finds the server, a run ends before the worker's time limit (CELERY_TASK_TIME_LIMIT).
MOST_A_RUN: Final = 20

# What sending raises when an address or the server is at fault: SMTP errors are OSErrors; what cannot be
# written as an address is a ValueError.
_NOT_SENT: Final = (OSError, ValueError)


def write(recipient: User, *, subject: str, template: str, context: dict[str, Any]) -> Letter:
    """Writes a letter that is sent as soon as the transaction around it is committed.

    The caller's view enqueues accounts.tasks.send_letters; the scheduler does it too.

    Args:
        recipient: Read again when the letter goes out, so that it reaches the address of that day.
        subject: One line; the name of the product is put before it.
        template: A text template; it knows `product_name` and `site_url` besides `context`.
        context: What else the template needs.
    """
    known = {"product_name": settings.PRODUCT_NAME, "site_url": settings.SITE_URL}
    body = render_to_string(template, known | context)
    return Letter.objects.create(recipient=recipient, subject=subject, body=body)


def due(now: dt.datetime) -> QuerySet[Letter]:
    """Letters whose time has come, the longest waiting first.

    An address that was never confirmed may belong to somebody else: its letters wait until it is.
    """
    confirmed = EmailAddress.objects.filter(
        user_id=OuterRef("recipient_id"), email__iexact=OuterRef("recipient__email"), verified=True
    )
    return Letter.objects.filter(Exists(confirmed), due_at__lte=now).order_by("due_at", "pk")


def send_due() -> int:
    """Sends the letters that are due, at most `MOST_A_RUN`, each at most once in this call.

    1. Claim the next due letter by locking its row; rows that another worker has locked are passed over.
    2. Send it while the lock is held.
    3. Write down that it was sent, or when it is tried again, and go on with the next.

    Two workers at the same time never send the same letter. A worker that dies between sending and writing
    down sends it once more, since a letter that comes twice is better than one that never comes.

    Returns:
        How many were sent.
    """
    now, connection, sent = timezone.now(), get_connection(timeout=MAIL_TIMEOUT_SECONDS), 0
    for _ in range(MOST_A_RUN):
        with transaction.atomic():
            letter = _claim(now)
            if letter is None:
                break
            sent += _try(letter, connection)
    return sent


def _claim(now: dt.datetime) -> Letter | None:
    rows = due(now).select_for_update(skip_locked=True, of=("self",))
    return rows.select_related("recipient").first()


def _try(letter: Letter, connection: BaseEmailBackend) -> bool:
    letter.attempts += 1
    delivered = _send(letter, connection)
    if delivered:
        letter.sent_at, letter.due_at = timezone.now(), None
    else:
        letter.due_at = _next_time(letter.attempts)
    letter.save(update_fields=["attempts", "sent_at", "due_at"])
    return delivered


def _next_time(failures: int) -> dt.datetime | None:
    return timezone.now() + RETRY_AFTER[failures - 1] if failures <= len(RETRY_AFTER) else None


def _send(letter: Letter, connection: BaseEmailBackend) -> bool:
    message = EmailMessage(
        subject=f"[{settings.PRODUCT_NAME}] {letter.subject}",
        body=letter.body,
        to=[letter.recipient.email],
        # Ask mail programs not to answer by themselves ("I am on holiday").
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        message.send()
    except _NOT_SENT as error:
        # The address is not logged, nor the error's text, which may quote it.
        logger.warning("letter %s not sent, attempt %d: %s", letter.pk, letter.attempts, type(error).__name__)
        return False
    return True
