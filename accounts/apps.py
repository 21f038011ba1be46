from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

# As long as PolicyAcceptance.version.
_VERSION_LENGTH = 20
# Backends that tell nobody: people could neither confirm their address nor hear of a decision.
_SILENT_BACKENDS = ("console", "dummy", "locmem", "filebased")


class AccountsConfig(AppConfig):
    name = "accounts"


@register
def check_accounts(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns an error for each setting with which people could not come in."""
    problems: list[CheckMessage] = []
    backend = settings.EMAIL_BACKEND.split(".")[-2:-1]
    if settings.PRODUCTION and backend and backend[0] in _SILENT_BACKENDS:
        hint = "Unset EMAIL_BACKEND and set EMAIL_HOST."
        problems.append(Error("E-mails would reach nobody in production.", hint=hint, id="accounts.E001"))
    if not 0 < len(settings.POLICY_VERSION) <= _VERSION_LENGTH:
        hint = f"Use 1 to {_VERSION_LENGTH} characters, for example 2026-11."
        problems.append(Error("POLICY_VERSION cannot be recorded.", hint=hint, id="accounts.E002"))
    return problems
