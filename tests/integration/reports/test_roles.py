import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from reports.models import Case
from reports.urls import urlpatterns

pytestmark = pytest.mark.django_db

ROLES = {
    "submit": "public",
    "receipt": "public",
    "status": "public",
    "queue": "staff",
    "case": "staff",
    "decide": "staff",
    "forget_receipt": "public",
    "link": "staff",
    "examine_again": "staff",
}
# What only a POST reaches, and what it answers one who may and says nothing.
POSTED = {"decide": 422, "forget_receipt": 302, "link": 422, "examine_again": 302}
OF_A_CASE = {"case", "decide", "link", "examine_again"}


def address(name: str, case: Case) -> str:
    return reverse(f"reports:{name}", args=[case.number] if name in OF_A_CASE else [])


class TestRoles:
    def test_every_address_has_the_role_it_should_have(self) -> None:
        assert {pattern.name: vars(pattern.callback)["role"] for pattern in urlpatterns} == ROLES

    @pytest.mark.parametrize(("name", "role"), ROLES.items())
    @pytest.mark.parametrize("who", ["stranger", "owner", "officer"])
    def test_who_may_see_what(
        self, case: Case, owner: User, officer: User, name: str, role: str, who: str
    ) -> None:
        client = Client()
        if who != "stranger":
            client.force_login({"owner": owner, "officer": officer}[who])
        response = client.post(address(name, case)) if name in POSTED else client.get(address(name, case))
        if role == "public" or who == "officer":
            assert response.status_code == POSTED.get(name, 200)
        elif who == "owner":
            assert response.status_code == 403
        else:
            assert response.status_code == 302
            assert response.headers["Location"].startswith(reverse("account_login"))

    @pytest.mark.parametrize("name", ROLES)
    def test_pages_that_change_something_want_a_token(self, case: Case, officer: User, name: str) -> None:
        client = Client(enforce_csrf_checks=True)
        client.force_login(officer)
        assert client.post(address(name, case)).status_code == 403
