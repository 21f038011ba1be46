"""People in every state, made as rows."""

import uuid

from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import PolicyAcceptance, User


def person(state: str = "admitted") -> User:
    """Makes a person: waiting, approved (has not accepted the policy), admitted, suspended or staff."""
    user = User.objects.create_user(
        f"{state}-{uuid.uuid4().hex[:8]}@people.example",
        admission="waiting" if state == "waiting" else "approved",
        is_staff=state == "staff",
        suspended_at=timezone.now() if state == "suspended" else None,
    )
    if state in ("admitted", "suspended", "staff"):
        PolicyAcceptance.objects.create(user=user, version=settings.POLICY_VERSION)
    return user


def browser_of(user: User | None) -> Client:
    """A browser in which this person is signed in; nobody for None."""
    client = Client()
    if user is not None:
        client.force_login(user)
    return client
