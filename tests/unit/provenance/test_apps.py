"""What the system checks say about the signing of a production; each row takes one thing away."""

import datetime as dt
import os
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from django.core.checks import CheckMessage, run_checks
from pytest_django import Settings

from provenance import apps, certificates, signing_checks
from tests import signing_certificates


@pytest.fixture
def production(tmp_path: Path, settings: Settings) -> Path:
    """A complete production but for its certificates, which `found` makes in this folder."""
    settings.PRODUCTION = True
    settings.TIME_STAMP_URL = "https://time.example"
    for name, file in (("CHAIN", "chain.pem"), ("KEY", "signing-key.pem")):
        setattr(settings, f"SIGNING_{name}", tmp_path / file)
    settings.SIGNING_SERVICE = None
    settings.TRUST_ANCHORS = settings.TIME_STAMP_ANCHORS = tmp_path / "root.pem"
    return tmp_path


def ids(messages: list[CheckMessage]) -> set[str | None]:
    assert all(message.hint for message in messages), "each says what to do"
    return {message.id for message in messages}


def found(folder: Path, **changes: Any) -> set[str | None]:
    signing_certificates.write_chain(folder, **changes)
    return ids(apps.check_signing(None))


@pytest.mark.parametrize(
    ("days", "expected"),
    [(0, {"provenance.W001"}), (1, {"provenance.W002"}), (30, {"provenance.W002"}), (32, set())],
)
def test_the_end_of_the_certificate_warns_and_stops_nothing(
    production: Path, days: int, expected: set[str]
) -> None:
    assert found(production, days=days) == expected


def test_a_certificate_of_tomorrow_is_a_warning(production: Path) -> None:
    assert found(production, begins=dt.timedelta(days=1)) == {"provenance.W004"}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"purposes": (signing_certificates.EMAIL,)}, {"provenance.E009"}),
        ({"may_sign": False}, {"provenance.E010"}),
        ({"curve": ec.SECP384R1()}, {"provenance.E011"}),
    ],
)
def test_a_certificate_that_readers_would_refuse(
    production: Path, changes: dict[str, Any], expected: set[str]
) -> None:
    assert found(production, **changes) == expected


def test_a_test_authority_is_refused(production: Path) -> None:
    certificates.make_test_authority(production, common_name="Example")
    assert ids(apps.check_signing(None)) == {"provenance.E004"}


def test_a_chain_in_the_wrong_order(production: Path) -> None:
    signing_certificates.write_chain(production)
    chain, root = (production / "chain.pem").read_text(), (production / "root.pem").read_text()
    (production / "chain.pem").write_text(chain + chain + root)
    assert ids(apps.check_signing(None)) == {"provenance.E012"}


def test_an_unreadable_chain(production: Path) -> None:
    signing_certificates.write_chain(production)
    (production / "chain.pem").write_text("nonsense")
    assert ids(apps.check_signing(None)) == {"provenance.E002"}


def test_anchors_of_somebody_else(production: Path, settings: Settings) -> None:
    signing_certificates.write_chain(production / "other")
    settings.TRUST_ANCHORS = production / "other" / "root.pem"
    assert found(production) == {"provenance.E013"}
    settings.TRUST_ANCHORS.write_text("nonsense")
    assert found(production) == {"provenance.E013"}


def test_the_key_of_another_certificate(production: Path) -> None:
    signing_certificates.write_chain(production)
    signing_certificates.write_key(production / "signing-key.pem")
    assert ids(apps.check_signing(None)) == {"provenance.E005"}


@pytest.mark.parametrize(
    ("mode", "expected"),
    [(0o600, set()), (0o400, set()), (0o640, set()), (0o644, {"provenance.E008"})]
    + [(mode, {"provenance.E008"}) for mode in (0o660, 0o601, 0o606)],
)
def test_who_may_use_the_key_file(production: Path, mode: int, expected: set[str]) -> None:
    signing_certificates.write_chain(production)
    (production / "signing-key.pem").chmod(mode)
    assert ids(apps.check_signing(None)) == expected


