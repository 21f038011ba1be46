import threading
from collections.abc import Callable

import pytest
from django.conf import global_settings
from django.contrib.auth.hashers import identify_hasher
from django.db import connections
from django.utils import timezone
from pytest_django import Settings

from accounts import standing
from accounts.errors import TooMany
from accounts.models import AccountDecision, User
from provenance import registry
from provenance.models import Inspection, RegisteredImage
from reports import casework, dossier, drafts, linking
from reports.errors import AlreadyDecided, CaseChanged, CheckExpired, NoAccountToSuspend, NoImageTraced
from reports.models import Case, Decision, Notice
from tests.integration.reports.conftest import MakeCase, MakeImage

Action = Decision.Action
REASON = "It shows a private person without consent."


def seen_now(case: Case) -> str:
    return casework.as_it_stands(Case.objects.get(pk=case.pk))


def decide(
    case: Case,
    by: User,
    action: str = Action.TAKE_DOWN,
    *,
    suspend_account: bool = False,
    reason: str = REASON,
) -> Decision:
    return casework.decide(
        case.pk, action=action, reason=reason, suspend_account=suspend_account, seen=seen_now(case), by=by
    )


def snapshot(case: Case, image: RegisteredImage, owner: User) -> tuple[object, ...]:
    """Everything that a decision may change."""
    case.refresh_from_db()
    image.refresh_from_db()
    owner.refresh_from_db()
    rows = (Decision.objects.count(), Notice.objects.count(), AccountDecision.objects.count())
    return case.status, image.withdrawn_at, owner.suspended_at, rows


def test_a_report_keeps_its_inspection_and_writes_a_receipt(
    make_case: MakeCase, make_inspection: Callable[..., Inspection]
) -> None:
    inspection = make_inspection()
    filed = make_case(inspection=inspection)
    inspection.refresh_from_db()
    assert inspection.expires_at is None
    receipt = Notice.objects.get(case=filed.case)
    assert (receipt.kind, receipt.email) == (Notice.Kind.RECEIPT, "reporter@mail.example")
    assert filed.passphrase not in receipt.body
    assert filed.case.number in receipt.body


def test_without_an_address_there_is_no_receipt(make_case: MakeCase) -> None:
    assert not Notice.objects.filter(case=make_case(contact_email="").case).exists()


def test_only_a_slow_hash_of_the_passphrase_is_stored(make_case: MakeCase, settings: Settings) -> None:
    settings.PASSWORD_HASHERS = global_settings.PASSWORD_HASHERS
    filed = make_case()
    assert identify_hasher(filed.case.passphrase_hash).algorithm == "pbkdf2_sha256"
    assert filed.passphrase not in filed.case.passphrase_hash
    assert casework.look_up(filed.case.number, filed.passphrase, client="c") == filed.case


def test_a_case_opens_with_its_own_passphrase_only(make_case: MakeCase) -> None:
    first, second = make_case(), make_case()
    assert casework.look_up(first.case.number.lower(), first.passphrase.upper(), client="c") == first.case
    assert casework.look_up(first.case.number, second.passphrase, client="c") is None
    assert casework.look_up("TR-2222-2222", first.passphrase, client="c") is None
    assert casework.look_up("", "", client="c") is None


def test_tries_are_counted_by_client_and_nobody_can_use_up_anothers(make_case: MakeCase) -> None:
    filed = make_case()
    for stranger in ("s1", "s2"):
        for _ in range(casework.STATUS_TRIES_PER_CLIENT_AND_CASE):
            casework.look_up(filed.case.number, "wrong", client=stranger)
        with pytest.raises(TooMany):
            casework.look_up(filed.case.number, filed.passphrase, client=stranger)
    assert casework.look_up(filed.case.number, filed.passphrase, client="the reporter") == filed.case
    for number in range(casework.STATUS_TRIES_PER_CLIENT):
        casework.look_up(f"TR-2222-{2222 + number}", "wrong", client="one")
    with pytest.raises(TooMany):
        casework.look_up("TR-3333-3333", "wrong", client="one")


def test_the_image_of_a_late_examination_is_the_cases(
    make_case: MakeCase, make_inspection: Callable[..., Inspection], image: RegisteredImage, officer: User
) -> None:
    inspection = make_inspection(status=Inspection.Status.QUEUED, finished_at=None)
    case = make_case(inspection=inspection, image=None).case
    assert case.traced_image is None
    with pytest.raises(NoImageTraced):
        decide(case, officer)
    Inspection.objects.filter(pk=inspection.pk).update(status=Inspection.Status.DONE, image=image)
    case = Case.objects.get(pk=case.pk)
    assert case.traced_image == image
    assert list(Case.objects.about(image)) == [case]
    decide(case, officer)
    case.refresh_from_db()
    assert case.image == image


