"""System checks: signing works only with a certificate chain, its key and trust anchors in place."""

from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, register

from provenance import hash_search, signing_checks

# The tag of checks that only the web process runs.
WEB: Final = "web"


class ProvenanceConfig(AppConfig):
    name = "provenance"


@register
def check_signing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns what keeps pictures from being signed. Outside production `make run` makes the files itself."""
    found = list(signing_checks.time_stamp_problems())
    if settings.PRODUCTION:
        found += [*signing_checks.file_problems(), *signing_checks.production_time_stamp_problems()]
    return found


@register(WEB, deploy=True)
def check_web_process(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns what the web process may do and should not; `config.apps.refuse_unless_sound` asks for it."""
    return list(signing_checks.web_problems()) if settings.PRODUCTION else []


@register
def check_hash_search(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns an error if `HASH_SEARCH` names no search that there is."""
    if settings.HASH_SEARCH in hash_search.KINDS:
        return []
    hint = f"Set it to {' or '.join(hash_search.KINDS)}."
    return [Error(f"HASH_SEARCH is {settings.HASH_SEARCH!r}.", hint=hint, id="provenance.E006")]
