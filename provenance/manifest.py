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
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from html import escape
from typing import Any, Final, Literal, Self, get_args
from uuid import UUID

from provenance import images
from provenance.errors import SigningFailed, UnreadableManifest

State = Literal["Trusted", "Valid", "Invalid", "Remote"]
Flow = Literal["text-to-image", "inpainting", "variation", "operator"]

GENERATION_LABEL: Final = "org.tracery.generation"
DIGITAL_SOURCE_TYPE: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"

# The conformance rubric compares major.minor, other validators want three numbers; this form suits both.
_SPEC_VERSION: Final = "2.4.0"

# claimSigning, documentSigning, emailProtection, timeStamping, OCSPSigning.
_EKUS: Final = "\n".join(
    ["1.3.6.1.4.1.62558.2.1"] + [f"1.3.6.1.5.5.7.3.{last}" for last in (36, 4, 8, 9)]
)  # fmt: skip

# Large enough to recognise a picture, small enough (about 10 kB) to travel with each one.
_THUMBNAIL_SIDE: Final = 256
_THUMBNAIL_QUALITY: Final = 80

# Strangers choose the words and the number of entries in a manifest; pages and rows get at most this much.
_MAX_TEXT: Final = 200
_MAX_ENTRIES: Final = 100

_HASH_MISMATCH: Final = "assertion.dataHash.mismatch"
_UNTRUSTED: Final = "signingCredential.untrusted"
_EXPIRED: Final = "signingCredential.expired"


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


@dataclass(frozen=True)
class SoftBinding:
    """A watermark or fingerprint that a manifest names; `value` is text as written, or base64 of bytes."""

    alg: str
    value: str


