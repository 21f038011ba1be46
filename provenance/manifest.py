"""C2PA manifests, written and read: the only module that imports c2pa.

What we sign (C2PA 2.4, claim v2, Conformance Programme 0.2):

* `c2pa.actions.v2`: created (or opened, then edited), addedText for the visible signature,
  watermarked.bound for the invisible watermark; `allActionsIncluded`.
* `c2pa.soft-binding`: the watermark's algorithm and value, so that a copy without metadata leads back.
* `c2pa.ai-disclosure` (for trained models) and `cawg.training-mining`.
* `org.tracery.generation`: provider, system and version, time, image id, address of the check page.
* A thumbnail. Never the prompt, never the person.

Learned the hard way with c2pa-python 0.38: without an explicit Context a Reader fetches any address that a
file names, 127.0.0.1 included; anchors without an EKU list make good certificates invalid; a wrong key signs
without complaint unless `verify_after_sign` is set; `Trusted` says nothing of a tampered parent. A Context
does not survive a fork and takes under a millisecond to make, so every call makes its own. The library is
loaded on first use: processes that only pass readings around never pay its 23 MB.
"""

import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, Literal
from uuid import UUID

from provenance import images, manifest_reading
from provenance.errors import SigningFailed
from provenance.manifest_reading import GENERATION_LABEL, ManifestReading

Flow = Literal["text-to-image", "inpainting", "variation", "operator"]

DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# The terms that say that a trained model made the picture, or a part of it.
_TRAINED: Final = frozenset({"trainedAlgorithmicMedia", "compositeWithTrainedAlgorithmicMedia"})

# The conformance rubric compares major.minor, other validators want three numbers; this form suits both.
_SPEC_VERSION: Final = "2.4.0"

# claimSigning, documentSigning, emailProtection, timeStamping, OCSPSigning.
_EKUS: Final = "\n".join(
    ["1.3.6.1.4.1.62558.2.1"] + [f"1.3.6.1.5.5.7.3.{last}" for last in (36, 4, 8, 9)]
)  # fmt: skip

# Large enough to recognise a picture, small enough (about 10 kB) to travel with each one.
_THUMBNAIL_SIDE: Final = 256
_THUMBNAIL_QUALITY: Final = 80


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


@dataclass(frozen=True)
class Signer:
    """Who signs: certificate chain (signing certificate first), its ES256 key, and a time-stamp authority."""

    chain_pem: str
    key_pem: str
    tsa_url: str | None = None

    def __repr__(self) -> str:
        return f"Signer(tsa_url={self.tsa_url!r})"


@dataclass(frozen=True)
class Signed:
    """A signed file, its manifest store alone, and the name of its manifest."""

    data: bytes
    store: bytes
    urn: str


def sign(data: bytes, mime: str, statement: Statement, signer: Signer, anchors_pem: str) -> Signed:
    """Returns the file with our signed manifest in it; nothing may change its bytes afterwards.

    The result is verified before it is returned. With `signer.tsa_url` set this call waits for that server
    for as long as it takes (the library has no time-out): run it where a time limit holds.

    Args:
        data: PNG, JPEG or WebP, with XMP already in place.
        mime: Its media type.
        statement: What to say.
        signer: Who says it.
        anchors_pem: The roots that `read` will be given; the signer must lead to one of them.

    Raises:
        SigningFailed: with code `signing_failed` or `not_trusted`. No file was made.
    """
    import c2pa

    info = c2pa.C2paSignerInfo(
        c2pa.C2paSigningAlg.ES256, signer.chain_pem.encode(), signer.key_pem.encode(), signer.tsa_url
    )
    out, thumbnail = io.BytesIO(), _thumbnail(data)
    try:
        with (
            c2pa.Context.from_dict(_settings(anchors_pem)) as context,
            c2pa.Signer.from_info(info) as credential,
            c2pa.Builder(_definition(statement), context=context) as builder,
        ):
            builder.add_resource("thumbnail.jpg", io.BytesIO(thumbnail))
            if statement.parent is not None:
                parent = statement.parent
                builder.add_ingredient(_ingredient(statement), parent.mime, io.BytesIO(parent.data))
            store = bytes(builder.sign(credential, mime, io.BytesIO(data), out))
    except c2pa.C2paError as error:
        raise SigningFailed("signing_failed", "The picture could not be signed. Try again later.") from error
    reading = read(out.getvalue(), mime, anchors_pem)
    if reading is None or reading.state != "Trusted" or reading.urn is None:
        codes = reading.failures if reading else ("absent",)
        raise SigningFailed("not_trusted", f"The picture's signature did not verify: {', '.join(codes)}.")
    return Signed(data=out.getvalue(), store=store, urn=reading.urn)


def read(data: bytes, mime: str, anchors_pem: str, store: bytes | None = None) -> ManifestReading | None:
    """Returns what the manifest of a file says, or None if there is none. Reaches no network.

    For a stranger's file call the methods of `sandbox.Sandbox`, which run this in a limited process.

    Args:
        data: The file.
        mime: Its media type; the library looks for itself if it is wrong.
        anchors_pem: Roots whose signers read as `Trusted`.
        store: A manifest store kept elsewhere, to be held against this file in place of its own.

    Raises:
        UnreadableManifest: with code `unreadable_manifest`.
    """
    import c2pa

    try:
        with c2pa.Context.from_dict(_settings(anchors_pem)) as context:
            reader = c2pa.Reader.try_create(mime, io.BytesIO(data), store, context)
            if reader is None:
                return None
            with reader:
                return manifest_reading.from_report(json.loads(reader.json()))
    except c2pa.C2paError.NotSupported:
        # A container that cannot hold a manifest holds none.
        return None
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        if str(error).startswith("Remote:"):
            return manifest_reading.elsewhere()
        raise manifest_reading.unreadable() from error


def load_library() -> None:
    """Loads the C2PA library, so that a process forked later need not open files for it."""
    import c2pa  # noqa: F401


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


def _settings(anchors_pem: str) -> dict[str, Any]:
    return {
        "trust": {"trust_anchors": anchors_pem, "trust_config": _EKUS},
        "verify": {"remote_manifest_fetch": False, "ocsp_fetch": False, "verify_after_sign": True},
        "core": {"allowed_network_hosts": []},
        # We make our own: the library enlarges small pictures, and its WebP thumbnails weigh a megabyte.
        "builder": {"thumbnail": {"enabled": False}},
    }


def _thumbnail(data: bytes) -> bytes:
    small = images.thumbnail(images.decode(data).rgb, _THUMBNAIL_SIDE)
    return images.encode(small, "JPEG", quality=_THUMBNAIL_QUALITY)


def _definition(statement: Statement) -> dict[str, Any]:
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


def _ingredient(statement: Statement) -> dict[str, str]:
    assert statement.parent is not None
    relationship = "parentOf" if statement.flow == "inpainting" else "inputTo"
    return {"title": statement.parent.title, "relationship": relationship, "label": "parent"}


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
