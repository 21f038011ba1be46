"""Where a person stands: the one question that decides whether they may generate, and its answers."""

import enum

from allauth.account.models import EmailAddress
from django.db import transaction
from django.utils import timezone

from accounts.acceptance import has_accepted
from accounts.models import AccountDecision, User


class Standing(enum.Enum):
    """What stands between a person and a picture; ADMITTED: nothing."""

    UNCONFIRMED = "unconfirmed"
    WAITING = "waiting"
    DENIED = "denied"
    POLICY = "policy"
    SUSPENDED = "suspended"
    ADMITTED = "admitted"


def where_stands(user: User) -> Standing:
    """Says what `user` has to wait for or do next; read from the database at every request.

    A suspension comes before everything else. The e-mail address is asked about only while a person waits:
    nobody is approved without a confirmed one (accounts.admission.decide).
    """
    if user.is_suspended:
        return Standing.SUSPENDED
    if user.admission == User.Admission.DENIED:
        return Standing.DENIED
    if user.admission == User.Admission.WAITING:
        return Standing.WAITING if has_confirmed_email(user) else Standing.UNCONFIRMED
    return Standing.ADMITTED if has_accepted(user) else Standing.POLICY


def has_confirmed_email(user: User) -> bool:
    """True when the address of the account was confirmed by its link."""
    return bool(EmailAddress.objects.filter(user=user, email__iexact=user.email, verified=True).exists())


@transaction.atomic
def suspend(user: User, *, by: User | None, reason: str, case_number: str = "") -> AccountDecision | None:
    """Stops `user` from generating, and writes down who decided it and why.

    Args:
        user: The account; `user.suspended_at` is set on it too.
        by: The person of the staff who decided.
        reason: Shown to the person, so written for them.
        case_number: Number of the case that led to it, if one did.

    Returns:
        The row written, or None when the account was suspended before: nothing is written then.
    """
    now = timezone.now()
    claimed = User.objects.filter(pk=user.pk, suspended_at__isnull=True).update(suspended_at=now)
    if not claimed:
        user.refresh_from_db(fields=["suspended_at"])
        return None
    user.suspended_at = now
    return AccountDecision.objects.create(
        user=user,
        kind=AccountDecision.Kind.SUSPEND,
        reason=reason,
        case_number=case_number,
        made_by=by,
        made_at=now,
    )


@transaction.atomic
def reinstate(user: User, *, by: User | None, reason: str, case_number: str = "") -> AccountDecision | None:
    """Ends a suspension; nothing else about the account changes.

    Returns:
        The row written, or None when the account was not suspended: nothing is written then.
    """
    claimed = User.objects.filter(pk=user.pk, suspended_at__isnull=False).update(suspended_at=None)
    user.suspended_at = None
    if not claimed:
        return None
    return AccountDecision.objects.create(
        user=user, kind=AccountDecision.Kind.REINSTATE, reason=reason, case_number=case_number, made_by=by
    )
