"""The history of a report, and its way through JSON: what a stranger wrote may have any shape."""

import base64
import json
from dataclasses import replace
from typing import Any

import pytest

from provenance.credentials import history_reading
from provenance.credentials.action_sentences import _CREATED, _SENTENCES, sentence_of
from provenance.credentials.history import (
    MAX_MANIFESTS,
    MAX_THUMBNAIL_BYTES,
    MAX_THUMBNAILS,
    Action,
    History,
    Ingredient,
    SignedManifest,
)
from provenance.credentials.history_reading import from_report
from provenance.credentials.strangers_json import storable

MISMATCH = "assertion.dataHash.mismatch"
JPEG = base64.b64encode(b"\xff\xd8\xff\xe0 a picture").decode()
HISTORY = History(
    state="Trusted",
    active="urn:c2pa:1",
    manifests=(
        SignedManifest(
            urn="urn:c2pa:1",
            title="t",
            signer="s",
            organisation="o",
            generator="g",
            trust="trusted",
            signed_at="2026-11-22T12:00:00+00:00",
            time_stamp="trusted",
            actions=(
                Action(
                    "c2pa.created", "Made by a trained model", "d", None, "p 1", "trainedAlgorithmicMedia"
                ),
            ),
            ingredients=(Ingredient("i", "parentOf", "urn:c2pa:2", JPEG, (MISMATCH,)),),
            thumbnail=JPEG,
            soft_bindings=("org.example.mark",),
            failures=(),
        ),
        SignedManifest(urn="urn:c2pa:2", failures=(MISMATCH,)),
    ),
    problems=(MISMATCH,),
    cut_short=True,
)


def codes_of(*failures: str, success: tuple[str, ...] = (), urn: str = "u", **more: Any) -> dict[str, Any]:
    def entries(names: tuple[str, ...]) -> list[dict[str, str]]:
        return [{"code": name, "url": f"self#jumbf=/c2pa/{urn}/c2pa.signature"} for name in names]

    return {"success": entries(success), "informational": [], "failure": entries(failures), **more}


SIGNED = ("claimSignature.validated", "signingCredential.trusted")


def report(active: dict[str, Any], others: dict[str, Any] | None = None, **results: Any) -> dict[str, Any]:
    return {
        "active_manifest": "u",
        "validation_state": "Trusted",
        "manifests": {**(others or {}), "u": active},
        "validation_results": {"activeManifest": codes_of(success=SIGNED), **results},
    }


def taken_in(recorded: dict[str, Any] | None = None, **fields: Any) -> dict[str, Any]:
    results = {"activeManifest": recorded or codes_of(success=SIGNED, urn="v")}
    made = {"label": "c2pa.ingredient.v3", "relationship": "parentOf", "active_manifest": "v"}
    return {**made, "validation_results": results, **fields}


def test_history_survives_json() -> None:
    assert History.from_json(json.loads(json.dumps(HISTORY.to_json()))) == HISTORY
    assert HISTORY.manifest("urn:c2pa:2") == HISTORY.manifests[1]
    assert HISTORY.manifest("urn:c2pa:3") is None
    assert HISTORY.manifest(None) is None


@pytest.mark.parametrize("junk", [None, 5, "text", [], {}, [[]], [{}], {"a": 1}, [None, 3], 1e400, True])
def test_json_of_any_shape_is_read_without_an_error(junk: Any) -> None:
    whole = HISTORY.to_json()
    for field in whole:
        History.from_json({**whole, field: junk})
    for field in whole["manifests"][0]:
        History.from_json({**whole, "manifests": [{**whole["manifests"][0], field: junk}]})
    assert History.from_json(junk).state == "Invalid"


def test_a_process_that_was_taken_over_cannot_speak_in_our_words() -> None:
    said = HISTORY.to_json()
    said["manifests"][0]["actions"][0]["sentence"] = "<b>Taken by a camera</b>"
    said["manifests"][0]["trust"] = "certainly"
    said["manifests"][0]["thumbnail"] = base64.b64encode(b"<svg onload=alert(1)>").decode()
    manifest = History.from_json(said).manifests[0]
    assert manifest.actions[0].sentence == "Made by a trained model"
    assert manifest.trust == "unknown"
    assert manifest.thumbnail == ""


def test_a_thumbnail_that_is_too_large_is_none() -> None:
    large = base64.b64encode(b"\xff\xd8\xff" + bytes(MAX_THUMBNAIL_BYTES)).decode()
    ingredient = HISTORY.manifests[0].ingredients[0]
    assert Ingredient.from_json({**vars(ingredient), "thumbnail": large}) == replace(ingredient, thumbnail="")


