"""Every error of the API in one shape, `{"code": ..., "message": ...}`; defects stay 500."""

import logging
from typing import Any, Final

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from rest_framework import exceptions
from rest_framework.response import Response

from config.middleware import is_domain_error

logger = logging.getLogger(__name__)

_NOT_FOUND: Final = (
    "There is nothing at this address. Checks and their pictures are deleted after their time."
)
_MESSAGES: Final = {
    "not_found": _NOT_FOUND,
    "permission_denied": "This session may not do that. Requests with a session cookie need a CSRF token.",
    "parse_error": "We cannot read this. Send multipart/form-data with the picture in the field “picture”.",
    "unsupported_media_type": "Send multipart/form-data with the picture in the field “picture”.",
    "method_not_allowed": "This address does not take this method.",
    "not_acceptable": "The answer can only be given as application/json.",
}


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """Returns the answer to an error that a view of the API raised, or None for a defect of ours."""
    if is_domain_error(error):
        return _domain_error(error)
    if isinstance(error, Http404):
        error = exceptions.NotFound()
    elif isinstance(error, PermissionDenied):
        error = exceptions.PermissionDenied()
    elif isinstance(error, SuspiciousOperation):
        # Too many fields, too much text beside the picture, a broken header.
        error = exceptions.ParseError()
    if not isinstance(error, exceptions.APIException):
        return None
    code = error.default_code
    # DRF has set Allow on every answer already.
    body = {"code": code, "message": _MESSAGES.get(code, str(error.detail))}
    return Response(body, status=error.status_code)


def _domain_error(error: Any) -> Response:
    logger.info("domain error %s in the API", error.code)
    seconds = getattr(error, "retry_after_seconds", None)
    headers = {"Retry-After": str(seconds)} if seconds else {}
    body = {"code": error.code, "message": error.user_message}
    return Response(body, status=getattr(error, "http_status", 400), headers=headers)
