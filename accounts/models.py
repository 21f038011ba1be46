"""People: who they are, whether they were admitted, what they accepted, what was decided about them."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.db import models
from django.utils import timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def waiting(self) -> models.QuerySet["User"]:
        """People who joined the waitlist and wait for a decision, oldest first."""
        return self.filter(admission=User.Admission.WAITING).order_by("joined_at")


class User(AbstractBaseUser, PermissionsMixin):
    class Admission(models.TextChoices):
        WAITING = "waiting", "waiting"
        APPROVED = "approved", "approved"
        DENIED = "denied", "denied"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    email = models.EmailField("e-mail address", unique=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    purpose = models.TextField("what would you like to make?", max_length=1000, blank=True)
    admission = models.CharField(max_length=10, choices=Admission, default=Admission.WAITING, db_index=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    # Counted in the same transaction in which a job starts or ends (generation.jobs).
    active_jobs = models.PositiveSmallIntegerField(default=0)

    objects: ClassVar[UserManager] = UserManager()
    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=models.Q(active_jobs__gte=0), name="user_active_jobs_not_negative"
            ),
        )

    def __str__(self) -> str:
        return self.email

    @property
    def is_suspended(self) -> bool:
        return self.suspended_at is not None


class PolicyAcceptance(models.Model):
    user = models.ForeignKey(User, models.CASCADE, related_name="policy_acceptances")
    version = models.CharField(max_length=20)
    accepted_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "version"), name="policy_accepted_once"),)


class AccountDecision(models.Model):
    """What a person of the staff decided about an account. Never changed: a later row overrides."""

    class Kind(models.TextChoices):
        APPROVE = "approve", "approved"
        DENY = "deny", "not admitted"
        SUSPEND = "suspend", "suspended"
        REINSTATE = "reinstate", "reinstated"

    user = models.ForeignKey(User, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=10, choices=Kind)
    reason = models.TextField(max_length=2000)
    # The case that led to it, by its number: this package does not know reports.
    case_number = models.CharField(max_length=20, blank=True)
    made_by = models.ForeignKey(User, models.PROTECT, related_name="decisions_made", null=True)
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-made_at",)


class Letter(models.Model):
    """An e-mail to a person, written with the decision that it tells and sent later (accounts.letters)."""

    recipient = models.ForeignKey(User, models.CASCADE, related_name="letters")
    subject = models.CharField(max_length=100)
    body = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    # When it is tried next; None after it was sent or given up.
    due_at = models.DateTimeField(default=timezone.now, null=True, blank=True, db_index=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("created_at",)
        constraints = (
            models.CheckConstraint(
                condition=models.Q(sent_at__isnull=True) | models.Q(due_at__isnull=True),
                name="letter_sent_once",
            ),
        )


class RateWindow(models.Model):
    """How often `key` was used in one window of time; see accounts.limits."""

    key = models.CharField(max_length=100)
    started_at = models.DateTimeField()
    taken = models.PositiveIntegerField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("key", "started_at"), name="rate_window_once"),)
