"""No request may send more than a picture: larger ones are turned away before their body is read.

Django never reads past the length that a request states, and reads nothing if it states none, so the stated
length is all there is to check.
"""

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from config.middleware import GetResponse, problem


def refuse_large_bodies(get_response: GetResponse) -> GetResponse:
    """Answers 413 to a request whose stated length is above the cap."""

    def middleware(request: HttpRequest) -> HttpResponse:
        stated = request.META.get("CONTENT_LENGTH") or "0"
        if stated.isdigit() and int(stated) > settings.MAX_BODY_BYTES:
            return problem(request, "too_many_bytes", _message(), 413)
        return get_response(request)

    return middleware


def _message() -> str:
    return (
        f"The file is larger than {settings.MAX_BODY_BYTES // 2**20} MB. Save a smaller copy and send that."
    )
