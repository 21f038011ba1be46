"""A case from report to decision. Nothing is erased: a later decision overrides an earlier one.

Two people may decide at once. The case is locked inside the transaction that does everything else; the second
waits for the first, then finds that the case is no longer as it was when they looked, and changes nothing.
Decisions of different cases about one image are put in a row by locking the image after the case.
"""

import uuid
from dataclasses import dataclass
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import transaction

from accounts import limits, standing
from accounts.models import AccountDecision, User
from provenance import inspection_store, registry
from provenance.models import Inspection, RegisteredImage
from reports import drafts, passphrase
from reports.errors import AlreadyDecided, CaseChanged, CheckExpired, NoAccountToSuspend, NoImageTraced
from reports.models import Case, Decision, Notice

# Somebody who mistypes gets a few tries. A passphrase of 62 bits would stand against far more, so these
# limits are there for the work that hashing costs us. There is none over all clients for one number: whoever
# knows a number, which is no secret, could use it up and keep the reporter out.
STATUS_TRIES_PER_CLIENT: Final = 30
STATUS_TRIES_PER_CLIENT_AND_CASE: Final = 10
STATUS_WINDOW_SECONDS: Final = 900


@dataclass(frozen=True)
class Filed:
    """A new case and its passphrase, which exists nowhere else once this object is gone."""

    case: Case
    passphrase: str


@transaction.atomic
def file_report(
    *,
    reason: str,
    explanation: str,
    seen_at: str,
    contact_email: str,
    inspection: Inspection | None,
    image: RegisteredImage | None,
) -> Filed:
    """Opens a case, with a receipt for the reporter if there is an address.

    Args:
        reason: One of Case.Reason.
        explanation: The reporter's own words, 4,000 characters or fewer.
        seen_at: Where the picture was seen; may be empty.
        contact_email: May be empty.
        inspection: The check of the suspected picture, if there is one; its upload is kept from now on.
        image: The image of ours that it traced to, as far as is known yet.

    Raises:
        CheckExpired: the upload was deleted a moment ago; nothing was filed.
    """
    secret = passphrase.new_passphrase()
    case = Case.objects.create(
        number=_free_number(),
        passphrase_hash=make_password(secret),
        reason=reason,
        explanation=explanation,
        seen_at=seen_at,
        contact_email=contact_email,
        inspection=inspection,
        image=image,
    )
    if inspection is not None and not inspection_store.keep(inspection):
        raise CheckExpired
    Notice.objects.bulk_create(drafts.for_receipt(case))
    return Filed(case, secret)


def look_up(number: str, typed_passphrase: str, *, client: str) -> Case | None:
    """Returns the case if number and passphrase belong together; None does not say which was wrong.

    Args:
        number: As typed; see passphrase.read_number.
        typed_passphrase: As typed.
        client: Stands for who asks; see accounts.client.counted.

    Raises:
        TooMany: this client tried too often, in all or with this number.
    """
    number = passphrase.read_number(number)
    secret = passphrase.read_passphrase(typed_passphrase)
    limits.take(f"case-status:{client}", limit=STATUS_TRIES_PER_CLIENT, window_seconds=STATUS_WINDOW_SECONDS)
    limits.take(
        f"case-status:{number}:{client}",
        limit=STATUS_TRIES_PER_CLIENT_AND_CASE,
        window_seconds=STATUS_WINDOW_SECONDS,
    )
    case = Case.objects.select_related("image", "inspection__image").filter(number=number).first()
    if case is None:
        make_password(secret)  # as slow as the check of a number that exists
        return None
    return case if check_password(secret, case.passphrase_hash) else None


def as_it_stands(case: Case) -> str:
    """Returns what a decision starts from, the image and the last decision, as a text for a form to carry."""
    image, last = case.traced_image, case.last_decision
    return f"{image.pk if image else ''}/{last.pk if last else ''}"


def can_start(case: Case, action: str) -> bool:
    """True when `action` is possible in the present state of `case`, if it leads to an image."""
    match action:
        case Decision.Action.NO_ACTION:
            return case.is_open
        case Decision.Action.REINSTATE:
            return case.take_down_stands
        case _:
            return not case.take_down_stands


def locked(case_id: uuid.UUID) -> Case:
    """Returns the case with its images, locked until the transaction ends."""
    # Two queries: who waits for the lock would get what is joined from before the wait.
    Case.objects.select_for_update().get(pk=case_id)
    return Case.objects.select_related("image__owner", "inspection__image__owner").get(pk=case_id)


