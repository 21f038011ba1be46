import uuid

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import acceptance, admission, standing, tasks
from accounts.forms import DecisionForm
from accounts.models import User
from accounts.permissions import SignedInRequest, public, signed_in, staff
from accounts.policy import CATEGORIES, USE_RULES

# As many as a person reads before they look up again.
_PEOPLE_A_PAGE = 25


@require_safe
@public
def policy(request: HttpRequest) -> HttpResponse:
    user = request.user
    context = {
        "categories": CATEGORIES,
        "use_rules": USE_RULES,
        "version": settings.POLICY_VERSION,
        "asks": isinstance(user, User) and not acceptance.has_accepted(user),
        "next": request.GET.get("next", ""),
    }
    return render(request, "accounts/policy.html", context)


@require_POST
@signed_in
def accept_policy(request: SignedInRequest) -> HttpResponse:
    acceptance.accept(request.user, request.POST.get("version", ""))
    messages.success(request, "Thank you. You have accepted the content policy.")
    return redirect(_safe_next(request))


def _safe_next(request: HttpRequest) -> str:
    """The page that the person came from; never one of another site."""
    address = request.POST.get("next", "")
    ours = url_has_allowed_host_and_scheme(
        address, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return address if ours else resolve_url("accounts:status")


@require_safe
@signed_in
def status(request: SignedInRequest) -> HttpResponse:
    user = request.user
    where = standing.where_stands(user)
    context = {
        "standing": where.value,
        "people_ahead": admission.people_ahead(user) if where is standing.Standing.WAITING else None,
        "decision": user.decisions.first(),
    }
    return render(request, "accounts/status.html", context)


@require_safe
@signed_in
def settings_page(request: SignedInRequest) -> HttpResponse:
    user = request.user
    context = {
        "standing": standing.where_stands(user).value,
        "version": settings.POLICY_VERSION,
        "acceptances": user.policy_acceptances.order_by("-accepted_at"),
        "notices": user.notices.order_by("-created_at"),
    }
    return render(request, "accounts/settings.html", context)


@require_safe
@staff
def admissions(request: SignedInRequest) -> HttpResponse:
    decided = request.GET.get("show") == "decided"
    rows = admission.past_decisions() if decided else admission.waitlist()
    context = {
        "decided": decided,
        "page_obj": Paginator(rows, _PEOPLE_A_PAGE).get_page(request.GET.get("page")),
        "waiting_count": admission.waitlist().count(),
    }
    return render(request, "accounts/admissions.html", context)


@require_POST
@staff
def admit(request: SignedInRequest, user_id: uuid.UUID) -> HttpResponse:
    person = get_object_or_404(User, pk=user_id)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(
            request, "Nothing was decided: choose a decision and give a reason of 2000 characters or fewer."
        )
        return redirect("accounts:admissions")
    decision = admission.decide(
        person.pk, approve=form.approves, by=request.user, reason=form.cleaned_data["reason"]
    )
    tasks.send_letters.delay_on_commit()
    messages.success(request, f"{person.email}: {decision.get_kind_display()}.")
    return redirect("accounts:admissions")
