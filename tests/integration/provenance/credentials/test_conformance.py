"""Every rule of the conformance programme over every file, and every rule shown to fail."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from provenance import images
from tests.integration.provenance.credentials.conformance import RULES, Claimed, Json
from tests.integration.provenance.credentials.conformance.breaks import BREAKS, MADE, VARIED, Path, doctored
from tests.integration.provenance.credentials.signed_files import (
    FLOWS,
    FORMATS,
    STAMPS,
    Shelf,
    crjson_of,
    picture,
    shelf,
)

__all__ = ["shelf"]


@pytest.fixture(scope="module")
def documents(shelf: Shelf) -> dict[str, Json]:
    """The crJSON of every file by its description."""
    return dict(_documents(shelf))


def _documents(shelf: Shelf) -> Iterator[tuple[str, Json]]:
    for flow in FLOWS:
        for name in FORMATS:
            for stamped in STAMPS:
                data = shelf.file(flow, name, stamped).data
                about = f"{flow}, {name}{', stamped' if stamped else ''}"
                yield about, crjson_of(data, images.MIME[name], shelf.anchors)
    # The built-in renderer is no trained model, and an upload may come without any manifest.
    plain = images.encode(picture(9), "JPEG")
    for flow, source_type in (
        (MADE, "algorithmicMedia"),
        ("inpainting of an upload", "compositeSynthetic"),
        (VARIED, "algorithmicMedia"),
    ):
        said = shelf.statement(flow, "PNG", photograph=plain)
        made = shelf.signed(replace(said, digital_source_type=source_type), "PNG")
        yield f"{flow}, drawn by rules", crjson_of(made.data, "image/png", shelf.anchors)


@pytest.mark.parametrize("name", RULES)
def test_rule(name: str, documents: dict[str, Json]) -> None:
    broken = {about: list(RULES[name](Claimed(document))) for about, document in documents.items()}
    assert {about: faults for about, faults in broken.items() if faults} == {}


def test_the_files_are_all_there_and_half_of_them_are_stamped(documents: dict[str, Json]) -> None:
    stamped = {
        about for about, found in documents.items() if "timeStampInfo" in Claimed(found).manifest["signature"]
    }
    assert stamped == {about for about in documents if about.endswith("stamped")}
    assert len(stamped) == len(FLOWS) * len(FORMATS)
    assert len(RULES) >= 37, "as many as the programme's own rubrics have"


def test_every_rule_is_shown_to_fail() -> None:
    assert set(BREAKS) == set(RULES)


@pytest.mark.parametrize(
    ("name", "flow", "path", "value"),
    [(name, *broken) for name, ways in BREAKS.items() for broken in ways],
)
def test_rule_can_fail(name: str, flow: str, path: Path, value: Any, documents: dict[str, Json]) -> None:
    document = documents.get(flow) or documents[f"{flow}, PNG"]
    assert not list(RULES[name](Claimed(document)))
    assert list(RULES[name](Claimed(doctored(document, path, value))))
