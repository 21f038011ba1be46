"""What the system checks say about the signing files of a production."""

from pathlib import Path

import pytest
from pytest_django import Settings

from provenance import apps, certificates


@pytest.fixture
def production(tmp_path: Path, settings: Settings) -> Path:
    settings.PRODUCTION = True
    settings.TIME_STAMP_URL = "https://time.example"
    for name, file in (("CHAIN", "chain.pem"), ("KEY", "signing-key.pem")):
        setattr(settings, f"SIGNING_{name}", tmp_path / file)
    settings.TRUST_ANCHORS = tmp_path / "root.pem"
    return tmp_path


def found(folder: Path, days: int) -> set[str | None]:
    certificates.make_test_authority(folder, common_name="Example", leaf_days=days)
    # That it comes from a test authority is another check's subject.
    return {message.id for message in apps.check_signing(None)} - {"provenance.E004"}


@pytest.mark.parametrize(
    ("days", "ids"),
    [(0, {"provenance.W001"}), (1, {"provenance.W002"}), (30, {"provenance.W002"}), (32, set())],
)
def test_the_end_of_the_certificate_warns_and_stops_nothing(
    production: Path, days: int, ids: set[str]
) -> None:
    assert found(production, days) == ids


@pytest.mark.parametrize(
    ("name", "ids"),
    [("postgresql", []), ("memory", []), ("Memory", ["provenance.E006"]), ("", ["provenance.E006"])],
)
def test_the_hash_search_is_one_of_two(settings: Settings, name: str, ids: list[str]) -> None:
    settings.HASH_SEARCH = name
    assert [message.id for message in apps.check_hash_search(None)] == ids


def test_no_time_stamps_is_a_warning(production: Path, settings: Settings) -> None:
    settings.TIME_STAMP_URL = ""
    assert found(production, 90) == {"provenance.W003"}


def test_outside_production_nothing_is_asked_for(production: Path, settings: Settings) -> None:
    settings.PRODUCTION = False
    assert apps.check_signing(None) == []
