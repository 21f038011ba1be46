"""The shape of what is signed, without the C2PA library."""

from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from provenance.credentials import definition
from provenance.credentials.definition import Parent, Statement, xmp_packet

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


def assertions(statement: Statement) -> dict[str, Any]:
    return {entry["label"]: entry["data"] for entry in definition.definition(statement)["assertions"]}


def test_every_assertion_is_ours_and_every_action_list_is_whole() -> None:
    whole = definition.definition(STATEMENT)
    assert all(entry["created"] is True for entry in whole["assertions"])
    assert whole["claim_version"] == 2
    assert whole["claim_generator_info"][0]["specVersion"] == "2.4.0"
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
    parent = Parent(b"", "image/png") if flow in ("variation", "inpainting") else None
    actions = definition._actions(replace(STATEMENT, flow=flow, parent=parent))
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


@pytest.mark.parametrize(
    ("source_type", "trained"),
    [
        ("trainedAlgorithmicMedia", True),
        ("compositeWithTrainedAlgorithmicMedia", True),
        ("algorithmicMedia", False),
        ("compositeSynthetic", False),
    ],
)
def test_a_drawing_program_is_not_called_a_trained_model(source_type: str, trained: bool) -> None:
    said = assertions(replace(STATEMENT, digital_source_type=source_type))
    assert ("c2pa.ai-disclosure" in said) is trained


def test_xmp_packet_says_source_type_id_and_address() -> None:
    packet = xmp_packet("trainedAlgorithmicMedia", STATEMENT.verify_url, STATEMENT.image_id)
    described = ElementTree.fromstring(packet).find(".//{*}Description")
    assert described is not None
    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert described.get(key) == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert described.get("{http://purl.org/dc/elements/1.1/}identifier") == f"urn:uuid:{STATEMENT.image_id}"
    assert [li.text for li in described.iterfind(".//{*}li")] == [STATEMENT.verify_url]
