"""Opens an account for a person of the staff."""

import getpass
import secrets
from typing import Any

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email

from accounts.models import User
from accounts.opening import open_account

# 16 random bytes are 128 bits: not to be guessed, and still short enough to copy by hand.
PASSWORD_BYTES = 16


class Command(BaseCommand):
    help = "Opens a staff account and prints its generated password once (or asks for one with --ask)."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--ask", action="store_true", help="ask for a password instead")

    def handle(self, *args: Any, **options: Any) -> None:
        email = options["email"].lower()
        password = getpass.getpass() if options["ask"] else secrets.token_urlsafe(PASSWORD_BYTES)
        self._check(email, password)
        open_account(email, password, staff=True, reason="Opened for the staff from the command line.")
        self.stdout.write(f"A staff account for {email} was opened.\n")
        if not options["ask"]:
            self.stdout.write(f"Its password is shown only now: {password}\n")
        self.stdout.write(f"Sign in at {settings.SITE_URL} and switch on two-step sign-in in the settings.\n")

    def _check(self, email: str, password: str) -> None:
        if User.objects.filter(email__iexact=email).exists():
            raise CommandError(f"There is an account for {email} already.")
        try:
            validate_email(email)
            validate_password(password, User(email=email))
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
