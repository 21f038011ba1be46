"""System checks that belong to no single app: production starts only when it is safe to."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register


class ConfigConfig(AppConfig):
    name = "config"


@register(deploy=False)
def check_production(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns an error for each setting without which production must not start."""
    if not settings.PRODUCTION:
        return []
    problems: list[CheckMessage] = []
    if settings.DEBUG:
        problems.append(Error("DEBUG is on in production.", hint="Unset DEBUG.", id="config.E001"))
    if not settings.ALLOWED_HOSTS:
        problems.append(Error("ALLOWED_HOSTS is empty.", hint="Name the public host.", id="config.E002"))
    if not settings.SITE_URL.startswith("https://"):
        problems.append(
            Error("SITE_URL is not https.", hint="It is written into every picture.", id="config.E003")
        )
    return problems
