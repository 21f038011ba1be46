"""What every status code means, and that it is said in plain words."""

import re

import pytest

from provenance.credentials import codes
from provenance.credentials.codes import CODES, Finding


@pytest.mark.parametrize("code", sorted(CODES))
def test_every_code_has_a_kind_a_meaning_and_one_plain_sentence(code: str) -> None:
    assert codes.known(code)
    assert re.fullmatch(r"[A-Z][^.<>]*\.", codes.sentence(code)), "one sentence, with a full stop at its end"
    assert not re.search(r"\b(fake|real|authentic|genuine)\b", codes.sentence(code), re.IGNORECASE)
    assert codes.is_failure(code) is (codes.kind(code) == "failure")
    assert codes.is_failure(code) <= (codes.finding(code) is not None)
    assert (codes.kind(code) == "success") <= (codes.finding(code) is None)


@pytest.mark.parametrize(
    ("code", "finding"),
    [
        ("claimSignature.mismatch", Finding.SIGNATURE_BROKEN),
        ("assertion.hashedURI.mismatch", Finding.SIGNATURE_BROKEN),
        ("assertion.dataHash.mismatch", Finding.BYTES_CHANGED),
        ("signingCredential.untrusted", Finding.SIGNER_UNKNOWN),
        ("signingCredential.expired", Finding.EXPIRED),
        ("signingCredential.ocsp.revoked", Finding.EXPIRED),
        ("ingredient.manifest.mismatch", Finding.INGREDIENT_BROKEN),
        ("timeStamp.mismatch", Finding.TIME_STAMP),
        ("claim.malformed", Finding.UNREADABLE),
        ("manifest.inaccessible", Finding.ELSEWHERE),
        ("claimSignature.validated", None),
        ("signingCredential.ocsp.skipped", None),
    ],
)
def test_what_a_code_means(code: str, finding: Finding | None) -> None:
    assert codes.finding(code) is finding


def test_every_meaning_has_a_code() -> None:
    assert {each.finding for each in CODES.values()} == {*Finding, None}


def test_an_unknown_code_is_a_failure_and_says_so() -> None:
    assert not codes.known("org.example.odd")
    assert codes.is_failure("org.example.odd")
    assert "does not know" in codes.sentence("org.example.odd")
    assert codes.finding("org.example.odd") is Finding.UNREADABLE
