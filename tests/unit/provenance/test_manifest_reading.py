"""The reading of reports and its way through JSON: what a stranger wrote may have any shape."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from provenance.manifest_reading import GENERATION_LABEL, ManifestReading, from_report

MATCH, MISMATCH = "assertion.dataHash.match", "assertion.dataHash.mismatch"
EXPIRED, UNTRUSTED = "signingCredential.expired", "signingCredential.untrusted"
READING = ManifestReading(
    state="Trusted",
    urn="urn:c2pa:1",
    signer="s",
    generator="g",
    signed_at=datetime(2026, 11, 22, tzinfo=UTC),
    image_id=uuid4(),
    successes=("claimSignature.validated", MATCH),
    ingredient_failures=("assertion.dataHash.mismatch",),
)


def test_reading_survives_json() -> None:
    assert ManifestReading.from_json(READING.to_json()) == READING
    bare = ManifestReading(state="Remote", urn=None)
    assert ManifestReading.from_json(bare.to_json()) == bare


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Perfect"},
        {"state": None},
        {"state": ["Trusted"]},
    ],
)
def test_json_of_another_shape_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ManifestReading.from_json(json.dumps({**json.loads(READING.to_json()), **change}))


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '"text"'])
def test_json_that_is_no_reading_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        ManifestReading.from_json(text)


@pytest.mark.parametrize(
    ("failures", "unchanged"),
    [
        ((), True),
        ((UNTRUSTED,), True),
        ((UNTRUSTED, EXPIRED), True),
        ((MISMATCH,), False),
        ((EXPIRED, MISMATCH), False),
        (("assertion.hashedURI.mismatch",), False),
        (("signingCredential.invalid",), False),
    ],
)
def test_only_doubts_about_the_signer_leave_the_bytes_alone(
    failures: tuple[str, ...], unchanged: bool
) -> None:
    assert replace(READING, failures=failures).bytes_unchanged is unchanged


@pytest.mark.parametrize("successes", [(), ("claimSignature.validated",), (MATCH,)])
def test_what_was_not_checked_is_not_unchanged(successes: tuple[str, ...]) -> None:
    assert not replace(READING, successes=successes).bytes_unchanged


@pytest.mark.parametrize("junk", [None, 5, "text", [], {}, [[]], [{}], {"a": 1}, [None, 3, {"label": 7}]])
def test_a_report_of_any_shape_is_read_without_an_error(junk: Any) -> None:
    inner = {"assertions": junk, "ingredients": junk, "signature_info": junk, "claim_generator_info": junk}
    labelled = [
        {"label": label, "data": data}
        for label in ("c2pa.actions.v2", "c2pa.soft-binding", GENERATION_LABEL)
        for data in (junk, {"actions": junk, "alg": junk, "blocks": junk, "imageId": junk})
    ]
    for active in (junk, inner, {**inner, "assertions": labelled}):
        report = {"active_manifest": "u", "manifests": {"u": active}, "validation_results": junk}
        assert from_report(report).state == "Invalid"
    assert from_report({"manifests": junk, "validation_state": junk}).image_id is None


def test_a_stranger_cannot_flood_a_page_or_hide_control_characters() -> None:
    report = {
        "active_manifest": "u",
        "manifests": {
            "u": {
                "signature_info": {"common_name": "a\x1b[2J\u202eb" + "x" * 10_000},
            }
        },
        "validation_results": {"activeManifest": {"failure": [{"code": f"n{i}"} for i in range(9999)]}},
    }
    reading = from_report(report)
    assert reading.signer is not None
    assert reading.signer.startswith("a[2Jbxx")
    assert len(reading.signer) <= 200
    assert len(reading.failures) == 100
