"""The history of files that the library itself signed, with parents of other makers, and stamps."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from provenance import images, manifest
from provenance.credentials.history import History
from provenance.sandbox import Sandbox
from tests import time_stamp_authority
from tests.integration.provenance.credentials.containers import with_one_pixel_byte_flipped, without_store
from tests.integration.provenance.credentials.signed_files import Authority, Shelf

MISMATCH = "assertion.dataHash.mismatch"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shelf]:
    folder = tmp_path_factory.mktemp("authorities")
    with time_stamp_authority.running(tmp_path_factory.mktemp("time")) as (url, root):
        yield Shelf(Authority(folder / "ours", "Ours"), Authority(folder / "camera", "A maker"), url, root)


@pytest.fixture(scope="module")
def box() -> Iterator[Sandbox]:
    made = Sandbox()
    yield made
    made.close()


def told(box: Sandbox, data: bytes, anchors: str) -> History:
    found = box.examine(data, anchors)
    assert found.history is not None
    return found.history


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_a_photograph_that_was_changed_here_tells_both_their_stories(
    name: Any, shelf: Shelf, box: Sandbox
) -> None:
    history = told(box, shelf.file("inpainting", name).data, shelf.anchors)
    assert history.state == "Trusted"
    ours, camera = history.manifests
    assert (ours.signer, ours.trust) == ("Ours", "trusted")
    assert [action.name for action in ours.actions][:2] == ["c2pa.opened", "c2pa.edited"]
    (parent,) = ours.ingredients
    assert (parent.relationship, parent.urn) == ("parentOf", camera.urn)
    assert (camera.signer, camera.trust) == ("A maker", "unknown")
    assert camera.actions[0].sentence == "Taken by a digital camera"
    assert camera.failures == ("signingCredential.untrusted",)


def test_a_tampered_parent_does_not_look_clean(shelf: Shelf, box: Sandbox) -> None:
    said = shelf.statement("inpainting", "PNG", with_one_pixel_byte_flipped(shelf.photograph()))
    made = shelf.signed(said, "PNG")
    history = told(box, made.data, shelf.anchors)
    assert history.state == "Trusted", "the library calls it so; that is why the next lines matter"
    assert MISMATCH in history.problems
    assert MISMATCH in history.manifests[0].ingredients[0].failures
    assert MISMATCH in history.manifests[1].failures
    assert history.manifests[0].failures == ()
    reading = manifest.read(made.data, "image/png", shelf.anchors)
    assert reading is not None
    assert reading.tampered_ingredient


@pytest.mark.parametrize("trusted", [True, False])
def test_a_stamp_tells_the_time_and_whose_it_is(trusted: bool, shelf: Shelf, box: Sandbox) -> None:
    data = shelf.file("text to image", "PNG", stamped=True).data
    history = told(box, data, shelf.anchors if trusted else shelf.ours.anchors)
    (ours,) = history.manifests
    assert ours.time_stamp == ("trusted" if trusted else "untrusted")
    assert ours.signed_at is not None


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP"])
def test_a_kept_store_tells_the_story_of_a_stripped_copy(name: Any, shelf: Shelf, box: Sandbox) -> None:
    made = shelf.file("variation", name)
    bare = without_store(made.data)
    assert box.examine(bare, shelf.anchors).history is None
    beside = box.history_beside(bare, shelf.anchors, made.store)
    assert beside is not None
    history, crjson = beside
    assert (history.state, history.active) == ("Invalid", made.urn)
    assert (history.manifests[0].trust, history.manifests[0].failures) == ("trusted", (MISMATCH,))
    assert len(history.manifests) == 2
    assert crjson is not None


@pytest.mark.parametrize("name", ["GIF", "BMP", "TIFF", "AVIF"])
def test_formats_without_a_record_have_none(name: str, box: Sandbox, shelf: Shelf) -> None:
    out = io.BytesIO()
    Image.new("RGB", (16, 16)).save(out, name)
    found = box.examine(out.getvalue(), shelf.anchors)
    assert found.decoded is not None
    assert found.decoded.mime == images.MIME[name]
    assert (found.history, found.crjson, found.manifest_error) == (None, None, None)
