"""Who is let in from the waitlist: a person of the staff decides, once, and gives a reason."""

import uuid

from allauth.account.models import EmailAddress
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from accounts import letters
from accounts.errors import AlreadyDecided, NotConfirmed
from accounts.models import AccountDecision, User
from accounts.standing import has_confirmed_email

Kind = AccountDecision.Kind
ADMISSION_KINDS = (Kind.APPROVE, Kind.DENY)
_SUBJECTS = {Kind.APPROVE: "You have a place", Kind.DENY: "About your place on the waitlist"}


@transaction.atomic
def decide(user_id: uuid.UUID, *, approve: bool, by: User | None, reason: str) -> AccountDecision:
    """Lets a waiting person in, or not; writes down who decided and why, and the letter that tells it.

    The row is claimed by its state: of two people who decide at the same time one changes it, and the
    other is told so. The caller enqueues the sending of the letter (accounts.tasks.send_letters).

    Args:
        user_id: Who waits.
        approve: True to let them in.
        by: The person of the staff; None for the command line.
        reason: The basis of the decision. A person who is not let in reads it.

    Raises:
        AlreadyDecided: nobody with this id waits any more.
        NotConfirmed: to be let in, but the e-mail address was never confirmed; nothing was changed.
    """
    admission = User.Admission.APPROVED if approve else User.Admission.DENIED
    claimed = User.objects.filter(pk=user_id, admission=User.Admission.WAITING).update(admission=admission)
    if not claimed:
        raise AlreadyDecided
    user = User.objects.get(pk=user_id)
    if approve and not has_confirmed_email(user):
        raise NotConfirmed
    kind = Kind.APPROVE if approve else Kind.DENY
    decision = AccountDecision.objects.create(user=user, kind=kind, reason=reason, made_by=by)
    template = f"accounts/mail/{kind}.txt"
    letters.write(user, subject=_SUBJECTS[kind], template=template, context={"decision": decision})
    return decision


def confirmed_address(user_column: str) -> Exists:
    """A condition for queries: the account in `user_column` has a confirmed e-mail address."""
    return Exists(EmailAddress.objects.filter(user_id=OuterRef(user_column), verified=True))


def waitlist() -> QuerySet[User]:
    """People who wait, oldest first; each row says in `confirmed` whether its e-mail address is."""
    return User.objects.waiting().annotate(confirmed=confirmed_address("pk"))


def past_decisions() -> QuerySet[AccountDecision]:
    """Decisions about admission, newest first, with both people loaded."""
    return AccountDecision.objects.filter(kind__in=ADMISSION_KINDS).select_related("user", "made_by")


def people_ahead(user: User) -> int:
    """How many people with a confirmed address joined the waitlist before `user` and still wait."""
    return User.objects.waiting().filter(confirmed_address("pk"), joined_at__lt=user.joined_at).count()
