"""The front door for everybody who wonders about a picture."""

import base64
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import suspects
from tests.browser import steps
from tests.browser.conftest import Visit

NOTHING_FOUND = "We found no trace of Tracery in this picture."
# How a browser hands over a file that was dropped on an element, or pasted on a page.
_TRANSFER = """
  const transfer = new DataTransfer();
  const bytes = Uint8Array.from(atob(body), letter => letter.charCodeAt(0));
  transfer.items.add(new File([bytes], name, { type: "image/jpeg" }));
  const how = { bubbles: true, cancelable: true };
"""
DROP = f"""(zone, [name, body]) => {{ {_TRANSFER}
  for (const kind of ["dragover", "drop"])
    zone.dispatchEvent(new DragEvent(kind, {{ ...how, dataTransfer: transfer }}));
}}"""
PASTE = f"""(zone, [name, body]) => {{ {_TRANSFER}
  zone.dispatchEvent(new ClipboardEvent("paste", {{ ...how, clipboardData: transfer }}));
}}"""


@pytest.fixture
def photograph(tmp_path: Path) -> Path:
    path = tmp_path / "harbour.jpg"
    path.write_bytes(suspects.saved(suspects.photograph_like(), "JPEG", quality=90))
    return path


@pytest.mark.parametrize("java_script", [True, False])
def test_a_picture_from_elsewhere_gets_an_answer_with_its_limits(
    visit: Visit, photograph: Path, java_script: bool
) -> None:
    visitor = visit(java_script_enabled=java_script)
    steps.check(visitor, photograph)
    expect(steps.title(visitor)).to_have_text(NOTHING_FOUND)
    steps.read(visitor, "This proves nothing about where it comes from.")
    steps.read(visitor, "None of ours was found. Strong changes to a picture can destroy it.")
    visitor.get_by_role("link", name="Report this picture").click()
    steps.read(visitor, "We found no sign that it was made here, which does not prove that it was not.")


def test_a_text_file_called_png_is_turned_away_in_plain_words(visit: Visit, tmp_path: Path) -> None:
    disguised = tmp_path / "letter.png"
    disguised.write_text("Dear all, this is no picture.\n" * 40)
    visitor = visit()
    steps.check(visitor, disguised)
    expect(steps.title(visitor)).to_have_text("That did not work")
    steps.read(visitor, "picture")
    visitor.get_by_role("link", name="Try again").click()
    expect(steps.title(visitor)).to_have_text("Was this picture made here?")


@pytest.mark.parametrize("gesture", [DROP, PASTE], ids=["dropped", "pasted"])
def test_a_picture_can_be_dropped_and_pasted(visit: Visit, photograph: Path, gesture: str) -> None:
    visitor = visit()
    visitor.goto("/verify")
    body = base64.b64encode(photograph.read_bytes()).decode()
    visitor.locator("[data-dropzone]").evaluate(gesture, ["harbour.jpg", body])
    expect(visitor.get_by_role("main").get_by_role("status")).to_contain_text("harbour.jpg")
    expect(visitor.get_by_alt_text("The picture you chose")).to_be_visible()
    visitor.get_by_role("button", name="Check this picture").click()
    expect(steps.title(visitor)).to_have_text(NOTHING_FOUND)


def test_the_keyboard_is_enough(visit: Visit, photograph: Path) -> None:
    visitor = visit()
    visitor.goto("/verify")
    _tab_to(visitor, "The picture to check")
    with visitor.expect_file_chooser() as chooser:
        visitor.keyboard.press("Space")
    chooser.value.set_files(photograph)
    _tab_to(visitor, "Check this picture")
    visitor.keyboard.press("Enter")
    expect(steps.title(visitor)).to_have_text(NOTHING_FOUND)


def _tab_to(page: Page, name: str) -> None:
    """Presses Tab until the element of this name has the focus and shows it."""
    wanted = page.get_by_label(name).or_(page.get_by_role("button", name=name)).first
    for _ in range(30):
        page.keyboard.press("Tab")
        if wanted.evaluate("element => element.matches(':focus-visible')"):
            return
    pytest.fail(f"Thirty times Tab did not lead to {name!r}.")
