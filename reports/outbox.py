"""The outbox: notices are written with the decision, in its transaction, and sent from here afterwards."""

import logging
import smtplib
from dataclasses import dataclass
from time import monotonic
from typing import Final

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.utils import timezone

from reports.models import Notice

logger = logging.getLogger(__name__)

# One call ends after so many notices, or with the first one after so long: a mail server that hangs would
# otherwise hold a worker for as long as there are notices. The rest is sent by the next call, soon after.
NOTICES_PER_CALL: Final = 20
SECONDS_PER_CALL: Final = 60

# What sending raises when an address or the server is at fault: refused, unreachable, or not an address
# that can be written in a header (ValueError).
_NOT_DELIVERED: Final = (smtplib.SMTPException, OSError, ValueError)


@dataclass(frozen=True)
class Delivery:
    sent: int
    failed: int


def deliver_due() -> Delivery:
    """Sends notices that are due, each at most once in this call; see `Notice.objects.due`.

    1. Claim the next due notice by locking its row; rows that another worker has locked are passed over.
    2. Send it while the lock is held.
    3. Write down that it was sent, or that an attempt failed, and go on with the next while there is time.

    Two workers at the same time never send the same notice. A worker that dies between sending and writing
    down sends it once more, since a notice told twice is better than one never told.
    """
    connection = get_connection()
    ends_at = monotonic() + SECONDS_PER_CALL
    last, sent, failed = 0, 0, 0
    while sent + failed < NOTICES_PER_CALL and monotonic() < ends_at:
        with transaction.atomic():
            notice = _claim(after=last)
            if notice is None:
                break
            delivered = _send(notice, connection)
            notice.sent_at = timezone.now() if delivered else None
            notice.attempts += 1
            notice.save(update_fields=["sent_at", "attempts"])
        last, sent, failed = notice.pk, sent + delivered, failed + (not delivered)
    return Delivery(sent, failed)


def _claim(*, after: int) -> Notice | None:
    return (
        Notice.objects.due(timezone.now())
        .filter(pk__gt=after)
        .select_for_update(skip_locked=True, of=("self",))
        .select_related("recipient")
        .order_by("pk")
        .first()
    )


def _send(notice: Notice, connection: BaseEmailBackend) -> bool:
    message = EmailMessage(
        subject=f"[{settings.PRODUCT_NAME}] {notice.subject}",
        body=notice.body,
        to=[notice.address],
        # Ask mail programs not to answer by themselves ("I am on holiday").
        headers={"Auto-Submitted": "auto-generated"},
        connection=connection,
    )
    try:
        message.send()
    except _NOT_DELIVERED as error:
        # The address is not logged, nor the error's text, which may quote it.
        logger.warning("notice %s not delivered: %s", notice.pk, type(error).__name__)
        return False
    return True
