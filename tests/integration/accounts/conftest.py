"""People in every state, made as rows, and a clean slate for what is counted in memory."""

from collections.abc import Callable, Iterator

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as project_settings
from django.core.cache import cache
from django.utils import timezone
from pytest_django import Settings

from accounts.models import PolicyAcceptance, User

PASSWORD = "two-horses-and-a-lantern"
MakePerson = Callable[..., User]


@pytest.fixture(autouse=True)
def _quick_passwords(settings: Settings) -> None:
    """The hash of production takes a fifth of a second by design; no test here is about it."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _nothing_counted(db: None) -> Iterator[None]:
    """allauth counts attempts in the cache, a table that outlives a test with transactions of its own."""
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def person(db: None) -> MakePerson:
    """Makes a person in a state: unconfirmed, waiting, denied, approved, suspended, admitted or staff."""

    def make(state: str, email: str = "") -> User:
        email = email or f"{state}@example.com"
        undecided = {"waiting": "waiting", "unconfirmed": "waiting", "denied": "denied"}
        user = User.objects.create_user(
            email,
            PASSWORD,
            admission=undecided.get(state, "approved"),
            is_staff=state == "staff",
            suspended_at=timezone.now() if state == "suspended" else None,
            purpose="Illustrations for a book about bees",
        )
        EmailAddress.objects.create(user=user, email=email, verified=state != "unconfirmed", primary=True)
        if state in ("suspended", "admitted", "staff"):
            PolicyAcceptance.objects.create(user=user, version=project_settings.POLICY_VERSION)
        return user

    return make