@pytest.mark.parametrize("name", ["SIGNING_CHAIN", "SIGNING_KEY", "TRUST_ANCHORS"])
def test_a_missing_file(production: Path, settings: Settings, name: str) -> None:
    settings.TIME_STAMP_ANCHORS = production / "root.pem"
    setattr(settings, name, production / "nowhere")
    assert found(production) == {"provenance.E001"}


def test_with_a_signing_service_no_key_is_asked_for(production: Path, settings: Settings) -> None:
    settings.SIGNING_SERVICE, settings.SIGNING_KEY = production / "service.sock", production / "nowhere"
    assert found(production) == {"provenance.W006"}
    settings.SIGNING_SERVICE.touch()
    assert found(production) == set()


class TestTheWebProcess:
    def of_the_web(self) -> set[str | None]:
        return ids(run_checks(tags=[apps.WEB], include_deployment_checks=True))

    def test_may_not_read_the_key(self, production: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        signing_certificates.write_chain(production)
        assert self.of_the_web() == {"provenance.E007"}
        # Who runs the tests may read everything, so the kernel's "no" is played.
        monkeypatch.setattr(os, "access", lambda path, mode: False)
        assert self.of_the_web() == set()

    def test_is_the_only_one_that_is_asked(self, production: Path) -> None:
        signing_certificates.write_chain(production)
        assert "provenance.E007" not in {message.id for message in run_checks(tags=[apps.WEB])}
        assert list(signing_checks.web_problems()), "so there was something to find"

    def test_may_on_a_laptop(self, production: Path, settings: Settings) -> None:
        signing_certificates.write_chain(production)
        settings.PRODUCTION = False
        assert self.of_the_web() == set()


class TestTimeStamps:
    @pytest.mark.parametrize(
        ("changes", "expected"),
        [
            ({"TIME_STAMP_URL": "", "TIME_STAMP_ANCHORS": None}, {"provenance.W003"}),
            ({"TIME_STAMP_ANCHORS": None}, {"provenance.W005"}),
            ({"TIME_STAMP_POLICY": "always"}, {"provenance.E014"}),
            ({"TIME_STAMP_POLICY": "prefer"}, set()),
            ({"TIME_STAMP_SECONDS": 0}, {"provenance.E015"}),
            ({"TIME_STAMP_URL": "ftp://time.example"}, {"provenance.E016"}),
            ({"TIME_STAMP_ANCHORS": Path("/nowhere")}, {"provenance.E017"}),
        ],
    )
    def test_their_settings(
        self, production: Path, settings: Settings, changes: dict[str, Any], expected: set[str]
    ) -> None:
        for name, value in changes.items():
            setattr(settings, name, value)
        assert found(production) == expected

    @pytest.mark.parametrize(
        ("proxy", "directly", "expected"),
        [
            ("http://proxy.example:3128", "", {"provenance.E018"}),
            ("http://proxy.example:3128", "127.0.0.1", set()),
            ("", "", set()),
        ],
    )
    def test_a_proxy_must_leave_out_this_machine(
        self, production: Path, monkeypatch: pytest.MonkeyPatch, proxy: str, directly: str, expected: set[str]
    ) -> None:
        for name, value in (("http_proxy", proxy), ("no_proxy", directly)):
            monkeypatch.setenv(name, value)
        assert found(production) == expected

    def test_are_asked_for_on_a_laptop_only_if_set(self, production: Path, settings: Settings) -> None:
        settings.PRODUCTION, settings.TIME_STAMP_URL = False, ""
        assert apps.check_signing(None) == []
        settings.TIME_STAMP_POLICY = "always"
        assert ids(apps.check_signing(None)) == {"provenance.E014"}


@pytest.mark.parametrize(
    ("name", "expected"),
    [("postgresql", []), ("memory", []), ("Memory", ["provenance.E006"]), ("", ["provenance.E006"])],
)
def test_the_hash_search_is_one_of_two(settings: Settings, name: str, expected: list[str]) -> None:
    settings.HASH_SEARCH = name
    assert [message.id for message in apps.check_hash_search(None)] == expected


def test_outside_production_no_certificate_is_asked_for(production: Path, settings: Settings) -> None:
    assert apps.check_signing(None) != []
    settings.PRODUCTION, settings.TIME_STAMP_URL = False, ""
    assert apps.check_signing(None) == []
