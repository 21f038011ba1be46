"""What the public page says, for every combination of what may have been found."""

import re
from collections.abc import Iterator
from itertools import product

import pytest

from provenance.answers import Answer, answer
from provenance.evidence import (
    Evidence,
    ExactFinding,
    LookalikeFinding,
    ManifestFinding,
    Presence,
    WatermarkFinding,
)
from provenance.verdict import VerdictKind, decide

ID = "0d9e1c1e-90ab-4c7b-9e2f-3f6f1f0f7a11"
OTHER_ID = "6f1de0c4-0c3d-4f5e-8a35-b54a40a6f3a2"
PRESENT, ABSENT, UNREADABLE = Presence
# Numbers that stand in the evidence and nowhere else, so that one on the page must come from there.
PDQ, PHASH, LOOK = 4711, 4712, 4713
SHA256 = "ab12" * 16

EXACT = (ExactFinding(), ExactFinding(PRESENT, ID, "PNG"))
MANIFESTS = (
    ManifestFinding(),
    ManifestFinding(UNREADABLE),
    ManifestFinding(PRESENT, "Valid", signer="Someone else", generator="Model X", urn="urn:c2pa:1"),
    ManifestFinding(PRESENT, "Valid"),
    ManifestFinding(PRESENT, "Remote"),
    ManifestFinding(PRESENT, "Invalid", failures=("assertion.dataHash.mismatch",)),
    ManifestFinding(PRESENT, "Trusted", urn="urn:c2pa:2"),
    ManifestFinding(PRESENT, "Trusted", ID, intact=True, look_distance=0),
    ManifestFinding(PRESENT, "Invalid", ID, look_distance=LOOK),
    ManifestFinding(PRESENT, "Invalid", OTHER_ID, look_distance=0),
)
WATERMARKS = (
    WatermarkFinding(),
    WatermarkFinding(UNREADABLE),
    WatermarkFinding(PRESENT, ID, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20, True, 0),
    WatermarkFinding(PRESENT, ID, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20, True, LOOK),
    WatermarkFinding(PRESENT, None, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20),
)
LOOKALIKES = (
    LookalikeFinding(),
    LookalikeFinding(UNREADABLE, quality=3),
    LookalikeFinding(PRESENT, ID, PDQ, PHASH, 1.25, 77, 1, (ID,)),
    LookalikeFinding(PRESENT, OTHER_ID, PDQ, PHASH, 1.25, 77, 1, (OTHER_ID,)),
    LookalikeFinding(PRESENT, None, PDQ, PHASH, 1.25, 77, 3, (ID, OTHER_ID, "third")),
)
ALL = [
    Evidence(SHA256, 640, 480, "PNG", exact=e, manifest=m, watermark=w, lookalike=a)
    for e, m, w, a in product(EXACT, MANIFESTS, WATERMARKS, LOOKALIKES)
]
NOTHING = Evidence(SHA256, 640, 480, "PNG")
FORBIDDEN = re.compile(r"\b(authentic|authenticity|real|fake)\b", re.IGNORECASE)
NEVER = (
    ID,
    OTHER_ID,
    SHA256,
    "00ff00ff",
    str(PDQ),
    str(PHASH),
    str(LOOK),
    "1.25",
    "77",
    "1e-20",
    "urn:",
    "@",
)


def said(given: Answer) -> Iterator[str]:
    yield from (given.title, given.sentence, given.meaning)
    for line in given.lines:
        yield from (line.title, line.sentence)


@pytest.mark.parametrize("kind", VerdictKind)
def test_no_sentence_says_more_than_it_may(kind: VerdictKind) -> None:
    """For every evidence, also with a verdict that does not belong to it: nothing may slip through."""
    for evidence in ALL:
        text = " ".join(said(answer(evidence, kind)))
        assert not FORBIDDEN.search(text), text
        assert [word for word in NEVER if word in text] == []


def test_every_answer_has_three_lines_that_say_something() -> None:
    for evidence in ALL:
        lines = answer(evidence, decide(evidence).kind).lines
        assert len({line.title for line in lines}) == 3
        assert all(len(line.sentence) > 20 for line in lines)


def test_each_verdict_looks_and_reads_differently() -> None:
    answers = [answer(NOTHING, kind) for kind in VerdictKind]
    assert len({given.css_class for given in answers}) == len(answers)
    assert len({given.title for given in answers}) == len(answers)


def test_finding_nothing_proves_nothing_and_the_page_says_so() -> None:
    for evidence in ALL:
        if decide(evidence).kind is VerdictKind.NO_EVIDENCE:
            assert "proves nothing" in answer(evidence, VerdictKind.NO_EVIDENCE).meaning


def test_a_mark_that_names_no_known_picture_is_not_called_no_trace() -> None:
    evidence = Evidence(SHA256, 9, 9, "PNG", watermark=WATERMARKS[-1])
    given = answer(evidence, decide(evidence).kind)
    assert "mark of ours" in given.sentence
    assert "no trace" not in given.title
    assert "no trace" in answer(NOTHING, VerdictKind.NO_EVIDENCE).title


@pytest.mark.parametrize("presence", Presence)
def test_every_presence_gives_its_own_sentence(presence: Presence) -> None:
    def sentences(presence: Presence) -> list[str]:
        evidence = Evidence(
            SHA256,
            9,
            9,
            "PNG",
            manifest=ManifestFinding(presence, "Valid", signer="Someone"),
            watermark=WatermarkFinding(presence, ID if presence is PRESENT else None),
            lookalike=LookalikeFinding(presence, candidates=int(presence is PRESENT)),
        )
        given = answer(evidence, VerdictKind.NO_EVIDENCE)
        assert [line.presence for line in given.lines] == [presence] * 3
        return [line.sentence for line in given.lines]

    mine = sentences(presence)
    for other in set(Presence) - {presence}:
        assert not set(mine) & set(sentences(other))


def test_the_same_bytes_are_said_to_be_the_same() -> None:
    given = answer(Evidence(SHA256, 9, 9, "PNG", exact=EXACT[1]), VerdictKind.OURS_INTACT)
    assert "byte for byte" in given.lines[2].sentence
    assert given.lines[2].presence == PRESENT


def test_a_foreign_signer_is_named_and_not_vouched_for() -> None:
    line = answer(Evidence(SHA256, 9, 9, "PNG", manifest=MANIFESTS[2]), VerdictKind.NO_EVIDENCE).lines[0]
    assert "“Someone else”" in line.sentence
    assert "do not vouch" in line.sentence


@pytest.mark.parametrize("state", ["Trusted", "Valid"])
def test_another_customer_of_our_authority_is_a_stranger(state: str) -> None:
    finding = ManifestFinding(PRESENT, state, signer="Another customer")
    given = answer(Evidence(SHA256, 9, 9, "PNG", manifest=finding), VerdictKind.NO_EVIDENCE)
    assert "by us" not in given.lines[0].sentence
    assert "“Another customer”" in given.lines[0].sentence
    assert "no trace" in given.title


def test_a_record_that_does_not_hold_is_given_no_owner() -> None:
    """It may be one of ours whose certificate has expired."""
    finding = ManifestFinding(PRESENT, "Invalid", signer="Somebody")
    sentence = answer(Evidence(manifest=finding), VerdictKind.NO_EVIDENCE).lines[0].sentence
    assert not re.search(r"\b(us|ours|someone|Somebody|else)\b", sentence)
