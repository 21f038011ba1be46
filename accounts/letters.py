"""The letter that tells a person what was decided about their place. Safe to send twice, never lost."""

import datetime as dt

from django.conf import settings
from django.core.mail import EmailMessage
from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone

from accounts.admission import ADMISSION_KINDS, confirmed_address
from accounts.models import AccountDecision
from accounts.standing import has_confirmed_email

_SUBJECTS = {
    AccountDecision.Kind.APPROVE: "You have a place",
    AccountDecision.Kind.DENY: "About your place on the waitlist",
}
# A letter is written seconds after its decision; one that is older than this was lost on the way.
_LOST_AFTER = dt.timedelta(minutes=2)


def tell(decision_id: int) -> bool:
    """Sends the letter about one decision, unless it went out before.

    The row is marked after the sending: a worker that dies in between sends the letter again, which is
    better than not at all. An address that was never confirmed may belong to somebody else: no letter.

    Returns:
        True when a letter was sent.
    """
    decision = AccountDecision.objects.select_related("user").get(pk=decision_id)
    if decision.told_at is not None or not has_confirmed_email(decision.user):
        return False
    write(decision).send()
    AccountDecision.objects.filter(pk=decision_id).update(told_at=timezone.now())
    return True


def write(decision: AccountDecision) -> EmailMessage:
    """Returns the letter about a decision to approve or deny."""
    context = {
        "decision": decision,
        "product_name": settings.PRODUCT_NAME,
        "next_url": settings.SITE_URL + reverse("accounts:status"),
        "policy_url": settings.SITE_URL + reverse("accounts:policy"),
        "settings_url": settings.SITE_URL + reverse("accounts:settings"),
    }
    return EmailMessage(
        subject=f"[{settings.PRODUCT_NAME}] {_SUBJECTS[AccountDecision.Kind(decision.kind)]}",
        body=render_to_string(f"accounts/mail/{decision.kind}.txt", context),
        to=[decision.user.email],
    )


def lost() -> QuerySet[AccountDecision]:
    """Decisions whose letter should have gone out by now; also those whose address was confirmed later."""
    untold = AccountDecision.objects.filter(
        kind__in=ADMISSION_KINDS, told_at=None, made_at__lt=timezone.now() - _LOST_AFTER
    )
    return untold.filter(confirmed_address("user_id")).order_by("made_at")
