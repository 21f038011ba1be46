"""Evidence goes into a JSON column and comes back as the same value."""

import json
from dataclasses import FrozenInstanceError, fields

import pytest

from provenance.evidence import (
    DerivedFinding,
    Evidence,
    ExactFinding,
    LookalikeFinding,
    ManifestFinding,
    Presence,
    WatermarkFinding,
)

FULL = Evidence(
    sha256="0f" * 32,
    width=640,
    height=480,
    format="WEBP",
    notes=("turned upright as the file says", "transparent parts were put on white"),
    manifest=ManifestFinding(
        presence=Presence.PRESENT,
        state="Invalid",
        image_id="image-a",
        tampered_ingredient=True,
        signer="Somebody “quoted” & <tagged>",
        generator="Model",
        signed_at="2026-11-22T12:00:00+00:00",
        urn="urn:c2pa:1",
        failures=("assertion.dataHash.mismatch",),
        ingredient_failures=("one", "two"),
        look_distance=12,
        error_probability=1e-12,
    ),
    watermark=WatermarkFinding(
        Presence.PRESENT, "image-a", "00ff00ff00ff00ff", "dwtDctSvd 1", 2.5e-20, 0.5, 6, True, 2.5e-20
    ),
    exact=ExactFinding(Presence.PRESENT, "image-a", "WEBP", 2.9e-39),
    lookalike=LookalikeFinding(
        Presence.PRESENT,
        None,
        4,
        8,
        1.5,
        77,
        2,
        ("image-a", "image-b"),
        "local features",
        14,
        0.5,
        (0.5, 0.0, 0.25, 0.0, 0.5, 0.25),
        1e-10,
        3,
    ),
    derived=DerivedFinding(
        Presence.PRESENT, ("image-c",), 20, 30, "hash", 9, 0.75, (1.0, 0.0, 0.0, 0.0, 1.0, 0.0), 1e-9
    ),
    milliseconds={"exact": 0.4, "watermark": 12.5},
)


@pytest.mark.parametrize("evidence", [FULL, Evidence("", 1, 1, "PNG")], ids=["everything", "nothing"])
def test_survives_json(evidence: Evidence) -> None:
    restored = Evidence.from_json(json.loads(json.dumps(evidence.to_json())))
    assert restored == evidence
    # A presence is compared by identity in the verdict, and a list in place of a tuple would not be hashable.
    assert all(
        isinstance(getattr(restored, name).presence, Presence)
        for name in ("manifest", "watermark", "exact", "lookalike", "derived")
    )
    assert isinstance(restored.manifest.failures, tuple)


def test_the_test_above_fills_in_every_field() -> None:
    """Otherwise a new field could be lost on its way through the database unseen."""
    for finding in (FULL.manifest, FULL.watermark, FULL.exact, FULL.lookalike, FULL.derived):
        empty = type(finding)()
        same = {f.name for f in fields(finding) if getattr(finding, f.name) == getattr(empty, f.name)}
        assert same <= {"intact", "image_id"}


def test_nothing_looked_for_is_nothing_found() -> None:
    bare = Evidence("", 1, 1, "PNG")
    findings = (bare.manifest, bare.watermark, bare.exact, bare.lookalike)
    assert {finding.presence for finding in (*findings, bare.derived)} == {Presence.ABSENT}
    assert [finding.image_id for finding in findings] == [None] * 4


def test_evidence_cannot_be_changed_afterwards() -> None:
    with pytest.raises(FrozenInstanceError):
        FULL.exact.image_id = "image-b"  # type: ignore[misc]


def test_a_row_says_which_version_wrote_it() -> None:
    assert FULL.to_json()["version"] == FULL.version >= 1
    assert Evidence.from_json({**FULL.to_json(), "version": 99}).version == 99
    assert Evidence.from_json({}).version == 0


def test_what_a_later_version_added_is_left_out() -> None:
    value = FULL.to_json()
    value["dream"] = {"presence": "present"}
    value["watermark"]["depth"] = 3
    assert Evidence.from_json(value) == FULL


@pytest.mark.parametrize("name", ["manifest", "watermark", "exact", "lookalike", "derived"])
@pytest.mark.parametrize("missing", ["absent", None, {}])
def test_what_an_earlier_version_lacked_was_not_looked_for(name: str, missing: object) -> None:
    value = {**FULL.to_json(), name: missing}
    if missing == "absent":
        del value[name]
    assert getattr(Evidence.from_json(value), name) == type(getattr(FULL, name))()


def test_a_missing_number_or_flag_gets_its_default() -> None:
    value = FULL.to_json()
    del value["watermark"]["looks_different"], value["sha256"], value["notes"]
    restored = Evidence.from_json(value)
    assert (restored.watermark.looks_different, restored.sha256, restored.notes) == (False, "", ())
    assert restored.watermark.image_id == FULL.watermark.image_id


@pytest.mark.parametrize("word", ["partly", "", None, 3, ["present"]])
def test_an_unknown_presence_is_not_absence(word: object) -> None:
    value = {**FULL.to_json(), "exact": {"presence": word}}
    assert Evidence.from_json(value).exact.presence is Presence.UNREADABLE
