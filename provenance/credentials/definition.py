"""What we say of a picture in its C2PA manifest, as the JSON that the library signs. Pure.

C2PA 2.4, claim v2, Conformance Programme 0.2:

* `c2pa.actions.v2`: created (or opened, then edited, with the part that was redrawn), addedText for the
  visible signature, watermarked.bound for the invisible watermark, converted if an edited picture came in
  another container; `allActionsIncluded`.
* `c2pa.soft-binding`: the watermark's algorithm and value, so that a copy without metadata leads back.
* `c2pa.ai-disclosure` (for trained models) and `cawg.training-mining`.
* `org.tracery.generation`: provider, system and version, time, image id, address of the check page.

Never the prompt, never the person. `xmp_packet` says the shortest part of it to programs that know no C2PA.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, Literal
from uuid import UUID, uuid5

from provenance.manifest_reading import GENERATION_LABEL

Flow = Literal["text-to-image", "inpainting", "variation", "operator"]

DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# The terms that say that a trained model made the picture, or a part of it.
_TRAINED: Final = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})

# The conformance rubric compares major.minor, other validators want three numbers; this form suits both.
_SPEC_VERSION: Final = "2.4.0"

# How a hub names a model, "owner/model"; anything else (a folder, an operator's words) is no identifier.
_HUB_NAME: Final = re.compile(r"[A-Za-z0-9][\w.-]*/[\w.-]+")
_COMMIT: Final = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Parent:
    """The picture that ours was made from; its own manifests are copied into ours.

    Attributes:
        data: Its file. Of this only the manifests get into ours.
        mime: Its media type.
        title: Our own words; a file's name could say who somebody is.
        was_resized: Whether it had to be brought to another size first.
        fallback: Named in its place if ours could not be signed with its manifests in it.
        redacted: Addresses of the assertions in its manifests that are left out (`redaction.addresses`).
    """

    data: bytes
    mime: str
    title: str = "source picture"
    was_resized: bool = False
    fallback: "Parent | None" = None
    redacted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Region:
    """A rectangle of the picture, in pixels from its upper left corner."""

    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class Statement:
    """What we say about one picture.

    Attributes:
        digital_source_type: The last part of the IPTC term, such as `trainedAlgorithmicMedia`.
        generator_name: The model, or the operator's own generator.
        watermark_alg: Dotted name of the watermark's algorithm, as in the C2PA soft binding list.
        watermark_value: The payload in text form, the same text that a resolver is asked with.
        flow: Needs `parent` for `inpainting` and `variation`.
        region: The part that an inpainting redrew, or None if nobody knows.
        thumbnail: The picture as `manifest.thumbnail` gives it; empty has it made from the file.
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
    region: Region | None = None
    thumbnail: bytes = b""


def xmp_packet(
    digital_source_type: str, verify_url: str, image_id: UUID, product_name: str = "Tracery"
) -> bytes:
    """Returns an XMP packet: the IPTC source type, China's label, the image and where to check it.

    It goes into the file before signing and so is covered by the signature. The label is written whichever
    machine drew the picture: it is for generated and composed pictures, not only for those of trained models.
    Sources: IPTC Photo Metadata Standard 2023.1, "Digital Source Type"; GB 45438-2025, annex E, in the XMP
    property of TC260-PG-20258A.
    """
    term, address = escape(DIGITAL_SOURCE_TYPE + digital_source_type), escape(verify_url)
    label = escape(_aigc(product_name, image_id))
    return (
        '<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>'
        '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        ' xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/"'
        ' xmlns:TC260="http://www.tc260.org.cn/ns/AIGC/1.0/"'
        f' Iptc4xmpExt:DigitalSourceType="{term}" dc:identifier="urn:uuid:{image_id}">'
        f"<dc:relation><rdf:Bag><rdf:li>{address}</rdf:li></rdf:Bag></dc:relation>"
        f"<TC260:AIGC>{label}</TC260:AIGC>"
        '</rdf:Description></rdf:RDF></x:xmpmeta><?xpacket end="w"?>'
    ).encode()


def _aigc(producer: str, image_id: UUID) -> str:
    """Returns China's label: 1 says that the picture was generated, not merely that it may have been."""
    made = {"Label": "1", "ContentProducer": producer, "ProduceID": str(image_id), "ReservedCode1": ""}
    return json.dumps(
        made | {"ContentPropagator": producer, "PropagateID": str(image_id), "ReservedCode2": ""}
    )


def definition(statement: Statement, mime: str = "") -> dict[str, Any]:
    """Returns the definition of the manifest; its thumbnail is the resource `thumbnail.jpg`.

    Args:
        statement: What to say.
        mime: Media type of the file that gets the manifest; empty leaves out whether it was converted.
    """
    assertions = [
        ("c2pa.actions.v2", {"allActionsIncluded": True, "actions": _actions(statement, mime)}),
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
        # Of the file and of every assertion. Hashing is most of what signing costs, and where a processor has
        # no instructions for SHA-256, SHA-512 is quicker: signing 1.4 MB took 18 ms instead of 24.
        "hash_alg": "sha512",
        "thumbnail": {"format": "image/jpeg", "identifier": "thumbnail.jpg"},
        # Without "created" the library files our own statements as gathered from someone else.
        "assertions": [{"label": label, "created": True, "data": data} for label, data in assertions],
        # The claim lists them. There is no action c2pa.redacted for each: encypher-c2pa 1.7.1 looks for the
        # assertion that is gone and then calls the whole file invalid.
        "redactions": list(statement.parent.redacted) if statement.parent else [],
    }


