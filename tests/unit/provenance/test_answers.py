"""What the public page says, for every combination of what may have been found."""

import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from provenance.answers import Answer, Certainty, answer
from provenance.credentials.standing import isolated
from provenance.evidence import (
    DerivedFinding,
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
    WatermarkFinding(PRESENT, ID, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20, 0.77, 0, error_probability=1e-20),
    WatermarkFinding(PRESENT, ID, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20, 0.77, LOOK, looks_different=True),
    WatermarkFinding(PRESENT, None, "00ff00ff00ff00ff", "dwtDctSvd 1", 1e-20),
)
LOOKALIKES = (
    LookalikeFinding(),
    LookalikeFinding(UNREADABLE, quality=3),
    LookalikeFinding(PRESENT, ID, PDQ, PHASH, 1.25, 77, 1, (ID,)),
    LookalikeFinding(PRESENT, OTHER_ID, PDQ, PHASH, 1.25, 77, 1, (OTHER_ID,)),
    LookalikeFinding(PRESENT, None, PDQ, PHASH, 1.25, 77, 3, (ID, OTHER_ID, "third")),
    LookalikeFinding(
        PRESENT,
        ID,
        PDQ,
        PHASH,
        1.25,
        77,
        1,
        (ID,),
        "local features",
        4714,
        0.77,
        (1.25, 0, 0, 0, 1, 0),
        1e-20,
    ),
)
DERIVED = (
    DerivedFinding(),
    DerivedFinding(PRESENT, (ID, OTHER_ID), PDQ, LOOK, "local features", 4714, 0.77, None, 1e-20),
    DerivedFinding(PRESENT, (ID, OTHER_ID), None, LOOK, "hash", error_probability=1e-20),
)
# What stands in an answer for the last of DERIVED depends on a mark and a look at most.
ALL = [
    Evidence(SHA256, 640, 480, "PNG", exact=e, manifest=m, watermark=w, lookalike=a, derived=d)
    for e, m, w, a, d in (
        *product(EXACT, MANIFESTS, WATERMARKS, LOOKALIKES, DERIVED[:2]),
        *product(EXACT[:1], MANIFESTS[:1], WATERMARKS, LOOKALIKES, DERIVED[2:]),
    )
]
NOTHING = Evidence(SHA256, 640, 480, "PNG")
UNCOMPARED = Evidence(watermark=replace(WATERMARKS[2], overlap=None, look_distance=None))
FORBIDDEN = re.compile(r"\b(authentic|authenticity|real|fake)\b", re.IGNORECASE)
NEVER = (
    ID,
    OTHER_ID,
    SHA256,
    "00ff00ff",
    str(PDQ),
    str(PHASH),
    str(LOOK),
    "4714",
    "local features",
    "third",
    "1.25",
    "77",
    "1e-20",
    "urn:",
    "@",
)


def said(given: Answer) -> Iterator[str]:
    yield from (given.title, given.sentence, given.how_sure, given.meaning, given.next_step)
    for line in given.lines:
        yield from (line.title, line.sentence)


def told(evidence: Evidence) -> Answer:
    return answer(evidence, decide(evidence).kind)


TOLD = [(evidence, told(evidence)) for evidence in ALL]


@pytest.mark.parametrize("kind", VerdictKind)
def test_no_sentence_says_more_than_it_may(kind: VerdictKind) -> None:
    """For every evidence, also with a verdict that does not belong to it: nothing may slip through."""
    sentences: set[str] = set()
    for evidence in ALL:
        given = answer(evidence, kind)
        sentences.update(said(given))
        sentences.add(given.owner_note or given.title)
    for evidence in (NOTHING, Evidence(lookalike=LOOKALIKES[4])):
        sentences.update(said(answer(evidence, kind, drawn_in_part=True)))
    text = " ".join(sorted(sentences))
    assert all(len(sentence) > 10 for sentence in sentences)
    assert not FORBIDDEN.search(text)
    assert [word for word in (*NEVER, "{") if word in text] == []


def test_every_answer_has_a_line_for_each_signal_that_says_something() -> None:
    for evidence, given in TOLD:
        expected = 4 if evidence.derived.image_ids else 3
        assert len({line.title for line in given.lines}) == expected
        assert len({line.signal for line in given.lines}) == expected
        assert all(len(line.sentence) > 20 for line in given.lines)


def test_each_verdict_looks_and_reads_differently() -> None:
    answers = [answer(NOTHING, kind) for kind in VerdictKind]
    assert len({given.css_class for given in answers}) == len(answers)
    assert len({given.title for given in answers}) == len(answers)


def test_finding_nothing_proves_nothing_and_the_page_says_so() -> None:
    nothing = [given for evidence, given in TOLD if decide(evidence).kind is VerdictKind.NO_EVIDENCE]
    assert nothing
    assert all("proves nothing" in given.meaning for given in nothing)


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
    assert isolated("Someone else") in line.sentence
    assert "do not vouch" in line.sentence


