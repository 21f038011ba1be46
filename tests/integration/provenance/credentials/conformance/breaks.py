"""How each rule is broken: no rule is worth anything that cannot fail."""

import copy
from typing import Any, Final

from tests.integration.provenance.credentials.conformance.actions import IPTC
from tests.integration.provenance.credentials.conformance.claimed import Json

INPAINTED, VARIED, MADE = "inpainting of an image of ours", "variation of an upload", "text to image"
# Its hash is of another kind.
AVIF = "text to image, AVIF"

REMOVED: Final = object()
# Last in a path: the value is added to the list that the path leads to.
ADDED: Final = "+"

Path = tuple[str | int, ...]
ACTIVE: Final[Path] = ("manifests", 0)
CLAIM: Final[Path] = (*ACTIVE, "claim.v2")
INFO: Final[Path] = (*CLAIM, "claim_generator_info")
SAID: Final[Path] = (*ACTIVE, "assertions")
LIST: Final[Path] = (*SAID, "c2pa.actions.v2")
ACTIONS: Final[Path] = (*LIST, "actions")
INGREDIENT: Final[Path] = (*SAID, "c2pa.ingredient.v3")
BINDING: Final[Path] = (*SAID, "c2pa.soft-binding")
DISCLOSURE: Final[Path] = (*SAID, "c2pa.ai-disclosure")
FOUND: Final[Path] = (*ACTIVE, "validationResults")
SIGNATURE: Final[Path] = (*ACTIVE, "signature")
SHAPE: Final[Path] = (*ACTIONS, 1, "changes", 0, "region", 0, "shape")

PARENT: Final = {"url": "self#jumbf=c2pa.assertions/c2pa.ingredient.v3", "hash": "b64'AAAA'"}


def failed(code: str) -> tuple[Path, Json]:
    return (*FOUND, "failure", ADDED), {"code": code, "url": "", "explanation": ""}


