"""The line of the answer about credentials, for everything that may be found in a file."""

import pytest

from provenance.credentials.standing import isolated
from provenance.credentials.summary import Own, own_state, summarise
from provenance.evidence import ManifestFinding, Presence
from tests.unit.provenance.credentials.histories import action, history, manifest

PRESENT, ABSENT, UNREADABLE = Presence
ID = "0d9e1c1e-90ab-4c7b-9e2f-3f6f1f0f7a11"
CHANGED = ("assertion.dataHash.mismatch",)
OTHER = ManifestFinding(PRESENT, "Valid", signer="Someone else", failures=("signingCredential.untrusted",))


@pytest.mark.parametrize(
    ("finding", "own"),
    [
        (ManifestFinding(), Own.NONE),
        (ManifestFinding(UNREADABLE), Own.UNREADABLE),
        (ManifestFinding(PRESENT, "Remote"), Own.ELSEWHERE),
        (ManifestFinding(PRESENT, "Trusted", ID, intact=True), Own.OURS),
        (ManifestFinding(PRESENT, "Invalid", ID, intact=True), Own.OURS),
        (ManifestFinding(PRESENT, "Invalid", ID, failures=CHANGED), Own.OURS_CHANGED),
        (OTHER, Own.OTHER),
        (ManifestFinding(PRESENT, "Trusted", signer="Tracery"), Own.OTHER),
        (ManifestFinding(PRESENT, "Invalid", failures=("signingCredential.expired",)), Own.OTHER),
        (ManifestFinding(PRESENT, "Invalid", failures=CHANGED), Own.BROKEN),
        (ManifestFinding(PRESENT, "Invalid", failures=("signingCredential.untrusted", *CHANGED)), Own.BROKEN),
        (ManifestFinding(PRESENT, "Invalid"), Own.BROKEN),
    ],
)
def test_what_the_file_carries(finding: ManifestFinding, own: Own) -> None:
    assert own_state(finding) is own
    assert summarise(finding, None, recovered=False).own is own


def test_somebody_elses_record_is_quoted_and_not_vouched_for() -> None:
    said = summarise(OTHER, history(manifest()), recovered=False)
    who = isolated("Someone else")
    assert said.sentence == (
        f"This file carries Content Credentials by {who}, which say: “Made by a trained model.” "
        "We do not vouch for that."
    )
    assert said.is_whole


def test_a_quotation_is_short() -> None:
    names = ("c2pa.created", "c2pa.cropped", "c2pa.edited", "c2pa.filtered", "c2pa.drawing")
    said = summarise(OTHER, history(manifest(actions=tuple(action(name) for name in names))), recovered=False)
    assert said.sentence.count(".") == 4


@pytest.mark.parametrize(
    "finding", [ManifestFinding(PRESENT, "Invalid", failures=CHANGED), ManifestFinding()]
)
def test_what_does_not_hold_is_not_quoted(finding: ManifestFinding) -> None:
    assert summarise(finding, history(manifest()), recovered=False).sentence == ""


def test_a_signer_without_a_name_and_without_actions() -> None:
    nameless = ManifestFinding(PRESENT, "Valid")
    assert "somebody who gives no name" in summarise(nameless, history(manifest()), recovered=False).sentence
    assert summarise(nameless, history(manifest(actions=())), recovered=False).sentence == ""


@pytest.mark.parametrize("finding", [ManifestFinding(), OTHER, ManifestFinding(UNREADABLE)])
def test_what_was_recovered_is_said_first(finding: ManifestFinding) -> None:
    said = summarise(finding, None, recovered=True)
    assert said.recovered
    assert "We kept the ones" in said.sentence
    assert said.link == "See the recovered Content Credentials"
    assert said.is_whole == (finding.presence is ABSENT), "twice the same would be said of a file without any"
