import re

import pytest
from django.test import RequestFactory
from pytest_django import Settings

from accounts import client


def counted_for(address: str) -> str:
    return client.counted(RequestFactory().get("/", REMOTE_ADDR=address))


@pytest.mark.parametrize(
    ("proxies", "forwarded", "expected"),
    [
        (0, None, "192.0.2.1"),
        (0, "203.0.113.9", "192.0.2.1"),  # not behind a proxy: the header is the client's own claim
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # the left entry was sent by the client
        (2, "198.51.100.7, 203.0.113.9, 192.0.2.77", "203.0.113.9"),
        (2, "203.0.113.9", "192.0.2.1"),  # did not come through both proxies
        (1, "", "192.0.2.1"),
        (1, None, "192.0.2.1"),
    ],
)
def test_the_address(settings: Settings, proxies: int, forwarded: str | None, expected: str) -> None:
    settings.TRUSTED_PROXY_COUNT = proxies
    headers = {} if forwarded is None else {"x-forwarded-for": forwarded}
    request = RequestFactory().get("/", REMOTE_ADDR="192.0.2.1", headers=headers)
    assert client.address(request) == expected


def test_what_is_counted_is_a_keyed_hash(settings: Settings) -> None:
    first = counted_for("192.0.2.1")
    assert re.fullmatch(r"[0-9a-f]{32}", first)
    assert first == counted_for("192.0.2.1") != counted_for("192.0.2.2")
    settings.SECRET_KEY = "another key " * 4
    assert counted_for("192.0.2.1") != first


def test_one_ipv6_network_is_one_client() -> None:
    assert (
        counted_for("2001:db8:1:2::1")
        == counted_for("2001:db8:1:2:ffff::9")
        != counted_for("2001:db8:1:3::1")
    )


@pytest.mark.parametrize("odd", ["", "203.0.113.9:443", "unknown", "\x00"])
def test_an_address_that_is_none_still_counts(odd: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", counted_for(odd))
