"""What was done to the picture, in order."""

from collections.abc import Iterator
from datetime import datetime
from typing import Final

from tests.integration.provenance.credentials.conformance.claimed import Claimed, Json, kind, rule

IPTC: Final = "http://cv.iptc.org/newscodes/digitalsourcetype/"
# Terms that say that a machine made the picture or a part of it.
GENERATED: Final = frozenset(
    IPTC + term
    for term in (
        "trainedAlgorithmicMedia",
        "compositeWithTrainedAlgorithmicMedia",
        "algorithmicMedia",
        "compositeSynthetic",
    )
)
TRAINED: Final = frozenset({
    IPTC + "trainedAlgorithmicMedia", IPTC + "compositeWithTrainedAlgorithmicMedia",
})  # fmt: skip

INCEPTION: Final = frozenset({"c2pa.created", "c2pa.opened"})
# Programme 0.2: everything else that the specification predefines needs a source type.
NO_SOURCE_TYPE_NEEDED: Final = frozenset(
    f"c2pa.{name}"
    for name in (
        "converted", "edited.metadata", "enhanced", "opened", "placed", "published", "redacted", "repackaged",
        "resized.proportional", "transcoded", "watermarked", "watermarked.bound", "watermarked.unbound",
    )
)  # fmt: skip
DEPRECATED_ACTIONS: Final = frozenset(
    f"c2pa.{name}"
    for name in (
        "color_adjustments", "copied", "formatted", "managed", "printed", "produced", "saved",
        "version_updated", "watermarked",
    )
)  # fmt: skip
KNOWN_ACTIONS: Final = INCEPTION | (NO_SOURCE_TYPE_NEEDED - DEPRECATED_ACTIONS) | frozenset(
    f"c2pa.{name}"
    for name in (
        "addedText", "adjustedColor", "changedSpeed", "cropped", "deleted", "drawing", "dubbed", "edited",
        "filtered", "mastered", "mixed", "orientation", "remixed", "removed", "resized", "translated",
        "trimmed", "unknown",
    )
)  # fmt: skip
KNOWN_PARAMETERS: Final = frozenset({
    "redacted", "ingredients", "relatedAssertions", "sourceLanguage", "targetLanguage", "multipleInstances",
    "ranges", "weight", "width", "italic", "slant", "optical-size", "ingredient", "description",
})  # fmt: skip


@rule
def actions_come_first_and_are_ours(claimed: Claimed) -> Iterator[str]:
    """18.15.2: the first actions assertion is of version 2 and among the created assertions."""
    first = next((label for label in claimed.referenced("created_assertions") if "c2pa.actions" in label), "")
    if kind(first) != "c2pa.actions.v2":
        yield f"first: {first or 'none'}"


@rule
def the_first_action_is_where_it_began(claimed: Claimed) -> Iterator[str]:
    """18.15.2: created or opened."""
    if claimed.actions[0]["action"] not in INCEPTION:
        yield claimed.actions[0]["action"]


@rule
def it_began_once(claimed: Claimed) -> Iterator[str]:
    """18.15.2: exactly one such action over all assertions."""
    begun = [action["action"] for action in claimed.named(*INCEPTION)]
    if len(begun) != 1:
        yield f"{begun}"


@rule
def the_list_of_actions_says_whether_it_is_whole(claimed: Claimed) -> Iterator[str]:
    """Programme 0.2, allActionsIncluded, in each assertion."""
    for label, data in claimed.action_lists.items():
        if not isinstance(data.get("allActionsIncluded"), bool):
            yield f"{label}: {data.get('allActionsIncluded')!r}"


@rule
def opened_and_nothing_more_is_said_to_be_all(claimed: Claimed) -> Iterator[str]:
    """18.15.3: opened and saved again without a change."""
    whole = all(data.get("allActionsIncluded") is True for data in claimed.action_lists.values())
    if [action["action"] for action in claimed.actions] == ["c2pa.opened"] and not whole:
        yield "not said to be all"


@rule
def no_action_is_deprecated(claimed: Claimed) -> Iterator[str]:
    """18.15 and appendix C."""
    yield from (name["action"] for name in claimed.actions if name["action"] in DEPRECATED_ACTIONS)


@rule
def every_c2pa_action_is_in_the_specification(claimed: Claimed) -> Iterator[str]:
    """18.15.1."""
    for name in (action["action"] for action in claimed.actions):
        if name.startswith("c2pa.") and name not in KNOWN_ACTIONS | DEPRECATED_ACTIONS:
            yield name


@rule
def every_other_action_names_its_owner(claimed: Claimed) -> Iterator[str]:
    """18.15.1: reverse domain names."""
    yield from (action["action"] for action in claimed.actions if "." not in action["action"])