@pytest.mark.parametrize("state", ["Trusted", "Valid"])
def test_another_customer_of_our_authority_is_a_stranger(state: str) -> None:
    finding = ManifestFinding(PRESENT, state, signer="Another customer")
    given = answer(Evidence(SHA256, 9, 9, "PNG", manifest=finding), VerdictKind.NO_EVIDENCE)
    assert "by us" not in given.lines[0].sentence
    assert isolated("Another customer") in given.lines[0].sentence
    assert "no trace" in given.title


def test_a_record_that_does_not_hold_is_given_no_owner() -> None:
    """It may be one of ours whose certificate has expired."""
    finding = ManifestFinding(PRESENT, "Invalid", signer="Somebody")
    sentence = answer(Evidence(manifest=finding), VerdictKind.NO_EVIDENCE).lines[0].sentence
    assert not re.search(r"\b(us|ours|someone|Somebody|else)\b", sentence)


def test_an_image_made_from_a_picture_like_this_is_no_claim_that_this_one_was_made_here() -> None:
    given = told(Evidence(derived=DERIVED[2]))
    assert given.title == "An image made here was derived from a picture like this one."
    assert "does not mean that this picture was made here" in given.meaning
    assert "your photograph" in given.owner_note
    assert given.images_count == 2
    assert given.lines[3].signal == "derived"
    assert given.lines[3].sentence.startswith("2 of our pictures were made from an upload")
    assert given.css_class not in {answer(NOTHING, kind).css_class for kind in VerdictKind}


@pytest.mark.parametrize("look", LOOKALIKES[:2])
def test_a_look_that_is_no_claim_is_not_called_no_look(look: LookalikeFinding) -> None:
    """A copy of an inpainting without our marks looks like it, and like the photograph in it."""
    given = told(Evidence(lookalike=look, derived=DERIVED[1]))
    assert given.title == "This picture looks like one that was made here from an upload."
    assert "copy of that, or the picture that was brought" in given.sentence
    assert "does not mean that this picture was made here" in given.meaning
    assert "your photograph" in given.owner_note
    alike, derived = given.lines[2:]
    assert (alike.signal, alike.presence) == ("lookalike", look.presence)
    assert "It looks like a picture of ours that was made from an upload" in alike.sentence
    assert "the upload may look the same" in alike.sentence
    assert derived.sentence.startswith("2 of our pictures were made from an upload.")
    only_the_upload = told(Evidence(lookalike=look, derived=DERIVED[2]))
    assert only_the_upload.lines[2] == told(Evidence(lookalike=look)).lines[2]


def test_no_answer_says_that_nothing_looks_like_it_and_that_something_does() -> None:
    for evidence, given in TOLD:
        if evidence.derived.pdq_distance is not None:
            text = " ".join(said(given))
            assert "No picture that we published looks like it" not in text
            assert "too little in this picture to compare" not in text
            assert "Not as a whole" not in text


@pytest.mark.parametrize("derived", DERIVED[1:])
def test_a_mark_that_names_no_picture_is_said_to_be_there(derived: DerivedFinding) -> None:
    given = told(Evidence(watermark=WATERMARKS[4], derived=derived))
    assert "A mark of ours is in it, but the mark names no picture" in given.meaning
    assert "none of our marks" not in " ".join(said(given))
    assert "none of our marks" in told(Evidence(derived=derived)).meaning


def test_a_picture_drawn_in_part_is_not_called_generated() -> None:
    """Most of the pixels of an inpainted photograph are the photograph's."""
    told_of = {}
    for evidence in ALL[:: len(DERIVED[:2])]:
        kind = decide(evidence).kind
        given = answer(evidence, kind, drawn_in_part=True)
        text = " ".join(said(given))
        assert "generated by a machine" not in text
        comes_from_here = kind in (VerdictKind.OURS_INTACT, VerdictKind.OURS_ALTERED)
        assert given.drawn_in_part == comes_from_here
        if comes_from_here:
            assert "may be a photograph or somebody's own picture" in given.meaning
            assert re.search(
                "[Aa] part of .*drawn here by a machine|or a part of it, was drawn", given.meaning
            )
            assert "in part" in given.title or "A part" in given.title
            told_of[given.title] = given
        else:
            assert given == answer(evidence, kind)
    assert len(told_of) == 3


def test_a_picture_drawn_as_a_whole_is_called_generated() -> None:
    for evidence, given in TOLD:
        comes_from_here = decide(evidence).kind in (VerdictKind.OURS_INTACT, VerdictKind.OURS_ALTERED)
        assert ("generated by a machine" in given.meaning) == comes_from_here
        assert not given.drawn_in_part


def test_only_owners_of_a_photograph_are_spoken_to_as_such() -> None:
    for evidence, given in TOLD:
        undecided = (VerdictKind.NO_EVIDENCE, VerdictKind.CONFLICTING)
        is_derived = decide(evidence).kind in undecided and bool(evidence.derived.image_ids)
        assert bool(given.owner_note) == is_derived


def test_says_when_new_pictures_were_not_searched() -> None:
    sentences = [line.sentence for line in told(Evidence(lookalike=LookalikeFinding(unsearched=2))).lines]
    assert sum("check again in a quarter of an hour" in sentence for sentence in sentences) == 1
    assert not any("quarter" in line.sentence for line in told(Evidence()).lines)


