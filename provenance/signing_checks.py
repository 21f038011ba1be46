"""What a production needs for signing, as system checks: each says what is missing and what to do.

They run in web, workers and `manage.py check` alike, and so ask only for what each of these may read. What
concerns one kind of process has a tag of its own.
"""

import datetime as dt
import os
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error
from django.utils import timezone

from provenance import certificates
from provenance.credentials import certificate_profile
from provenance.credentials.key_files import FORBIDDEN_ON_A_KEY
from provenance.credentials.time_stamp_relay import PREFER, REQUIRE
from provenance.errors import BadCertificate

# How long a certification authority may take to issue the next one.
RENEWAL: Final = dt.timedelta(days=30)

_FAULTS: Final = {
    "key_purpose": Error(
        "The signing certificate is not for signing C2PA claims.",
        hint="Its extended key usage must name c2pa-kp-claimSigning (1.3.6.1.4.1.62558.2.1) and one of "
        "documentSigning and emailProtection.",
        id="provenance.E009",
    ),
    "key_usage": Error(
        "The signing certificate may not sign.",
        hint="Its key usage must be critical and say digitalSignature, and it must not be an authority's.",
        id="provenance.E010",
    ),
    "key_kind": Error(
        "The signing certificate's key is not on P-256.",
        hint="Signatures are ES256. Have a certificate issued for a key on that curve.",
        id="provenance.E011",
    ),
    "chain_order": Error(
        "The certificates of SIGNING_CHAIN do not follow each other.",
        hint="The signing certificate comes first, and each one was issued by the next.",
        id="provenance.E012",
    ),
}


def file_problems() -> Iterator[CheckMessage]:
    """What is wrong with the files that sign and that are trusted."""
    wanted = ["SIGNING_CHAIN", "TRUST_ANCHORS"]
    if settings.SIGNING_SERVICE is None:
        wanted.append("SIGNING_KEY")
    for name in wanted:
        if not _is_there(getattr(settings, name)):
            hint = f"Set {name} to a PEM file. Pictures cannot be signed or recognised without it."
            yield Error(f"{name} does not exist.", hint=hint, id="provenance.E001")
    if settings.SIGNING_SERVICE is not None and _is_known_missing(settings.SIGNING_SERVICE):
        hint = "Start the signing service. Until then no picture can be stamped; checking works."
        yield checks.Warning("Nothing is at SIGNING_SERVICE.", hint=hint, id="provenance.W006")
    yield from _key_problems()
    if _is_there(settings.SIGNING_CHAIN):
        yield from _chain_problems(settings.SIGNING_CHAIN.read_text())


def time_stamp_problems() -> Iterator[CheckMessage]:
    """What is wrong with the settings of time-stamps, wherever we run."""
    if settings.TIME_STAMP_POLICY not in (REQUIRE, PREFER):
        hint = f"Set it to {REQUIRE} (no stamp, no picture) or {PREFER} (then one without a stamp)."
        found = f"TIME_STAMP_POLICY is {settings.TIME_STAMP_POLICY!r}."
        yield Error(found, hint=hint, id="provenance.E014")
    if settings.TIME_STAMP_SECONDS < 1:
        hint = "Set it to how many seconds to wait for a stamp, 1 or more."
        yield Error("TIME_STAMP_SECONDS leaves no time.", hint=hint, id="provenance.E015")
    if not settings.TIME_STAMP_URL:
        return
    if not settings.TIME_STAMP_URL.startswith(("http://", "https://")):
        hint = "Set it to the http:// or https:// address of an RFC 3161 time-stamp authority."
        yield Error("TIME_STAMP_URL is no address of the web.", hint=hint, id="provenance.E016")
    if settings.TIME_STAMP_ANCHORS is not None and not _holds_certificates(settings.TIME_STAMP_ANCHORS):
        hint = "Set it to a PEM file with the roots of the time-stamp authority."
        yield Error("TIME_STAMP_ANCHORS cannot be read.", hint=hint, id="provenance.E017")
    if urllib.request.getproxies().get("http") and not urllib.request.proxy_bypass("127.0.0.1"):
        # The library hands even its requests to this machine to the proxy, and the relay is on this machine.
        hint = "Add 127.0.0.1 to NO_PROXY."
        yield Error("The proxy in HTTP_PROXY keeps time-stamps away.", hint=hint, id="provenance.E018")