@dataclass(frozen=True)
class ManifestReading:
    """What a file's manifest says and how far it holds. All text is the signer's own: never trusted HTML.

    Attributes:
        state: `Trusted` (sound, signer under our anchors), `Valid` (sound, signer unknown), `Invalid`, or
            `Remote` (the file only names an address, which is not fetched).
        urn: The active manifest.
        signed_at: From a time-stamp authority; None without one.
        digital_source_type: Last part of the IPTC term of the first action that has one.
        image_id: From our own assertion in the active manifest. Anyone can write it: believe it only if
            `state` or `recoverable` says so, and if the anchors were ours alone.
        ancestor_image_ids: Likewise, from the manifests of the pictures that this one was made from.
        failures: Codes of the active manifest; an unknown signer counts as one.
        ingredient_failures: Codes of the pictures that went in; a tampered parent shows only here.
    """

    state: State
    urn: str | None = None
    title: str | None = None
    signer: str | None = None
    generator: str | None = None
    signed_at: datetime | None = None
    actions: tuple[str, ...] = ()
    digital_source_type: str | None = None
    image_id: UUID | None = None
    ancestor_image_ids: tuple[UUID, ...] = ()
    soft_bindings: tuple[SoftBinding, ...] = ()
    successes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    ingredient_failures: tuple[str, ...] = ()
    remote_url: str | None = None

    @property
    def is_ours_claimed(self) -> bool:
        """Whether it carries our own assertion, whoever signed it."""
        return self.image_id is not None

    @property
    def hash_mismatch(self) -> bool:
        """Whether the file's bytes are not the ones that were signed."""
        return _HASH_MISMATCH in self.failures

    @property
    def recoverable(self) -> bool:
        """Whether the statement is whole and its signer trusted, and only the file's bytes differ."""
        signed = {"claimSignature.validated", "signingCredential.trusted"} <= set(self.successes)
        return signed and set(self.failures) == {_HASH_MISMATCH}

    @property
    def credential_expired(self) -> bool:
        """Whether the signer's certificate has ended, with no time-stamp to show it was good when used."""
        return _EXPIRED in self.failures

    @property
    def tampered_ingredient(self) -> bool:
        """Whether a picture that went in had a broken manifest of its own."""
        return any("mismatch" in code for code in self.ingredient_failures)

    def to_json(self) -> str:
        """Returns the reading for a row or a pipe."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Returns the reading of `to_json`.

        Raises:
            ValueError: if the text is of another shape. It may come from a process that was taken over.
        """
        fields = json.loads(text)
        try:
            if fields["state"] not in get_args(State):
                raise ValueError(f"state: expected one of {get_args(State)}, got {fields['state']!r}")
            return cls(
                state=fields["state"],
                urn=_text(fields["urn"]),
                title=_text(fields["title"]),
                signer=_text(fields["signer"]),
                generator=_text(fields["generator"]),
                signed_at=_time(fields["signed_at"]),
                actions=_texts(fields["actions"]),
                digital_source_type=_text(fields["digital_source_type"]),
                image_id=_uuid(fields["image_id"]),
                ancestor_image_ids=tuple(UUID(value) for value in fields["ancestor_image_ids"]),
                soft_bindings=tuple(
                    SoftBinding(str(binding["alg"]), str(binding["value"]))
                    for binding in fields["soft_bindings"]
                ),
                successes=_texts(fields["successes"]),
                failures=_texts(fields["failures"]),
                ingredient_failures=_texts(fields["ingredient_failures"]),
                remote_url=_text(fields["remote_url"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a manifest reading: {error!r}") from error


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

    For a stranger's file call `sandbox.Sandbox.read_manifest`, which runs this in a limited process.

    Args:
        data: The file.
        mime: Its media type; the library looks for itself if it is wrong.
        anchors_pem: Roots whose signers read as `Trusted`.
        store: A manifest store kept elsewhere, to be held against this file.

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
                return _reading(json.loads(reader.json()))
    except c2pa.C2paError.NotSupported:
        # A container that cannot hold a manifest holds none.
        return None
    except (c2pa.C2paError, ValueError, RecursionError) as error:
        if str(error).startswith("Remote:"):
            return ManifestReading(state="Remote", remote_url=_text(str(error).rsplit(" ", 1)[-1]))
        raise unreadable() from error


def unreadable() -> UnreadableManifest:
    """Returns the error of `read` with its plain message."""
    return UnreadableManifest(
        "unreadable_manifest", "The file's provenance data could not be read, because the file is damaged."
    )


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
    if statement.digital_source_type != "algorithmicMedia":
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


def _reading(report: dict[str, Any]) -> ManifestReading:
    """Returns the reading of a Reader's report, whose assertions are a stranger's JSON of any shape."""
    urn = str(report.get("active_manifest"))
    manifests = _mapping(report.get("manifests"))
    active = _mapping(manifests.get(urn))
    results = _mapping(report.get("validation_results"))
    actions = list(_action_maps(active))
    sources = [a["digitalSourceType"] for a in actions if isinstance(a.get("digitalSourceType"), str)]
    signature = _mapping(active.get("signature_info"))
    ancestors = [_image_id(_mapping(other)) for label, other in manifests.items() if label != urn]
    state = report.get("validation_state")
    return ManifestReading(
        state=state if state in ("Trusted", "Valid") else "Invalid",
        urn=_text(urn),
        title=_text(active.get("title")),
        signer=_text(signature.get("common_name") or signature.get("issuer")),
        generator=_generator(active),
        signed_at=_time(signature.get("time")),
        actions=_texts([a.get("action") for a in actions]),
        digital_source_type=_text(sources[0].rsplit("/", 1)[-1]) if sources else None,
        image_id=_image_id(active),
        ancestor_image_ids=tuple(dict.fromkeys(i for i in ancestors if i))[:_MAX_ENTRIES],
        soft_bindings=tuple(_soft_bindings(active))[:_MAX_ENTRIES],
        successes=_codes(_mapping(results.get("activeManifest")), "success"),
        failures=_codes(_mapping(results.get("activeManifest")), "failure"),
        ingredient_failures=_texts(list(_ingredient_codes(manifests, results))),
    )


def _assertions(manifest: dict[str, Any], label: str) -> Iterator[dict[str, Any]]:
    """A label that occurs twice gets the suffix `__1`."""
    for entry in _sequence(manifest.get("assertions")):
        found = _mapping(entry).get("label")
        if isinstance(found, str) and found.split("__")[0] == label:
            yield _mapping(_mapping(entry).get("data"))


def _action_maps(manifest: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for label in ("c2pa.actions", "c2pa.actions.v2"):
        for data in _assertions(manifest, label):
            yield from map(_mapping, _sequence(data.get("actions")))


def _soft_bindings(manifest: dict[str, Any]) -> Iterator[SoftBinding]:
    for data in _assertions(manifest, "c2pa.soft-binding"):
        for block in map(_mapping, _sequence(data.get("blocks"))):
            alg, value = _text(data.get("alg")), _text(block.get("value"))
            if alg and value:
                yield SoftBinding(alg, value)


def _image_id(manifest: dict[str, Any]) -> UUID | None:
    return next((_uuid(data.get("imageId")) for data in _assertions(manifest, GENERATION_LABEL)), None)


def _generator(manifest: dict[str, Any]) -> str | None:
    info = next(map(_mapping, _sequence(manifest.get("claim_generator_info"))), {})
    parts = [part for part in (info.get("name"), info.get("version")) if isinstance(part, str)]
    return _text(" ".join(parts) or manifest.get("claim_generator"))


def _ingredient_codes(manifests: dict[str, Any], results: dict[str, Any]) -> Iterator[str]:
    """Failures recorded when a picture was taken in, and those that changed since."""
    for delta in map(_mapping, _sequence(results.get("ingredientDeltas"))):
        yield from _codes(_mapping(delta.get("validationDeltas")), "failure")
    for manifest in map(_mapping, manifests.values()):
        for ingredient in map(_mapping, _sequence(manifest.get("ingredients"))):
            recorded = _mapping(_mapping(ingredient.get("validation_results")).get("activeManifest"))
            yield from _codes(recorded, "failure")


def _codes(results: dict[str, Any], kind: str) -> tuple[str, ...]:
    return _texts([_mapping(entry).get("code") for entry in _sequence(results.get(kind))])


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    """Returns a stranger's words cut short and without control characters, or None if it is no text."""
    if not isinstance(value, str):
        return None
    return "".join(character for character in value[:_MAX_TEXT] if character.isprintable()) or None


def _texts(values: Any) -> tuple[str, ...]:
    """Returns the distinct texts of a list, in order."""
    texts = (_text(value) for value in _sequence(values))
    return tuple(dict.fromkeys(text for text in texts if text))[:_MAX_ENTRIES]


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