def test_a_record_that_nothing_bears_out_is_not_relied_on() -> None:
    given = told(Evidence(manifest=MANIFESTS[8]))
    assert given.title == "The signed record in this file was made for another file."
    assert told(Evidence(manifest=MANIFESTS[8], watermark=WATERMARKS[3])).title != given.title


def test_results_of_one_prompt_are_one_of_several() -> None:
    given = told(Evidence(lookalike=LOOKALIKES[4]))
    assert given.title == "This picture comes from one of 3 images made here."
    assert given.images_count == 3
    marked = told(Evidence(lookalike=LOOKALIKES[4], watermark=WATERMARKS[2]))
    assert marked.title == "This picture comes from one made here."
    assert marked.images_count == 1


@pytest.mark.parametrize(
    ("evidence", "certainty"),
    [
        (Evidence(exact=EXACT[1]), Certainty.CERTAIN),
        (Evidence(manifest=MANIFESTS[7]), Certainty.CERTAIN),
        (Evidence(watermark=WATERMARKS[2]), Certainty.VERY_SURE),
        (Evidence(watermark=WATERMARKS[2], lookalike=LOOKALIKES[2]), Certainty.VERY_SURE),
        (
            Evidence(manifest=MANIFESTS[9], watermark=replace(WATERMARKS[2], image_id=OTHER_ID)),
            Certainty.VERY_SURE,
        ),
        # Anybody can copy a mark, and too little of the picture may be there to compare it by.
        (UNCOMPARED, Certainty.LIKELY),
        (replace(UNCOMPARED, lookalike=LOOKALIKES[2]), Certainty.VERY_SURE),
        # Anybody can copy a record, so it and the look together are no mark that only we can make.
        (Evidence(manifest=MANIFESTS[8], lookalike=LOOKALIKES[2]), Certainty.SURE),
        (Evidence(manifest=MANIFESTS[8], lookalike=LOOKALIKES[4]), Certainty.SURE),
        (Evidence(manifest=MANIFESTS[8]), Certainty.UNDECIDED),
        (Evidence(manifest=MANIFESTS[9], lookalike=LOOKALIKES[2]), Certainty.UNDECIDED),
        (Evidence(lookalike=LOOKALIKES[2]), Certainty.SURE),
        (Evidence(lookalike=LOOKALIKES[5]), Certainty.SURE),
        (Evidence(lookalike=LOOKALIKES[4]), Certainty.SURE),
        (Evidence(watermark=WATERMARKS[3]), Certainty.UNDECIDED),
        (Evidence(watermark=WATERMARKS[2], lookalike=LOOKALIKES[3]), Certainty.UNDECIDED),
        (Evidence(derived=DERIVED[1]), Certainty.SURE),
        (Evidence(watermark=WATERMARKS[4]), Certainty.NOTHING_TO_GO_BY),
        (NOTHING, Certainty.NOTHING_TO_GO_BY),
    ],
)
def test_how_sure_it_is_comes_from_which_signals_spoke(evidence: Evidence, certainty: Certainty) -> None:
    assert told(evidence).certainty is certainty


def test_every_certainty_is_said_in_its_own_words() -> None:
    sentences = {
        certainty: {g.how_sure for _, g in TOLD if g.certainty is certainty} for certainty in Certainty
    }
    sentences[Certainty.LIKELY] = {told(UNCOMPARED).how_sure}
    # By its look alone, or by a record as well.
    assert {certainty: len(each) for certainty, each in sentences.items()} == dict.fromkeys(Certainty, 1) | {
        Certainty.SURE: 2
    }
    assert len(set.union(*sentences.values())) == len(Certainty) + 1


def test_a_broken_record_and_the_look_are_no_mark_that_only_we_can_make() -> None:
    for evidence, given in TOLD:
        strong = evidence.exact.image_id or evidence.watermark.image_id or evidence.manifest.intact
        assert strong or given.certainty not in (Certainty.VERY_SURE, Certainty.CERTAIN)
    given = told(Evidence(manifest=MANIFESTS[8], lookalike=LOOKALIKES[2]))
    assert "A record that we signed is in the file" in given.how_sure
    assert "was changed after we signed it" in given.how_sure
    assert "looks like the one that the record is about" in given.how_sure
    assert "by its look alone" in told(Evidence(lookalike=LOOKALIKES[2])).how_sure


@pytest.mark.parametrize(
    ("evidence", "left_out"),
    [
        (Evidence(watermark=WatermarkFinding(Presence.PRESENT, image_id="a")), False),
        (Evidence(manifest=ManifestFinding(Presence.PRESENT, image_id="a", intact=True)), True),
        (Evidence(manifest=ManifestFinding(Presence.PRESENT, image_id="a", look_distance=20)), False),
        (Evidence(), False),
    ],
)
def test_says_when_parts_were_not_looked_for(evidence: Evidence, left_out: bool) -> None:
    lines = {line.signal: line.sentence for line in answer(evidence, VerdictKind.OURS_ALTERED).lines}
    assert ("Parts were not looked for" in lines["lookalike"]) == left_out
