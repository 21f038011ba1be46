"""The public API: bring a picture, and ask what was found. Described in docs/api.md.

Nobody needs an account or a cookie. Whoever sends a session gets the CSRF check that goes with it, and staff
see the numbers.
"""

import uuid
from typing import Any, Final

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from drf_spectacular.utils import extend_schema
from drf_spectacular.views import SpectacularAPIView
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import client
from accounts.permissions import may_work_as_staff
from provenance import api_schema, intake, public_answer, tasks, verdict
from provenance.credentials import viewer
from provenance.errors import ProvenanceError
from provenance.evidence import Evidence
from provenance.inspection_state import State, state_of
from provenance.models import Inspection, RegisteredImage
from provenance.verdict import VerdictKind

# Most checks end sooner; whoever asks more often learns nothing.
_ASK_AGAIN_SECONDS: Final = 1
_UNFINISHED: Final = (State.WAITING, State.EXAMINING)


class MissingPicture(ProvenanceError):
    """A request to check a picture came without one."""

    http_status = 422


class Inspections(APIView):
    @extend_schema(
        operation_id="check_picture",
        summary="Bring a picture",
        request={"multipart/form-data": api_schema.PictureToCheck},
        responses={202: api_schema.ACCEPTED, **api_schema.REFUSALS},
        parameters=api_schema.HEADERS,
    )
    def post(self, request: Request) -> Response:
        form = api_schema.PictureToCheck(data=request.data)
        if not form.is_valid():
            raise MissingPicture("picture_missing", str(form.errors["picture"][0]))
        row = intake.accept(form.validated_data["picture"], client=client.counted(request))
        if row.status == Inspection.Status.QUEUED:
            tasks.examine.delay_on_commit(row.pk)
        response = _answer(request, row, status=202)
        response["Location"] = response.data["links"]["self"]
        return response


class OneInspection(APIView):
    @extend_schema(
        operation_id="read_check",
        summary="What was found",
        responses={200: api_schema.CHECK, 404: api_schema.NOT_FOUND},
    )
    def get(self, request: Request, pk: uuid.UUID) -> Response:
        row = get_object_or_404(Inspection.objects.select_related("image").defer("preview"), pk=pk)
        return _answer(request, row)


class Schema(SpectacularAPIView):
    """The OpenAPI description, as YAML or, with `?format=json`, as JSON."""


class Missing(APIView):
    @extend_schema(exclude=True)
    def get(self, request: Request, rest: str) -> Response:
        raise Http404

    post = put = patch = delete = get


def _answer(request: Request, row: Inspection, status: int = 200) -> Response:
    response = Response(_check(request, row), status=status)
    add_never_cache_headers(response)
    if state_of(row) in _UNFINISHED:
        response["Retry-After"] = str(_ASK_AGAIN_SECONDS)
    return response


def _check(request: HttpRequest, row: Inspection) -> dict[str, Any]:
    """`api_schema.Check`, with `staff` for staff only."""
    state = state_of(row)
    evidence = Evidence.from_json(row.evidence) if state is State.DONE else None
    said: dict[str, Any] = {
        "id": row.pk,
        "state": state,
        "created_at": row.created_at,
        "expires_at": row.expires_at,
        "answer": _words(row, evidence) if evidence else None,
        "image": _image(row.image) if evidence and row.image else None,
        "credentials": _credentials(request, row),
        "problem": {"code": row.error_code, "message": row.error_message} if row.error_code else None,
        "links": _links(request, row, reportable=row.upload_deleted_at is None),
    }
    if may_work_as_staff(request.user):
        said["staff"] = _for_staff(request, row, evidence)
    return said


def _words(row: Inspection, evidence: Evidence) -> dict[str, Any]:
    return api_schema.coarse(public_answer.of(row, evidence), VerdictKind(row.verdict))


def _image(image: RegisteredImage) -> dict[str, Any]:
    return {
        "id": image.pk,
        "model": f"{image.model_name} {image.model_version}",
        "published_at": image.published_at,
        "drawn_in_part": public_answer.drawn_in_part(image),
        "is_withdrawn": image.withdrawn_at is not None,
    }


def _credentials(request: HttpRequest, row: Inspection) -> dict[str, Any] | None:
    said = viewer.summary(row)
    if said is None:
        return None
    download = request.build_absolute_uri(reverse("provenance:crjson", args=[row.pk]))
    there = viewer.downloads(row)
    crjson = {of: f"{download}?of={of}" if of in there else None for of in viewer.BOTH}
    return {
        "own": said.own,
        "signer": said.signer,
        "recovered": said.recovered,
        "sentence": said.sentence,
        "page": request.build_absolute_uri(reverse("provenance:credentials", args=[row.pk])),
        "crjson": crjson,
    }


def _links(request: HttpRequest, row: Inspection, *, reportable: bool) -> dict[str, str | None]:
    report = request.build_absolute_uri(reverse("reports:submit")) + f"?inspection={row.pk}"
    return {
        "self": request.build_absolute_uri(reverse("api:inspection", args=[row.pk])),
        "page": request.build_absolute_uri(reverse("provenance:answer", args=[row.pk])),
        "report": report if reportable else None,
    }


def _for_staff(request: HttpRequest, row: Inspection, evidence: Evidence | None) -> dict[str, Any]:
    decided = verdict.decide(evidence) if evidence else None
    return {
        "sha256": row.sha256,
        "size_bytes": row.size_bytes,
        "attempts": row.attempts,
        "claimed_at": row.claimed_at,
        "finished_at": row.finished_at,
        "evidence": row.evidence,
        "named_ids": decided.named_ids if decided else (),
        "derived_ids": decided.derived_ids if decided else (),
        "error_bound": decided.error_bound if decided else None,
        "page": request.build_absolute_uri(reverse("provenance:inspection", args=[row.pk])),
    }
