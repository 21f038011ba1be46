"""System checks that belong to no single app: production starts only when it is safe to."""

from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.exceptions import ImproperlyConfigured


class ConfigConfig(AppConfig):
    name = "config"


def refuse_unless_sound(*, web: bool = False) -> None:
    """Runs the system checks where nothing else does: web and worker processes start without `manage.py`.

    Args:
        web: Whether this is the process that strangers talk to; it must not be able to do everything.

    Raises:
        ImproperlyConfigured: one of the checks found an error.
    """
    found = run_checks()
    if web:
        # Django leaves out those marked "deploy" unless asked, so other processes never run them.
        found += run_checks(tags=["web"], include_deployment_checks=True)
    errors = [problem for problem in found if problem.is_serious()]
    if errors:
        raise ImproperlyConfigured("\n".join(map(str, errors)))


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
    if settings.EMBEDDED_POSTGRES:
        hint = "The embedded server lets every local user in. Set DATABASE_URL."
        problems.append(Error("Production runs on the embedded PostgreSQL.", hint=hint, id="config.E004"))
    if not settings.TRUSTED_PROXY_COUNT:
        hint = (
            "Something in front ends TLS, and without TRUSTED_PROXY_COUNT all visitors count as one: limits "
            "would lock everybody out. Set it to the number of your proxies."
        )
        problems.append(Error("TRUSTED_PROXY_COUNT is 0.", hint=hint, id="config.E005"))
    return problems
