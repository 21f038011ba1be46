"""The reading of reports and its way through JSON: what a stranger wrote may have any shape."""

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest

from provenance.manifest_reading import GENERATION_LABEL, ManifestReading, SoftBinding, from_report

READING = ManifestReading(
    state="Trusted",
    urn="urn:c2pa:1",
    title="t",
    signer="s",
    generator="g",
    signed_at=datetime(2026, 11, 22, tzinfo=UTC),
    actions=("c2pa.created",),
    digital_source_type="trainedAlgorithmicMedia",
    image_id=uuid4(),
    ancestor_image_ids=(uuid4(), uuid4()),
    soft_bindings=(SoftBinding("a.b", "v"),),
    successes=("claimSignature.validated", "signingCredential.trusted"),
    ingredient_failures=("assertion.dataHash.mismatch",),
)
MISMATCH = "assertion.dataHash.mismatch"


def test_reading_survives_json() -> None:
    assert ManifestReading.from_json(READING.to_json()) == READING
    bare = ManifestReading(state="Remote", remote_url="https://elsewhere.example/m")
    assert ManifestReading.from_json(bare.to_json()) == bare


@pytest.mark.parametrize(
    "change",
    [
        {"state": "Perfect"},
        {"ancestor_image_ids": ["no uuid"]},
        {"ancestor_image_ids": 5},
        {"soft_bindings": [1]},
        {"soft_bindings": [{"alg": "a"}]},
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
    ("failures", "hash_mismatch", "recoverable", "expired"),
    [
        ((), False, False, False),
        ((MISMATCH,), True, True, False),
        ((MISMATCH, "signingCredential.untrusted"), True, False, False),
        ((MISMATCH, "assertion.hashedURI.mismatch"), True, False, False),
        (("claimSignature.mismatch",), False, False, False),
        (("signingCredential.expired",), False, False, True),
    ],
)
def test_what_failures_mean(
    failures: tuple[str, ...], hash_mismatch: bool, recoverable: bool, expired: bool
) -> None:
    reading = replace(READING, failures=failures)
    assert (reading.hash_mismatch, reading.recoverable, reading.credential_expired) == (
        hash_mismatch,
        recoverable,
        expired,
    )


def test_a_mismatch_under_a_bad_signature_is_not_recoverable() -> None:
    assert not replace(READING, failures=(MISMATCH,), successes=()).recoverable


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
                "title": "a\x1b[2J\u202eb" + "x" * 10_000,
                "assertions": [
                    {"label": "c2pa.actions", "data": {"actions": [{"action": f"n{i}"} for i in range(9999)]}}
                ],
            }
        },
    }
    reading = from_report(report)
    assert reading.title is not None
    assert reading.title.startswith("a[2Jbxx")
    assert len(reading.title) <= 200
    assert len(reading.actions) == 100
