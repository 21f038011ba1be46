"""The decision table, whole: every combination of signals against rules written down a second time."""

from itertools import product

import pytest

from provenance.evidence import (
    Evidence,
    ExactFinding,
    LookalikeFinding,
    ManifestFinding,
    Presence,
    WatermarkFinding,
)
from provenance.verdict import DIFFERENT_LOOK, Verdict, VerdictKind, decide

A, B, C = "image-a", "image-b", "image-c"
ALIKE, DIFFERENT = DIFFERENT_LOOK, DIFFERENT_LOOK + 1
PRESENT = Presence.PRESENT

EXACT = {"none": ExactFinding(), "A": ExactFinding(PRESENT, A, "PNG")}
MANIFEST = {
    "none": ManifestFinding(),
    "unreadable": ManifestFinding(Presence.UNREADABLE),
    "foreign": ManifestFinding(PRESENT, state="Valid", signer="Someone else"),
    "intact A": ManifestFinding(PRESENT, "Trusted", A, intact=True, look_distance=0),
    "intact A, unknown look": ManifestFinding(PRESENT, "Trusted", A, intact=True),
    "intact A, different": ManifestFinding(PRESENT, "Trusted", A, intact=True, look_distance=DIFFERENT),
    "broken A, alike": ManifestFinding(PRESENT, "Invalid", A, look_distance=ALIKE),
    "broken A, different": ManifestFinding(PRESENT, "Invalid", A, look_distance=DIFFERENT),
    "broken B": ManifestFinding(PRESENT, "Invalid", B, look_distance=ALIKE),
}
WATERMARK = {
    "none": WatermarkFinding(),
    "A, alike": WatermarkFinding(PRESENT, A, keeps_geometry=True, look_distance=ALIKE),
    "A, different": WatermarkFinding(PRESENT, A, keeps_geometry=True, look_distance=DIFFERENT),
    "A, a part": WatermarkFinding(PRESENT, A, keeps_geometry=False, look_distance=DIFFERENT),
    "B": WatermarkFinding(PRESENT, B, keeps_geometry=True, look_distance=ALIKE),
    "unknown": WatermarkFinding(PRESENT, payload="00000000000000ff", keeps_geometry=True),
}
LOOKALIKE = {
    "none": LookalikeFinding(),
    "A": LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,)),
    "B": LookalikeFinding(PRESENT, B, candidates=1, candidate_ids=(B,)),
    "several with A": LookalikeFinding(PRESENT, candidates=2, candidate_ids=(A, C)),
    "several without A": LookalikeFinding(PRESENT, candidates=2, candidate_ids=(B, C)),
}
ROWS = list(product(EXACT, MANIFEST, WATERMARK, LOOKALIKE))
Row = tuple[str, str, str, str]


def evidence_of(row: Row) -> Evidence:
    exact, manifest, watermark, alike = row
    return Evidence(
        sha256="0" * 64,
        width=512,
        height=512,
        format="PNG",
        exact=EXACT[exact],
        manifest=MANIFEST[manifest],
        watermark=WATERMARK[watermark],
        lookalike=LOOKALIKE[alike],
    )


def images_in(*labels: str) -> set[str]:
    """The images that labels name: a label speaks of image A or B in capitals, and `several` names none."""
    single = [label for label in labels if not label.startswith("several")]
    return {name for letter, name in (("A", A), ("B", B)) if any(letter in label.split() for label in single)}


def expected(row: Row) -> tuple[VerdictKind, str | None]:
    exact, manifest, watermark, alike = row
    if exact == "A" or manifest in ("intact A", "intact A, unknown look"):
        return VerdictKind.OURS_INTACT, A
    if manifest == "intact A, different":
        return VerdictKind.CONFLICTING, None
    named = images_in(*(label.replace(",", "") for label in row))
    looks_like_a = alike in ("A", "several with A")
    manifest_moved = manifest == "broken A, different" and not (looks_like_a or watermark.startswith("A"))
    watermark_moved = watermark == "A, different" and not looks_like_a
    if manifest_moved or watermark_moved or len(named) == 2:
        return VerdictKind.CONFLICTING, None
    if named:
        return VerdictKind.OURS_ALTERED, named.pop()
    if alike.startswith("several"):
        return VerdictKind.OURS_ALTERED, None
    return VerdictKind.NO_EVIDENCE, None


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 2 * 9 * 6 * 5


