"""What we say of a picture in its C2PA manifest, as the JSON that the library signs. Pure.

C2PA 2.4, claim v2, Conformance Programme 0.2:

* `c2pa.actions.v2`: created (or opened, then edited), addedText for the visible signature,
  watermarked.bound for the invisible watermark; `allActionsIncluded`.
* `c2pa.soft-binding`: the watermark's algorithm and value, so that a copy without metadata leads back.
* `c2pa.ai-disclosure` (for trained models) and `cawg.training-mining`.
* `org.tracery.generation`: provider, system and version, time, image id, address of the check page.

Never the prompt, never the person.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, Literal
from uuid import UUID

from provenance.manifest_reading import GENERATION_LABEL

Flow = Literal["text-to-image", "inpainting", "variation", "operator"]

DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# The terms that say that a trained model made the picture, or a part of it.
_TRAINED: Final = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})

# The conformance rubric compares major.minor, other validators want three numbers; this form suits both.
_SPEC_VERSION: Final = "2.4.0"


@dataclass(frozen=True)
class Parent:
    """The picture that ours was made from; its own manifests are copied into ours."""

    data: bytes
    mime: str
    title: str = "source picture"


@dataclass(frozen=True)
class Statement:
    """What we say about one picture.

    Attributes:
        digital_source_type: The last part of the IPTC term, such as `trainedAlgorithmicMedia`.
        generator_name: The model, or the operator's own generator.
        watermark_alg: Dotted name of the watermark's algorithm, as in the C2PA soft binding list.
        watermark_value: The payload in text form, the same text that a resolver is asked with.
        flow: Needs `parent` for `inpainting` and `variation`.
    """

    image_id: UUID
    title: str
    digital_source_type: str
    generator_name: str
    generator_version: str
    product_version: str
    created_at: datetime
    watermark_alg: str
    watermark_value: str
    verify_url: str
    flow: Flow = "text-to-image"
    product_name: str = "Tracery"
    parent: Parent | None = None


def xmp_packet(digital_source_type: str, verify_url: str, image_id: UUID) -> bytes:
    """Returns an XMP packet that names the IPTC source type, the image and where to check it.

    Programs that know no C2PA read this one. It goes into the file before signing and so is covered by the
    signature. Source: IPTC Photo Metadata Standard 2023.1, "Digital Source Type".
    """
    term, address = escape(DIGITAL_SOURCE_TYPE + digital_source_type), escape(verify_url)
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        f' Iptc4xmpExt:DigitalSourceType="{term}" dc:identifier="urn:uuid:{image_id}">'
        f"<dc:relation><rdf:Bag><rdf:li>{address}</rdf:li></rdf:Bag></dc:relation>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def definition(statement: Statement) -> dict[str, Any]:
    """Returns the definition of the manifest; its thumbnail is the resource `thumbnail.jpg`."""
    assertions = [
        ("c2pa.actions.v2", {"allActionsIncluded": True, "actions": _actions(statement)}),
        ("c2pa.soft-binding", _soft_binding(statement)),
        ("cawg.training-mining", _training_mining()),
        (GENERATION_LABEL, _generation(statement)),
    ]
    if statement.digital_source_type in _TRAINED:
        assertions.append(("c2pa.ai-disclosure", _ai_disclosure(statement)))
    return {
        "claim_version": 2,
        "title": statement.title,
        "claim_generator_info": [
            {
                "name": statement.product_name,
                "version": statement.product_version,
                "specVersion": _SPEC_VERSION,
            }
        ],
        "thumbnail": {"format": "image/jpeg", "identifier": "thumbnail.jpg"},
        # Without "created" the library files our own statements as gathered from someone else.
        "assertions": [{"label": label, "created": True, "data": data} for label, data in assertions],
    }


def _actions(statement: Statement) -> list[dict[str, Any]]:
    first: dict[str, Any] = {"action": "c2pa.created", "when": _rfc3339(statement.created_at)}
    agent = {"name": statement.generator_name, "version": statement.generator_version}
    source_type = DIGITAL_SOURCE_TYPE + statement.digital_source_type
    inputs = {"parameters": {"ingredientIds": ["parent"]}} if statement.parent else {}
    if statement.flow == "inpainting":
        # Specification 2.4: an opened action carries no source type, the edit after it does.
        begin = [
            {**first, "action": "c2pa.opened", **inputs},
            {"action": "c2pa.edited", "digitalSourceType": source_type, "softwareAgent": agent},
        ]
    else:
        begin = [{**first, "digitalSourceType": source_type, "softwareAgent": agent, **inputs}]
    product = {"name": statement.product_name, "version": statement.product_version}
    return [
        *begin,
        {
            "action": "c2pa.addedText",
            "digitalSourceType": DIGITAL_SOURCE_TYPE + "algorithmicMedia",
            "description": "Visible signature of the provider",
            "softwareAgent": product,
        },
        {"action": "c2pa.watermarked.bound", "softwareAgent": product},
    ]


def _soft_binding(statement: Statement) -> dict[str, Any]:
    """The specification wants `value` as bytes; the library can only write text (c2pa-rs #2689)."""
    return {
        "alg": statement.watermark_alg,
        "blocks": [{"scope": {}, "value": statement.watermark_value}],
        "bindingMetadata": {"informationalUrl": statement.verify_url},
    }


def _training_mining() -> dict[str, Any]:
    uses = ("ai_training", "ai_inference", "ai_generative_training", "data_mining")
    return {"entries": {f"cawg.{use}": {"use": "notAllowed"} for use in uses}}


def _generation(statement: Statement) -> dict[str, str]:
    return {
        "provider": statement.product_name,
        "system": statement.generator_name,
        "systemVersion": statement.generator_version,
        "createdAt": _rfc3339(statement.created_at),
        "imageId": str(statement.image_id),
        "flow": statement.flow,
        "verify": statement.verify_url,
    }


def _ai_disclosure(statement: Statement) -> dict[str, Any]:
    disclosure: dict[str, Any] = {"modelType": "c2pa.types.model", "modelName": statement.generator_name}
    if statement.flow != "operator":
        # Of an operator's own generator we do not know who watched over it.
        disclosure["contentProfile"] = {"humanOversightLevel": "prompt_guided"}
    return disclosure


def ingredient(statement: Statement) -> dict[str, str]:
    """Returns what the manifest says of `statement.parent`, which the definition calls `parent`."""
    assert statement.parent is not None
    relationship = "parentOf" if statement.flow == "inpainting" else "inputTo"
    return {"title": statement.parent.title, "relationship": relationship, "label": "parent"}


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
