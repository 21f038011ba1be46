"""What we change about allauth's two-step sign-in: the name that an app shows, and a QR code on white."""

from io import BytesIO

import qrcode  # type: ignore[import-untyped]
from allauth.mfa.adapter import DefaultMFAAdapter
from django.conf import settings
from qrcode.image.svg import SvgPathFillImage  # type: ignore[import-untyped]


class TwoStepAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    def get_totp_issuer(self) -> str:
        return str(settings.PRODUCT_NAME)

    def build_totp_svg(self, url: str) -> str:
        """Returns the QR code as SVG on a white ground: black alone cannot be scanned on a dark page."""
        buffer = BytesIO()
        qrcode.make(url, image_factory=SvgPathFillImage).save(buffer)
        return buffer.getvalue().decode()
