"""System checks: signing works only with a certificate chain, its key and trust anchors in place."""

import datetime as dt
import os
from collections.abc import Iterator
from typing import Any, Final

from django.apps import AppConfig
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, register
from django.utils import timezone

from provenance import certificates, hash_search
from provenance.errors import BadCertificate

# How long a certification authority may take to issue the next one.
RENEWAL: Final = dt.timedelta(days=30)


class ProvenanceConfig(AppConfig):
    name = "provenance"


@register
def check_signing(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns what is wrong with the signing files. Outside production `make run` makes them itself."""
    return list(_problems()) if settings.PRODUCTION else []


@register
def check_hash_search(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Returns an error if `HASH_SEARCH` names no search that there is."""
    if settings.HASH_SEARCH in hash_search.KINDS:
        return []
    hint = f"Set it to {' or '.join(hash_search.KINDS)}."
    return [Error(f"HASH_SEARCH is {settings.HASH_SEARCH!r}.", hint=hint, id="provenance.E006")]


def _problems() -> Iterator[CheckMessage]:
    for name in ("SIGNING_CHAIN", "SIGNING_KEY", "TRUST_ANCHORS"):
        if not getattr(settings, name).is_file():
            hint = f"Set {name} to a PEM file. Pictures cannot be signed or recognised without it."
            yield Error(f"{name} does not exist.", hint=hint, id="provenance.E001")
    if not settings.TIME_STAMP_URL:
        hint = "Set it to a time-stamp authority; without one, other programs distrust pictures once the "
        hint += "certificate that signed them has expired."
        yield checks.Warning("TIME_STAMP_URL is not set.", hint=hint, id="provenance.W003")
    if settings.SIGNING_CHAIN.is_file():
        chain_pem = settings.SIGNING_CHAIN.read_text()
        yield from _certificate_problems(chain_pem)
        # The web process has no right to read the key, and is none the worse for it.
        if os.access(settings.SIGNING_KEY, os.R_OK) and not _belong_together(chain_pem):
            hint = "The key must be the one that the first certificate of the chain was made for."
            yield Error("SIGNING_KEY does not fit SIGNING_CHAIN.", hint=hint, id="provenance.E005")


def _belong_together(chain_pem: str) -> bool:
    try:
        return certificates.key_matches(chain_pem, settings.SIGNING_KEY.read_text())
    except BadCertificate:
        return False


def _certificate_problems(chain_pem: str) -> Iterator[CheckMessage]:
    try:
        chain = certificates.describe(chain_pem)
    except BadCertificate as error:
        yield Error("SIGNING_CHAIN cannot be read.", hint=error.user_message, id="provenance.E002")
        return
    left = chain.not_after - timezone.now()
    if left <= dt.timedelta():
        # Checking pictures and answering reports must go on; only stamping stops, in signing.signer.
        hint = "Renew it. Until then no picture can be stamped; checking works."
        yield checks.Warning("The signing certificate has expired.", hint=hint, id="provenance.W001")
    elif left < RENEWAL:
        hint = f"Renew it: it ends in {left.days} days, and then no picture can be stamped."
        yield checks.Warning("The signing certificate ends soon.", hint=hint, id="provenance.W002")
    if "test authority" in chain.issuer:
        hint = (
            "Get a certificate from a certification authority; nobody else trusts the local test authority."
        )
        yield Error("The signing certificate comes from a test authority.", hint=hint, id="provenance.E004")
