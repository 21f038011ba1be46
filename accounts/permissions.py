"""The four roles that a page can ask for, as decorators.

Every view of ours carries exactly one of them, outermost or inside decorators that use `functools.wraps`;
`view.role` names it, so that a test can walk all addresses. An address without a role is a defect.
"""

import functools
from collections.abc import Callable
from typing import Concatenate, ParamSpec, cast

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import reverse
from django.utils.http import urlencode
from django_htmx.http import HttpResponseClientRedirect

from accounts.errors import NotAdmitted
from accounts.models import User
from accounts.standing import Standing, where_stands


class SignedInRequest(HttpRequest):
    """What a view behind `signed_in`, `admitted` or `staff` receives, for the type checker."""

    user: User


P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponseBase]
# Answers instead of the view, or None to let it answer.
Refusal = Callable[[HttpRequest], HttpResponseBase | None]


def public(view: View[P]) -> View[P]:
    """Anybody may see this page."""

    @functools.wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        return view(request, *args, **kwargs)

    vars(answer)["role"] = "public"
    return answer


def signed_in(view: SignedInView[P]) -> View[P]:
    """Anybody with an account, wherever they stand; others are sent to sign in."""
    return _guarded(view, "signed_in", _ask_to_sign_in)


def admitted(view: SignedInView[P]) -> View[P]:
    """Approved, policy accepted, not suspended; others are sent to the page that says what comes next."""
    return _guarded(view, "admitted", _refuse_unless_admitted)


def staff(view: SignedInView[P]) -> View[P]:
    """Staff only: 403 for others. In production only with two-step sign-in switched on."""
    return _guarded(view, "staff", _refuse_unless_staff)


def _guarded(view: SignedInView[P], role: str, refusal: Refusal) -> View[P]:
    @functools.wraps(view)
    def answer(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        refused = refusal(request)
        return view(cast(SignedInRequest, request), *args, **kwargs) if refused is None else refused

    vars(answer)["role"] = role
    return answer


def _ask_to_sign_in(request: HttpRequest) -> HttpResponse | None:
    if request.user.is_authenticated:
        return None
    return _go(request, redirect_to_login(_where_to_return(request)).url)


def _refuse_unless_admitted(request: HttpRequest) -> HttpResponse | None:
    if refused := _ask_to_sign_in(request):
        return refused
    standing = where_stands(cast(User, request.user))
    if standing is Standing.ADMITTED:
        return None
    if request.headers.get("Accept", "").startswith("application/json"):
        raise NotAdmitted
    if standing is Standing.POLICY:
        return _go(request, reverse("accounts:policy") + "?" + urlencode({"next": _where_to_return(request)}))
    return _go(request, reverse("accounts:status"))


def _refuse_unless_staff(request: HttpRequest) -> HttpResponse | None:
    if refused := _ask_to_sign_in(request):
        return refused
    user = cast(User, request.user)
    if not user.is_staff:
        raise PermissionDenied
    return None if may_work_as_staff(user) else _go(request, reverse("mfa_index"))


def may_work_as_staff(user: User | AnonymousUser) -> bool:
    """True for staff; in production only with two-step sign-in switched on."""
    if not user.is_authenticated or not user.is_staff:
        return False
    return not settings.PRODUCTION or bool(is_mfa_enabled(user))


def _where_to_return(request: HttpRequest) -> str:
    """The page itself; or, where a form or a part of a page was asked for, the first page after sign-in."""
    whole_page = request.method == "GET" and request.headers.get("HX-Request") != "true"
    return request.get_full_path() if whole_page else resolve_url(settings.LOGIN_REDIRECT_URL)


def _go(request: HttpRequest, address: str) -> HttpResponse:
    """A redirect of the whole page, also when htmx asked for a part of it."""
    if request.headers.get("HX-Request") == "true":
        return HttpResponseClientRedirect(address)
    return redirect(address)
