"""The Soft Binding Resolution API of C2PA 2.4: from a watermark, or a picture, to the manifest that we kept.

Described in docs/soft-binding-resolution.md. Nobody needs an account or a cookie, and none is looked at.
"""

import json
import re
from typing import Any, Final

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import client, limits
from provenance import images, intake, tasks
from provenance.credentials import content_query, resolution
from provenance.credentials import resolution_schema as schema
from provenance.credentials.binding_values import ALGORITHMS, NotBase64, payload_of
from provenance.credentials.resolution import SPECIFICATION, Match
from provenance.errors import ProvenanceError
from provenance.models import Inspection

_MINUTE: Final = 60
_DEFAULT_RESULTS: Final = 10
# A value of ours has 24 characters. gunicorn's own limit on a request's first line, 4,094, gives 400.
_MOST_VALUE_CHARACTERS: Final = 1024
_MOST_BODY_BYTES: Final = 64 * 1024
_NUMBER: Final = re.compile(r"[0-9]{1,9}")
_ONLY_READ: Final = "Manifests are only given out here: storing and deleting them is not offered."


class Refused(ProvenanceError):
    """A query that is not answered, with its status."""

    def __init__(self, http_status: int, code: str, message: str) -> None:
        super().__init__(code, message)
        self.http_status = http_status


class JsonForAll(BaseContentNegotiation):
    """Whatever a client says it accepts: clients of this interface know what they get."""

    def select_parser(self, request: Request, parsers: Any) -> Any:
        return None

    def select_renderer(self, request: Request, renderers: Any, format_suffix: str | None = None) -> Any:
        return renderers[0], renderers[0].media_type


# What all views of this interface share: no session, limits, no copies in caches. (As a comment: a docstring
# would stand in the OpenAPI document as the description of each of them.)
class Resolution(APIView):
    authentication_classes = ()
    content_negotiation_class = JsonForAll

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        key = f"resolve:{client.counted(request)}"
        limits.take(key, limit=settings.RESOLUTIONS_PER_MINUTE, window_seconds=_MINUTE)
        # Second, so that a client above its own limit does not use up what others may still do.
        limits.take("resolve", limit=settings.RESOLUTIONS_PER_MINUTE_OVERALL, window_seconds=_MINUTE)

    def finalize_response(
        self, request: HttpRequest, response: HttpResponseBase, *args: Any, **kwargs: Any
    ) -> HttpResponseBase:
        final: HttpResponseBase = super().finalize_response(request, response, *args, **kwargs)
        # An image may be taken from view at any moment.
        add_never_cache_headers(final)
        return final


class ByBinding(Resolution):
    @extend_schema(
        operation_id="queryByBinding",
        summary="Returns active C2PA Manifest identifiers corresponding to a soft binding",
        parameters=[schema.VALUE, schema.ALG, schema.MOST, *schema.HEADERS],
        responses=schema.BY_BINDING_IN_ADDRESS,
        tags=["query"],
    )
    def get(self, request: Request) -> Response:
        if len(request.GET.get("value", "")) > _MOST_VALUE_CHARACTERS:
            raise Refused(414, "value_too_long", "The value is too long for an address. Send it with POST.")
        return self._answer(request, request.GET.dict())

    @extend_schema(
        operation_id="queryByLargeBinding",
        summary="Returns active C2PA Manifest identifiers corresponding to a large soft binding value",
        parameters=[schema.MOST, *schema.HEADERS],
        request={"application/json": schema.BindingQuery},
        responses=schema.BY_BINDING_IN_BODY,
        tags=["query"],
    )
    def post(self, request: Request) -> Response:
        return self._answer(request, _json_object(request))

    def _answer(self, request: Request, query: dict[str, Any]) -> Response:
        alg, value = (_text(query, name) for name in ("alg", "value"))
        most = _most(request)
        try:
            return _found(resolution.by_binding(alg, value, most))
        except NotBase64 as error:
            raise Refused(400, "not_base64", "“value” is not base64.") from error


class ByContent(Resolution):
    @extend_schema(
        operation_id="queryByContent",
        summary="Returns active C2PA Manifest identifiers corresponding to a picture",
        parameters=[schema.ONLY_ALG, schema.MOST, schema.HINT_ALG, schema.HINT_VALUE, *schema.HEADERS],
        request={"image/*": OpenApiTypes.BINARY},
        responses=schema.BY_CONTENT,
        tags=["query"],
    )
    def post(self, request: Request) -> Response:
        most = _most(request)
        _check_hint(request)
        picture = SimpleUploadedFile("picture", _picture(request))
        with content_query.place():
            row = intake.accept(picture, client=client.counted(request))
            if row.status == Inspection.Status.QUEUED:
                tasks.examine.delay_on_commit(row.pk)
            return _found(content_query.answer(row, request.GET.get("alg"), most))


