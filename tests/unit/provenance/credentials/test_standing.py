"""The four lines about a record: each question by itself, whatever may have been found."""

import re
from itertools import product
from typing import Any

import pytest

from provenance.credentials.history import TIME_STAMPS, TRUST
from provenance.credentials.standing import Line, Mark, Whose, in_utc, is_about_the_signer, isolated, lines
from tests.unit.provenance.credentials.histories import WHEN, manifest

CHANGED = ("assertion.dataHash.mismatch",)
JUDGEMENTS = re.compile(r"\b(authentic|authenticity|real|fake|valid|verified|proves?)\b", re.IGNORECASE)


def told(whose: Whose = Whose.OTHER, **fields: Any) -> dict[str, Line]:
    return {line.title: line for line in lines(manifest(**fields), whose, has_file=True)}


def test_no_line_judges_the_picture_or_sums_up() -> None:
    for trust, stamp, failures, whose in product(TRUST, TIME_STAMPS, ((), CHANGED), Whose):
        said = told(whose, trust=trust, time_stamp=stamp, failures=failures)
        assert list(said) == ["Signature", "Bytes of the file", "Signer", "Time"]
        assert JUDGEMENTS.findall(" ".join(line.sentence for line in said.values())) == []


def test_an_unknown_signer_is_no_failure_and_the_line_says_so() -> None:
    said = told(trust="unknown", failures=("signingCredential.untrusted",))
    assert said["Signer"].mark is Mark.NEUTRAL
    assert "Signer not known to us. That is no failure" in said["Signer"].sentence
    assert said["Signature"].mark is said["Bytes of the file"].mark is Mark.HOLDS


@pytest.mark.parametrize(
    ("fields", "marks"),
    [
        ({"trust": "trusted"}, (Mark.HOLDS, Mark.HOLDS, Mark.HOLDS)),
        ({"trust": "expired"}, (Mark.HOLDS, Mark.HOLDS, Mark.UNKNOWN)),
        ({"trust": "trusted", "failures": CHANGED}, (Mark.HOLDS, Mark.CHANGED, Mark.HOLDS)),
        ({"trust": "broken"}, (Mark.BROKEN, Mark.UNKNOWN, Mark.UNKNOWN)),
        ({"trust": "trusted", "failures": ("claim.malformed",)}, (Mark.BROKEN, Mark.HOLDS, Mark.HOLDS)),
        ({"trust": "trusted", "failures": ("cawg.ica.invalid_alg",)}, (Mark.HOLDS, Mark.HOLDS, Mark.HOLDS)),
    ],
)
def test_what_does_not_hold_stands_in_its_own_line(
    fields: dict[str, Any], marks: tuple[Mark, Mark, Mark]
) -> None:
    said = told(**fields)
    assert tuple(said[title].mark for title in ("Signature", "Bytes of the file", "Signer")) == marks


def test_bytes_that_the_signature_leaves_out_are_not_said_to_be_unchanged() -> None:
    line = told(trust="trusted", is_partial=True)["Bytes of the file"]
    assert line.mark is Mark.UNKNOWN
    assert "left a part of the file out" in line.sentence
    changed = told(trust="trusted", is_partial=True, failures=CHANGED)["Bytes of the file"]
    assert changed.mark is Mark.CHANGED


def test_a_copys_other_bytes_are_as_expected_when_the_record_was_recovered() -> None:
    assert "as is usual for a copy" in told(Whose.RECOVERED, failures=CHANGED)["Bytes of the file"].sentence


def test_only_what_we_signed_is_said_to_be_ours() -> None:
    assert told(Whose.OURS)["Signer"].sentence.startswith("We signed it")
    assert told(Whose.RECOVERED)["Signer"].sentence.startswith("We signed it")
    assert "We signed" not in told(Whose.OTHER, trust="trusted", signer="Tracery")["Signer"].sentence
    assert "We signed" not in told(Whose.OURS, trust="broken")["Signer"].sentence


@pytest.mark.parametrize(
    ("stamp", "mark", "has_moment"),
    [
        ("trusted", Mark.HOLDS, True),
        ("untrusted", Mark.NEUTRAL, True),
        ("broken", Mark.BROKEN, False),
        ("", Mark.NEUTRAL, False),
    ],
)
def test_a_time_is_shown_only_from_a_time_stamp_that_fits(stamp: str, mark: Mark, has_moment: bool) -> None:
    line = told(time_stamp=stamp, signed_at=WHEN)["Time"]
    assert (line.mark, line.moment is not None) == (mark, has_moment)


def test_what_went_in_has_no_line_about_bytes() -> None:
    titles = [line.title for line in lines(manifest(), Whose.OTHER, has_file=False)]
    assert titles == ["Signature", "Signer", "Time"]


def test_a_name_cannot_turn_the_text_around_it() -> None:
    assert isolated("شركة") == "“\u2068شركة\u2069”"


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("signingCredential.untrusted", True),
        ("signingCredential.expired", True),
        ("cawg.x509.credential.untrusted", False),
        ("claimSignature.mismatch", False),
        ("something.new", False),
    ],
)
def test_which_codes_are_about_the_signer_alone(code: str, expected: bool) -> None:
    assert is_about_the_signer(code) is expected


@pytest.mark.parametrize(
    "text", [None, "", "yesterday", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"]
)
def test_a_time_that_is_none_is_not_shown(text: str | None) -> None:
    assert in_utc(text) is None