def test_a_take_down_withdraws_suspends_and_tells_both(
    case: Case, image: RegisteredImage, owner: User, officer: User
) -> None:
    decide(case, officer, suspend_account=True)
    status, withdrawn_at, suspended_at, _ = snapshot(case, image, owner)
    assert (status, withdrawn_at is None, suspended_at is None) == (Case.Status.DECIDED, False, False)
    assert AccountDecision.objects.get().case_number == case.number
    outcome = Notice.objects.get(kind=Notice.Kind.OUTCOME)
    statement = Notice.objects.get(kind=Notice.Kind.STATEMENT)
    assert outcome.address == "reporter@mail.example"
    assert statement.address == owner.email
    assert REASON in outcome.body
    assert REASON in statement.body
    assert "suspended" in statement.body


def test_neither_side_learns_who_the_other_is(case: Case, owner: User, officer: User) -> None:
    decide(case, officer, suspend_account=True)
    statement = Notice.objects.get(kind=Notice.Kind.STATEMENT)
    for secret in (case.contact_email, case.explanation, case.seen_at, officer.email):
        assert secret not in statement.body + statement.subject
    outcome = Notice.objects.get(kind=Notice.Kind.OUTCOME)
    for secret in (owner.email, str(owner.pk), officer.email, case.explanation, case.seen_at):
        assert secret not in outcome.body + outcome.subject


def test_leaving_it_tells_the_reporter_only(
    case: Case, image: RegisteredImage, owner: User, officer: User
) -> None:
    decide(case, officer, Action.NO_ACTION)
    status, withdrawn_at, suspended_at, _ = snapshot(case, image, owner)
    assert (status, withdrawn_at, suspended_at) == (Case.Status.DECIDED, None, None)
    assert set(Notice.objects.values_list("kind", flat=True)) == {Notice.Kind.RECEIPT, Notice.Kind.OUTCOME}


@pytest.mark.parametrize(
    ("module", "step"),
    [
        (registry, "withdraw"),
        (standing, "suspend"),
        (drafts, "for_decision"),
    ],
)
def test_when_one_step_fails_nothing_has_changed(
    monkeypatch: pytest.MonkeyPatch,
    module: object,
    step: str,
    case: Case,
    image: RegisteredImage,
    owner: User,
    officer: User,
) -> None:
    before = snapshot(case, image, owner)

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("the power went out")

    monkeypatch.setattr(module, step, fail)
    with pytest.raises(RuntimeError):
        decide(case, officer, suspend_account=True)
    assert snapshot(case, image, owner) == before
    monkeypatch.undo()
    decide(case, officer, suspend_account=True)
    assert snapshot(case, image, owner) != before


def test_a_report_is_not_filed_with_a_check_that_was_deleted_meanwhile(
    make_case: MakeCase, make_inspection: Callable[..., Inspection]
) -> None:
    with pytest.raises(CheckExpired):
        make_case(inspection=make_inspection(upload_deleted_at=timezone.now()))
    assert not Case.objects.exists()
    assert not Notice.objects.exists()


@pytest.mark.parametrize(
    ("before", "possible"),
    [
        ((), {Action.TAKE_DOWN, Action.NO_ACTION}),
        ((Action.NO_ACTION,), {Action.TAKE_DOWN}),
        ((Action.TAKE_DOWN,), {Action.REINSTATE}),
        ((Action.TAKE_DOWN, Action.REINSTATE), {Action.TAKE_DOWN}),
        ((Action.NO_ACTION, Action.TAKE_DOWN), {Action.REINSTATE}),
        ((Action.NO_ACTION, Action.TAKE_DOWN, Action.REINSTATE), {Action.TAKE_DOWN}),
    ],
)
@pytest.mark.parametrize("action", Action)
def test_what_can_follow_what(
    case: Case, officer: User, before: tuple[str, ...], possible: set[str], action: str
) -> None:
    for earlier in before:
        decide(case, officer, earlier)
    assert set(dossier.available_actions(Case.objects.get(pk=case.pk))) == possible
    if action in possible:
        assert decide(case, officer, action).image == case.image
    else:
        with pytest.raises(AlreadyDecided):
            decide(case, officer, action)
    assert case.decisions.count() == len(before) + (action in possible)


def test_what_was_left_can_be_taken_down_later_with_all_that_follows(
    case: Case, image: RegisteredImage, owner: User, officer: User
) -> None:
    decide(case, officer, Action.NO_ACTION, reason="It is satire.")
    decide(case, officer, suspend_account=True)
    _, withdrawn_at, suspended_at, _ = snapshot(case, image, owner)
    assert withdrawn_at is not None
    assert suspended_at is not None
    assert [decision.reason for decision in case.decisions.all()] == ["It is satire.", REASON]
    assert Notice.objects.filter(kind=Notice.Kind.OUTCOME).count() == 2
    assert Notice.objects.filter(kind=Notice.Kind.STATEMENT).count() == 1


def test_the_timeline_says_of_the_last_decision_only_what_is_on_view(case: Case, officer: User) -> None:
    for action in (Action.TAKE_DOWN, Action.REINSTATE, Action.TAKE_DOWN):
        decide(case, officer, action)
    texts = [event.text for event in dossier.timeline(Case.objects.get(pk=case.pk))]
    assert "We looked at the case again and took our decision back." in texts
    assert not any("stays down" in text for text in texts)


