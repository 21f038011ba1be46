"""Who may open what: every role against every address of this package, and the four decorators alone."""

import pytest
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from pytest_django import Settings

from accounts import standing, urls
from accounts.errors import NotAdmitted
from accounts.models import User
from accounts.permissions import admitted, public, signed_in, staff
from tests.integration.accounts.conftest import MakePerson

OK, FORBIDDEN, LOGIN, BACK, MISSING = "200", "403", "login", "back", "404"
NOBODY = "00000000-0000-0000-0000-000000000000"
ROLES = ("anonymous", "waiting", "approved", "suspended", "staff")
# One row an address: what each of ROLES gets, in that order.
TABLE = {
    ("get", "policy"): (OK, OK, OK, OK, OK),
    ("post", "accept_policy"): (LOGIN, BACK, BACK, BACK, BACK),
    ("get", "status"): (LOGIN, OK, OK, OK, OK),
    ("get", "settings"): (LOGIN, OK, OK, OK, OK),
    ("get", "admissions"): (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, OK),
    ("post", "admit"): (LOGIN, FORBIDDEN, FORBIDDEN, FORBIDDEN, MISSING),
}
CASES = [
    (method, name, role, expected)
    for (method, name), row in TABLE.items()
    for role, expected in zip(ROLES, row, strict=True)
]


@pytest.fixture(autouse=True)
def _a_page_to_land_on(settings: Settings) -> None:
    settings.LOGIN_REDIRECT_URL = "accounts:status"


@pytest.mark.parametrize(("method", "name", "role", "expected"), CASES)
def test_role_against_address(
    client: Client,
    person: MakePerson,
    settings: Settings,
    method: str,
    name: str,
    role: str,
    expected: str,
) -> None:
    if role != "anonymous":
        client.force_login(person(role))
    address = reverse(f"accounts:{name}", args=[NOBODY] if name == "admit" else [])
    answer = getattr(client, method)(address, {"version": settings.POLICY_VERSION})
    assert _outcome(answer) == expected


def _outcome(answer: HttpResponse) -> str:
    if answer.status_code != 302:
        return str(answer.status_code)
    return LOGIN if answer.headers["Location"].startswith(reverse("account_login")) else BACK


def test_the_table_covers_every_address() -> None:
    assert {name for _, name in TABLE} == {pattern.name for pattern in urls.urlpatterns}


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_every_view_has_a_role(pattern: URLPattern) -> None:
    assert vars(pattern.callback)["role"] in {"public", "signed_in", "admitted", "staff"}


def draw(request: HttpRequest) -> HttpResponse:
    return HttpResponse("drawn")


def ask(user: User | AnonymousUser, method: str = "GET", **headers: str) -> HttpRequest:
    request = RequestFactory().generic(method, "/create/?prompt=bee", headers=headers)
    request.user = user
    return request


def test_the_decorators_name_their_role_and_keep_the_name_of_the_view() -> None:
    for decorator in (public, signed_in, admitted, staff):
        view = decorator(draw)
        assert (vars(view)["role"], vars(view)["__wrapped__"]) == (decorator.__name__, draw)
    assert not hasattr(draw, "role")


@pytest.mark.parametrize(
    ("state", "location"),
    [
        ("unconfirmed", "/status"),
        ("waiting", "/status"),
        ("denied", "/status"),
        ("suspended", "/status"),
        ("approved", "/policy?next=%2Fcreate%2F%3Fprompt%3Dbee"),
        ("admitted", None),
        ("staff", None),
    ],
)
def test_who_is_not_admitted_is_led_to_what_comes_next(
    person: MakePerson, state: str, location: str | None
) -> None:
    answer = admitted(draw)(ask(person(state)))
    assert answer.headers.get("Location") == location
    assert answer.status_code == (302 if location else 200)


def test_a_session_from_before_a_suspension_is_worth_nothing(person: MakePerson) -> None:
    user = person("admitted")
    assert admitted(draw)(ask(user)).status_code == 200
    standing.suspend(User.objects.get(pk=user.pk), by=None, reason="Broke the policy")
    # Every request loads its user anew.
    assert admitted(draw)(ask(User.objects.get(pk=user.pk))).headers["Location"] == "/status"


def test_a_visitor_is_asked_to_sign_in_and_comes_back() -> None:
    answer = admitted(draw)(ask(AnonymousUser()))
    assert answer.headers["Location"] == "/account/login/?next=/create/%3Fprompt%3Dbee"
    posted = signed_in(draw)(ask(AnonymousUser(), method="POST"))
    assert posted.headers["Location"] == "/account/login/?next=/status"


def test_htmx_moves_the_whole_page_and_programs_get_an_error(person: MakePerson) -> None:
    waiting = person("waiting")
    answer = admitted(draw)(ask(waiting, HX_Request="true"))
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (200, "/status")
    with pytest.raises(NotAdmitted):
        admitted(draw)(ask(waiting, Accept="application/json"))


def test_staff_need_a_second_step_in_production(person: MakePerson, settings: Settings) -> None:
    user = person("staff")
    settings.PRODUCTION = True
    assert staff(draw)(ask(user)).headers["Location"] == reverse("mfa_index")
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={})
    assert staff(draw)(ask(user)).status_code == 200
    with pytest.raises(PermissionDenied):
        staff(draw)(ask(person("admitted")))