class OneManifest(Resolution):
    @extend_schema(
        operation_id="getManifestById",
        summary="Returns a full C2PA Manifest Store or an active C2PA Manifest",
        parameters=[schema.URN, schema.ONLY_ACTIVE, *schema.HEADERS],
        responses=schema.STORE,
        tags=["fetch"],
    )
    def get(self, request: Request, **names: str) -> HttpResponse:
        only_active = _flag(request, "returnActiveManifest")
        store = resolution.manifest_store(names["activeManifestId"], only_active=only_active)
        return HttpResponse(store, content_type="application/c2pa")

    def http_method_not_allowed(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        return Response({"code": "method_not_allowed", "message": _ONLY_READ}, status=405)


class SupportedAlgorithms(Resolution):
    @extend_schema(
        operation_id="getSupportedBindings",
        summary="Returns a list of the soft binding algorithms supported by the service",
        parameters=schema.HEADERS,
        responses={200: schema.Algorithms, **schema.LIMITS},
        tags=["service"],
    )
    def get(self, request: Request) -> Response:
        return Response({"watermarks": [{"alg": name} for name in ALGORITHMS], "fingerprints": []})


class Capabilities(Resolution):
    @extend_schema(
        operation_id="getServiceCapabilities",
        summary="Returns the capabilities of the service",
        parameters=schema.HEADERS,
        responses={200: schema.Capabilities, **schema.LIMITS},
        tags=["service"],
    )
    def get(self, request: Request) -> Response:
        return Response(
            {"c2paSpecificationVersion": SPECIFICATION, "supportedCapabilities": ["queryByContent"]}
        )


class Status(Resolution):
    @extend_schema(
        operation_id="getServiceStatus",
        summary="Returns the operational status of the service",
        parameters=schema.HEADERS,
        responses={200: schema.Status, **schema.LIMITS},
        tags=["service"],
    )
    def get(self, request: Request) -> Response:
        status = "degraded" if content_query.is_late() else "ok"
        return Response({"status": status, "timestamp": timezone.now()})


class Discovery(Resolution):
    @extend_schema(
        operation_id="getWellKnown",
        summary="Returns discovery information for this soft binding resolution service",
        parameters=schema.HEADERS,
        responses={200: schema.WellKnown, **schema.LIMITS},
        tags=["service"],
    )
    def get(self, request: Request) -> Response:
        base = f"{settings.SITE_URL}{schema.PREFIX}"
        return Response(
            {
                "apiEndpoint": base,
                "c2paSpecificationVersion": SPECIFICATION,
                "capabilitiesEndpoint": f"{base}/services/capabilities",
                "statusEndpoint": f"{base}/services/status",
            }
        )


class Document(Resolution):
    @extend_schema(exclude=True)
    def get(self, request: Request) -> Response:
        return Response(schema.document())


# What the specification has besides: fetching from addresses, and storing manifests of others.
class NotOffered(Resolution):
    @extend_schema(exclude=True)
    def get(self, request: Request, **names: str) -> Response:
        message = "This service does not offer this operation; see /services/capabilities."
        raise Refused(404, "not_offered", message)

    post = put = patch = delete = get


class Missing(Resolution):
    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise Refused(404, "not_found", "There is nothing at this address.")

    post = put = patch = delete = get


def _found(matches: list[Match]) -> Response:
    return Response({"matches": [{"manifestId": m.urn, "similarityScore": m.score} for m in matches]})


def _text(query: dict[str, Any], name: str) -> str:
    value = query.get(name)
    if not isinstance(value, str) or not value:
        raise Refused(400, f"{name}_missing", f"“{name}” is missing, empty or not a text.")
    return value


def _most(request: Request) -> int:
    given = request.GET.get("maxResults", str(_DEFAULT_RESULTS))
    if not _NUMBER.fullmatch(given) or int(given) < 1:
        raise Refused(400, "bad_max_results", "“maxResults” is not a whole number from 1 on.")
    return int(given)


def _flag(request: Request, name: str) -> bool:
    given: str = request.GET.get(name, "false")
    if given not in ("true", "false"):
        raise Refused(400, f"bad_{name}", f"“{name}” is neither “true” nor “false”.")
    return given == "true"


def _check_hint(request: Request) -> None:
    try:
        payload_of(request.GET.get("hintValue", ""))
    except NotBase64 as error:
        raise Refused(400, "not_base64", "“hintValue” is not base64.") from error


def _json_object(request: Request) -> dict[str, Any]:
    """Returns the JSON object in the body. 400 for anything else: the interface names no other status."""
    if _media_type(request) != "application/json":
        raise Refused(400, "not_json", "Send the query as application/json.")
    body = request.stream.read(_MOST_BODY_BYTES + 1) if request.stream else b""
    if len(body) > _MOST_BODY_BYTES:
        raise Refused(413, "too_many_bytes", f"The query is larger than {_MOST_BODY_BYTES // 1024} KiB.")
    try:
        query = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "not_json", "The query is not JSON.") from error
    if not isinstance(query, dict):
        raise Refused(400, "not_json", "The query is not a JSON object.")
    return query


def _picture(request: Request) -> bytes:
    if not _media_type(request).startswith("image/"):
        message = "Send the bytes of a picture, with its media type in Content-Type. Only pictures are known."
        raise Refused(415, "unsupported_media_type", message)
    data: bytes = request.stream.read(images.MAX_BYTES + 1) if request.stream else b""
    if not data:
        raise Refused(400, "empty", "The body is empty.")
    if len(data) > images.MAX_BYTES:
        raise images.unreadable("too_many_bytes")
    return data


def _media_type(request: Request) -> str:
    return str(request.content_type or "").partition(";")[0].strip().lower()
