import uuid
from http import HTTPStatus

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.models import User
from accounts.permissions import SignedInRequest, admitted, signed_in, staff
from accounts.policy import CATEGORIES
from accounts.tasks import send_letters
from generation import jobs, refusals, tasks
from generation.forms import AppealAnswerForm, AppealForm, PromptForm, carried_over
from generation.models import Job, Refusal
from provenance.models import RegisteredImage

_JOBS_A_PAGE = 12


@require_http_methods(["GET", "HEAD", "POST"])
@admitted
def create(request: SignedInRequest) -> HttpResponse:
    form = PromptForm(request.POST or None, initial=carried_over(request.GET.dict()))
    if request.method == "POST" and form.is_valid():
        width, height = form.width_and_height
        made = jobs.request(
            request.user,
            prompt=form.cleaned_data["prompt"],
            image_count=form.cleaned_data["image_count"],
            seed=form.cleaned_data["seed"],
            width=width,
            height=height,
        )
        if isinstance(made, Refusal):
            return redirect("generation:refusal", made.pk)
        tasks.generate.delay_on_commit(made.pk)
        return redirect("generation:job", made.pk)
    return render(request, "generation/create.html", {"form": form, "recent": _recent_images(request.user)})


@require_safe
@signed_in
def history(request: SignedInRequest) -> HttpResponse:
    asked = _light(Job.objects.filter(owner=request.user))
    page = Paginator(asked, _JOBS_A_PAGE).get_page(request.GET.get("page"))
    images = RegisteredImage.objects.published().filter(origin_id__in=[job.pk for job in page])
    by_job: dict[uuid.UUID, list[RegisteredImage]] = {}
    for image in images.order_by("origin_index").defer("thumbnail"):
        by_job.setdefault(image.origin_id, []).append(image)
    for images_of_job in by_job.values():
        images_of_job.sort(key=lambda image: not image.is_on_view)  # the card shows the first
    rows = [(job, by_job.get(job.pk, [])) for job in page]
    return render(request, "generation/history.html", {"page_obj": page, "rows": rows})


@require_safe
@never_cache
@signed_in
def job(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    row = _own_job(request.user, pk)
    images = RegisteredImage.objects.published().filter(origin_id=row.pk).order_by("origin_index")
    context = {
        "job": row,
        "images": images.defer("thumbnail"),
        "before": jobs.place_in_queue(row) if row.status == Job.Status.QUEUED else 0,
        "missing": range(row.image_count - len(images)) if row.is_active else range(0),
    }
    template = "generation/_job.html" if request.headers.get("HX-Request") else "generation/job.html"
    return render(request, template, context)


@require_safe
@never_cache
@signed_in
def preview(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    """The picture so far; empty where the job went on between the page and its request for the preview."""
    row = _own_job(request.user, pk)
    if not row.preview:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    return HttpResponse(bytes(row.preview), content_type="image/jpeg")


@require_POST
@signed_in
def cancel(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    if not jobs.cancel(_own_job(request.user, pk)):
        messages.info(request, "This request had already ended.")
    return redirect("generation:job", pk)


@require_safe
@signed_in
def image(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(RegisteredImage.objects.published().select_related("owner"), pk=pk)
    if row.owner_id != request.user.pk and not request.user.is_staff:
        raise PermissionDenied
    if not row.is_on_view:
        return render(request, "provenance/withdrawn.html", status=410)
    made_by = _light(Job.objects.filter(pk=row.origin_id)).first()
    context = {"image": row, "job": made_by, "seed": made_by and made_by.seed + row.origin_index}
    return render(request, "generation/image.html", context | {"files": row.files.order_by("pk")})


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def refusal(request: SignedInRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Refusal, pk=pk, owner=request.user)
    form = AppealForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        refusals.appeal(row, form.cleaned_data["appeal"])
        messages.success(request, "Thank you. A person will look at it, and the answer will stand here.")
        return redirect("generation:refusal", pk)
    category = next((entry for entry in CATEGORIES if entry.code == row.category), None)
    context = {"refusal": row, "form": form, "category": category, "back": _page_of_prompt(request)}
    return render(request, "generation/refusal.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff
def refusal_queue(request: SignedInRequest) -> HttpResponse:
    form = AppealAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        decision = {name: form.cleaned_data[name] for name in ("outcome", "answer")}
        refusals.decide(form.cleaned_data["refusal"], by=request.user, **decision)
        send_letters.delay_on_commit()
        messages.success(request, "Decided. The person sees your answer on the page of the refusal.")
        return redirect("generation:refusals")
    appealed = Refusal.objects.filter(appealed_at__isnull=False).select_related("owner", "decided_by")
    ordered = appealed.order_by(F("decided_at").desc(nulls_first=True), "appealed_at")
    page = Paginator(ordered, 20).get_page(request.GET.get("page"))
    return render(request, "generation/refusals.html", {"page_obj": page, "form": form})


def _page_of_prompt(request: HttpRequest) -> str:
    """Where the refused prompt was typed: the page that a flow names in its redirect, or the first one."""
    back = request.GET.get("back", "")
    is_ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if is_ours else reverse("generation:create")


def _own_job(user: User, pk: uuid.UUID) -> Job:
    rows = Job.objects.all() if user.is_staff else Job.objects.filter(owner=user)
    return get_object_or_404(_light(rows), pk=pk)


def _light(rows: "QuerySet[Job]") -> "QuerySet[Job]":
    """Jobs with what they started from, and without the bytes that no page shows."""
    return rows.select_related("source_image", "source_upload").defer("mask", "source_image__thumbnail")


def _recent_images(user: User) -> list[RegisteredImage]:
    images = RegisteredImage.objects.on_view().filter(owner=user).defer("thumbnail")
    return list(images.order_by("-published_at")[:8])
