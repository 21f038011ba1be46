"""What a validator found: the rubrics well-formed, valid and trusted, and that nothing is merely unsaid."""

from collections.abc import Iterator
from typing import Final

from tests.integration.provenance.credentials.conformance.claimed import Claimed, rule

# 13.2: the algorithms that a signature may use.
ALGORITHMS: Final = frozenset({"es256", "es384", "es512", "ps256", "ps384", "ps512", "ed25519"})
# Rubric "well-formed": parts that are missing or cannot be read.
_UNFORMED: Final = (".malformed", ".missing", ".multiple", ".invalid", ".inaccessible", "multipleParents")
_UNFORMED_TOO: Final = frozenset({
    "assertion.multipleHardBindings", "assertion.boxesHash.unknownBox", "manifest.update.wrongParents",
    "manifest.timestamp.wrongParents",
})  # fmt: skip
# Rubric "valid": parts that do not fit each other.
_UNFITTING: Final = ("Mismatch", ".mismatch", ".redacted", "outsideManifest", "selfRedacted", "undeclared")
# Rubric "trusted".
_UNTRUSTED: Final = ("signingCredential.", "claimSignature.", "timeStamp.")


@rule
def a_validator_looked(claimed: Claimed) -> Iterator[str]:
    """Rubrics, "data present": no results are not good results."""
    results = claimed.manifest.get("validationResults")
    if not results or "failure" not in results or not results.get("validationTime"):
        yield f"{results}"


@rule
def everything_is_well_formed(claimed: Claimed) -> Iterator[str]:
    """Rubric well-formed."""
    for code in claimed.codes("failure"):
        about_trust = code.startswith(_UNTRUSTED)
        if (code.endswith(_UNFORMED) or code in _UNFORMED_TOO) and not about_trust:
            yield code


@rule
def everything_fits(claimed: Claimed) -> Iterator[str]:
    """Rubric valid."""
    for code in claimed.codes("failure"):
        if code.endswith(_UNFITTING) and not code.startswith(_UNTRUSTED):
            yield code


@rule
def the_signer_is_trusted(claimed: Claimed) -> Iterator[str]:
    """Rubric trusted."""
    yield from (code for code in claimed.codes("failure") if code.startswith(_UNTRUSTED))


@rule
def nothing_else_failed(claimed: Claimed) -> Iterator[str]:
    """15: any failure makes the manifest invalid, also one that no rubric lists."""
    yield from claimed.codes("failure")


@rule
def what_must_succeed_did(claimed: Claimed) -> Iterator[str]:
    """15: the absence of failures is not enough."""
    for code in ("claimSignature.validated", "claimSignature.insideValidity", "signingCredential.trusted"):
        if code not in claimed.codes("success"):
            yield code
    if not {"assertion.dataHash.match", "assertion.bmffHash.match"} & set(claimed.codes("success")):
        yield "hard binding"


@rule
def every_assertion_was_checked(claimed: Claimed) -> Iterator[str]:
    """15.10: a match of the hashed URI for each."""
    found = claimed.manifest.get("validationResults", {}).get("success", [])
    checked = [entry["url"] for entry in found if entry["code"] == "assertion.hashedURI.match"]
    for label in claimed.assertions:
        if not any(url.endswith(f"/{label}") for url in checked):
            yield label


@rule
def what_came_in_is_as_it_was(claimed: Claimed) -> Iterator[str]:
    """15.11: nothing about an ingredient has become worse since it was taken in."""
    for delta in claimed.manifest.get("ingredientDeltas", []):
        yield from (entry["code"] for entry in delta["validationDeltas"]["failure"])


@rule
def the_algorithm_is_allowed(claimed: Claimed) -> Iterator[str]:
    """13.2."""
    if claimed.manifest["signature"].get("algorithm", "").lower() not in ALGORITHMS:
        yield str(claimed.manifest["signature"].get("algorithm"))


@rule
def the_signer_has_a_name(claimed: Claimed) -> Iterator[str]:
    """Certificate Policy: organisation and common name, those of the record in the list of products."""
    subject = claimed.manifest["signature"].get("certificateInfo", {}).get("subject", {})
    yield from (f"no {key}" for key in ("O", "CN") if not subject.get(key))


@rule
def a_time_stamp_that_is_there_holds(claimed: Claimed) -> Iterator[str]:
    """10.3.2.5 and the programme: from an authority on the list for time-stamps."""
    if "timeStampInfo" in claimed.manifest["signature"]:
        for code in ("timeStamp.validated", "timeStamp.trusted"):
            if code not in claimed.codes("success"):
                yield code
