"""Opens two accounts on a fresh local installation and prints their passwords once."""

import secrets
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from accounts.models import User
from accounts.opening import open_accepted_account

ADMIN = "admin@localhost.localdomain"
MAKER = "maker@localhost.localdomain"
_REASON = "Opened on a fresh local installation."
# 16 random bytes are 128 bits: not to be guessed, and still short enough to copy by hand.
PASSWORD_BYTES = 16


class Command(BaseCommand):
    help = "Opens a staff account and an ordinary one if there is no account at all. Not for production."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("Not in production. Use `manage.py create_staff EMAIL` instead.")
        passwords = self._open()
        if not passwords:
            return
        self.stdout.write("Two accounts were opened. Their passwords are shown only now:\n\n")
        for email, password in passwords.items():
            role = "staff" if email == ADMIN else "maker"
            self.stdout.write(f"  {role:<6} {email:<30} {password}\n")
        self.stdout.write(f"\nSign in at {settings.SITE_URL}\n")

    @transaction.atomic
    def _open(self) -> dict[str, str]:
        if User.objects.exists():
            return {}
        passwords = {email: secrets.token_urlsafe(PASSWORD_BYTES) for email in (ADMIN, MAKER)}
        for email, password in passwords.items():
            open_accepted_account(email, password, staff=email == ADMIN, reason=_REASON)
        return passwords
