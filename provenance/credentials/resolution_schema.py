"""What the Soft Binding Resolution API takes and gives, as its OpenAPI document states it.

The words and shapes are those of the specification (C2PA 2.4, "Soft Binding Resolution API"); the document is
apart from that of the public API, because clients that know the specification know nothing of the other.
"""

from collections.abc import Callable
from functools import cache
from typing import Any, Final

from django.conf import settings
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import (
    OpenApiExample,
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
)
from rest_framework import serializers

from provenance.credentials.resolution import SPECIFICATION

PREFIX: Final = "/c2pa/v1"
DISCOVERY: Final = "/.well-known/c2pa-soft-binding-resolution"
Endpoint = tuple[str, str, str, Callable[..., Any]]


@extend_schema_serializer(component_name="c2pa.softBindingQuery")
class BindingQuery(serializers.Serializer):
    alg = serializers.CharField(help_text="Name of the soft binding algorithm.")
    value = serializers.CharField(help_text="Value of the soft binding, in base64.")


class Match(serializers.Serializer):
    manifestId = serializers.CharField(help_text="Ask /manifests/{activeManifestId} for it.")  # noqa: N815
    similarityScore = serializers.IntegerField(  # noqa: N815
        min_value=0,
        max_value=100,
        required=False,
        help_text="100: the same file, or its mark was read. 80: by look alone. 60: by look, one of several.",
    )


@extend_schema_serializer(component_name="c2pa.softBindingQueryResult")
class QueryResult(serializers.Serializer):
    matches = Match(many=True, help_text="Empty if nothing matches.")


class Algorithm(serializers.Serializer):
    alg = serializers.CharField()


@extend_schema_serializer(component_name="c2pa.softBindingAlgList")
class Algorithms(serializers.Serializer):
    watermarks = Algorithm(many=True)
    fingerprints = Algorithm(many=True)


@extend_schema_serializer(component_name="c2pa.serviceCapabilities")
class Capabilities(serializers.Serializer):
    c2paSpecificationVersion = serializers.CharField()  # noqa: N815
    supportedCapabilities = serializers.ListField(child=serializers.CharField())  # noqa: N815


@extend_schema_serializer(component_name="c2pa.serviceStatus")
class Status(serializers.Serializer):
    status = serializers.ChoiceField(["ok", "degraded", "down"])
    timestamp = serializers.DateTimeField(required=False)


@extend_schema_serializer(component_name="c2pa.wellKnownDiscovery")
class WellKnown(serializers.Serializer):
    apiEndpoint = serializers.URLField()  # noqa: N815
    c2paSpecificationVersion = serializers.CharField()  # noqa: N815
    capabilitiesEndpoint = serializers.URLField(required=False)  # noqa: N815
    statusEndpoint = serializers.URLField(required=False)  # noqa: N815


@extend_schema_serializer(component_name="problem")
class Problem(serializers.Serializer):
    code = serializers.CharField(help_text="Stable; for programs.")
    message = serializers.CharField(help_text="For people.")


def _query(name: str, kind: Any, description: str, *, required: bool = False, default: Any = None) -> Any:
    return OpenApiParameter(
        name, kind, OpenApiParameter.QUERY, required=required, description=description, default=default
    )


_COUNT: Final = {"type": "integer", "minimum": 1, "default": 10}
MOST: Final = _query("maxResults", _COUNT, "The most manifest identifiers to return.")
ALG: Final = _query("alg", str, "Name of the soft binding algorithm.", required=True)
VALUE: Final = _query("value", str, "Value of the soft binding, in base64.", required=True)
ONLY_ALG: Final = _query("alg", str, "Find only what this algorithm's soft binding names.")
HINT_ALG: Final = _query("hintAlg", str, "Accepted, and not needed: the picture is searched for every mark.")
HINT_VALUE: Final = _query("hintValue", str, "Accepted likewise; base64.")
ONLY_ACTIVE: Final = _query(
    "returnActiveManifest",
    {"type": "boolean", "default": False},
    "Only the manifest asked for, in a store of its own, without those of the pictures that went in.",
)
URN: Final = OpenApiParameter("activeManifestId", str, OpenApiParameter.PATH, description="Its URN.")

_ALSO: Final = OpenApiParameter(
    "Retry-After", int, OpenApiParameter.HEADER, response=[429, 503], description="Seconds to wait."
)
HEADERS: Final = [_ALSO]
_RESULT: Final = OpenApiExample(
    "a match",
    value={
        "matches": [{"manifestId": "urn:c2pa:F9168C5E-CEB2-4faa-B6BF-329BF39FA1E4", "similarityScore": 100}]
    },
    response_only=True,
)


def refused(description: str) -> OpenApiResponse:
    """Returns the description of an error."""
    return OpenApiResponse(Problem, description=description)


FOUND: Final = OpenApiResponse(QueryResult, description="Successful operation", examples=[_RESULT])
LIMITS: Final = {429: refused("Above the limits; Retry-After says when to ask again")}
BY_BINDING: Final = {200: FOUND, 400: refused("Invalid query value"), **LIMITS}
BY_BINDING_IN_ADDRESS: Final = {**BY_BINDING, 414: refused("Query too long, use POST instead")}
BY_BINDING_IN_BODY: Final = {**BY_BINDING, 413: refused("The body is larger than 64 KiB")}
BY_CONTENT: Final = {
    200: FOUND,
    400: refused("Invalid query value, or a picture that cannot be examined"),
    413: refused("The picture is larger than 25 MB"),
    415: refused("Not a picture"),
    **LIMITS,
    500: refused("Service failure"),
    503: refused("Not examined in time; Retry-After says when to send it again"),
}
STORE: Final = {
    (200, "application/c2pa"): OpenApiTypes.BINARY,
    (400, "application/json"): refused("Invalid query value"),
    (404, "application/json"): refused("C2PA Manifest not found, or of an image taken from view"),
    (429, "application/json"): LIMITS[429],
}


@cache
def document() -> dict[str, Any]:
    """Returns the OpenAPI document, with addresses below `PREFIX` as the specification names them."""
    made = SchemaGenerator(urlconf="provenance.credentials.resolution_urls").get_schema(None, public=True)
    known = SchemaGenerator(urlconf="provenance.credentials.well_known_urls").get_schema(None, public=True)
    (discovery,) = known["paths"].values()
    schemas = {**made["components"]["schemas"], **known["components"]["schemas"]}
    return {
        **made,
        "info": {
            "title": "C2PA Soft Binding Resolution API",
            "description": f"From the invisible watermark of {settings.PRODUCT_NAME} to the signed manifest.",
            "version": SPECIFICATION,
        },
        "servers": [{"url": f"{settings.SITE_URL}{PREFIX}"}],
        "paths": {**made["paths"], DISCOVERY: {**discovery, "servers": [{"url": settings.SITE_URL}]}},
        "components": {"schemas": schemas},
    }


def leave_out(endpoints: list[Endpoint]) -> list[Endpoint]:
    """Returns the endpoints of the public API's own document: without these."""
    return [one for one in endpoints if not one[0].startswith((f"{PREFIX}/", DISCOVERY))]
