"""Accounts that are opened from the command line: nobody signed up, so nobody waits."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db import transaction

from accounts.acceptance import accept
from accounts.models import AccountDecision, User


@transaction.atomic
def open_account(email: str, password: str, *, staff: bool, reason: str) -> User:
    """Creates an account that is confirmed and approved.

    Args:
        email: Its address; not in use yet.
        password: Checked by the caller.
        staff: True for a person who decides about others; they may do everything.
        reason: Why it was opened; written down as the decision.
    """
    # As allauth keeps them: it looks an address up in small letters.
    email = email.lower()
    user = User.objects.create_user(
        email, password, admission=User.Admission.APPROVED, is_staff=staff, is_superuser=staff, purpose=reason
    )
    EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    kind = AccountDecision.Kind.APPROVE
    AccountDecision.objects.create(user=user, kind=kind, reason=reason, made_by=None)
    return user


def open_accepted_account(email: str, password: str, *, staff: bool, reason: str) -> User:
    """As `open_account`, with the policy accepted too: for a local installation, where one person is all."""
    with transaction.atomic():
        user = open_account(email, password, staff=staff, reason=reason)
        accept(user, settings.POLICY_VERSION)
    return user
