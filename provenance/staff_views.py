import uuid

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.permissions import staff
from provenance import trace_sheet
from provenance.models import Inspection
from provenance.verdict import VerdictKind

CHECKS_PER_PAGE = 25


@require_safe
@never_cache
@staff
def inspections(request: HttpRequest) -> HttpResponse:
    kinds, verdict = [str(kind) for kind in VerdictKind], request.GET.get("verdict", "")
    # Only while the upload is there: afterwards nothing is left to look at, and those rows are never deleted.
    rows = Inspection.objects.filter(upload_deleted_at__isnull=True).defer(
        "preview", "evidence", "credentials", "crjson"
    )
    rows = rows.prefetch_related("cases")
    if verdict in kinds:
        rows = rows.filter(verdict=verdict)
    context = {
        "page_obj": Paginator(rows, CHECKS_PER_PAGE).get_page(request.GET.get("page")),
        "verdict": verdict if verdict in kinds else "",
    }
    return render(request, "provenance/inspections.html", context)


@require_safe
@never_cache
@staff
def inspection(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(Inspection.objects.prefetch_related("cases"), pk=pk)
    context = {"inspection": row, "sheet": trace_sheet.lay_out(row)}
    return render(request, "provenance/inspection.html", context)
