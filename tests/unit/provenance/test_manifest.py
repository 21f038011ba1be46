"""The reading of reports and the shape of what is signed, without the C2PA library."""

import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import UUID, uuid4
from xml.etree import ElementTree

import pytest

from provenance import manifest
from provenance.manifest import ManifestReading, SoftBinding, Statement

STATEMENT = Statement(
    image_id=UUID("12345678-1234-4234-8234-123456789abc"),
    title="Tracery picture",
    digital_source_type="trainedAlgorithmicMedia",
    generator_name="sketch-diffusion",
    generator_version="2",
    product_version="0.1.0",
    created_at=datetime(2026, 11, 22, 14, 0, tzinfo=timezone(timedelta(hours=2))),
    watermark_alg="org.tracery.watermark.1",
    watermark_value="2*0101",
    verify_url="https://tracery.example/verify?i=1&k=2",
)
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


def assertions(statement: Statement) -> dict[str, Any]:
    return {entry["label"]: entry["data"] for entry in manifest._definition(statement)["assertions"]}


def test_every_assertion_is_ours_and_every_action_list_is_whole() -> None:
    definition = manifest._definition(STATEMENT)
    assert all(entry["created"] is True for entry in definition["assertions"])
    assert definition["claim_version"] == 2
    assert definition["claim_generator_info"][0]["specVersion"] == "2.4.0"
    assert assertions(STATEMENT)["c2pa.actions.v2"]["allActionsIncluded"] is True


@pytest.mark.parametrize(
    ("flow", "expected"),
    [
        ("text-to-image", ["c2pa.created", "c2pa.addedText", "c2pa.watermarked.bound"]),
        ("operator", ["c2pa.created", "c2pa.addedText", "c2pa.watermarked.bound"]),
        ("variation", ["c2pa.created", "c2pa.addedText", "c2pa.watermarked.bound"]),
        ("inpainting", ["c2pa.opened", "c2pa.edited", "c2pa.addedText", "c2pa.watermarked.bound"]),
    ],
)
def test_actions_of_each_flow(flow: Any, expected: list[str]) -> None:
    parent = manifest.Parent(b"", "image/png") if flow in ("variation", "inpainting") else None
    actions = manifest._actions(replace(STATEMENT, flow=flow, parent=parent))
    assert [action["action"] for action in actions] == expected
    # Conformance 0.2: a source type on all of these, except opened and watermarked, where 2.4 forbids it.
    without = {a["action"] for a in actions if "digitalSourceType" not in a}
    assert without == {"c2pa.watermarked.bound"} | ({"c2pa.opened"} & set(expected))
    assert ("parameters" in actions[0]) == (parent is not None)


def test_the_latent_disclosure_is_complete() -> None:
    # California B&P 22757.3(b): provider, system and version, time and date, unique identifier.
    assert assertions(STATEMENT)["org.tracery.generation"] == {
        "provider": "Tracery",
        "system": "sketch-diffusion",
        "systemVersion": "2",
        "createdAt": "2026-11-22T12:00:00Z",
        "imageId": "12345678-1234-4234-8234-123456789abc",
        "flow": "text-to-image",
        "verify": "https://tracery.example/verify?i=1&k=2",
    }


def test_a_drawing_program_is_not_called_a_trained_model() -> None:
    assert "c2pa.ai-disclosure" in assertions(STATEMENT)
    assert "c2pa.ai-disclosure" not in assertions(replace(STATEMENT, digital_source_type="algorithmicMedia"))


def test_xmp_packet_says_source_type_id_and_address() -> None:
    packet = manifest.xmp_packet("trainedAlgorithmicMedia", STATEMENT.verify_url, STATEMENT.image_id)
    described = ElementTree.fromstring(packet).find(".//{*}Description")
    assert described is not None
    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert described.get(key) == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert described.get("{http://purl.org/dc/elements/1.1/}identifier") == f"urn:uuid:{STATEMENT.image_id}"
    assert [li.text for li in described.iterfind(".//{*}li")] == [STATEMENT.verify_url]


def test_a_signer_does_not_show_its_key() -> None:
    assert "secret" not in repr(manifest.Signer("chain", "secret"))


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
        for label in ("c2pa.actions.v2", "c2pa.soft-binding", manifest.GENERATION_LABEL)
        for data in (junk, {"actions": junk, "alg": junk, "blocks": junk, "imageId": junk})
    ]
    for active in (junk, inner, {**inner, "assertions": labelled}):
        report = {"active_manifest": "u", "manifests": {"u": active}, "validation_results": junk}
        assert manifest._reading(report).state == "Invalid"
    assert manifest._reading({"manifests": junk, "validation_state": junk}).image_id is None


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
    reading = manifest._reading(report)
    assert reading.title is not None
    assert reading.title.startswith("a[2Jbxx")
    assert len(reading.title) <= 200
    assert len(reading.actions) == 100


def test_the_library_is_not_loaded_by_passing_readings_around() -> None:
    code = "import sys, provenance.manifest, provenance.sandbox; sys.exit('c2pa' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
