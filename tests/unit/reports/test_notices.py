import dataclasses
import datetime as dt

import pytest

from reports import notices
from reports.models import Decision

ADDRESSES = notices.Addresses(
    product="Tracery",
    status_url="https://pictures.example/report/status",
    policy_url="https://pictures.example/policy/",
    policy_version="2026-11",
    support="support@pictures.example",
)
ACCOUNT = notices.Account("0d9c3f1e-0000-4000-8000-000000000001", dt.date(2026, 3, 9))


def ruling(action: str, *, on_view: bool = False) -> notices.Ruling:
    return notices.Ruling("TR-7K3M-9QXA", action, "It shows a private person without consent.", on_view)


def test_the_receipt_names_the_case_and_where_to_look_and_no_passphrase() -> None:
    letter = notices.receipt("TR-7K3M-9QXA", ADDRESSES)
    assert "TR-7K3M-9QXA" in letter.subject
    assert "https://pictures.example/report/status" in letter.body
    assert "The passphrase is not in this message" in letter.body


@pytest.mark.parametrize(
    ("action", "on_view", "said"),
    [
        (Decision.Action.TAKE_DOWN, False, "We took the image down."),
        (Decision.Action.NO_ACTION, True, "did not take an image down"),
        (Decision.Action.NO_ACTION, False, "did not take an image down"),
        (Decision.Action.REINSTATE, True, "put the image back on view"),
        (Decision.Action.REINSTATE, False, "The image stays down for another reason"),
    ],
)
def test_the_outcome_says_what_why_and_how_to_disagree(action: str, on_view: bool, said: str) -> None:
    body = notices.outcome(ruling(action, on_view=on_view), ADDRESSES).body
    assert said in body
    assert "It shows a private person without consent." in body
    assert "support@pictures.example" in body
    assert "6 months" in body.replace("\n", " ")


@pytest.mark.parametrize(
    ("action", "on_view", "account", "said", "not_said"),
    [
        (Decision.Action.TAKE_DOWN, False, ACCOUNT, "We took down the image", "suspen"),
        (
            Decision.Action.TAKE_DOWN,
            False,
            dataclasses.replace(ACCOUNT, suspended=True),
            "Your account is suspended",
            "back on view",
        ),
        (Decision.Action.REINSTATE, True, ACCOUNT, "We put back on view the image", "suspen"),
        (Decision.Action.REINSTATE, False, ACCOUNT, "It stays down for now", "back on view"),
        (
            Decision.Action.REINSTATE,
            True,
            dataclasses.replace(ACCOUNT, lifted=True),
            "Your account is no longer suspended.",
            "is suspended",
        ),
    ],
)
def test_the_statement_of_reasons(
    action: str, on_view: bool, account: notices.Account, said: str, not_said: str
) -> None:
    letter = notices.statement(ruling(action, on_view=on_view), account, ADDRESSES)
    assert said in letter.body
    assert not_said not in letter.body
    for part in (
        "TR-7K3M-9QXA",
        account.image_id,
        "09 March 2026",
        "It shows a private person without consent.",
        "https://pictures.example/policy/",
        "version 2026-11",
        "If you think that this is wrong",
        "that part is done by a program",
        "A person made the decision.",
    ):
        assert part in letter.body + letter.subject


def test_a_statement_does_not_say_that_marks_led_to_an_image_which_a_person_chose() -> None:
    account = dataclasses.replace(ACCOUNT, matched_by_person=True)
    body = notices.statement(ruling(Decision.Action.TAKE_DOWN), account, ADDRESSES).body
    assert "A person found that it is about this image" in body
    assert "Marks in the picture" not in body


def test_of_an_earlier_reinstatement_it_is_not_said_what_is_on_view_since() -> None:
    said = notices.outcome_sentence(Decision.Action.REINSTATE, on_view=None)
    assert "took our decision back" in said
    assert "stays down" not in said


def test_no_function_is_given_the_reporter_the_prompt_or_a_score() -> None:
    known = {field.name for kind in (notices.Ruling, notices.Account) for field in dataclasses.fields(kind)}
    facts = {"number", "action", "reason", "on_view", "image_id", "made_on", "suspended", "lifted"}
    assert known == facts | {"matched_by_person"}


def test_a_subject_is_one_line() -> None:
    letters = [
        notices.receipt("TR-7K3M-9QXA", ADDRESSES),
        *(notices.outcome(ruling(action), ADDRESSES) for action in Decision.Action),
        *(notices.statement(ruling(action), ACCOUNT, ADDRESSES) for action in Decision.Action),
    ]
    assert all("\n" not in letter.subject and len(letter.subject) <= 200 for letter in letters)
