"""What went into the picture, what leads back from a copy to its manifest, and what else is disclosed."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tests.integration.provenance.credentials.conformance.actions import IPTC
from tests.integration.provenance.credentials.conformance.claimed import (
    Claimed,
    Json,
    digest,
    kind,
    label_of,
    rule,
)

RELATIONSHIPS: Final = frozenset({"parentOf", "componentOf", "inputTo"})
# Which relationship an action's ingredients have.
RELATIONSHIP_OF: Final = {"c2pa.opened": "parentOf", "c2pa.placed": "componentOf", "c2pa.created": "inputTo"}
TRAINED: Final = frozenset({
    IPTC + "trainedAlgorithmicMedia", IPTC + "compositeWithTrainedAlgorithmicMedia",
})  # fmt: skip
OVERSIGHT: Final = frozenset({"fully_autonomous", "prompt_guided", "human_validated"})
USES: Final = frozenset({"allowed", "notAllowed", "constrained"})
MINING: Final = frozenset(
    f"cawg.{use}" for use in ("ai_training", "ai_inference", "ai_generative_training", "data_mining")
)


def used_by(action: Json) -> list[Json]:
    """The hashed references to ingredients in an action."""
    found: list[Json] = action.get("parameters", {}).get("ingredients", [])
    return found


# ---- Ingredients


@rule
def an_opened_picture_is_one_ingredient(claimed: Claimed) -> Iterator[str]:
    """15.10.3, 18.15.4.7: exactly one reference, to the parent."""
    for action in claimed.named("c2pa.opened"):
        if len(used_by(action)) != 1:
            yield f"{len(used_by(action))} references"


@rule
def actions_name_ingredients_of_their_kind(claimed: Claimed) -> Iterator[str]:
    """18.15.4.7: opened a parent, placed components, created inputs."""
    for action in claimed.named(*RELATIONSHIP_OF):
        for entry in used_by(action):
            found = claimed.ingredients.get(label_of(entry["url"]), {}).get("relationship")
            if found != RELATIONSHIP_OF[action["action"]]:
                yield f"{action['action']}: {found}"


@rule
def actions_name_the_ingredients_that_were_signed(claimed: Claimed) -> Iterator[str]:
    """8.3: the digest in the action is the one in the claim."""
    lists = claimed.claim["created_assertions"] + claimed.claim.get("gathered_assertions", [])
    signed = {label_of(entry["url"]): digest(entry["hash"]) for entry in lists}
    for action in claimed.actions:
        for entry in used_by(action):
            if signed.get(label_of(entry["url"])) != digest(entry["hash"]):
                yield f"{action['action']}: {entry['url']}"


@rule
def every_ingredient_was_used(claimed: Claimed) -> Iterator[str]:
    """18.16: an ingredient that no action names tells nobody what it was for."""
    named = {label_of(entry["url"]) for action in claimed.actions for entry in used_by(action)}
    yield from sorted(set(claimed.ingredients) - named)


@rule
def a_picture_has_at_most_one_parent(claimed: Claimed) -> Iterator[str]:
    """18.16.3: manifest.multipleParents otherwise."""
    parents = [label for label, data in claimed.ingredients.items() if data["relationship"] == "parentOf"]
    if len(parents) > 1:
        yield f"{parents}"


@rule
def relationships_are_those_of_the_specification(claimed: Claimed) -> Iterator[str]:
    """18.16.3."""
    for label, data in claimed.ingredients.items():
        if data.get("relationship") not in RELATIONSHIPS:
            yield f"{label}: {data.get('relationship')}"


@rule
def an_ingredient_speaks_for_itself_or_we_for_it(claimed: Claimed) -> Iterator[str]:
    """18.16.12: a source type of ours only where it brought no manifest."""
    for label, data in claimed.ingredients.items():
        if "activeManifest" in data and "digitalSourceType" in data:
            yield label


@rule
def a_manifest_that_came_in_was_checked(claimed: Claimed) -> Iterator[str]:
    """18.16.12: results are recorded when it is taken in."""
    for label, data in claimed.ingredients.items():
        if "activeManifest" in data and not data.get("validationResults", {}).get("activeManifest"):
            yield label


@rule
def nothing_was_checked_where_no_manifest_came_in(claimed: Claimed) -> Iterator[str]:
    """18.16.12."""
    for label, data in claimed.ingredients.items():
        if "activeManifest" not in data and "validationResults" in data:
            yield label


@rule
def a_manifest_that_came_in_is_kept(claimed: Claimed) -> Iterator[str]:
    """18.16.12 and the Code of Practice: the marks of what we change stay readable."""
    kept = [manifest["label"] for manifest in claimed.crjson["manifests"][1:]]
    for data in claimed.ingredients.values():
        for key in ("activeManifest", "claimSignature"):
            url = data.get(key, {}).get("url")
            if "activeManifest" in data and not any(f"/c2pa/{name}" in str(url) for name in kept):
                yield f"{key}: {url}"


# ---- Soft binding


@rule
def a_bound_watermark_has_its_soft_binding(claimed: Claimed) -> Iterator[str]:
    """18.15.1: c2pa.watermarked.bound, and the assertion it is bound by; ours always has both."""
    if len(claimed.named("c2pa.watermarked.bound")) != 1 or not claimed.labelled("c2pa.soft-binding"):
        yield "action or assertion missing"


@rule
def there_is_one_soft_binding(claimed: Claimed) -> Iterator[str]:
    """Soft Binding Resolution: all that are listed must match, and a watermark alone must suffice."""
    if len(claimed.labelled("c2pa.soft-binding")) != 1:
        yield f"{sorted(claimed.labelled('c2pa.soft-binding'))}"


@rule
def the_soft_binding_names_its_algorithm(claimed: Claimed) -> Iterator[str]:
    """18.10: a dotted name, as in the list of algorithms."""
    for data in claimed.labelled("c2pa.soft-binding").values():
        if not re.fullmatch(
            r"[A-Za-z]{2,63}(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)+", data.get("alg", "")
        ):
            yield f"{data.get('alg')!r}"


@rule
def the_soft_binding_has_values(claimed: Claimed) -> Iterator[str]:
    """18.10: at least one block with a scope and a value that a resolver can be asked with."""
    for data in claimed.labelled("c2pa.soft-binding").values():
        blocks = data.get("blocks") or [{}]
        if not all(isinstance(block.get("scope"), dict) and block.get("value") for block in blocks):
            yield f"{data.get('blocks')}"


@rule
def the_soft_binding_has_no_deprecated_field(claimed: Claimed) -> Iterator[str]:
    """18.10: `url`, and `extent` in a scope."""
    for data in claimed.labelled("c2pa.soft-binding").values():
        if "url" in data or any("extent" in block["scope"] for block in data["blocks"]):
            yield f"{data}"


# ---- Disclosures


@rule
def a_trained_model_is_disclosed(claimed: Claimed) -> Iterator[str]:
    """18.28: where a trained model had a part, and nowhere else."""
    trained = any(action.get("digitalSourceType") in TRAINED for action in claimed.actions)
    if trained != bool(claimed.labelled("c2pa.ai-disclosure")):
        yield f"trained: {trained}"


@rule
def the_disclosure_says_which_model(claimed: Claimed) -> Iterator[str]:
    """18.28: modelType is required; a type without a name says nothing."""
    for data in claimed.labelled("c2pa.ai-disclosure").values():
        if not str(data.get("modelType")).startswith("c2pa.types.model") or not data.get("modelName"):
            yield f"{data}"


@rule
def the_disclosure_uses_the_words_for_oversight(claimed: Claimed) -> Iterator[str]:
    """18.28: three levels."""
    for data in claimed.labelled("c2pa.ai-disclosure").values():
        level = data.get("contentProfile", {}).get("humanOversightLevel", "prompt_guided")
        if level not in OVERSIGHT:
            yield f"{level}"


@rule
def training_on_it_is_ruled_on(claimed: Claimed) -> Iterator[str]:
    """CAWG training and data mining 1.1: all four uses, in its words."""
    said = claimed.labelled("cawg.training-mining").get("cawg.training-mining", {}).get("entries", {})
    if set(said) != MINING or not {entry.get("use") for entry in said.values()} <= USES:
        yield f"{said}"


@rule
def the_latent_disclosure_is_whole(claimed: Claimed) -> Iterator[str]:
    """California B&P 22757.3(b): provider, system and version, time and date, unique identifier."""
    said = claimed.labelled("org.tracery.generation").get("org.tracery.generation", {})
    for key in ("provider", "system", "systemVersion", "verify"):
        if not isinstance(said.get(key), str) or not said[key]:
            yield f"no {key}"
    if not _holds(UUID, said.get("imageId")) or not _holds(datetime.fromisoformat, said.get("createdAt")):
        yield "no identifier or no time"


@rule
def the_check_page_is_named_once(claimed: Claimed) -> Iterator[str]:
    """Code of Practice, first measure: where to check, in both layers, and the same."""
    named = {
        said.get("verify") or said.get("bindingMetadata", {}).get("informationalUrl")
        for label, said in claimed.assertions.items()
        if kind(label) in ("org.tracery.generation", "c2pa.soft-binding")
    }
    if len(named) != 1 or not re.fullmatch(r"https?://\S+", str(next(iter(named)))):
        yield f"{named}"


def _holds(parse: Any, value: object) -> bool:
    try:
        parse(value)
    except (ValueError, TypeError, AttributeError):
        return False
    return True
