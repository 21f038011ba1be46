"""Content Credentials from a visitor's side: of a file as we published it, and of a copy that lost them."""

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import suspects
from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.running_system import RunningSystem

PROMPT = "a lantern over a quiet lake"


@pytest.fixture(scope="module")
def published(chromium: Browser, system: RunningSystem, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A PNG of ours, as its maker downloaded it."""
    context = chromium.new_context(base_url=system.address)
    expect.set_options(timeout=45_000)
    page = steps.sign_in(context.new_page(), system.maker)
    steps.ask_for(page, PROMPT)
    steps.drawn(page).click()
    file = steps.download(page, "PNG", tmp_path_factory.mktemp("published"))
    context.close()
    return file


def test_the_history_of_a_file_of_ours_can_be_read(visit: Visit, published: Path) -> None:
    visitor = visit()
    _open(visitor, published, "See these Content Credentials")
    steps.read(visitor, "Unchanged since the record was signed.")
    steps.read(visitor, "We signed it, under the name")
    steps.read(visitor, "Put an invisible watermark into the pixels that leads back to this record")
    assert PROMPT not in visitor.content()
    whole = _download(visitor)
    assert PROMPT not in whole
    assert "org.tracery.generation" in json.dumps(json.loads(whole))


def test_a_copy_that_lost_its_credentials_gets_them_back(visit: Visit, published: Path) -> None:
    copy = published.with_name("from-a-chat.jpg")
    copy.write_bytes(suspects.saved(suspects.pixels(published.read_bytes()), "JPEG", quality=75))
    visitor = visit()
    _open(visitor, copy, "See the recovered Content Credentials")
    steps.read(visitor, "The file carries no credentials any more. We kept the ones it was published with.")
    steps.read(visitor, "We signed it, under the name")
    for picture in ("The picture that was brought", "The picture as we published it"):
        assert steps.is_shown(visitor.get_by_alt_text(picture))
    _download(visitor)


def test_a_picture_without_credentials_is_no_finding(visit: Visit, tmp_path: Path) -> None:
    photograph = tmp_path / "harbour.jpg"
    photograph.write_bytes(suspects.saved(suspects.photograph_like(), "JPEG", quality=90))
    visitor = visit()
    _open(visitor, photograph, "What it means that there are none")
    steps.read(visitor, "That there are none proves nothing")


def test_the_keyboard_opens_the_record(visit: Visit, published: Path) -> None:
    visitor = visit()
    _open(visitor, published, "See these Content Credentials")
    summary = visitor.locator("summary", has_text="The record itself")
    summary.focus()
    visitor.keyboard.press("Enter")
    expect(visitor.get_by_role("link", name="Download all of it")).to_be_visible()


def _open(page: Page, picture: Path, link: str) -> None:
    steps.check(page, picture)
    page.get_by_role("link", name=link).click()
    expect(steps.title(page)).to_have_text("Content Credentials")


def _download(page: Page) -> str:
    page.locator("summary", has_text="The record itself").click()
    with page.expect_download() as started:
        page.get_by_role("link", name="Download all of it").click()
    return Path(started.value.path()).read_text()
