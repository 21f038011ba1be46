"""The decision table, whole: every combination of signals against rules written down a second time."""

from dataclasses import replace
from itertools import product

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
from provenance.verdict import DIFFERENT_LOOK, Verdict, VerdictKind, decide, together

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
    "A, alike": WatermarkFinding(PRESENT, A, overlap=1.0, look_distance=ALIKE),
    "A, different": WatermarkFinding(PRESENT, A, overlap=1.0, look_distance=DIFFERENT, looks_different=True),
    "A, not compared": WatermarkFinding(PRESENT, A),
    "B": WatermarkFinding(PRESENT, B, overlap=0.4, look_distance=ALIKE),
    "unknown": WatermarkFinding(PRESENT, payload="00000000000000ff"),
}
LOOKALIKE = {
    "none": LookalikeFinding(),
    "A": LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,)),
    "B": LookalikeFinding(PRESENT, B, candidates=1, candidate_ids=(B,)),
    "several with A": LookalikeFinding(PRESENT, candidates=2, candidate_ids=(A, C)),
    "several without A": LookalikeFinding(PRESENT, candidates=2, candidate_ids=(B, C)),
}
DERIVED = {
    "none": DerivedFinding(),
    "A": DerivedFinding(PRESENT, (A,), 40, method="hash"),
    "C and B": DerivedFinding(PRESENT, (C, B), 12, method="local features"),
}
ROWS = list(product(EXACT, MANIFEST, WATERMARK, LOOKALIKE, DERIVED))
Row = tuple[str, str, str, str, str]


def evidence_of(row: Row) -> Evidence:
    exact, manifest, watermark, alike, derived = row
    return Evidence(
        sha256="0" * 64,
        width=512,
        height=512,
        format="PNG",
        exact=EXACT[exact],
        manifest=MANIFEST[manifest],
        watermark=WATERMARK[watermark],
        lookalike=LOOKALIKE[alike],
        derived=DERIVED[derived],
    )


def images_in(*labels: str) -> set[str]:
    """The images that labels name: a label speaks of image A or B in capitals, and `several` names none."""
    single = [label for label in labels if not label.startswith("several")]
    return {name for letter, name in (("A", A), ("B", B)) if any(letter in label.split() for label in single)}


def expected(row: Row) -> tuple[VerdictKind, str | None]:
    exact, manifest, watermark, alike, _ = row
    if exact == "A" or manifest in ("intact A", "intact A, unknown look"):
        return VerdictKind.OURS_INTACT, A
    if manifest == "intact A, different":
        return VerdictKind.CONFLICTING, None
    named = images_in(*(label.replace(",", "") for label in row[:4]))
    looks_like_a = alike in ("A", "several with A")
    watermark_fits_a = watermark in ("A, alike", "A, not compared")
    # Anyone can copy a manifest, so another signal must name the same image.
    looks_like_b = alike in ("B", "several without A")
    manifest_moved = (manifest.startswith("broken A") and not (looks_like_a or watermark_fits_a)) or (
        manifest == "broken B" and not (looks_like_b or watermark == "B")
    )
    watermark_moved = watermark == "A, different" and not looks_like_a
    several_others = (alike, named) in (("several without A", {A}), ("several with A", {B}))
    if manifest_moved or watermark_moved or several_others or len(named) == 2:
        return VerdictKind.CONFLICTING, None
    if named:
        return VerdictKind.OURS_ALTERED, named.pop()
    if alike.startswith("several"):
        return VerdictKind.OURS_ALTERED, None
    return VerdictKind.NO_EVIDENCE, None


def test_the_table_is_whole() -> None:
    assert len(ROWS) == 2 * 9 * 6 * 5 * 3


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
    # What was made from the picture is told in every case, and never makes the picture ours.
    assert set(verdict.derived_ids) == set(evidence.derived.image_ids) - set(verdict.named_ids)
    without = decide(replace(evidence, derived=DerivedFinding()))
    assert (without.kind, without.image_id, without.named_ids) == (
        verdict.kind,
        verdict.image_id,
        verdict.named_ids,
    )


