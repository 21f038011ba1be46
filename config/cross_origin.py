"""Pages of other sites may ask the Soft Binding Resolution API from a browser: no cookie goes with it.

As a middleware, because answers that come before any view, such as 413, would otherwise be hidden from the
page that asked. `*` also keeps browsers from sending cookies along.
"""

from typing import Final

from django.http import HttpRequest, HttpResponse

from config.middleware import GetResponse

_OPEN: Final = ("/c2pa/v1/", "/.well-known/c2pa-soft-binding-resolution")
_HEADERS: Final = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Retry-After",
}
# A day: the answer never changes.
_PREFLIGHT_HEADERS: Final = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Content-Type",
    "Access-Control-Max-Age": "86400",
}


def allow_other_sites(get_response: GetResponse) -> GetResponse:
    """Answers preflights of the open addresses, and lets pages of other sites read their answers."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(_OPEN):
            return get_response(request)
        is_preflight = request.method == "OPTIONS" and "Access-Control-Request-Method" in request.headers
        response = (
            HttpResponse(status=204, headers=_PREFLIGHT_HEADERS) if is_preflight else get_response(request)
        )
        for name, value in _HEADERS.items():
            response[name] = value
        return response

    return middleware
