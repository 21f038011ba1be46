"""Pages of allauth in our frame: each opens, looks like ours, and keeps to our content security policy."""

import re

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.two_step import TwoStepAdapter
from tests.integration.accounts.conftest import PASSWORD, MakePerson

FOR_VISITORS = (
    "account_login",
    "account_signup",
    "account_email_verification_sent",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key_done",
    "account_inactive",
)
FOR_PEOPLE = (
    "account_logout",
    "account_email",
    "account_change_password",
    "account_reauthenticate",
    "mfa_index",
    "mfa_activate_totp",
    "mfa_add_webauthn",
    "mfa_list_webauthn",
)


def assert_ours_and_clean(page: str) -> None:
    assert "Skip to the content" in page
    assert "· Tracery</title>" in page
    # A script of data is not run; every other script has to come from a file.
    scripts = re.findall(r"<script\b([^>]*)>", page)
    assert all("src=" in script or "application/json" in script for script in scripts)
    assert not re.search(r"<style\b|\sstyle=|\son[a-z]+=\"", page)


@pytest.mark.django_db
@pytest.mark.parametrize("name", FOR_VISITORS)
def test_a_page_for_visitors(client: Client, name: str) -> None:
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert_ours_and_clean(answer.text)


@pytest.mark.parametrize("name", FOR_PEOPLE)
def test_a_page_for_people_who_are_signed_in(client: Client, person: MakePerson, name: str) -> None:
    client.force_login(person("admitted"))
    # Pages that change how one signs in ask for the password once more.
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    answer = client.get(reverse(name))
    assert answer.status_code == 200
    assert_ours_and_clean(answer.text)


@pytest.mark.django_db
@pytest.mark.parametrize(("backend", "printed"), [("console", True), ("smtp", False)])
def test_only_where_e_mail_is_printed_the_page_says_so(
    client: Client, settings: Settings, backend: str, printed: bool
) -> None:
    settings.EMAIL_BACKEND = f"django.core.mail.backends.{backend}.EmailBackend"
    page = client.get(reverse("account_email_verification_sent")).text
    assert ("printed in the terminal" in page) is printed


@pytest.mark.django_db
def test_a_link_that_was_never_ours_says_what_to_do(client: Client) -> None:
    page = client.get(reverse("account_confirm_email", args=["abc"])).text
    assert "This link does not work any more" in page
    assert_ours_and_clean(page)


def test_the_qr_code_brings_its_own_white_ground() -> None:
    svg = TwoStepAdapter().build_totp_svg("otpauth://totp/Tracery:ada@example.com?secret=ABC")
    assert re.search(r"<(svg:)?rect[^>]*fill=\"white\"", svg)