KNOWN: list[tuple[tuple[str, str, str, str], Verdict]] = [
    # Nothing at all, and things that are not ours.
    (("none", "none", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "unreadable", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "foreign", "none", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    (("none", "none", "unknown", "none"), Verdict(VerdictKind.NO_EVIDENCE)),
    # One signal is enough.
    (("A", "none", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
    (("none", "intact A", "none", "none"), Verdict(VerdictKind.OURS_INTACT, A, (A,))),
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
    (("none", "broken A, different", "A, not compared", "none"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "broken A, different", "none", "A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "none", "A, different", "A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    # Both marks moved together: the one does not vouch for the other.
    (("none", "broken A, different", "A, different", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    # Two signals that name different images, the stronger first.
    (("none", "broken B", "A, alike", "none"), Verdict(VerdictKind.CONFLICTING, None, (B, A))),
    (("none", "none", "A, alike", "B"), Verdict(VerdictKind.CONFLICTING, None, (A, B))),
    (
        ("none", "none", "A, alike", "several without A"),
        Verdict(VerdictKind.CONFLICTING, None, (A, B, C)),
    ),
    # A manifest on other bytes says nothing alone: anyone can put it there, onto what looks alike as well.
    (("none", "broken A, alike", "none", "none"), Verdict(VerdictKind.CONFLICTING, None, (A,))),
    (("none", "broken A, alike", "A, alike", "none"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    (("none", "broken A, alike", "none", "several with A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
    # Our intact signature binds the very bytes: what else is in them was there when we signed.
    (("none", "intact A", "B", "B"), Verdict(VerdictKind.OURS_INTACT, A, (A, B))),
    # A watermark tells apart what looks alike.
    (("none", "none", "A, alike", "several with A"), Verdict(VerdictKind.OURS_ALTERED, A, (A,))),
]


@pytest.mark.parametrize(("row", "verdict"), KNOWN, ids=[" / ".join(row) for row, _ in KNOWN])
def test_known_answers(row: tuple[str, str, str, str], verdict: Verdict) -> None:
    assert decide(evidence_of((*row, "none"))) == verdict


def test_a_part_whose_quarters_agree_need_not_look_like_the_whole() -> None:
    captioned = WatermarkFinding(PRESENT, A, overlap=0.9, look_distance=130, looks_different=False)
    evidence = Evidence("0" * 64, 200, 200, "PNG", watermark=captioned)
    assert decide(evidence) == Verdict(VerdictKind.OURS_ALTERED, A, (A,))


def test_a_picture_that_images_were_made_from_is_not_ours() -> None:
    found = decide(Evidence(derived=DERIVED["C and B"]))
    assert found == Verdict(VerdictKind.NO_EVIDENCE, derived_ids=(C, B))


def test_an_image_that_is_named_is_not_listed_as_made_from_itself() -> None:
    found = decide(Evidence(watermark=WATERMARK["A, alike"], derived=DerivedFinding(PRESENT, (C, A), 30)))
    assert found == Verdict(VerdictKind.OURS_ALTERED, A, (A,), derived_ids=(C,))


class TestErrorBound:
    MARK = WatermarkFinding(PRESENT, A, error_probability=1e-9)
    ALIKE = LookalikeFinding(PRESENT, A, candidates=1, candidate_ids=(A,), error_probability=1e-6)
    SEVERAL = LookalikeFinding(PRESENT, candidates=2, candidate_ids=(A, C), error_probability=1e-4)

    def bound(self, **findings: object) -> float | None:
        return decide(replace(Evidence(), **findings)).error_bound  # type: ignore[arg-type]

    def test_of_one_finding_is_its_own(self) -> None:
        assert self.bound(watermark=self.MARK) == pytest.approx(1e-9)
        assert self.bound(lookalike=self.ALIKE) == pytest.approx(1e-6)
        assert self.bound(lookalike=self.SEVERAL) == pytest.approx(1e-4)

    def test_of_two_independent_ones_is_smaller_than_either(self) -> None:
        found = self.bound(watermark=self.MARK, lookalike=self.ALIKE)
        # x (1 - ln x) with x = 1e-15
        assert found == pytest.approx(1e-15 * (1 + 15 * 2.302585), rel=1e-6)

    def test_a_manifest_on_other_bytes_does_not_count(self) -> None:
        broken = ManifestFinding(PRESENT, "Invalid", A, look_distance=20)
        assert self.bound(manifest=broken, lookalike=self.ALIKE) == pytest.approx(1e-6)

    def test_signature_and_bytes_count_once(self) -> None:
        signed = ManifestFinding(PRESENT, "Trusted", A, intact=True, error_probability=1e-38)
        exact = ExactFinding(PRESENT, A, "PNG", error_probability=1e-38)
        assert self.bound(manifest=signed, exact=exact) == pytest.approx(1e-38)

    def test_what_names_another_image_does_not_support_this_one(self) -> None:
        signed = ManifestFinding(PRESENT, "Trusted", B, intact=True, error_probability=1e-38)
        assert self.bound(manifest=signed, watermark=self.MARK) == pytest.approx(1e-38)

    def test_without_a_claim_or_a_number_there_is_none(self) -> None:
        assert self.bound() is None
        assert self.bound(manifest=ManifestFinding(PRESENT, "Invalid", A)) is None
        assert self.bound(watermark=replace(self.MARK, looks_different=True)) is None

    def test_no_error_is_impossible(self) -> None:
        assert 0 < together([1e-200, 1e-200]) < 1e-290
        assert together([1.0, 1.0]) == 1.0

    def test_holds_for_independent_errors(self) -> None:
        """Two uniform chances have a product of 0.01 or less with probability 0.0561."""
        assert together([0.1, 0.1]) == pytest.approx(0.0560517, rel=1e-5)


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
    signed = ManifestFinding(PRESENT, "Trusted", A, intact=True)
    assert decide(Evidence("0" * 64, 9, 9, "PNG", manifest=signed)).kind is VerdictKind.OURS_INTACT
