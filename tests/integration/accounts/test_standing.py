"""A suspension is written down once, and it holds at once."""

import pytest

from accounts import standing
from accounts.models import AccountDecision
from accounts.standing import Standing
from tests.integration.accounts.conftest import MakePerson


@pytest.mark.parametrize(
    ("state", "expected"),
    [
        ("unconfirmed", Standing.UNCONFIRMED),
        ("waiting", Standing.WAITING),
        ("denied", Standing.DENIED),
        ("approved", Standing.POLICY),
        ("suspended", Standing.SUSPENDED),
        ("admitted", Standing.ADMITTED),
        ("staff", Standing.ADMITTED),
    ],
)
def test_where_a_person_stands(person: MakePerson, state: str, expected: Standing) -> None:
    assert standing.where_stands(person(state)) is expected


def test_suspending_and_reinstating_are_written_down_once_each(person: MakePerson) -> None:
    user, staff = person("admitted"), person("staff")
    first = standing.suspend(user, by=staff, reason="Broke the policy", case_number="C-1")
    assert first is not None
    assert (first.kind, first.case_number, first.made_by) == ("suspend", "C-1", staff)
    assert standing.where_stands(user) is Standing.SUSPENDED
    assert standing.suspend(user, by=staff, reason="Again") is None

    second = standing.reinstate(user, by=staff, reason="The appeal was right", case_number="C-1")
    assert second is not None
    assert second.kind == "reinstate"
    assert standing.where_stands(user) is Standing.ADMITTED
    assert standing.reinstate(user, by=staff, reason="Again") is None
    assert list(AccountDecision.objects.values_list("kind", flat=True)) == ["reinstate", "suspend"]


def test_a_stale_copy_of_the_account_learns_that_it_was_suspended(person: MakePerson) -> None:
    user = person("admitted")
    stale = type(user).objects.get(pk=user.pk)
    standing.suspend(user, by=None, reason="First")
    assert standing.suspend(stale, by=None, reason="Second") is None
    assert stale.is_suspended