def production_time_stamp_problems() -> Iterator[CheckMessage]:
    """What a production lacks that a laptop does not need."""
    if not settings.TIME_STAMP_URL:
        hint = "Set it to a time-stamp authority; without one, other programs distrust pictures once the "
        hint += "certificate that signed them has expired."
        yield checks.Warning("TIME_STAMP_URL is not set.", hint=hint, id="provenance.W003")
    elif settings.TIME_STAMP_ANCHORS is None:
        hint = "Set it to the authority's roots; without them nobody looks whether its stamps can be trusted."
        yield checks.Warning("TIME_STAMP_ANCHORS is not set.", hint=hint, id="provenance.W005")


def web_problems() -> Iterator[CheckMessage]:
    """What the process that strangers talk to may do and should not. Asked in that process only."""
    if os.access(settings.SIGNING_KEY, os.R_OK):
        hint = "Run the web process under a user of its own that has no right to it; see docs/signing.md."
        yield Error("The web process can read SIGNING_KEY.", hint=hint, id="provenance.E007")


def _key_problems() -> Iterator[CheckMessage]:
    try:
        mode = settings.SIGNING_KEY.stat().st_mode
    except OSError:
        return  # not there, or in a folder that this process must not enter
    if mode & FORBIDDEN_ON_A_KEY:
        hint = f"Take the rights away: chmod 600 {settings.SIGNING_KEY} (or 640, for one group)."
        yield Error("Others may use the file SIGNING_KEY.", hint=hint, id="provenance.E008")


def _chain_problems(chain_pem: str) -> Iterator[CheckMessage]:
    try:
        chain = certificates.describe(chain_pem)
    except BadCertificate as error:
        yield Error("SIGNING_CHAIN cannot be read.", hint=error.user_message, id="provenance.E002")
        return
    yield from _validity_problems(chain)
    for fault in certificate_profile.faults(chain_pem):
        yield _FAULTS[fault]
    if "test authority" in chain.issuer:
        hint = (
            "Get a certificate from a certification authority; nobody else trusts the local test authority."
        )
        yield Error("The signing certificate comes from a test authority.", hint=hint, id="provenance.E004")
    # The web process has no right to read the key, and is none the worse for it.
    if os.access(settings.SIGNING_KEY, os.R_OK) and not _belong_together(chain_pem):
        hint = "The key must be the one that the first certificate of the chain was made for."
        yield Error("SIGNING_KEY does not fit SIGNING_CHAIN.", hint=hint, id="provenance.E005")
    if _is_there(settings.TRUST_ANCHORS) and not _is_anchored(chain_pem):
        hint = "TRUST_ANCHORS must hold the root that SIGNING_CHAIN leads to, and those of retired chains."
        yield Error("SIGNING_CHAIN does not lead to TRUST_ANCHORS.", hint=hint, id="provenance.E013")


def _validity_problems(chain: certificates.ChainDescription) -> Iterator[CheckMessage]:
    """Checking pictures and answering reports must go on; only stamping stops, in signing.signer."""
    now = timezone.now()
    left = chain.not_after - now
    if left <= dt.timedelta():
        hint = "Renew it. Until then no picture can be stamped; checking works."
        yield checks.Warning("The signing certificate has expired.", hint=hint, id="provenance.W001")
    elif left < RENEWAL:
        hint = f"Renew it: it ends in {left.days} days, and then no picture can be stamped."
        yield checks.Warning("The signing certificate ends soon.", hint=hint, id="provenance.W002")
    if chain.not_before > now:
        hint = f"It begins {chain.not_before:%Y-%m-%d %H:%M} UTC. Until then no picture can be stamped."
        yield checks.Warning("The signing certificate is not valid yet.", hint=hint, id="provenance.W004")


def _belong_together(chain_pem: str) -> bool:
    try:
        return certificates.key_matches(chain_pem, settings.SIGNING_KEY.read_text())
    except BadCertificate:
        return False


def _is_anchored(chain_pem: str) -> bool:
    try:
        return certificate_profile.leads_to(chain_pem, settings.TRUST_ANCHORS.read_text())
    except BadCertificate:
        return False


def _holds_certificates(path: Path) -> bool:
    try:
        return bool(certificates.load_chain(path.read_bytes()))
    except (BadCertificate, OSError):
        return False


def _is_known_missing(path: Path) -> bool:
    try:
        path.stat()
    except FileNotFoundError:
        return True
    except OSError:
        pass  # in a folder that this process need not enter
    return False


def _is_there(path: Path) -> bool:
    # `Path.is_file` raises where a folder may not be entered.
    return os.path.isfile(path)  # noqa: PTH113
