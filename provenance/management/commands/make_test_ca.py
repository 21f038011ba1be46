"""Certificates for a laptop; see docs/signing.md for those of a production."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from provenance import certificates


class Command(BaseCommand):
    help = (
        "Makes the certificates of a local test authority in SIGNING_DIR, unless valid ones are there. "
        "Nobody else trusts them. Not for production."
    )
    # It makes what the checks ask for.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--renew",
            action="store_true",
            help="replace the signing certificate and its key now, under the same root; what runs goes on",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("In production, set SIGNING_CHAIN, SIGNING_KEY and TRUST_ANCHORS instead.")
        directory = settings.SIGNING_DIR
        certificates.make_test_authority(
            directory, common_name=f"{settings.PRODUCT_NAME} test authority", renew=options["renew"]
        )
        if options["verbosity"]:
            made = certificates.describe((directory / "chain.pem").read_bytes())
            self.stdout.write(f"{directory}: root.pem, chain.pem, signing-key.pem")
            self.stdout.write(f"Signs as {made.subject}, until {made.not_after:%Y-%m-%d}.")
            self.stdout.write("A test authority: pictures signed with it are trusted on this machine only.")
