"""Cases: what a person reported, what was decided and why, and who was told. Nothing is erased."""

import datetime as dt
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Case as Choose
from django.db.models import Q, Value, When
from django.utils import timezone

from provenance.models import Inspection, RegisteredImage

REASON_MAX_LENGTH = 4000

# The law of some countries gives 48 hours from the report to the removal of an intimate picture (in the
# United States the TAKE IT DOWN Act, section 3).
INTIMATE_DEADLINE = dt.timedelta(hours=48)

# How long after it was written a notice is tried for the 1st, 2nd ... time. After the last it is given up:
# a mail server that is away for an evening loses nothing, and a dead address is not tried for ever.
ATTEMPT_DELAYS = (
    dt.timedelta(0),
    dt.timedelta(minutes=1),
    dt.timedelta(minutes=15),
    dt.timedelta(hours=2),
    dt.timedelta(hours=12),
)


class CaseQuerySet(models.QuerySet["Case"]):
    def open(self) -> "CaseQuerySet":
        return self.filter(status=Case.Status.OPEN)

    def decided(self) -> "CaseQuerySet":
        return self.filter(status=Case.Status.DECIDED)

    def by_urgency(self) -> "CaseQuerySet":
        """Intimate pictures first, then the oldest."""
        intimate_first = Choose(When(reason=Case.Reason.INTIMATE, then=Value(0)), default=Value(1))
        return self.order_by(intimate_first, "created_at", "pk")

    def about(self, image: RegisteredImage) -> "CaseQuerySet":
        """Cases that trace to `image`; see `Case.traced_image`."""
        return self.filter(Q(image=image) | Q(image__isnull=True, inspection__image=image))


class Case(models.Model):
    class Reason(models.TextChoices):
        WITHOUT_CONSENT = "without_consent", "A picture of me or of someone I act for, used without consent"
        INTIMATE = "intimate", "An intimate or sexual picture"
        HARASSMENT = "harassment", "Abuse or harassment"
        DECEPTION = "deception", "It is used to deceive"
        RIGHTS = "rights", "It infringes my rights (copyright, trademark, privacy)"
        OTHER = "other", "Something else"

    class Status(models.TextChoices):
        OPEN = "open", "waiting for a decision"
        DECIDED = "decided", "decided"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    # Shown to the reporter, random so that it cannot be guessed or counted; for example TR-7K3M-9QXA.
    number = models.CharField(max_length=20, unique=True)
    passphrase_hash = models.CharField(max_length=200)
    reason = models.CharField(max_length=20, choices=Reason)
    explanation = models.TextField(max_length=REASON_MAX_LENGTH)
    seen_at = models.CharField("where it was seen", max_length=500, blank=True)
    contact_email = models.EmailField(blank=True)
    # The suspected picture as it was brought, with its findings; and the image of ours that it traces to.
    inspection = models.ForeignKey(Inspection, models.PROTECT, null=True, blank=True, related_name="cases")
    image = models.ForeignKey(RegisteredImage, models.PROTECT, null=True, blank=True, related_name="cases")
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN, db_index=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    objects: ClassVar[CaseQuerySet] = CaseQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("created_at",)

    def __str__(self) -> str:
        return self.number

    @property
    def is_open(self) -> bool:
        return self.status == self.Status.OPEN

    @property
    def traced_image(self) -> RegisteredImage | None:
        """The image of ours that the case is about.

        A suspect that came with the report is examined after the case was filed, so its image is read from
        the inspection until a decision writes it down.
        """
        if self.image is not None or self.inspection is None:
            return self.image
        return self.inspection.image

    @property
    def is_being_examined(self) -> bool:
        return self.inspection is not None and self.inspection.status in (
            Inspection.Status.QUEUED,
            Inspection.Status.RUNNING,
        )

    @property
    def due_at(self) -> dt.datetime | None:
        """When the law wants an answer, or None where no deadline runs."""
        return self.created_at + INTIMATE_DEADLINE if self.reason == self.Reason.INTIMATE else None

    @property
    def hours_left(self) -> int | None:
        """Whole hours until the deadline, 0 when it has passed; None where no deadline runs."""
        if self.due_at is None:
            return None
        return max(0, int((self.due_at - timezone.now()) / dt.timedelta(hours=1)))

    @property
    def is_overdue(self) -> bool:
        return self.is_open and self.due_at is not None and self.due_at < timezone.now()

    @property
    def last_decision(self) -> "Decision | None":
        """The decision that counts now."""
        decisions = sorted(self.decisions.all(), key=lambda decision: (decision.made_at, decision.pk))
        return decisions[-1] if decisions else None

    @property
    def take_down_stands(self) -> bool:
        """True when this case took an image down and has not reinstated it."""
        last = self.last_decision
        return last is not None and last.action == Decision.Action.TAKE_DOWN


class Link(models.Model):
    """A person's finding that a case is about this image of ours. Append-only: the last one counts."""

    case = models.ForeignKey(Case, models.PROTECT, related_name="links")
    image = models.ForeignKey(RegisteredImage, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("made_at",)


class Decision(models.Model):
    """What was decided in a case, and why. Append-only: a later decision overrides an earlier one."""

    class Action(models.TextChoices):
        TAKE_DOWN = "take_down", "Take the image down"
        NO_ACTION = "no_action", "Leave it"
        REINSTATE = "reinstate", "Reinstate the image"

    case = models.ForeignKey(Case, models.PROTECT, related_name="decisions")
    # What was decided about: the case may be linked to another image later.
    image = models.ForeignKey(RegisteredImage, models.PROTECT, null=True, blank=True, related_name="+")
    action = models.CharField(max_length=10, choices=Action)
    reason = models.TextField(max_length=REASON_MAX_LENGTH)
    suspends_account = models.BooleanField(default=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="case_decisions")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("made_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(image__isnull=False) | Q(action="no_action"), name="image_changed_is_known"
            ),
        )


class NoticeQuerySet(models.QuerySet["Notice"]):
    def due(self, now: dt.datetime) -> "NoticeQuerySet":
        """Not sent, not given up, and the wait before the next attempt is over."""
        turn = Q()
        for attempts, delay in enumerate(ATTEMPT_DELAYS):
            turn |= Q(attempts=attempts, created_at__lte=now - delay)
        return self.filter(turn, sent_at__isnull=True)


class Notice(models.Model):
    """A message to a reporter or an owner, written with the decision and sent by the outbox task."""

    class Kind(models.TextChoices):
        RECEIPT = "receipt", "receipt for the reporter"
        OUTCOME = "outcome", "outcome for the reporter"
        STATEMENT = "statement", "statement of reasons for the account"

    case = models.ForeignKey(Case, models.PROTECT, related_name="notices")
    kind = models.CharField(max_length=10, choices=Kind)
    recipient = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="notices"
    )
    email = models.EmailField(blank=True)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[NoticeQuerySet] = NoticeQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ("created_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(recipient__isnull=False) | ~Q(email=""), name="notice_has_a_recipient"
            ),
        )

    @property
    def address(self) -> str:
        return self.recipient.email if self.recipient else self.email

    @property
    def is_given_up(self) -> bool:
        return self.sent_at is None and self.attempts >= len(ATTEMPT_DELAYS)
