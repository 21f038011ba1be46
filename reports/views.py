from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import client, limits
from accounts.permissions import SignedInRequest, public, staff
from provenance import inspection_store
from provenance.images import MAX_BYTES
from provenance.models import Inspection
from provenance.tasks import examine
from reports import casework, dossier, linking, receipts
from reports.forms import DecisionForm, LinkForm, ReportForm, StatusForm
from reports.models import Case
from reports.tasks import send_notices

CASES_PER_PAGE = 25
# A form that came back with mistakes in it.
UNPROCESSABLE = 422


@public
@require_http_methods(["GET", "HEAD", "POST"])
def submit(request: HttpRequest) -> HttpResponse:
    asked = request.GET.get("inspection", "")
    inspection = dossier.linked_inspection(asked)
    data = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ReportForm(*data, inspection=inspection)
    # A page that still had the check asked for no picture, so its report comes back to be completed. From
    # then on the form is sent without the address of the check.
    lost = bool(asked) and inspection is None
    if form.is_bound and form.is_valid() and not lost:
        return _file(request, form, inspection)
    context = {
        "form": form,
        "inspection": inspection,
        "lost": lost,
        "max_bytes": MAX_BYTES,
    }
    return render(request, "reports/submit.html", context, status=UNPROCESSABLE if form.is_bound else 200)


def _file(request: HttpRequest, form: ReportForm, inspection: Inspection | None) -> HttpResponse:
    reporter = client.counted(request)
    limits.take(f"report:{reporter}", limit=settings.REPORTS_PER_HOUR, window_seconds=3600)
    if picture := form.cleaned_data.get("picture"):
        inspection = inspection_store.receive(picture, client=reporter, for_case=True)
    image = inspection.image if inspection else None
    filed = casework.file_report(**form.told(), inspection=inspection, image=image)
    if picture and inspection:
        # Not before the case has it: what cannot be read and belongs to no case is deleted.
        examine.delay_on_commit(inspection.pk)
    send_notices.delay_on_commit()
    return _with_receipt(redirect("reports:receipt"), filed)


def _with_receipt(response: HttpResponse, filed: casework.Filed) -> HttpResponse:
    response.set_cookie(
        receipts.COOKIE,
        receipts.sealed(filed),
        max_age=receipts.MINUTES * 60,
        path=reverse("reports:receipt"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Strict",
    )
    return response


@public
@never_cache
@require_GET
def receipt(request: HttpRequest) -> HttpResponse:
    kept = receipts.opened(request.COOKIES.get(receipts.COOKIE, ""))
    if kept is None:
        return render(request, "reports/receipt_gone.html", {"minutes": receipts.MINUTES})
    case = get_object_or_404(dossier.cases(), pk=kept.case_id)
    context = {"case": case, "passphrase": kept.passphrase, "minutes": receipts.MINUTES}
    return render(request, "reports/receipt.html", context)


@public
@require_POST
def forget_receipt(request: HttpRequest) -> HttpResponse:
    response = redirect("reports:status")
    response.delete_cookie(receipts.COOKIE, path=reverse("reports:receipt"), samesite="Strict")
    messages.success(request, "The receipt is gone from this browser. What you wrote down opens your report.")
    return response


@public
@never_cache
@sensitive_post_parameters("typed_passphrase")
@require_http_methods(["GET", "HEAD", "POST"])
def status(request: HttpRequest) -> HttpResponse:
    form = StatusForm(request.POST or None)
    if not form.is_valid():
        return render(
            request, "reports/status.html", {"form": form}, status=UNPROCESSABLE if form.is_bound else 200
        )
    case = casework.look_up(**form.cleaned_data, client=client.counted(request))
    if case is None:
        form.add_error(None, "This number and this passphrase do not belong together. Please check both.")
        return render(request, "reports/status.html", {"form": form}, status=UNPROCESSABLE)
    return render(request, "reports/status_case.html", {"case": case, "events": dossier.timeline(case)})


@staff
@require_GET
def queue(request: HttpRequest) -> HttpResponse:
    tab: dossier.Tab = "decided" if request.GET.get("tab") == "decided" else "open"
    search = request.GET.get("q", "")
    page = Paginator(dossier.queue(tab, search), CASES_PER_PAGE).get_page(request.GET.get("page"))
    counts = {"open": Case.objects.open().count(), "decided": Case.objects.decided().count()}
    return render(
        request,
        "reports/queue.html",
        {"page_obj": page, "tab": tab, "search": search.strip(), "counts": counts},
    )


@staff
@never_cache
@require_GET
def case(request: HttpRequest, number: str) -> HttpResponse:
    subject = get_object_or_404(dossier.cases(), number=number)
    return render(request, "reports/case.html", _case_context(subject, DecisionForm(case=subject)))


@staff
@require_POST
def decide(request: SignedInRequest, number: str) -> HttpResponse:
    subject = get_object_or_404(dossier.cases(), number=number)
    form = DecisionForm(request.POST, case=subject)
    if not form.is_valid() or "change" in request.POST:
        return render(
            request,
            "reports/case.html",
            _case_context(subject, form),
            status=UNPROCESSABLE if form.errors else 200,
        )
    if "confirmed" not in request.POST:
        foresight = dossier.foresee(subject, **form.choice())
        return render(
            request, "reports/confirm.html", {"case": subject, "form": form, "foresight": foresight}
        )
    casework.decide(subject.pk, **form.choice(), seen=form.cleaned_data["seen"], by=request.user)
    send_notices.delay_on_commit()
    messages.success(request, f"Case {subject.number} is decided.")
    return redirect("reports:case", number=subject.number)


@staff
@require_POST
def link(request: SignedInRequest, number: str) -> HttpResponse:
    subject = get_object_or_404(dossier.cases(), number=number)
    form = LinkForm(request.POST, case=subject)
    if not form.is_valid():
        context = _case_context(subject, DecisionForm(case=subject)) | {"link_form": form}
        return render(request, "reports/case.html", context, status=UNPROCESSABLE)
    linking.link(subject.pk, form.cleaned_data["image"], by=request.user)
    messages.success(request, "The case leads to this image now. Nothing has been decided by that.")
    return redirect("reports:case", number=subject.number)


@staff
@require_POST
def examine_again(request: SignedInRequest, number: str) -> HttpResponse:
    subject = get_object_or_404(dossier.cases(), number=number)
    if subject.inspection is not None and inspection_store.examine_again(subject.inspection):
        examine.delay_on_commit(subject.inspection.pk)
        messages.success(request, "The reported picture is examined again. Reload in a moment.")
    else:
        messages.info(request, "There is nothing to examine again.")
    return redirect("reports:case", number=subject.number)


def _case_context(subject: Case, form: DecisionForm) -> dict[str, Any]:
    return {
        "case": subject,
        "dossier": dossier.collect(subject),
        "form": form,
        "link_form": LinkForm(case=subject),
    }
