"""What happens to every request: our Content-Security-Policy, and errors of the domain turned into HTTP."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from rest_framework.response import Response
from rest_framework.views import exception_handler

logger = logging.getLogger(__name__)

# No inline script or style anywhere; previews of a chosen file are blob: URLs.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' blob: data:",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
GetResponse = Callable[[HttpRequest], HttpResponse]


def content_security_policy(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return middleware


def product(request: HttpRequest) -> dict[str, object]:
    """Context of every template."""
    return {"product_name": settings.PRODUCT_NAME, "production": settings.PRODUCTION}


def is_domain_error(error: BaseException) -> bool:
    """True for the errors that our packages raise on purpose: they carry `code` and `user_message`."""
    return isinstance(getattr(error, "code", None), str) and hasattr(error, "user_message")


class domain_errors:  # noqa: N801 - Django names middleware by this path
    """Turns an error that a view let through into a page that says what to do next."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not is_domain_error(error):
            return None
        status = getattr(error, "http_status", 400)
        logger.info("domain error %s on %s", error.code, request.path)  # type: ignore[attr-defined]
        context = {"code": error.code, "message": error.user_message}  # type: ignore[attr-defined]
        if request.headers.get("Accept", "").startswith("application/json"):
            return JsonResponse(context, status=status)
        return render(request, "problem.html", context, status=status)


def api_errors(error: Exception, context: dict[str, object]) -> Response | None:
    """DRF's exception handler, with the errors of our packages as `{code, message}`."""
    if is_domain_error(error):
        body = {"code": error.code, "message": error.user_message}  # type: ignore[attr-defined]
        return Response(body, status=getattr(error, "http_status", 400))
    return exception_handler(error, context)
