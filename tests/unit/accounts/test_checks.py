"""What must not start: settings with which people could not come in."""

import pytest
from pytest_django import Settings

from accounts.apps import check_accounts

SMTP = "django.core.mail.backends.smtp.EmailBackend"
CONSOLE = "django.core.mail.backends.console.EmailBackend"


@pytest.mark.parametrize(
    ("production", "backend", "version", "expected"),
    [
        (False, CONSOLE, "2026-11", []),
        (True, SMTP, "2026-11", []),
        (True, CONSOLE, "2026-11", ["accounts.E001"]),
        (True, "django.core.mail.backends.dummy.EmailBackend", "2026-11", ["accounts.E001"]),
        (False, CONSOLE, "", ["accounts.E002"]),
        (True, SMTP, "2026-11 with a very long name", ["accounts.E002"]),
    ],
)
def test_settings_that_shut_people_out_are_errors(
    settings: Settings, production: bool, backend: str, version: str, expected: list[str]
) -> None:
    settings.PRODUCTION = production
    settings.EMAIL_BACKEND = backend
    settings.POLICY_VERSION = version
    assert [problem.id for problem in check_accounts(None)] == expected
