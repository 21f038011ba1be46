"""The claim, its references, and which assertions there may be."""

import re
from collections.abc import Iterator
from typing import Final

from tests.integration.provenance.credentials.conformance.claimed import (
    Claimed,
    digest,
    kind,
    label_of,
    rule,
)

DEPRECATED_ASSERTIONS: Final = frozenset({
    "c2pa.actions", "c2pa.asset-type", "c2pa.claim", "c2pa.hash.bmff", "c2pa.hash.bmff.v2",
    "c2pa.ingredient", "c2pa.ingredient.v2",
})  # fmt: skip
KNOWN_ASSERTIONS: Final = frozenset(
    f"c2pa.{name}"
    for name in (
        "actions.v2", "ai-disclosure", "alternative-content-representation", "assertion.metadata",
        "asset-ref", "asset-type.v2", "certificate-status", "cloud-data", "depthmap.GDepth", "embedded-data",
        "environmental-sustainability", "external-reference", "hash.bmff.v3", "hash.boxes",
        "hash.collection.data", "hash.data", "hash.data.part", "hash.multi-asset", "icon", "ingredient.v3",
        "metadata", "repository-receipt", "session-keys", "soft-binding", "thumbnail.claim",
        "thumbnail.ingredient", "time-stamp",
    )
)  # fmt: skip
# A.5: the box that holds the manifest, and boxes that hold nothing that is shown.
C2PA_BOX: Final = bytes.fromhex("d8fec3d61b0e483c92975828877ec481")
EMPTY_BOXES: Final = frozenset({"/ftyp", "/mfra", "/free", "/skip"})
DIGEST_BYTES: Final = {"sha256": 32, "sha384": 48, "sha512": 64}


# ---- The document and the claim


@rule
def the_document_is_crjson(claimed: Claimed) -> Iterator[str]:
    """crJSON format, "Document structure"."""
    if "crjson" not in str(claimed.crjson.get("@context")):
        yield "no @context"
    if not claimed.crjson.get("jsonGenerator", {}).get("name"):
        yield "no jsonGenerator"


@rule
def the_manifest_has_a_c2pa_name(claimed: Claimed) -> Iterator[str]:
    """8.1: urn:c2pa: and a UUID; urn:uuid: is from before 2.2."""
    label = claimed.manifest["label"]
    if not re.fullmatch(r"urn:c2pa:[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", label):
        yield f"named {label}"


@rule
def it_is_a_standard_manifest(claimed: Claimed) -> Iterator[str]:
    """11.2: an update manifest could not bind new pixels."""
    if claimed.manifest["isUpdateManifest"]:
        yield "an update manifest"


@rule
def the_claim_is_of_version_2(claimed: Claimed) -> Iterator[str]:
    """10.2: c2pa.claim is deprecated."""
    if "claim" in claimed.manifest or "claim.v2" not in claimed.manifest:
        yield f"claims: {[key for key in claimed.manifest if key.startswith('claim')]}"


@rule
def the_claim_has_what_a_claim_must_have(claimed: Claimed) -> Iterator[str]:
    """10.2.1: instanceID, claim_generator_info, signature, created_assertions."""
    for key in ("instanceID", "claim_generator_info", "signature", "created_assertions"):
        if not claimed.claim.get(key):
            yield f"no {key}"


@rule
def the_claim_has_no_deprecated_field(claimed: Claimed) -> Iterator[str]:
    """10.2.3: the version belongs to claim_generator_info; the rest is of claim version 1."""
    for key in ("specVersion", "claim_generator", "assertions", "dc:format"):
        if key in claimed.claim:
            yield f"{key} in the claim"


@rule
def the_signature_is_the_manifests_own(claimed: Claimed) -> Iterator[str]:
    """10.2.1: a reference to the signature box of the same manifest."""
    if claimed.claim["signature"] not in (
        f"self#jumbf=/c2pa/{claimed.manifest['label']}/c2pa.signature",
        "self#jumbf=c2pa.signature",
    ):
        yield claimed.claim["signature"]


@rule
def the_generator_says_its_name_and_version(claimed: Claimed) -> Iterator[str]:
    """10.2.3.1: one map with a name; without a version nobody knows which product is meant."""
    info = claimed.claim["claim_generator_info"]
    for key in ("name", "version"):
        if not isinstance(info, dict) or not isinstance(info.get(key), str) or not info[key].strip():
            yield f"no {key}"


@rule
def the_generator_says_specification_2_4(claimed: Claimed) -> Iterator[str]:
    """Programme 0.2, specVersion; three numbers, as semantic versions have."""
    version = claimed.claim["claim_generator_info"].get("specVersion")
    if not isinstance(version, str) or not re.fullmatch(r"2\.4\.\d+", version):
        yield f"specVersion {version!r}"


@rule
def nothing_of_our_own_is_redacted(claimed: Claimed) -> Iterator[str]:
    """6.8: assertions of ingredients only, and neither their actions nor what binds them to their pixels."""
    for address in claimed.claim.get("redacted_assertions", []):
        foreign = address.startswith("self#jumbf=/c2pa/") and claimed.manifest["label"] not in address
        if not foreign or label_of(address).startswith(("c2pa.actions", "c2pa.hash")):
            yield address


# ---- References and hashes


@rule
def every_assertion_is_referenced_once(claimed: Claimed) -> Iterator[str]:
    """10.2.2: an assertion that no list names is not signed; one in both lists has two attributions."""
    named = claimed.referenced("created_assertions") + claimed.referenced("gathered_assertions")
    if sorted(named) != sorted(claimed.assertions):
        yield f"in the lists {sorted(named)}, in the manifest {sorted(claimed.assertions)}"


