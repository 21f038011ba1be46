"""A stranger finds a copy, and what follows from it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests import suspects
from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.running_system import RunningSystem

PROMPT = "a red fox beside a well in the snow"
REPORTER = "carla@reporters.example"
REASON = "It mocks a person, which our policy does not allow."


@pytest.fixture
def staff(visit: Visit, system: RunningSystem) -> Page:
    return steps.sign_in(visit(), system.staff)


def test_a_copy_is_recognised_reported_and_taken_down(
    visit: Visit, system: RunningSystem, staff: Page, tmp_path: Path
) -> None:
    dan, carla = steps.newcomer(visit, system, staff, "dan@makers.example"), visit()
    steps.ask_for(dan, PROMPT)
    steps.drawn(dan).click()
    picture = dan.url
    copy = _saved_again(steps.download(dan, "PNG", tmp_path))

    # Carla has met a copy somewhere: saved again by a site that keeps no metadata.
    steps.check(carla, copy)
    expect(steps.title(carla)).to_have_text("This picture comes from one made here.")
    assert not _mentions(carla, "dan@makers.example", PROMPT)
    carla.get_by_role("link", name="Report this picture").click()
    steps.read(carla, "It leads to an image that was made here.")
    number, passphrase = steps.send_report(carla, told="It mocks my neighbour.", contact=REPORTER)
    assert number in system.mail(REPORTER, "We received your report")
    steps.look_up(carla, number, passphrase)
    expect(steps.title(carla)).to_have_text("We are working on it")
    steps.read(carla, "A person will look at your report and decide.")

    _take_down_and_suspend(staff, number)

    dan.reload()
    expect(steps.title(dan)).to_have_text("This picture was withdrawn")
    assert dan.request.get(f"{picture.replace('pictures', 'images')}/PNG").status == 410
    dan.get_by_role("link", name="notices").click()
    dan.locator("summary", has_text="We took down an image of yours").click()
    steps.read(dan, REASON)
    dan.goto("/generate")
    expect(steps.title(dan)).to_have_text("Your account is suspended")

    assert REASON in system.mail(REPORTER, "We decided about your report")
    steps.look_up(carla, number, passphrase)
    expect(steps.title(carla)).to_have_text("We have decided")
    steps.read(carla, REASON)
    assert not _mentions(carla, "dan@makers.example", PROMPT)
    steps.check(carla, copy)
    expect(steps.title(carla)).to_have_text("This picture comes from one made here.")
    steps.read(carla, "We no longer serve it.")


def test_a_report_needs_neither_a_picture_nor_javascript(visit: Visit, staff: Page) -> None:
    visitor = visit(java_script_enabled=False)
    visitor.goto("/report")
    number, passphrase = steps.send_report(
        visitor, told="It is passed around at school.", seen_at="A chat of the class"
    )
    steps.look_up(visitor, number, passphrase)
    expect(steps.title(visitor)).to_have_text("We are working on it")

    staff.goto(f"/staff/cases/{number}")
    steps.read(staff, "The reporter sent no picture.")
    steps.read(staff, "A chat of the class")


def _take_down_and_suspend(staff: Page, number: str) -> None:
    staff.goto("/")
    staff.get_by_role("link", name="Review queue").click()
    staff.get_by_role("link", name=number).click()
    for name in ("The picture that was reported", "The registered image it leads to"):
        figure = staff.get_by_role("figure").filter(has=staff.get_by_alt_text(name))
        figure.get_by_label("Show", exact=True).check()
        assert steps.is_shown(figure.get_by_alt_text(name))
    steps.read(staff, "OURS_ALTERED")
    staff.get_by_label("Take the image down").check()
    staff.get_by_label("Reason").fill(REASON)
    staff.get_by_label("Also suspend the account").check()
    staff.get_by_role("button", name="See what will happen").click()
    steps.read(staff, "The account dan@makers.example is suspended")
    staff.get_by_role("button", name="Confirm").click()
    expect(staff.get_by_role("status")).to_contain_text(f"Case {number} is decided.")


def _saved_again(png: Path) -> Path:
    """Returns a JPEG of quality 60 without any metadata, as a site makes of an upload."""
    copy = png.with_name("from-a-chat.jpg")
    copy.write_bytes(suspects.saved(suspects.pixels(png.read_bytes()), "JPEG", quality=60))
    return copy


def _mentions(page: Page, *words: str) -> bool:
    return any(word in page.content() for word in words)
