"""Pictures made from pictures: a part painted over, a rectangle selected by keys, another take."""

from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, expect

from tests import suspects
from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.running_system import RunningSystem
from tests.suspects import Pixels

PROMPT = "a green field under a blue sky"
# Above what marking a picture once more changes of a pixel, and far below what a new drawing does.
SAME, OTHER = 8.0, 20.0


@pytest.fixture
def page(visit: Visit, system: RunningSystem) -> Page:
    return steps.sign_in(visit(), system.maker)


def test_a_part_is_painted_over_and_redrawn(page: Page, system: RunningSystem, tmp_path: Path) -> None:
    before = _made(page, PROMPT, tmp_path)
    source = page.url
    page.get_by_role("link", name="Edit", exact=True).click()
    redraw = page.get_by_role("button", name="Redraw this part")
    redraw.click()
    expect(page.get_by_role("alert")).to_have_text("Paint over the part to redraw first.")

    # The upper left quarter, with a wide brush.
    page.get_by_label("Brush size").fill("30")
    _paint(page, (0.1, 0.1), (0.4, 0.1), (0.4, 0.3), (0.1, 0.3))
    expect(_selected(page)).to_contain_text("% of the picture is selected.")
    expect(page.get_by_role("alert")).to_have_count(0)
    painted = _selected(page).inner_text()
    page.get_by_role("button", name="Invert").click()
    expect(_selected(page)).not_to_have_text(painted)
    page.keyboard.press("Control+z")
    expect(_selected(page)).to_have_text(painted)
    page.get_by_role("button", name="Eraser").click()
    _paint(page, (0.1, 0.1), (0.4, 0.1))
    expect(_selected(page)).not_to_have_text(painted)
    page.get_by_role("button", name="Undo").click()
    expect(_selected(page)).to_have_text(painted)

    # A refused prompt costs nothing of what was painted.
    page.get_by_label("What should be there?").fill("a naked man")
    redraw.click()
    expect(steps.title(page)).to_have_text("We cannot draw this prompt")
    page.get_by_role("link", name="Change the prompt").click()
    expect(_selected(page)).to_have_text(f"What you painted before is still here: {painted}")
    expect(page.get_by_label("What should be there?")).to_have_value("a naked man")

    page.get_by_label("What should be there?").fill("a large yellow moon")
    redraw.click()
    steps.drawn(page).click()
    steps.read(page, "Edited from picture")
    after = _pixels(page, tmp_path)
    assert _difference(before, after, (0.05, 0.05, 0.4, 0.35)) > OTHER
    assert _difference(before, after, (0.7, 0.1, 0.98, 0.8)) < SAME
    png = steps.download(page, "PNG", tmp_path)
    assert [each["verdict"] for each in system.trace(png)] == ["OURS_INTACT"]
    page.get_by_role("main").get_by_role("link", name="picture").first.click()
    expect(page).to_have_url(source)


def test_a_rectangle_is_selected_with_the_keyboard(page: Page, tmp_path: Path) -> None:
    before = _made(page, PROMPT, tmp_path)
    page.get_by_role("link", name="Edit", exact=True).press("Enter")
    expect(_selected(page)).to_have_text("Nothing is selected yet.")
    page.locator("summary", has_text="Select a rectangle").press("Enter")
    for number in ("60", "10", "30", "30"):
        page.keyboard.press("Tab")
        page.keyboard.type(number)
    page.keyboard.press("Enter")
    expect(_selected(page)).to_have_text("9 % of the picture is selected.")
    page.get_by_label("What should be there?").fill("a large yellow moon")
    page.get_by_role("button", name="Redraw this part").press("Enter")
    steps.drawn(page).press("Enter")
    after = _pixels(page, tmp_path)
    assert _difference(before, after, (0.65, 0.15, 0.85, 0.35)) > OTHER
    assert _difference(before, after, (0.05, 0.05, 0.5, 0.9)) < SAME


def test_without_javascript_the_numbers_alone_select(visit: Visit, page: Page, tmp_path: Path) -> None:
    _made(page, PROMPT, tmp_path)
    plain = visit(java_script_enabled=False, storage_state=page.context.storage_state())
    plain.goto(page.url + "/edit")
    expect(plain.locator("noscript p")).to_be_visible()  # what else Playwright reads leaves <noscript> out
    plain.get_by_label("What should be there?").fill("a large yellow moon")
    plain.get_by_role("button", name="Redraw this part").click()
    steps.read(plain, "Paint over the part to redraw first.")
    expect(plain.get_by_label("What should be there?")).to_have_value("a large yellow moon")
    for side, percent in (("From the left", "60"), ("From the top", "10"), ("Width", "30"), ("Height", "30")):
        plain.get_by_label(side).fill(percent)
    plain.get_by_role("button", name="Redraw this part").click()
    steps.read(plain, "Edited from picture")
    expect(steps.drawn(plain)).to_have_count(1)


def test_another_take_on_an_upload(page: Page, system: RunningSystem, tmp_path: Path) -> None:
    mine = tmp_path / "holiday.jpg"
    mine.write_bytes(suspects.saved(suspects.scene(3), "JPEG", quality=90))
    page.goto("/generate")
    page.get_by_role("link", name="Start from a picture of yours").click()
    page.get_by_label("Your picture").set_input_files(mine)
    page.get_by_label("I may use this picture").check()
    page.get_by_role("button", name="Make variations").click()
    assert steps.is_shown(page.get_by_alt_text("The picture to vary"))
    page.get_by_role("button", name="Make variations").click()
    steps.read(page, "Variation of an uploaded picture")
    steps.drawn(page).click()
    expect(steps.title(page)).to_have_text("Another take")
    png = steps.download(page, "PNG", tmp_path)
    assert [each["verdict"] for each in system.trace(png)] == ["OURS_INTACT"]

    page.goto("/history")
    card = page.get_by_role("article").filter(has_text="Variation of an uploaded picture").first
    card.get_by_role("link", name="an uploaded picture").click()
    expect(steps.title(page)).to_have_text("Make variations")


def _selected(page: Page) -> Locator:
    return page.get_by_role("main").get_by_role("status").first


def _made(page: Page, prompt: str, folder: Path) -> Pixels:
    """Makes a picture, opens its page, and returns its pixels."""
    steps.ask_for(page, prompt, seed=5)
    steps.drawn(page).click()
    expect(page.get_by_role("link", name="Edit", exact=True)).to_be_visible()
    return _pixels(page, folder)


def _paint(page: Page, *places: tuple[float, float]) -> None:
    """Drags the mouse over the picture, along places given as shares of its width and height."""
    canvas = page.locator("canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    points = [(box["x"] + across * box["width"], box["y"] + down * box["height"]) for across, down in places]
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=5)
    page.mouse.up()


def _pixels(page: Page, folder: Path) -> Pixels:
    return suspects.pixels(steps.download(page, "PNG", folder).read_bytes())


def _difference(before: Pixels, after: Pixels, box: tuple[float, float, float, float]) -> float:
    """Returns the mean distance of pixel values inside a box given as shares: left, top, right, bottom."""
    height, width = before.shape[:2]
    left, top, right, bottom = box
    rows = slice(int(top * height), int(bottom * height))
    columns = slice(int(left * width), int(right * width))
    distance = before[rows, columns].astype(float) - after[rows, columns]
    return float(np.abs(distance).mean())
