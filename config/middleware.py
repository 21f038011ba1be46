"""What happens to every request: our Content-Security-Policy, and errors of the domain turned into HTTP."""

import logging
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

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
# Addresses that only programs ask.
_PROGRAMS = ("/api/", "/c2pa/", "/.well-known/")


def content_security_policy(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response

    return middleware


def product(request: HttpRequest) -> dict[str, object]:
    """Context of every template."""
    return {"product_name": settings.PRODUCT_NAME, "mail_in_terminal": "console" in settings.EMAIL_BACKEND}


def is_domain_error(error: BaseException) -> bool:
    """True for the errors that our packages raise on purpose: they carry `code` and `user_message`."""
    return isinstance(getattr(error, "code", None), str) and hasattr(error, "user_message")


class DomainErrors:
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
        response = problem(request, error.code, error.user_message, status)  # type: ignore[attr-defined]
        if seconds := getattr(error, "retry_after_seconds", None):
            response["Retry-After"] = seconds
        return response


def problem(request: HttpRequest, code: str, message: str, status: int) -> HttpResponse:
    """What went wrong, as a page, or as JSON for a program."""
    context = {"code": code, "message": message}
    if request.path.startswith(_PROGRAMS) or request.headers.get("Accept", "").startswith("application/json"):
        return JsonResponse(context, status=status)
    return render(request, "problem.html", {**context, "back": _page_before(request)}, status=status)


def _page_before(request: HttpRequest) -> str:
    """Where "Try again" leads: the page with the form. Some addresses only take what is posted to them."""
    referer = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(referer, {request.get_host()}, require_https=request.is_secure())
    return referer if ours else "/"