def test_every_combination() -> None:
    for row in ROWS:
        verdict = decide(evidence_of(row))
        assert (verdict.kind, verdict.image_id) == expected(row), " / ".join(row)


def test_what_holds_for_every_combination() -> None:
    for row in ROWS:
        assert_what_always_holds(row)


def assert_what_always_holds(row: Row) -> None:
    evidence = evidence_of(row)
    verdict = decide(evidence)
    findings = (evidence.exact, evidence.manifest, evidence.watermark, evidence.lookalike)
    names_something = any(finding.image_id for finding in findings) or evidence.lookalike.candidates > 1
    looks_wrong = (evidence.manifest.look_distance or 0) > DIFFERENT_LOOK
    proven = evidence.exact.presence is PRESENT or (evidence.manifest.intact and not looks_wrong)
    assert (verdict.kind is VerdictKind.OURS_INTACT) == proven
    assert (verdict.kind is VerdictKind.NO_EVIDENCE) == (not names_something)
    assert (verdict.kind is VerdictKind.NO_EVIDENCE) == (verdict.named_ids == ())
    if verdict.kind is VerdictKind.CONFLICTING:
        assert verdict.image_id is None
    if verdict.image_id is not None:
        assert verdict.image_id in verdict.named_ids
    assert len(set(verdict.named_ids)) == len(verdict.named_ids)


KNOWN: list[tuple[Row, Verdict]] = [
    # Nothing at all, and things that are not ours.
    (("none", "none", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "unreadable", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "foreign", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "none", "unknown", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    # One signal is enough.
    (("A", "none", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
    (("none", "intact A", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
    (("none", "broken A, alike", "none", "none"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "none", "A, alike", "none"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "none", "none", "A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "none", "none", "several with A"), Verdict(VerdictKind.OURS_ALTERED, None, (A, C))),
    # A mark moved onto another picture, alone and with a look-alike that says what the picture is.
    (("none", "broken A, different", "none", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    (("none", "none", "A, different", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    (("none", "none", "A, different", "B"), Verdict(VerdictKind.CONFLICTING, None, (A, B))),
    # Bytes that we signed look as they did; a picture that does not was never what the signature says.
    (("none", "intact A, different", "none", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    (("none", "intact A, different", "A, alike", "A"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    (("none", "intact A, unknown look", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
    (("A", "intact A, different", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
    # A picture that was cut keeps its manifest and looks different: pixels that name the same image tell.
    (("none", "broken A, different", "A, a part", "none"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "broken A, different", "none", "A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "none", "A, different", "A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    # Both marks moved together: the one does not vouch for the other.
    (("none", "broken A, different", "A, different", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    # Two signals that name different images, the stronger first.
    (("none", "broken B", "A, alike", "none"), Verdict(VerdictKind.CONFLICTING, None, (B, A))),
    (("none", "none", "A, alike", "B"), Verdict(VerdictKind.CONFLICTING, None, (A, B))),
    # Our intact signature binds the very bytes: what else is in them was there when we signed.
    (("none", "intact A", "B", "B"), Verdict(VerdictKind.OURS_INTACT, A, (A, B))),
    # A watermark tells apart what looks alike.
    (("none", "none", "A, alike", "several with A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
]


@pytest.mark.parametrize(("row", "verdict"), KNOWN, ids=[" / ".join(row) for row, _ in KNOWN])
def test_known_answers(row: Row, verdict: Verdict) -> None:
    assert decide(evidence_of(row)) == verdict


def test_a_cropped_copy_need_not_look_like_the_whole() -> None:
    cropped = WatermarkFinding(PRESENT, A, keeps_geometry=False, look_distance=130)
    evidence = Evidence("0" * 64, 200, 200, "PNG", watermark=cropped)
    assert decide(evidence) == Verdict(VerdictKind.OURS_ALTERED, A, (A,))


def test_the_bytes_are_stronger_than_an_intact_signature() -> None:
    evidence = Evidence(
        "0" * 64,
        200,
        200,
        "PNG",
        exact=EXACT["A"],
        manifest=ManifestFinding(PRESENT, "Trusted", B, intact=True),
    )
    assert decide(evidence) == Verdict(VerdictKind.OURS_INTACT, A, (A, B))


def test_an_unknown_distance_is_not_a_different_look() -> None:
    evidence = Evidence(
        "0" * 64, 9, 9, "PNG", watermark=WatermarkFinding(PRESENT, A, keeps_geometry=True, look_distance=None)
    )
    assert decide(evidence).kind is VerdictKind.OURS_ALTERED