@rule
def every_reference_has_a_digest(claimed: Claimed) -> Iterator[str]:
    """8.3: a hashed URI is an address and the digest of what is there."""
    algorithm = claimed.claim.get("alg", "none")
    for entry in claimed.claim["created_assertions"] + claimed.claim.get("gathered_assertions", []):
        wanted = DIGEST_BYTES.get(entry.get("alg", algorithm))
        if wanted is None or len(digest(entry["hash"])) != wanted:
            yield f"{entry['url']}: {entry.get('alg', algorithm)}"


@rule
def what_we_say_is_created_by_us(claimed: Claimed) -> Iterator[str]:
    """10.2.2: gathered assertions are someone else's words. Pictures that came in and thumbnails may be."""
    for label in claimed.referenced("gathered_assertions"):
        if not kind(label).startswith(("c2pa.ingredient", "c2pa.thumbnail")):
            yield f"{label} is gathered"


@rule
def there_is_one_hard_binding(claimed: Claimed) -> Iterator[str]:
    """9.1 and 15.10: exactly one, among the created assertions; c2pa.hash.boxes is not for these formats."""
    bindings = [label for label in claimed.assertions if label.startswith("c2pa.hash.")]
    if bindings not in (["c2pa.hash.data"], ["c2pa.hash.bmff.v3"]):
        yield f"{bindings}"
    if not set(bindings) <= set(claimed.referenced("created_assertions")):
        yield "the hard binding is not a created assertion"


@rule
def the_hard_binding_has_a_digest_and_no_address(claimed: Claimed) -> Iterator[str]:
    """18.5, 18.6: `url` is deprecated."""
    for label, data in claimed.assertions.items():
        if label.startswith("c2pa.hash."):
            if "url" in data:
                yield f"{label} has a url"
            if len(digest(data["hash"])) != DIGEST_BYTES.get(data.get("alg", claimed.claim.get("alg"))):
                yield f"{label}: the digest does not fit {data.get('alg')}"


@rule
def only_the_manifest_is_left_out_of_the_hash(claimed: Claimed) -> Iterator[str]:
    """18.5, 18.6: whatever an exclusion covers can be changed unseen."""
    for data in claimed.labelled("c2pa.hash.data").values():
        if len(data.get("exclusions", [])) != 1:
            yield f"{len(data.get('exclusions', []))} exclusions"
    for data in claimed.labelled("c2pa.hash.bmff.v3").values():
        for entry in data["exclusions"]:
            of_c2pa = bytes(part for kept in entry.get("data") or [] for part in kept["value"]) == C2PA_BOX
            if entry["xpath"] not in EMPTY_BOXES and not (entry["xpath"] == "/uuid" and of_c2pa):
                yield f"{entry}"


# ---- Which assertions there may be


@rule
def no_assertion_is_deprecated(claimed: Claimed) -> Iterator[str]:
    """6.3 and appendix C."""
    for label in claimed.assertions:
        if label.startswith("stds.") or kind(label) in DEPRECATED_ASSERTIONS:
            yield label
        if re.match(r"c2pa\.thumbnail\.(claim|ingredient)\.\w", label):
            yield f"{label}: the format belongs into the box, not the label"


@rule
def every_c2pa_assertion_is_in_the_specification(claimed: Claimed) -> Iterator[str]:
    """6.2: nobody else may make up labels that begin with c2pa."""
    known = KNOWN_ASSERTIONS | DEPRECATED_ASSERTIONS
    yield from (
        label for label in claimed.assertions if label.startswith("c2pa.") and kind(label) not in known
    )


@rule
def every_other_assertion_names_its_owner(claimed: Claimed) -> Iterator[str]:
    """6.2.2: reverse domain names."""
    yield from (label for label in claimed.assertions if not re.fullmatch(r"[\w-]+(\.[\w-]+)+", label))


@rule
def an_external_reference_does_not_replace_what_must_be_inside(claimed: Claimed) -> Iterator[str]:
    """18.24.1: actions, hashes, ingredients and references themselves may not be kept elsewhere."""
    for data in claimed.labelled("c2pa.external-reference").values():
        label = kind(data.get("label", ""))
        if label.startswith(("c2pa.actions", "c2pa.hash", "c2pa.ingredient", "c2pa.cloud", "c2pa.external")):
            yield label


@rule
def no_rating_is_attached_to_what_a_person_typed(claimed: Claimed) -> Iterator[str]:
    """18.3.3: reviewRatings go with a machine's data only."""
    for label, data in claimed.assertions.items():
        typed = str(data.get("dataSource", {}).get("type", "")).startswith("humanEntry.")
        if typed and "reviewRatings" in data:
            yield label


@rule
def an_alternative_representation_is_in_one_place(claimed: Claimed) -> Iterator[str]:
    """15.10.3: a part of the file or an embedded original, and not both."""
    for label, data in claimed.labelled("c2pa.alternative-content-representation").items():
        places = {"multiAssetPartIndex", "embeddedOriginalPreservationImage"} & set(data["parameters"])
        if len(places) != 1:
            yield f"{label}: {sorted(places)}"


@rule
def the_thumbnail_is_a_jpeg(claimed: Claimed) -> Iterator[str]:
    """18.15: a raster image; the library's own choice for WebP weighs a megabyte."""
    thumbnails = claimed.labelled("c2pa.thumbnail.claim")
    if [data.get("format") for data in thumbnails.values()] != ["image/jpeg"]:
        yield f"{thumbnails}"
