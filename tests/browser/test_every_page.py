"""What holds on every page, for whoever may open it: names for all fields, room on a narrow phone."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests import suspects
from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.running_system import Account, RunningSystem

# The narrowest phone that is still sold, and the most common width.
PHONE_WIDTHS = (320, 390)
# WCAG 2.5.8 asks for 24 px; links in a sentence are exempt there.
DEFECTS = """() => {
  const defects = [];
  const name = element => element.outerHTML.slice(0, 120);
  const isSeen = element => element.checkVisibility({ visibilityProperty: true }) && element.offsetWidth > 1;
  if (!document.title.trim()) defects.push("no title");
  if (!document.documentElement.lang) defects.push("no language");
  const headings = document.querySelectorAll("h1").length;
  if (headings !== 1) defects.push(`${headings} headings of the first level`);
  if (document.querySelectorAll("main").length !== 1) defects.push("not one main part");
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  defects.push(...ids.filter((id, place) => ids.indexOf(id) !== place).map(id => `id twice: ${id}`));
  for (const field of document.querySelectorAll("input:not([type=hidden]), select, textarea"))
    if (!field.labels.length && !field.ariaLabel) defects.push(`no label: ${name(field)}`);
  for (const picture of document.images)
    if (!picture.hasAttribute("alt")) defects.push(`no alt: ${name(picture)}`);
  for (const control of document.querySelectorAll("a[href], button, summary")) {
    const said = control.textContent.trim() || control.ariaLabel || control.querySelector("img[alt]")?.alt;
    if (!said && isSeen(control)) defects.push(`no name: ${name(control)}`);
  }
  const targets = "button, .button, select, summary, input:not([type=hidden])";
  for (const target of document.querySelectorAll(targets)) {
    const label = target.labels?.[0]?.contains(target) ? target.labels[0] : target;
    if (isSeen(target) && label.offsetHeight < 24) defects.push(`lower than 24 px: ${name(target)}`);
  }
  for (const described of document.querySelectorAll("[aria-describedby], [aria-labelledby]"))
    for (const attribute of ["aria-describedby", "aria-labelledby"])
      for (const id of (described.getAttribute(attribute) ?? "").split(" ").filter(Boolean))
        if (!document.getElementById(id)) defects.push(`${attribute} names nothing: ${id}`);
  return defects;
}"""
# How far the drawn corners of the whole picture are from those of the picture itself, in pixels.
OFF_BY = """picture => {
  const shown = picture.getBoundingClientRect();
  const drawing = picture.parentElement.querySelector("svg");
  const outline = drawing.querySelector(".outline").getBoundingClientRect();
  const scale = Math.min(shown.width / picture.naturalWidth, shown.height / picture.naturalHeight);
  const [width, height] = [picture.naturalWidth * scale, picture.naturalHeight * scale];
  const left = shown.left + (shown.width - width) / 2;
  const top = shown.top + (shown.height - height) / 2;
  const sides = [outline.left - left, outline.top - top, outline.width - width, outline.height - height];
  return Math.max(...sides.map(Math.abs));
}"""
OVERFLOW = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"

FOR_EVERYBODY = ("/", "/policy", "/verify", "/report", "/report/status", "/report/receipt", "/nothing-here")
FOR_VISITORS = ("/account/login/", "/account/signup/", "/account/password/reset/")
FOR_MAKERS = (
    "/generate", "/upload", "/history", "/status", "/settings", "/account/email/",
    "/account/password/change/", "/account/2fa/", "/staff/cases",
)  # fmt: skip
FOR_STAFF = (
    "/staff/cases", "/staff/cases?tab=decided", "/staff/cases?q=TR-2222", "/staff/admissions",
    "/staff/admissions?show=decided", "/staff/refusals", "/staff/inspections",
    "/staff/inspections?verdict=CONFLICTING",
)  # fmt: skip


@dataclass(frozen=True)
class Filled:
    """Addresses of pages that are there once people have done something."""

    for_everybody: tuple[str, ...]
    for_makers: tuple[str, ...]
    for_staff: tuple[str, ...]


@pytest.fixture(scope="module")
def filled(chromium: Browser, system: RunningSystem) -> Filled:
    """A picture, a refused prompt, a check of a copy and a report with it."""
    context = chromium.new_context(base_url=system.address)
    expect.set_options(timeout=45_000)
    page = steps.sign_in(context.new_page(), system.maker)
    steps.ask_for(page, "an unusually-long-word-" + "o" * 60 + " over a green hill")
    picture = steps.drawn(page)
    job = page.url
    picture.click()
    image = page.url
    copy = steps.download(page, "JPEG", system.var)
    steps.ask_for(page, "a naked tree in winter")
    refusal = page.url
    steps.check(page, copy)
    expect(page.get_by_role("link", name="Report this picture")).to_be_visible()
    answer = page.url
    recovered = _copy_without_record(page, copy)
    page.goto(answer)
    page.get_by_role("link", name="Report this picture").click()
    report = page.url
    number, _ = steps.send_report(page, told="It " + "goes on and on " * 40, seen_at="https://" + "a" * 90)
    context.close()
    return Filled(
        (answer, report, f"{answer}/credentials", recovered, f"{recovered}/credentials"),
        (job, image, f"{image}/edit", f"{image}/vary", refusal),
        (f"/staff/cases/{number}", f"/staff/inspections/{answer.rsplit('/', 1)[1]}"),
    )


def test_pages_for_everybody(visit: Visit, filled: Filled) -> None:
    _look_at(visit(), FOR_EVERYBODY + FOR_VISITORS + filled.for_everybody)


def test_pages_for_makers(visit: Visit, system: RunningSystem, filled: Filled) -> None:
    _look_at(_signed_in(visit, system.maker), FOR_MAKERS + filled.for_makers)


def test_pages_for_staff(visit: Visit, system: RunningSystem, filled: Filled) -> None:
    _look_at(_signed_in(visit, system.staff), FOR_STAFF + filled.for_staff)


def test_the_outline_lies_on_the_picture(visit: Visit, system: RunningSystem, filled: Filled) -> None:
    """Whatever room the page has: drawing and picture are scaled and centred alike."""
    page = _signed_in(visit, system.staff)
    page.goto(filled.for_staff[0])
    page.get_by_role("link", name="Both pictures laid over each other").click()
    expect(steps.title(page)).to_contain_text("Check of")
    for width in (1280, *PHONE_WIDTHS):
        page.set_viewport_size({"width": width, "height": 900})
        for alt in ("The picture that was brought", "The registered image"):
            picture = page.get_by_alt_text(alt, exact=True)
            assert steps.is_shown(picture)
            assert picture.evaluate(OFF_BY) < 2, alt


def test_a_form_without_its_cookie_says_what_to_do(visit: Visit) -> None:
    page = visit()
    page.goto("/report/status")
    page.context.clear_cookies()
    page.get_by_label("Case number").fill("TR-2222-2222")
    page.get_by_label("Passphrase").fill("bado-kimu-velo-sani-tupe")
    page.get_by_role("button", name="Show my report").click()
    expect(steps.title(page)).to_have_text("This form has expired")


def _copy_without_record(page: Page, file: Path) -> str:
    """Checks the same picture, saved again; returns the address of the answer."""
    copy = file.with_name("saved-again.jpg")
    copy.write_bytes(suspects.saved(suspects.pixels(file.read_bytes()), "JPEG", quality=80))
    steps.check(page, copy)
    expect(page.get_by_role("link", name="See the recovered Content Credentials")).to_be_visible()
    return page.url


def _signed_in(visit: Visit, account: Account) -> Page:
    return steps.sign_in(visit(), account)


def _look_at(page: Page, addresses: tuple[str, ...]) -> None:
    found: dict[str, list[str]] = {}
    for address in addresses:
        page.set_viewport_size({"width": 1280, "height": 900})
        page.goto(address)
        defects = page.evaluate(DEFECTS)
        for width in PHONE_WIDTHS:
            page.set_viewport_size({"width": width, "height": 800})
            if beyond := page.evaluate(OVERFLOW):
                defects.append(f"{beyond} px too wide at {width} px")
        if defects:
            found[address] = defects
    assert found == {}
