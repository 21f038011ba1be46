"""Pages that start from a picture: one made here, or one that somebody brings."""

import uuid

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.models import User
from accounts.permissions import SignedInRequest, admitted
from generation import jobs, tasks, uploads
from generation.edit_forms import SHOWN_FORMATS, EditForm, UploadForm, VariationForm
from generation.errors import SourceWithdrawn, UploadGone
from generation.forms import DrawingForm, carried_over
from generation.models import Job, Refusal, Upload
from provenance import images
from provenance.models import RegisteredImage

Source = RegisteredImage | Upload
_READ_AND_WRITE = ["GET", "HEAD", "POST"]


@require_http_methods(_READ_AND_WRITE)
@admitted
def edit(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _edit(request, _own_image(request.user, pk))


@require_http_methods(_READ_AND_WRITE)
@admitted
def edit_upload(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _edit(request, _own_upload(request.user, pk))


@require_http_methods(_READ_AND_WRITE)
@admitted
def vary(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _vary(request, _own_image(request.user, pk))


@require_http_methods(_READ_AND_WRITE)
@admitted
def vary_upload(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    return _vary(request, _own_upload(request.user, pk))


@require_http_methods(_READ_AND_WRITE)
@admitted
def upload(request: SignedInRequest) -> HttpResponse:
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        row = uploads.keep(request.user, form.cleaned_data["picture"].read())
        return redirect(
            "generation:vary_upload" if "vary" in request.POST else "generation:edit_upload", row.pk
        )
    context = {"form": form, "max_bytes": images.MAX_BYTES, "hours": settings.UPLOAD_LIFETIME_HOURS}
    return render(request, "generation/upload.html", context)


@require_safe
@never_cache
@admitted
def uploaded(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """A stranger's bytes, to their sender alone: nothing of them may run here."""
    data = uploads.read(_own_upload(request.user, pk))
    found = images.sniff(data)
    if found not in SHOWN_FORMATS:
        raise Http404
    return HttpResponse(
        data,
        content_type=images.MIME[found],
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
        },
    )


def _edit(request: SignedInRequest, source: Source) -> HttpResponse:
    form = EditForm(request.POST or None, request.FILES or None, initial=carried_over(request.GET.dict()))
    if request.method == "POST" and form.is_valid():
        return _queued(request, jobs.request_inpainting(request.user, source=source, **form.asked()))
    return _page(request, "generation/edit.html", form, source)


def _vary(request: SignedInRequest, source: Source) -> HttpResponse:
    initial = {"prompt": _prompt_of(source)} | carried_over(request.GET.dict())
    form = VariationForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        return _queued(request, jobs.request_variation(request.user, source=source, **form.asked()))
    return _page(request, "generation/vary.html", form, source)


def _queued(request: HttpRequest, made: Job | Refusal) -> HttpResponse:
    if isinstance(made, Refusal):
        back = urlencode({"back": request.path})  # where the words can be changed, and what is painted waits
        return redirect(reverse("generation:refusal", args=[made.pk]) + "?" + back)
    tasks.generate.delay_on_commit(made.pk)
    return redirect("generation:job", made.pk)


def _page(request: HttpRequest, template: str, form: DrawingForm, source: Source) -> HttpResponse:
    is_upload = isinstance(source, Upload)
    file = [source.pk] if is_upload else [source.pk, "WEBP"]
    context = {
        "form": form,
        "source": source,
        "is_upload": is_upload,
        "address": reverse("generation:uploaded" if is_upload else "provenance:download", args=file),
        "hours": settings.UPLOAD_LIFETIME_HOURS,
        "filled": form.is_bound or bool(request.GET),
    }
    return render(request, template, context)


def _own_image(user: User, pk: uuid.UUID) -> RegisteredImage:
    row = get_object_or_404(RegisteredImage.objects.published().defer("thumbnail"), pk=pk, owner=user)
    if not row.is_on_view:
        raise SourceWithdrawn
    return row


def _own_upload(user: User, pk: uuid.UUID) -> Upload:
    row = get_object_or_404(Upload, pk=pk, owner=user)
    if row.deleted_at is not None:
        raise UploadGone
    return row


def _prompt_of(source: Source) -> str:
    if isinstance(source, Upload):
        return ""
    return Job.objects.filter(pk=source.origin_id).values_list("prompt", flat=True).first() or ""
