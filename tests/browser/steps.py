"""What people do on the pages, in the words of the pages."""

import re
from pathlib import Path

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Visit
from tests.browser.running_system import Account, RunningSystem

PASSWORD = "copper-lantern-under-elms"
PURPOSE = "Covers for the newsletter of our choir."
DONE = re.compile("^Try again")


def title(page: Page) -> Locator:
    return page.get_by_role("heading", level=1)


def read(page: Page, sentence: str | re.Pattern[str]) -> None:
    """The visitor sees this sentence in the page's main part."""
    expect(page.get_by_role("main")).to_contain_text(sentence)


# --- Accounts ---------------------------------------------------------------------------------------------
def sign_in(page: Page, account: Account) -> Page:
    page.goto("/account/login/")
    page.get_by_label(re.compile("^e-?mail", re.I)).fill(account.email)
    page.get_by_label("Password").fill(account.password)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(lambda address: "/account/" not in address)
    return page


def sign_up(page: Page, address: str) -> Account:
    page.goto("/")
    page.get_by_role("link", name="Join the waitlist").click()
    page.get_by_label(re.compile("^e-?mail", re.I)).fill(address)
    page.get_by_label("What would you like to make?").fill(PURPOSE)
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_label("Password (again)").fill(PASSWORD)
    page.get_by_role("button", name="Join the waitlist").click()
    expect(title(page)).to_have_text("Look at your e-mail")
    return Account(address, PASSWORD)


def confirm_address(page: Page, system: RunningSystem, account: Account) -> None:
    text = system.mail(account.email, "confirm your e-mail address")
    link = re.search(r"https?://\S+", text)
    assert link, text
    page.goto(link.group())
    page.get_by_role("button", name="Yes, it is mine").click()
    page.wait_for_url("**/status")


def let_in(staff: Page, account: Account) -> None:
    staff.goto("/staff/admissions")
    request = staff.get_by_role("article", name=account.email)
    expect(request).to_contain_text(PURPOSE)
    request.get_by_label("Reason").fill("A clear purpose.")
    request.get_by_role("button", name="Let them in", exact=True).click()
    expect(staff.get_by_role("status")).to_contain_text(account.email)


def accept_policy(page: Page) -> None:
    page.goto("/policy")
    page.get_by_label(re.compile("I have read version")).check()
    page.get_by_role("button", name="Accept").click()
    expect(title(page)).to_have_text("You can make pictures")


def newcomer(visit: Visit, system: RunningSystem, staff: Page, address: str) -> Page:
    """Somebody who has just got a place and accepted the policy."""
    page = visit()
    account = sign_up(page, address)
    confirm_address(page, system, account)
    let_in(staff, account)
    accept_policy(page)
    return page


# --- Pictures ---------------------------------------------------------------------------------------------
def ask_for(page: Page, prompt: str, *, pictures: int = 1, seed: int | None = None) -> None:
    page.goto("/generate")
    page.get_by_label("What should the picture show?").fill(prompt)
    page.get_by_label("How many pictures?").select_option(str(pictures))
    if seed is not None:
        page.locator("summary", has_text="Seed").click()
        page.get_by_role("spinbutton", name="Seed").fill(str(seed))
    page.get_by_role("button", name="Make it").click()


def drawn(page: Page) -> Locator:
    """The finished pictures of the request on this page, once it has ended."""
    expect(page.get_by_role("link", name=DONE)).to_be_visible()
    return page.get_by_role("link", name=re.compile(r"^Picture \d+ (for this prompt|of this request)$"))


def is_shown(picture: Locator) -> bool:
    """Whether the browser has loaded this picture and can show it."""
    return bool(picture.evaluate("async image => { await image.decode(); return image.naturalWidth > 0; }"))


def download(page: Page, name: str, folder: Path) -> Path:
    with page.expect_download() as started:
        page.get_by_role("link", name=re.compile(f"^{name} ")).click()
    path = folder / started.value.suggested_filename
    started.value.save_as(path)
    return path


# --- Checking and reporting ---------------------------------------------------------------------------------
def check(page: Page, picture: Path) -> None:
    """Brings a file to the front door; the answer follows."""
    page.goto("/")
    page.get_by_role("main").get_by_role("link", name="Check a picture").click()
    page.get_by_label("The picture to check").set_input_files(picture)
    page.get_by_role("button", name="Check this picture").click()


def send_report(page: Page, *, told: str, contact: str = "", seen_at: str = "") -> tuple[str, str]:
    """Fills the form that is open, and returns the case number and the passphrase."""
    page.get_by_label("Abuse or harassment").check()
    page.get_by_label("Tell us what happened").fill(told)
    page.get_by_label("Where did you see it?").fill(seen_at)
    page.get_by_label("Your e-mail address").fill(contact)
    page.get_by_label(re.compile("I believe in good faith")).check()
    page.get_by_role("button", name="Send the report").click()
    expect(title(page)).to_have_text("Thank you. We have your report.")
    receipt = page.get_by_role("main").inner_text()
    number = re.search(r"TR-\w{4}-\w{4}", receipt)
    passphrase = re.search(r"\b[a-z]{4}(-[a-z]{4}){4}\b", receipt)
    assert number, receipt
    assert passphrase, receipt
    return number.group(), passphrase.group()


def look_up(page: Page, number: str, passphrase: str) -> None:
    page.goto("/report/status")
    page.get_by_label("Case number").fill(number)
    page.get_by_label("Passphrase").fill(passphrase)
    page.get_by_role("button", name="Show my report").click()