@rule
def parameters_of_our_own_name_their_owner(claimed: Claimed) -> Iterator[str]:
    """18.15.4.7."""
    for action in claimed.actions:
        for name in action.get("parameters", {}):
            if name not in KNOWN_PARAMETERS and "." not in name:
                yield f"{action['action']}: {name}"


@rule
def no_parameter_is_of_version_1(claimed: Claimed) -> Iterator[str]:
    """18.15.4: the description stands beside the parameters, and ingredients are a list."""
    for action in claimed.actions:
        yield from (
            f"{action['action']}: {name}"
            for name in ("description", "ingredient")
            if name in action.get("parameters", {})
        )


@rule
def a_created_picture_has_a_source_type(claimed: Claimed) -> Iterator[str]:
    """18.15.4.5."""
    for action in claimed.named("c2pa.created"):
        if not action.get("digitalSourceType"):
            yield "none"


@rule
def an_opened_picture_has_none(claimed: Claimed) -> Iterator[str]:
    """Programme 0.2: opening makes nothing."""
    yield from (
        action["digitalSourceType"]
        for action in claimed.named("c2pa.opened")
        if action.get("digitalSourceType") is not None
    )


@rule
def every_visible_change_has_a_source_type(claimed: Claimed) -> Iterator[str]:
    """Programme 0.2, digitalSourceType."""
    for action in claimed.actions:
        exempt = action["action"] in NO_SOURCE_TYPE_NEEDED or not action["action"].startswith("c2pa.")
        if not exempt and not action.get("digitalSourceType"):
            yield action["action"]


@rule
def source_types_are_terms_of_the_iptc(claimed: Claimed) -> Iterator[str]:
    """18.15.4.5: an address from the IPTC's list, or one of C2PA's two own terms."""
    for action in claimed.actions:
        term = action.get("digitalSourceType")
        ours = str(term).startswith(IPTC) and str(term).removeprefix(IPTC).isalpha()
        if term is not None and not ours and not str(term).startswith("http://c2pa.org/digitalsourcetype/"):
            yield f"{action['action']}: {term}"


@rule
def the_machine_is_named(claimed: Claimed) -> Iterator[str]:
    """Rubrics, inception and transformations: some action says that a machine made the pixels, and which."""
    made = claimed.named("c2pa.created", "c2pa.edited")
    if not any(action.get("digitalSourceType") in GENERATED and "softwareAgent" in action for action in made):
        yield "no action says so"


@rule
def the_software_is_a_map_with_a_name(claimed: Claimed) -> Iterator[str]:
    """18.15.4.4: version 1 had a string."""
    for action in claimed.actions:
        agent = action.get("softwareAgent", {"name": "left out"})
        if not isinstance(agent, dict) or not agent.get("name"):
            yield f"{action['action']}: {agent!r}"


@rule
def times_have_a_zone(claimed: Claimed) -> Iterator[str]:
    """18.15.4.3: RFC 3339."""
    for action in claimed.actions:
        try:
            zoned = datetime.fromisoformat(action.get("when", "2026-01-01T00:00:00Z")).tzinfo is not None
        except ValueError:
            zoned = False
        if not zoned:
            yield f"{action['action']}: {action.get('when')}"


@rule
def our_visible_text_is_declared(claimed: Claimed) -> Iterator[str]:
    """18.15.1: every picture of ours carries a visible signature, which no model drew."""
    terms = [action.get("digitalSourceType") for action in claimed.named("c2pa.addedText")]
    if terms != [IPTC + "algorithmicMedia"]:
        yield f"{terms}"


@rule
def an_edit_says_where(claimed: Claimed) -> Iterator[str]:
    """18.15.4.6: the redrawn part is a region of interest, with a rectangle inside the picture."""
    for action in claimed.named("c2pa.edited"):
        changes = action.get("changes", [])
        if not changes:
            yield "no changes"
        for change in changes:
            yield from _faults_of_region(change)


def _faults_of_region(change: Json) -> Iterator[str]:
    for part in change.get("region") or [{}]:
        shape = part.get("shape", {})
        sizes = [shape.get("width", 0), shape.get("height", 0), shape.get("origin", {}).get("x", -1)]
        sizes.append(shape.get("origin", {}).get("y", -1))
        if part.get("type") != "spatial" or shape.get("type") != "rectangle":
            yield f"no rectangle: {part}"
        elif shape.get("unit") not in ("pixel", "percent"):
            yield f"unit {shape.get('unit')}"
        elif min(sizes[:2]) <= 0 or min(sizes[2:]) < 0 or (shape["unit"] == "percent" and max(sizes) > 100):
            yield f"outside the picture: {shape}"