def test_an_honest_report_is_told_in_order() -> None:
    told = from_report(
        report(
            {
                "title": "A picture",
                "claim_generator_info": [{"name": "Camera", "version": "2"}],
                "signature_info": {"common_name": "Ann", "issuer": "Org", "time": "2026-01-02T03:04:05Z"},
                "thumbnail": {"identifier": "self#1"},
                "assertions": [
                    {"label": "c2pa.actions.v2", "data": {"actions": [
                        {"action": "c2pa.opened"},
                        {"action": "c2pa.edited", "softwareAgent": {"name": "P", "version": "1"},
                         "digitalSourceType": "http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"},
                    ]}},
                    {"label": "c2pa.soft-binding", "data": {"alg": "org.example.mark"}},
                ],
                "ingredients": [taken_in(title="before", thumbnail={"identifier": "self#2"})],
            },
            {"v": {"title": "first", "claim_generator": "Old 1"}},
            activeManifest=codes_of(success=(*SIGNED, "timeStamp.validated", "timeStamp.trusted")),
        ),
        {"self#1": JPEG, "self#2": JPEG},
    )  # fmt: skip
    assert [manifest.urn for manifest in told.manifests] == ["u", "v"]
    assert (told.state, told.active, told.problems, told.cut_short) == ("Trusted", "u", (), False)
    manifest, before = told.manifests
    assert (manifest.signer, manifest.organisation, manifest.generator) == ("Ann", "Org", "Camera 2")
    assert (manifest.trust, manifest.time_stamp) == ("trusted", "trusted")
    assert manifest.signed_at == "2026-01-02T03:04:05+00:00"
    assert [action.sentence for action in manifest.actions] == [
        "Opened an existing picture",
        "Edited the picture, in part with a trained model",
    ]
    assert manifest.actions[1].software == "P 1"
    assert manifest.ingredients[0] == Ingredient("before", "parentOf", "v", JPEG)
    assert (manifest.thumbnail, manifest.soft_bindings) == (JPEG, ("org.example.mark",))
    assert (before.title, before.generator, before.trust) == ("first", "Old 1", "trusted")


@pytest.mark.parametrize(
    ("found", "trust"),
    [
        (codes_of(success=SIGNED), "trusted"),
        (codes_of(success=SIGNED[:1]), "unknown"),
        (codes_of(success=SIGNED[1:]), "unknown"),
        (codes_of(MISMATCH, success=SIGNED), "trusted"),
        (codes_of("signingCredential.untrusted", success=SIGNED), "unknown"),
        (codes_of("signingCredential.untrusted", "signingCredential.expired", success=SIGNED), "expired"),
        (codes_of("signingCredential.ocsp.revoked", success=SIGNED), "expired"),
        (codes_of("claimSignature.mismatch", "signingCredential.expired", success=SIGNED), "broken"),
        (codes_of("assertion.hashedURI.mismatch", success=SIGNED), "broken"),
        ({}, "unknown"),
    ],
)
def test_trust_is_the_worst_that_is_known(found: dict[str, Any], trust: str) -> None:
    assert from_report(report({}, activeManifest=found)).manifests[0].trust == trust


def test_what_a_signer_says_of_itself_makes_it_no_more_trusted() -> None:
    """An ingredient that names the manifest it stands in, and records the best of it."""
    praise = taken_in(codes_of(success=SIGNED), active_manifest="u")
    found = codes_of(success=SIGNED[:1])
    assert (
        from_report(report({"ingredients": [praise]}, activeManifest=found)).manifests[0].trust == "unknown"
    )


@pytest.mark.parametrize(
    "recorded",
    [
        taken_in(codes_of(MISMATCH, urn="v")),
        # Filed where a reader that goes by lists does not look.
        taken_in(codes_of(success=(MISMATCH,), urn="v")),
        taken_in(codes_of(urn="v", informational=[{"code": MISMATCH}])),
        taken_in(
            validation_results={"ingredientDeltas": [{"validationDeltas": codes_of(MISMATCH, urn="v")}]}
        ),
        taken_in(validation_results=None, validation_status=[{"code": MISMATCH}]),
    ],
)
def test_a_failure_recorded_of_an_ingredient_shows_wherever_it_was_filed(recorded: dict[str, Any]) -> None:
    told = from_report(report({"ingredients": [recorded]}, {"v": {}}))
    assert told.problems == (MISMATCH,)
    assert told.manifests[0].ingredients[0].failures == (MISMATCH,)
    assert told.manifests[0].failures == ()
    assert told.manifests[1].failures == (MISMATCH,)


def test_a_failure_found_now_shows_at_the_ingredient_that_it_is_about() -> None:
    delta = {
        "ingredientAssertionURI": "self#jumbf=/c2pa/u/c2pa.assertions/c2pa.ingredient.v3__1",
        "validationDeltas": codes_of("claimSignature.mismatch", urn="w"),
    }
    second = taken_in(label="c2pa.ingredient.v3__1", active_manifest="w")
    told = from_report(
        report({"ingredients": [taken_in(), second]}, {"v": {}, "w": {}}, ingredientDeltas=[delta])
    )
    assert [each.failures for each in told.manifests[0].ingredients] == [(), ("claimSignature.mismatch",)]
    assert [manifest.trust for manifest in told.manifests] == ["trusted", "trusted", "broken"]