@transaction.atomic
def decide(
    case_id: uuid.UUID, *, action: str, reason: str, suspend_account: bool, seen: str, by: User
) -> Decision:
    """Decides a case, all or nothing.

    1. Claim the case: lock it, and go on only if it still is as the person saw it.
    2. Write the decision.
    3. Take the image down or reinstate it; suspend the account, or lift what the take-down had suspended.
    4. Write the notices, which the outbox sends after the commit.

    Only this case is decided; other cases about the same image stay as they are.

    Args:
        case_id: Primary key of the case.
        action: One of Decision.Action.
        reason: Shown to the reporter and to the account, so written for them.
        suspend_account: Suspend the account that made the image; with a take-down only.
        seen: `as_it_stands` of the case when the person looked at it.
        by: The person of the staff.

    Raises:
        AlreadyDecided: the case was not in the state that the action starts from.
        CaseChanged: it was, but leads to another image by now, or was decided in between.
        NoImageTraced: there is no image to take down or reinstate.
        NoAccountToSuspend: the suspension has no account or no take-down to follow from.
    """
    case = _claim(case_id, action, seen)
    overridden = case.last_decision
    image = _locked_image(case, action)
    owner = image.owner if image else None
    if suspend_account and (owner is None or action != Decision.Action.TAKE_DOWN):
        raise NoAccountToSuspend
    decision = Decision.objects.create(
        case=case, action=action, image=image, reason=reason, suspends_account=suspend_account, made_by=by
    )
    lifted = False
    if action == Decision.Action.TAKE_DOWN and image is not None:
        take_down(decision, image)
    elif action == Decision.Action.REINSTATE and image is not None and overridden is not None:
        lifted = reinstate(decision, image, overridden)
    on_view = image is not None and RegisteredImage.objects.on_view().filter(pk=image.pk).exists()
    Notice.objects.bulk_create(drafts.for_decision(case, decision, on_view=on_view, lifted=lifted))
    return decision


def take_down(decision: Decision, image: RegisteredImage) -> None:
    """Withdraws the image and, if the decision says so, suspends its account; inside `decide` only."""
    registry.withdraw(image)
    if decision.suspends_account and image.owner is not None:
        standing.suspend(
            image.owner, by=decision.made_by, reason=decision.reason, case_number=decision.case.number
        )


def reinstate(decision: Decision, image: RegisteredImage, overridden: Decision) -> bool:
    """Undoes the take-down `overridden`; inside `decide` only.

    The image stays withdrawn while another case's take-down stands. A suspension is lifted only if it is
    the one that the overridden decision brought.

    Returns:
        Whether a suspension was lifted.
    """
    if not cases_holding_down(image, besides=decision.case):
        registry.restore(image)
    if image.owner is None or not brought_the_suspension(overridden, image.owner):
        return False
    lifted = standing.reinstate(
        image.owner, by=decision.made_by, reason=decision.reason, case_number=decision.case.number
    )
    return lifted is not None


def cases_holding_down(image: RegisteredImage, *, besides: Case) -> list[Case]:
    """Returns the other cases about `image` whose last decision took it down."""
    others = Case.objects.about(image).decided().exclude(pk=besides.pk).prefetch_related("decisions")
    return [case for case in others if case.take_down_stands]


def brought_the_suspension(decision: Decision, owner: User) -> bool:
    """True when the present suspension of `owner` is the one that `decision` brought."""
    if not decision.suspends_account or not owner.is_suspended:
        return False
    last = AccountDecision.objects.filter(user=owner).order_by("-made_at", "-pk").first()
    return (
        last is not None
        and last.kind == AccountDecision.Kind.SUSPEND
        and last.case_number == decision.case.number
    )


def _claim(case_id: uuid.UUID, action: str, seen: str) -> Case:
    case = locked(case_id)
    if not can_start(case, action):
        raise AlreadyDecided
    if as_it_stands(case) != seen:
        raise CaseChanged
    Case.objects.filter(pk=case.pk).update(status=Case.Status.DECIDED)
    return case


def _locked_image(case: Case, action: str) -> RegisteredImage | None:
    """The traced image, locked, and written down in the case as what was decided about."""
    if case.traced_image is None:
        if action != Decision.Action.NO_ACTION:
            raise NoImageTraced
        return None
    case.image = (
        RegisteredImage.objects.select_for_update(of=("self",))
        .select_related("owner")
        .get(pk=case.traced_image.pk)
    )
    case.save(update_fields=["image"])
    return case.image


def _free_number() -> str:
    """A number that no case has. The unique constraint stands behind it: 30**8 numbers, so it never fires."""
    while Case.objects.filter(number=(number := passphrase.new_number())).exists():
        pass
    return number
