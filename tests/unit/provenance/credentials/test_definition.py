"""The shape of what is signed, without the C2PA library."""

import base64
import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any
from uuid import UUID
from xml.etree import ElementTree

import pytest

from provenance.credentials import definition
from provenance.credentials.binding_values import payload_of
from provenance.credentials.definition import Parent, Region, Statement, xmp_packet

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
    actions = assertions(replace(STATEMENT, flow=flow, parent=parent))["c2pa.actions.v2"]["actions"]
    assert [action["action"] for action in actions] == expected
    # Conformance 0.2: a source type on all of these, except opened and watermarked, where 2.4 forbids it.
    without = {a["action"] for a in actions if "digitalSourceType" not in a}
    assert without == {"c2pa.watermarked.bound"} | ({"c2pa.opened"} & set(expected))
    assert ("parameters" in actions[0]) == (parent is not None)


INPAINTED = replace(STATEMENT, flow="inpainting", parent=Parent(b"", "image/jpeg"))


def actions_of(statement: Statement, mime: str = "") -> dict[str, dict[str, Any]]:
    said = definition.definition(statement, mime)["assertions"][0]["data"]["actions"]
    return {action["action"]: action for action in said}


def test_an_inpainting_says_where() -> None:
    edited = actions_of(replace(INPAINTED, region=Region(8, 16, 100, 50)))["c2pa.edited"]
    (change,) = edited["changes"]
    (area,) = change["region"]
    assert area["type"] == "spatial"
    assert (area["shape"]["type"], area["shape"]["unit"]) == ("rectangle", "pixel")
    assert area["shape"]["origin"] == {"x": 8.0, "y": 16.0}
    assert (area["shape"]["width"], area["shape"]["height"]) == (100.0, 50.0)
    assert "changes" not in actions_of(INPAINTED)["c2pa.edited"]


def test_an_edited_picture_in_another_container_was_converted() -> None:
    assert "c2pa.converted" not in actions_of(INPAINTED, "image/jpeg")
    assert list(actions_of(INPAINTED, "image/png"))[-1] == "c2pa.converted"
    # A variation is not that file any more, so nothing of it was converted.
    assert "c2pa.converted" not in actions_of(replace(INPAINTED, flow="variation"), "image/png")


def test_an_edited_picture_of_another_size_was_resized_before() -> None:
    resized = replace(INPAINTED, parent=Parent(b"", "image/jpeg", was_resized=True))
    assert list(actions_of(resized))[:3] == ["c2pa.opened", "c2pa.resized", "c2pa.edited"]
    assert "digitalSourceType" in actions_of(resized)["c2pa.resized"]


@pytest.mark.parametrize(("flow", "relationship"), [("inpainting", "parentOf"), ("variation", "inputTo")])
def test_what_a_manifest_says_of_its_source(flow: Any, relationship: str) -> None:
    said = definition.ingredient(replace(INPAINTED, flow=flow))
    assert (said["title"], said["relationship"], said["label"]) == ("source picture", relationship, "parent")
    # Ours, or the library would take the one in the source's XMP.
    assert said["instance_id"].startswith("xmp:iid:")
    other = definition.ingredient(replace(INPAINTED, image_id=UUID(int=1)))
    assert other["instance_id"] != said["instance_id"]


@pytest.mark.parametrize(
    ("payload", "text"), [(0, "0" * 16), (2**64 - 1, "f" * 16), (0x1234, "0000000000001234")]
)
def test_the_watermark_as_a_resolver_is_asked_for_it(payload: int, text: str) -> None:
    assert definition.watermark_value(payload) == text
    assert payload_of(base64.b64encode(text.encode()).decode()) == payload
    said = assertions(replace(STATEMENT, watermark_value=text))["c2pa.soft-binding"]
    assert said["blocks"] == [{"scope": {}, "value": text}]


@pytest.mark.parametrize(
    ("name", "version", "identifier"),
    [
        ("owner/model-1.5", "a" * 40, f"pkg:huggingface/owner/model-1.5@{'a' * 40}"),
        ("owner/model", "unknown", "pkg:huggingface/owner/model"),
        ("builtin", "0123456789ab", None),
        ("two/many/parts", "1", None),
        ("an artist's own words/here", "1", None),
    ],
)
def test_a_model_of_a_hub_is_identified(name: str, version: str, identifier: str | None) -> None:
    said = replace(STATEMENT, generator_name=name, generator_version=version)
    disclosure = assertions(said)["c2pa.ai-disclosure"]
    assert disclosure.get("modelIdentifier") == identifier
    assert disclosure["contentProfile"] == {"humanOversightLevel": "prompt_guided"}
    of_operator = assertions(replace(said, flow="operator"))["c2pa.ai-disclosure"]
    assert set(of_operator) == {"modelType", "modelName"}


def test_nothing_may_be_trained_on_unasked() -> None:
    entries = assertions(STATEMENT)["cawg.training-mining"]["entries"]
    assert set(entries) == {
        f"cawg.{use}" for use in ("ai_training", "ai_inference", "ai_generative_training", "data_mining")
    }
    assert all(entry == {"use": "notAllowed"} for entry in entries.values())


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


def test_xmp_packet_has_chinas_label() -> None:
    packet = xmp_packet("algorithmicMedia", STATEMENT.verify_url, STATEMENT.image_id, 'A "big" & old studio')
    text = ElementTree.fromstring(packet).findtext(".//{http://www.tc260.org.cn/ns/AIGC/1.0/}AIGC")
    assert text is not None
    # GB 45438-2025, annex E: these fields and no others.
    assert json.loads(text) == {
        "Label": "1",
        "ContentProducer": 'A "big" & old studio',
        "ProduceID": str(STATEMENT.image_id),
        "ReservedCode1": "",
        "ContentPropagator": 'A "big" & old studio',
        "PropagateID": str(STATEMENT.image_id),
        "ReservedCode2": "",
    }


def test_xmp_packet_says_source_type_id_and_address() -> None:
    packet = xmp_packet("trainedAlgorithmicMedia", STATEMENT.verify_url, STATEMENT.image_id)
    described = ElementTree.fromstring(packet).find(".//{*}Description")
    assert described is not None
    key = "{http://iptc.org/std/Iptc4xmpExt/2008-02-29/}DigitalSourceType"
    assert described.get(key) == "http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    assert described.get("{http://purl.org/dc/elements/1.1/}identifier") == f"urn:uuid:{STATEMENT.image_id}"
    assert [li.text for li in described.iterfind(".//{*}li")] == [STATEMENT.verify_url]