@pytest.mark.parametrize("junk", [None, 5, "text", [], {}, [[]], [{}], {"a": 1}, [None, 3, {"label": 7}]])
def test_a_report_of_any_shape_is_read_without_an_error(junk: Any) -> None:
    fields = ("assertions", "ingredients", "signature_info", "claim_generator_info", "thumbnail", "title")
    labelled = [
        {"label": label, "data": data}
        for label in ("c2pa.actions", "c2pa.actions.v2", "c2pa.soft-binding")
        for data in (
            junk,
            {"actions": junk, "alg": junk},
            {"actions": [{"action": junk, "softwareAgent": junk}]},
        )
    ]
    nested = {"ingredients": [{"validation_results": junk, "active_manifest": junk, "thumbnail": junk}]}
    for active in (junk, dict.fromkeys(fields, junk), {"assertions": labelled}, nested):
        for results in (junk, {"activeManifest": junk, "ingredientDeltas": junk}):
            made = {"active_manifest": "u", "manifests": {"u": active}, "validation_results": results}
            assert from_report({**made, "validation_state": junk}).state == "Invalid"
            history_reading.thumbnail_addresses(made)
    assert from_report({"manifests": junk}).active == "None"


def test_a_long_history_is_cut_short_and_says_so() -> None:
    others = {str(number): {"title": "x"} for number in range(200)}
    told = from_report(report({}, others))
    assert (len(told.manifests), told.cut_short) == (MAX_MANIFESTS, True)
    many = {"actions": [{"action": "c2pa.edited"}] * 101}
    told = from_report(report({"assertions": [{"label": "c2pa.actions.v2", "data": many}]}))
    assert (len(told.manifests[0].actions), told.cut_short) == (100, True)


def test_a_history_has_a_size_whatever_is_in_it() -> None:
    action = {"action": "c2pa.edited", "description": "\U0001f600" * 999, "softwareAgent": "\U0001f600" * 999}
    heavy = {"assertions": [{"label": "c2pa.actions.v2", "data": {"actions": [action] * 100}}]}
    told = from_report(report(heavy, {str(number): heavy for number in range(90)}))
    assert told.cut_short
    assert len(json.dumps(told.to_json())) < 2 * 2**20


def test_one_thumbnail_named_a_thousand_times_is_shown_a_few_times() -> None:
    shown = {"thumbnail": {"identifier": "self#1"}}
    told = from_report(report({"ingredients": [shown] * 90}, {"v": shown}), {"self#1": JPEG})
    count = sum(bool(each.thumbnail) for each in told.manifests[0].ingredients)
    assert count + sum(bool(each.thumbnail) for each in told.manifests) == MAX_THUMBNAILS


def test_ingredients_that_name_one_another_come_once() -> None:
    def naming(urn: str) -> dict[str, Any]:
        return {"ingredients": [taken_in(active_manifest=urn)]}

    told = from_report(report(naming("v"), {"v": naming("w"), "w": naming("u")}))
    assert [manifest.urn for manifest in told.manifests] == ["u", "v", "w"]


@pytest.mark.parametrize("name", sorted(_SENTENCES))
def test_every_action_has_a_sentence_without_a_judgement(name: str) -> None:
    for kind in (None, *_CREATED):
        sentence = sentence_of(name, kind)
        assert sentence[0].isupper()
        assert not sentence.endswith(".")
        assert not any(word in sentence.lower() for word in ("fake", "real ", "authentic"))


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("c2pa.created", "trainedAlgorithmicMedia", "Made by a trained model"),
        ("c2pa.created", "digitalCapture", "Taken by a digital camera"),
        ("c2pa.created", "somethingNew", "Made the picture"),
        ("c2pa.opened", None, "Opened an existing picture"),
        ("c2pa.edited", "trainedAlgorithmicMedia", "Edited the picture, with a trained model"),
        ("c2pa.placed", None, "Placed another picture into it"),
        ("org.x.y", None, "Did something that this site does not know (org.x.y)"),
    ],
)
def test_sentences(name: str, kind: str | None, sentence: str) -> None:
    assert sentence_of(name, kind) == sentence


def test_what_no_database_takes_is_made_harmless() -> None:
    cleaned = storable({"a\0": ["\ud800x", float("inf"), float("nan"), 1.5, None, True]})
    assert cleaned == {"a\ufffd": ["\ufffdx", None, None, 1.5, None, True]}
    deep: Any = 1
    for _ in range(200):
        deep = [deep]
    with pytest.raises(ValueError, match="deeper"):
        storable(deep)
