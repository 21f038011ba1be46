"""Accounts from the command line: made once, shown once, and never the easy way in production."""

import io
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from accounts.standing import Standing, where_stands
from tests.integration.accounts.conftest import MakePerson

pytestmark = pytest.mark.django_db


def run(*arguments: str) -> str:
    out = io.StringIO()
    call_command(*arguments, stdout=out)
    return out.getvalue()


def test_the_first_accounts_work_and_are_made_once(client: Client, settings: Settings) -> None:
    settings.LOGIN_REDIRECT_URL = "accounts:status"
    printed = dict(re.findall(r"(\S+@\S+) +(\S+)", run("create_first_accounts")))
    assert len(printed) == 2
    assert [user.is_staff for user in User.objects.order_by("email")] == [True, False]
    for email, password in printed.items():
        answer = client.post(reverse("account_login"), {"login": email, "password": password}, follow=True)
        assert "You can make pictures" in answer.text
        client.logout()
        assert where_stands(User.objects.get(email=email)) is Standing.ADMITTED
    before = list(User.objects.order_by("email").values_list("email", "password"))
    assert run("create_first_accounts") == ""
    assert list(User.objects.order_by("email").values_list("email", "password")) == before


def test_nothing_is_made_where_somebody_is_already(person: MakePerson) -> None:
    person("waiting")
    assert run("create_first_accounts") == ""
    assert User.objects.count() == 1


def test_the_first_accounts_are_refused_in_production(settings: Settings) -> None:
    settings.PRODUCTION = True
    with pytest.raises(CommandError, match="create_staff"):
        run("create_first_accounts")
    assert not User.objects.exists()


def test_a_staff_account_can_sign_in_and_still_reads_the_policy(client: Client) -> None:
    printed = run("create_staff", "Grace@Example.com")
    user = User.objects.get()
    assert (user.is_staff, user.is_superuser) == (True, True)
    assert EmailAddress.objects.get(user=user).verified
    password = re.search(r"only now: (\S+)", printed)
    assert password is not None
    assert client.login(email=user.email, password=password[1])
    assert where_stands(user) is Standing.POLICY


@pytest.mark.parametrize(
    ("email", "words"), [("not an address", "valid email"), ("WAITING@example.com", "already")]
)
def test_a_staff_account_needs_an_address_of_its_own(person: MakePerson, email: str, words: str) -> None:
    person("waiting")
    with pytest.raises(CommandError, match=words):
        run("create_staff", email)
    assert User.objects.count() == 1


def test_a_password_that_was_typed_is_checked_and_not_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("getpass.getpass", lambda: "12345678")
    with pytest.raises(CommandError, match="common"):
        run("create_staff", "grace@example.com", "--ask")
    monkeypatch.setattr("getpass.getpass", lambda: "two-horses-and-a-lantern")
    assert "two-horses" not in run("create_staff", "grace@example.com", "--ask")
    assert User.objects.get().check_password("two-horses-and-a-lantern")
