from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from provenance import certificates


class Command(BaseCommand):
    help = (
        "Makes the certificates of a local test authority, unless valid ones are there. Not for production."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION:
            raise CommandError("In production, set SIGNING_CHAIN, SIGNING_KEY and TRUST_ANCHORS instead.")
        certificates.make_test_authority(
            settings.SIGNING_DIR, common_name=f"{settings.PRODUCT_NAME} test authority"
        )