# What has to be changed in the crJSON of a good file of that flow to break the rule.
BREAKS: Final[dict[str, list[tuple[str, Path, Any]]]] = {
    "the_document_is_crjson": [
        (MADE, ("@context",), REMOVED),
        (MADE, ("jsonGenerator",), {}),
    ],
    "the_manifest_has_a_c2pa_name": [
        (MADE, (*ACTIVE, "label"), "urn:uuid:708e6ad5-2a09-4dd9-89f4-6108e95ab521")
    ],
    "it_is_a_standard_manifest": [(MADE, (*ACTIVE, "isUpdateManifest"), True)],
    "the_claim_is_of_version_2": [(MADE, (*ACTIVE, "claim"), {})],
    "the_claim_has_what_a_claim_must_have": [(MADE, (*CLAIM, "instanceID"), REMOVED)],
    "the_claim_has_no_deprecated_field": [(MADE, (*CLAIM, "specVersion"), "2.4.0")],
    "the_signature_is_the_manifests_own": [
        (MADE, (*CLAIM, "signature"), "self#jumbf=/c2pa/urn:c2pa:1/c2pa.signature")
    ],
    "the_generator_says_its_name_and_version": [(MADE, (*INFO, "version"), " ")],
    "the_generator_says_specification_2_4": [
        (MADE, (*INFO, "specVersion"), REMOVED),
        (MADE, (*INFO, "specVersion"), "2.2.0"),
        (MADE, (*INFO, "specVersion"), "2.4"),
    ],
    "nothing_of_our_own_is_redacted": [
        (MADE, (*CLAIM, "redacted_assertions", ADDED), "self#jumbf=c2pa.assertions/a.b"),
        (
            MADE,
            (*CLAIM, "redacted_assertions", ADDED),
            "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/c2pa.actions.v2",
        ),
    ],
    "every_assertion_is_referenced_once": [
        (MADE, (*SAID, "a.b"), {}),
        (MADE, BINDING, REMOVED),
    ],
    "every_reference_has_a_digest": [
        (MADE, (*CLAIM, "created_assertions", 1, "hash"), "b64'AAAA'"),
        (MADE, (*CLAIM, "alg"), "md5"),
    ],
    "what_we_say_is_created_by_us": [
        (MADE, (*CLAIM, "gathered_assertions", ADDED), {"url": "x/c2pa.soft-binding"})
    ],
    "there_is_one_hard_binding": [
        (MADE, (*SAID, "c2pa.hash.boxes"), {}),
        (MADE, (*SAID, "c2pa.hash.data"), REMOVED),
    ],
    "the_hard_binding_has_a_digest_and_no_address": [
        (MADE, (*SAID, "c2pa.hash.data", "url"), "https://a.example"),
        (MADE, (*SAID, "c2pa.hash.data", "alg"), "sha256"),
    ],
    "only_the_manifest_is_left_out_of_the_hash": [
        (MADE, (*SAID, "c2pa.hash.data", "exclusions", ADDED), {}),
        (AVIF, (*SAID, "c2pa.hash.bmff.v3", "exclusions", ADDED), {"xpath": "/mdat"}),
        (AVIF, (*SAID, "c2pa.hash.bmff.v3", "exclusions", ADDED), {"xpath": "/uuid"}),
    ],
    "no_assertion_is_deprecated": [
        (MADE, (*SAID, "stds.exif"), {}),
        (MADE, (*SAID, "c2pa.ingredient.v2__1"), {}),
        (MADE, (*SAID, "c2pa.thumbnail.claim.jpeg"), {}),
    ],
    "every_c2pa_assertion_is_in_the_specification": [(MADE, (*SAID, "c2pa.prompt"), {})],
    "every_other_assertion_names_its_owner": [(MADE, (*SAID, "generation"), {})],
    "an_external_reference_does_not_replace_what_must_be_inside": [
        (MADE, (*SAID, "c2pa.external-reference"), {"label": "c2pa.actions.v2"})
    ],
    "no_rating_is_attached_to_what_a_person_typed": [
        (MADE, (*SAID, "a.b"), {"reviewRatings": [], "dataSource": {"type": "humanEntry.anonymous"}})
    ],
    "an_alternative_representation_is_in_one_place": [
        (MADE, (*SAID, "c2pa.alternative-content-representation"), {"parameters": {}})
    ],
    "the_thumbnail_is_a_jpeg": [(MADE, (*SAID, "c2pa.thumbnail.claim", "format"), "image/webp")],
    "actions_come_first_and_are_ours": [
        (MADE, (*CLAIM, "created_assertions", 0, "url"), "self#jumbf=c2pa.assertions/c2pa.actions"),
        (MADE, (*CLAIM, "created_assertions"), []),
    ],
    "the_first_action_is_where_it_began": [(INPAINTED, (*ACTIONS, 0, "action"), "c2pa.edited")],
    "it_began_once": [
        (INPAINTED, (*ACTIONS, 1, "action"), "c2pa.created"),
        (MADE, (*ACTIONS, 0, "action"), "c2pa.edited"),
    ],
    "the_list_of_actions_says_whether_it_is_whole": [
        (MADE, (*LIST, "allActionsIncluded"), REMOVED),
        (MADE, (*LIST, "allActionsIncluded"), "yes"),
    ],
    "opened_and_nothing_more_is_said_to_be_all": [
        (MADE, LIST, {"actions": [{"action": "c2pa.opened"}], "allActionsIncluded": False})
    ],
    "no_action_is_deprecated": [(MADE, (*ACTIONS, 2, "action"), "c2pa.watermarked")],
    "every_c2pa_action_is_in_the_specification": [(MADE, (*ACTIONS, 1, "action"), "c2pa.signed")],
    "every_other_action_names_its_owner": [(MADE, (*ACTIONS, 1, "action"), "signed")],
    "parameters_of_our_own_name_their_owner": [(INPAINTED, (*ACTIONS, 0, "parameters", "prompt"), "a lake")],
    "no_parameter_is_of_version_1": [(INPAINTED, (*ACTIONS, 0, "parameters", "ingredient"), PARENT)],
    "a_created_picture_has_a_source_type": [(VARIED, (*ACTIONS, 0, "digitalSourceType"), REMOVED)],
    "an_opened_picture_has_none": [(INPAINTED, (*ACTIONS, 0, "digitalSourceType"), IPTC + "digitalCapture")],
    "every_visible_change_has_a_source_type": [
        (INPAINTED, (*ACTIONS, 1, "digitalSourceType"), REMOVED),
        (MADE, (*ACTIONS, ADDED), {"action": "c2pa.cropped"}),
    ],
    "source_types_are_terms_of_the_iptc": [
        (MADE, (*ACTIONS, 0, "digitalSourceType"), "trainedAlgorithmicMedia")
    ],
    "the_machine_is_named": [
        (MADE, (*ACTIONS, 0, "softwareAgent"), REMOVED),
        (MADE, (*ACTIONS, 0, "digitalSourceType"), IPTC + "digitalCapture"),
    ],
    "the_software_is_a_map_with_a_name": [(MADE, (*ACTIONS, 0, "softwareAgent"), "a generator 2")],
    "times_have_a_zone": [
        (MADE, (*ACTIONS, 0, "when"), "2026-11-22T12:00:00"),
        (MADE, (*ACTIONS, 0, "when"), "yesterday"),
    ],
    "our_visible_text_is_declared": [(MADE, (*ACTIONS, 1), {"action": "a.b"})],
    "an_edit_says_where": [
        (INPAINTED, (*ACTIONS, 1, "changes"), REMOVED),
        (INPAINTED, (*ACTIONS, 1, "changes", 0, "region"), [{"type": "temporal"}]),
        (INPAINTED, (*SHAPE, "unit"), "inch"),
        (INPAINTED, (*SHAPE, "width"), 0),
        (INPAINTED, (*SHAPE, "origin", "x"), -1),
    ],
    "an_opened_picture_is_one_ingredient": [
        (INPAINTED, (*ACTIONS, 0, "parameters", "ingredients"), []),
        (INPAINTED, (*ACTIONS, 0, "parameters", "ingredients", ADDED), PARENT),
    ],
    "actions_name_ingredients_of_their_kind": [
        (INPAINTED, (*INGREDIENT, "relationship"), "inputTo"),
        (VARIED, (*INGREDIENT, "relationship"), "parentOf"),
    ],
    "actions_name_the_ingredients_that_were_signed": [
        (VARIED, (*ACTIONS, 0, "parameters", "ingredients", 0), PARENT)
    ],
    "every_ingredient_was_used": [(VARIED, (*ACTIONS, 0, "parameters"), {})],
    "a_picture_has_at_most_one_parent": [
        (INPAINTED, (*SAID, "c2pa.ingredient.v3__1"), {"relationship": "parentOf"})
    ],
    "relationships_are_those_of_the_specification": [(VARIED, (*INGREDIENT, "relationship"), "sourceOf")],
    "an_ingredient_speaks_for_itself_or_we_for_it": [
        (VARIED, (*INGREDIENT, "digitalSourceType"), IPTC + "digitalCapture")
    ],
    "a_manifest_that_came_in_was_checked": [(VARIED, (*INGREDIENT, "validationResults"), REMOVED)],
    "nothing_was_checked_where_no_manifest_came_in": [(VARIED, (*INGREDIENT, "activeManifest"), REMOVED)],
    "a_manifest_that_came_in_is_kept": [(VARIED, ("manifests", 1, "label"), "urn:c2pa:another")],
    "a_bound_watermark_has_its_soft_binding": [
        (MADE, BINDING, REMOVED),
        (MADE, (*ACTIONS, 2, "action"), "c2pa.watermarked.unbound"),
    ],
    "there_is_one_soft_binding": [(MADE, (*SAID, "c2pa.soft-binding__1"), {})],
    "the_soft_binding_names_its_algorithm": [(MADE, (*BINDING, "alg"), "watermark")],
    "the_soft_binding_has_values": [
        (MADE, (*BINDING, "blocks"), []),
        (MADE, (*BINDING, "blocks", 0, "value"), ""),
    ],
    "the_soft_binding_has_no_deprecated_field": [
        (MADE, (*BINDING, "url"), "https://a.example"),
        (MADE, (*BINDING, "blocks", 0, "scope", "extent"), ""),
    ],
    "a_trained_model_is_disclosed": [
        (MADE, DISCLOSURE, REMOVED),
        (MADE, (*ACTIONS, 0, "digitalSourceType"), IPTC + "algorithmicMedia"),
    ],
    "the_disclosure_says_which_model": [(MADE, (*DISCLOSURE, "modelType"), REMOVED)],
    "the_disclosure_uses_the_words_for_oversight": [
        (MADE, (*DISCLOSURE, "contentProfile"), {"humanOversightLevel": "some"})
    ],
    "training_on_it_is_ruled_on": [
        (MADE, (*SAID, "cawg.training-mining", "entries", "cawg.data_mining"), REMOVED),
        (MADE, (*SAID, "cawg.training-mining", "entries", "cawg.data_mining"), {"use": "no"}),
    ],
    "the_latent_disclosure_is_whole": [
        (MADE, (*SAID, "org.tracery.generation", "systemVersion"), REMOVED),
        (MADE, (*SAID, "org.tracery.generation", "imageId"), "7"),
    ],
    "the_check_page_is_named_once": [
        (MADE, (*SAID, "org.tracery.generation", "verify"), "https://a.example")
    ],
    "a_validator_looked": [(MADE, FOUND, REMOVED)],
    "everything_is_well_formed": [
        (MADE, *failed("claim.hardBindings.missing")),
        (MADE, *failed("assertion.multipleHardBindings")),
    ],
    "everything_fits": [
        (MADE, *failed("assertion.dataHash.mismatch")),
        (MADE, *failed("assertion.action.ingredientMismatch")),
    ],
    "the_signer_is_trusted": [
        (MADE, *failed("signingCredential.untrusted")),
        (MADE, *failed("claimSignature.outsideValidity")),
    ],
    "nothing_else_failed": [(MADE, *failed("assertion.action.softBindingMissing"))],
    "what_must_succeed_did": [(MADE, (*FOUND, "success"), [])],
    "every_assertion_was_checked": [(MADE, (*SAID, "a.b"), {})],
    "what_came_in_is_as_it_was": [
        (
            INPAINTED,
            (*ACTIVE, "ingredientDeltas", 0, "validationDeltas", "failure"),
            [{"code": "ingredient.manifest.mismatch"}],
        )
    ],
    "the_algorithm_is_allowed": [(MADE, (*SIGNATURE, "algorithm"), "rs256")],
    "the_signer_has_a_name": [(MADE, (*SIGNATURE, "certificateInfo", "subject", "O"), REMOVED)],
    "a_time_stamp_that_is_there_holds": [(MADE, (*SIGNATURE, "timeStampInfo"), {})],
}


def doctored(document: Json, path: Path, value: Any) -> Json:
    """Returns a copy of the document in which the value at the path is another, or one more, or gone."""
    changed = copy.deepcopy(document)
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    if value is REMOVED:
        del place[path[-1]]
    elif path[-1] == ADDED:
        place.append(value)
    else:
        place[path[-1]] = value
    return changed