def _actions(statement: Statement, mime: str) -> list[dict[str, Any]]:
    begin = _opened(statement) if statement.flow == "inpainting" else [_created(statement)]
    product = {"name": statement.product_name, "version": statement.product_version}
    end = []
    if statement.flow == "inpainting" and statement.parent and mime not in ("", statement.parent.mime):
        end = [{"action": "c2pa.converted", "softwareAgent": product}]
    return [
        *begin,
        {
            "action": "c2pa.addedText",
            "digitalSourceType": DIGITAL_SOURCE_TYPE + "algorithmicMedia",
            "description": "Visible signature of the provider",
            "softwareAgent": product,
        },
        {"action": "c2pa.watermarked.bound", "softwareAgent": product},
        *end,
    ]


def _created(statement: Statement) -> dict[str, Any]:
    return {
        "action": "c2pa.created",
        "when": _rfc3339(statement.created_at),
        "digitalSourceType": DIGITAL_SOURCE_TYPE + statement.digital_source_type,
        "softwareAgent": _generator(statement),
        **_ingredients(statement),
    }


def _opened(statement: Statement) -> list[dict[str, Any]]:
    """Specification 2.4: an opened action carries no source type, the edit after it does."""
    when = _rfc3339(statement.created_at)
    actions: list[dict[str, Any]] = [{"action": "c2pa.opened", "when": when, **_ingredients(statement)}]
    if statement.parent and statement.parent.was_resized:
        # Not `resized.proportional`: sides are rounded to what a generator takes. An interpolated picture
        # is of no other kind than before; this term is the one for changes by a plain algorithm.
        resized = {
            "action": "c2pa.resized",
            "digitalSourceType": DIGITAL_SOURCE_TYPE + "algorithmicallyEnhanced",
            "softwareAgent": {"name": statement.product_name, "version": statement.product_version},
        }
        actions.append(resized)
    edited: dict[str, Any] = {
        "action": "c2pa.edited",
        "when": when,
        "digitalSourceType": DIGITAL_SOURCE_TYPE + statement.digital_source_type,
        "softwareAgent": _generator(statement),
    }
    if statement.region is not None:
        edited["changes"] = [_region_map(statement.region)]
    return [*actions, edited]


def _generator(statement: Statement) -> dict[str, str]:
    return {"name": statement.generator_name, "version": statement.generator_version}


def _ingredients(statement: Statement) -> dict[str, Any]:
    return {"parameters": {"ingredientIds": ["parent"]}} if statement.parent else {}


def _region_map(region: Region) -> dict[str, Any]:
    """Without `role`, which is deprecated since 2.1: the action itself says what was done there."""
    shape = {
        "type": "rectangle",
        "unit": "pixel",
        "origin": {"x": float(region.x), "y": float(region.y)},
        "width": float(region.width),
        "height": float(region.height),
        "inside": True,
    }
    return {"region": [{"type": "spatial", "shape": shape}], "description": "Redrawn within this rectangle"}


def watermark_value(payload: int) -> str:
    """Returns a watermark's payload, in [0, 2**64), as the soft binding holds it: 16 hexadecimal digits.

    The specification wants bytes there; the library can only write text (c2pa-rs #2689, 0.91.3). When that
    changes, this function does, and `binding_values.payload_of` understands both.
    """
    return f"{payload:016x}"


def _soft_binding(statement: Statement) -> dict[str, Any]:
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
        # People ask with words, a mask or a picture, and what comes out is published without their seeing it
        # first. Of an operator's own generator we know neither this nor whose the name is.
        disclosure["contentProfile"] = {"humanOversightLevel": "prompt_guided"}
        if _HUB_NAME.fullmatch(statement.generator_name):
            disclosure["modelIdentifier"] = _package_url(statement)
    return disclosure


def _package_url(statement: Statement) -> str:
    """Returns the model's package URL (purl specification, type `huggingface`)."""
    commit = statement.generator_version
    return f"pkg:huggingface/{statement.generator_name}" + (f"@{commit}" if _COMMIT.fullmatch(commit) else "")


def ingredient(statement: Statement) -> dict[str, str]:
    """Returns what the manifest says of `statement.parent`, which the definition calls `parent`.

    Left to itself the library takes the instance identifier from the file's XMP, which is somebody's own.
    """
    assert statement.parent is not None
    return {
        "title": statement.parent.title,
        "relationship": "parentOf" if statement.flow == "inpainting" else "inputTo",
        "label": "parent",
        "instance_id": f"xmp:iid:{uuid5(statement.image_id, 'parent')}",
    }


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
