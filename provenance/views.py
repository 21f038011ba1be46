import hashlib
import uuid
from typing import Final

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.cache import get_conditional_response
from django.utils.text import slugify
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import client
from accounts.models import User
from accounts.permissions import SignedInRequest, public, signed_in, staff
from provenance import images, inspection_store, intake, public_answer, tasks
from provenance.credentials import viewer
from provenance.evidence import Evidence
from provenance.forms import SuspectForm
from provenance.models import Inspection, PublishedFile, RegisteredImage
from provenance.published_files import open_file

# For what is not a page of ours, opened by itself.
_NOTHING_RUNS: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_http_methods(["GET", "HEAD", "POST"])
@public
def verify(request: HttpRequest) -> HttpResponse:
    form = SuspectForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        row = intake.accept(form.cleaned_data["picture"], client=client.counted(request))
        if row.status == Inspection.Status.QUEUED:
            tasks.examine.delay_on_commit(row.pk)
        return redirect("provenance:answer", row.pk)
    context = {"form": form, "max_bytes": images.MAX_BYTES, "hours": settings.UPLOAD_LIFETIME_HOURS}
    return render(request, "provenance/verify.html", context)


@require_safe
@never_cache
@public
def answer(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Inspection.objects.select_related("image"), pk=pk)
    if request.headers.get("HX-Request") and request.GET.get("seen") == row.status:
        return HttpResponse(status=204)  # nothing has changed: the page stays as it is, focus and all
    context: dict[str, object] = {"inspection": row, "hours": settings.UPLOAD_LIFETIME_HOURS}
    if row.status == Inspection.Status.DONE and row.evidence:
        context["answer"] = public_answer.of(row, Evidence.from_json(row.evidence))
        context["credentials"] = viewer.summary(row)
    template = "provenance/_answer.html" if request.headers.get("HX-Request") else "provenance/answer.html"
    return render(request, template, context)


@require_POST
@public
def cancel(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    inspection_store.cancel(get_object_or_404(Inspection, pk=pk))
    return redirect("provenance:answer", pk)


@require_safe
@never_cache
@public
def credentials(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Inspection.objects.select_related("image"), pk=pk)
    context = {"inspection": row, "page": viewer.lay_out(row), "hours": settings.UPLOAD_LIFETIME_HOURS}
    return render(request, "provenance/credentials.html", context)


@require_safe
@never_cache
@public
def crjson(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Inspection.objects.select_related("image"), pk=pk)
    said = viewer.crjson_of(row, request.GET.get("of", "own"))
    if said is None:
        raise Http404
    name = f"content-credentials-{str(pk)[:8]}.crjson.json"
    # A stranger's words: to be saved, never shown as a page of ours.
    headers = {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Content-Security-Policy": _NOTHING_RUNS,
    }
    # Without indents: of a list that lies deep they make a hundred times as much.
    return JsonResponse(said, headers=headers)


@require_safe
@never_cache
@public
def picture(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    preview = viewer.preview_of(get_object_or_404(_with_pictures(), pk=pk))
    if preview is None:
        raise Http404
    return _picture(request, preview, "image/jpeg")


@require_safe
@never_cache
@public
def original(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    image = viewer.original_of(get_object_or_404(_with_pictures(), pk=pk))
    if image is None:
        raise Http404
    return _picture(request, bytes(image.thumbnail), "image/jpeg")


@require_safe
@signed_in
def thumbnail(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    image = get_object_or_404(RegisteredImage.objects.published(), pk=pk)
    _allow_owner_or_staff(image, request.user)
    if not image.is_on_view and not request.user.is_staff:
        raise Http404
    return _picture(request, bytes(image.thumbnail), "image/jpeg")


@require_safe
@signed_in
def download(request: SignedInRequest, pk: uuid.UUID, format_name: str) -> HttpResponse:
    if format_name not in PublishedFile.Format:
        raise Http404  # also keeps a NUL, which PostgreSQL takes for an error, from the query
    file = get_object_or_404(PublishedFile.objects.select_related("image"), image=pk, format=format_name)
    _allow_owner_or_staff(file.image, request.user)
    if not file.image.is_on_view:
        return render(request, "provenance/withdrawn.html", status=410)
    response = _picture(request, open_file(file), images.MIME[file.format])
    if "inline" not in request.GET:
        name = f"{slugify(settings.PRODUCT_NAME)}-{str(pk)[:8]}.{file.format.lower()}"
        response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@staff
def suspect(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Inspection, pk=pk)
    if not row.preview:
        raise Http404
    return _picture(request, bytes(row.preview), "image/jpeg")


def _with_pictures() -> QuerySet[Inspection]:
    """Checks without what may be megabytes and is no picture."""
    return Inspection.objects.select_related("image").defer("evidence", "crjson", "image__local_features")


def _allow_owner_or_staff(image: RegisteredImage, user: User) -> None:
    if image.owner_id != user.pk and not user.is_staff:
        raise PermissionDenied


def _picture(request: HttpRequest, data: bytes, mime: str) -> HttpResponse:
    """A picture that a browser may keep but asks about each time, so that a withdrawn one is gone at once."""
    response = HttpResponse(
        data,
        content_type=mime,
        headers={
            # no-transform: a proxy that recompresses pictures would break the signature.
            "Cache-Control": "private, no-cache, no-transform",
            "ETag": f'"{hashlib.sha256(data).hexdigest()}"',
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": _NOTHING_RUNS,
        },
    )
    conditional = get_conditional_response(request, etag=response["ETag"], response=response)
    assert isinstance(conditional, HttpResponse), "a response was given"
    return conditional
