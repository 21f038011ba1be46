"""What of a stranger's manifests is left out."""

from typing import Any

import pytest

from provenance.credentials import redaction


def crjson(**assertions: Any) -> dict[str, Any]:
    return {"manifests": [{"label": "urn:c2pa:1", "assertions": assertions}]}


@pytest.mark.parametrize(
    "label",
    [
        *("c2pa.thumbnail.claim", "c2pa.thumbnail.ingredient__1", "c2pa.metadata", "stds.exif"),
        *("stds.schema-org.CreativeWork", "cawg.identity", "cawg.metadata", "com.example.author"),
    ],
)
def test_pictures_descriptions_and_whatever_nobody_knows_are_left_out(label: str) -> None:
    wanted = (f"self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/{label}",)
    assert redaction.addresses(crjson(**{label: {}, "c2pa.actions.v2": {}})) == wanted


@pytest.mark.parametrize(
    "label",
    [
        *(
            "c2pa.actions",
            "c2pa.actions.v2__1",
            "c2pa.hash.data",
            "c2pa.hash.bmff.v3",
            "c2pa.ingredient.v3__2",
        ),
        *("c2pa.soft-binding", "cawg.training-mining", "org.tracery.generation", "c2pa.ai-disclosure"),
    ],
)
def test_what_was_done_and_what_binds_it_stays(label: str) -> None:
    assert redaction.addresses(crjson(**{label: {}})) == ()


def test_of_every_manifest_in_the_file() -> None:
    deep = {"manifests": [crjson()["manifests"][0], {"label": "urn:c2pa:2", "assertions": {"stds.exif": {}}}]}
    assert redaction.addresses(deep) == ("self#jumbf=/c2pa/urn:c2pa:2/c2pa.assertions/stds.exif",)


@pytest.mark.parametrize("claim", ["claim", "claim.v2"])
def test_what_was_left_out_before_is_not_left_out_again(claim: str) -> None:
    """crJSON lists it still, and the library would not find it."""
    named = crjson(**{"stds.exif": {}, "stds.iptc": {}})
    prefix = "self#jumbf=/c2pa/urn:c2pa:1/c2pa.assertions/"
    named["manifests"].append({"label": "2", claim: {"redacted_assertions": [prefix + "stds.exif"]}})
    assert redaction.addresses(named) == (prefix + "stds.iptc",)


@pytest.mark.parametrize("value", [{}, {"manifests": None}, {"manifests": [7, {"assertions": [1]}]}])
def test_any_shape_is_taken(value: dict[str, Any]) -> None:
    assert redaction.addresses(value) == ()