def test_a_decision_is_not_made_about_what_nobody_looked_at(
    case: Case, make_image: MakeImage, image: RegisteredImage, officer: User
) -> None:
    seen = seen_now(case)
    linking.link(case.pk, make_image().pk, by=officer)
    with pytest.raises(CaseChanged):
        casework.decide(
            case.pk, action=Action.TAKE_DOWN, reason=REASON, suspend_account=False, seen=seen, by=officer
        )
    linking.link(case.pk, image.pk, by=officer)
    decide(case, officer, Action.NO_ACTION)
    with pytest.raises(CaseChanged):
        casework.decide(
            case.pk, action=Action.TAKE_DOWN, reason=REASON, suspend_account=False, seen=seen, by=officer
        )
    assert not RegisteredImage.objects.filter(withdrawn_at__isnull=False).exists()


def test_an_open_case_is_not_reinstated(case: Case, officer: User) -> None:
    with pytest.raises(AlreadyDecided):
        decide(case, officer, Action.REINSTATE)


def test_without_an_image_only_no_action_is_possible(make_case: MakeCase, officer: User) -> None:
    case = make_case(image=None).case
    with pytest.raises(NoImageTraced):
        decide(case, officer)
    assert Case.objects.get(pk=case.pk).is_open
    decide(case, officer, Action.NO_ACTION)


@pytest.mark.parametrize("action", [Action.NO_ACTION, Action.REINSTATE])
def test_an_account_is_suspended_with_a_take_down_only(case: Case, officer: User, action: str) -> None:
    if action == Action.REINSTATE:
        decide(case, officer)
    with pytest.raises(NoAccountToSuspend):
        decide(case, officer, action, suspend_account=True)


def test_an_operators_image_has_no_account_to_suspend(
    make_case: MakeCase, make_image: MakeImage, officer: User
) -> None:
    case = make_case(image=make_image(owner=None)).case
    with pytest.raises(NoAccountToSuspend):
        decide(case, officer, suspend_account=True)
    decide(case, officer)
    assert not Notice.objects.filter(kind=Notice.Kind.STATEMENT).exists()


def test_other_cases_about_the_image_stay_open(make_case: MakeCase, officer: User) -> None:
    first, second = make_case().case, make_case().case
    decide(first, officer)
    assert Case.objects.get(pk=second.pk).is_open
    decide(second, officer)
    assert Decision.objects.count() == 2


def test_reinstating_undoes_the_take_down_and_its_suspension(
    case: Case, image: RegisteredImage, owner: User, officer: User
) -> None:
    decide(case, officer, suspend_account=True)
    decide(case, officer, Action.REINSTATE, reason="The person shown had agreed.")
    _, withdrawn_at, suspended_at, _ = snapshot(case, image, owner)
    assert (withdrawn_at, suspended_at) == (None, None)
    assert [decision.action for decision in case.decisions.all()] == [Action.TAKE_DOWN, Action.REINSTATE]
    last = Notice.objects.filter(kind=Notice.Kind.STATEMENT).last()
    assert last is not None
    assert "We put back on view" in last.body
    assert "no longer suspended" in last.body
    with pytest.raises(AlreadyDecided):
        decide(case, officer, Action.REINSTATE)


def test_reinstating_leaves_a_suspension_that_came_from_elsewhere(
    case: Case, owner: User, officer: User
) -> None:
    decide(case, officer, suspend_account=True)
    standing.reinstate(User.objects.get(pk=owner.pk), by=officer, reason="Second chance.")
    standing.suspend(User.objects.get(pk=owner.pk), by=officer, reason="Another matter.")
    decide(case, officer, Action.REINSTATE)
    owner.refresh_from_db()
    assert owner.is_suspended


def test_an_image_stays_down_until_every_take_down_is_undone(
    make_case: MakeCase, image: RegisteredImage, owner: User, officer: User
) -> None:
    first, second = make_case().case, make_case().case
    decide(first, officer)
    decide(second, officer)
    decide(first, officer, Action.REINSTATE)
    image.refresh_from_db()
    assert image.withdrawn_at is not None
    assert "stays down" in Notice.objects.filter(case=first, kind=Notice.Kind.STATEMENT).last().body  # type: ignore[union-attr]
    decide(second, officer, Action.REINSTATE)
    image.refresh_from_db()
    assert image.withdrawn_at is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("action", [Action.TAKE_DOWN, Action.REINSTATE])
def test_of_two_staff_at_once_one_decides(
    case: Case, image: RegisteredImage, officer: User, action: str
) -> None:
    if action == Action.REINSTATE:
        decide(case, officer)
    before = Decision.objects.count()
    outcomes: list[str] = []
    together = threading.Barrier(2)

    def work() -> None:
        together.wait(timeout=10)
        try:
            decide(case, officer, action)
            outcomes.append("decided")
        except AlreadyDecided:
            outcomes.append("too late")
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert sorted(outcomes) == ["decided", "too late"]
    assert Decision.objects.count() == before + 1
    assert Notice.objects.filter(kind=Notice.Kind.STATEMENT).count() == before + 1
    image.refresh_from_db()
    assert (image.withdrawn_at is None) == (action == Action.REINSTATE)
