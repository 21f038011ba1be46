"""A refused prompt may be appealed once; a person decides, and the person concerned is told."""

import uuid

from django.db import transaction
from django.utils import timezone

from accounts import letters
from accounts.errors import AlreadyDecided
from accounts.models import User
from generation.models import Refusal


def appeal(refusal: Refusal, text: str) -> None:
    """Asks staff to look at the refusal again.

    Raises:
        AlreadyDecided: it was appealed before.
    """
    asked = Refusal.objects.filter(pk=refusal.pk, appealed_at__isnull=True).update(
        appeal=text, appealed_at=timezone.now()
    )
    if not asked:
        raise AlreadyDecided


@transaction.atomic
def decide(refusal_id: uuid.UUID, *, outcome: str, answer: str, by: User) -> None:
    """Answers an appeal. If overturned, the same person may draw exactly this prompt from now on.

    The answer stands on the page of the refusal and in a letter, which is written here; the caller enqueues
    its sending (accounts.tasks.send_letters).

    Raises:
        AlreadyDecided: somebody else decided it, or it was never appealed.
    """
    decided = Refusal.objects.filter(pk=refusal_id, appealed_at__isnull=False, outcome="").update(
        outcome=outcome, answer=answer, decided_by=by, decided_at=timezone.now()
    )
    if not decided:
        raise AlreadyDecided
    refusal = Refusal.objects.select_related("owner").get(pk=refusal_id)
    letters.write(
        refusal.owner,
        subject="We looked at your prompt again",
        template=f"generation/mail/{refusal.outcome}.txt",
        context={"refusal": refusal},
    )
