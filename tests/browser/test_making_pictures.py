"""From the waitlist to pictures whose every file leads back to here."""

from pathlib import Path

from playwright.sync_api import expect

from tests.browser import steps
from tests.browser.conftest import Visit
from tests.browser.running_system import RunningSystem

PROMPT = "three yellow stars over a dark blue lake"


def test_from_the_waitlist_to_files_that_can_be_traced(
    visit: Visit, system: RunningSystem, tmp_path: Path
) -> None:
    ada, staff = visit(), visit()

    account = steps.sign_up(ada, "ada@choir.example")
    steps.confirm_address(ada, system, account)
    expect(steps.title(ada)).to_have_text("You are on the waitlist")

    steps.let_in(steps.sign_in(staff, system.staff), account)
    assert "you have a place" in system.mail(account.email, "You have a place")

    ada.goto("/generate")
    expect(steps.title(ada)).to_have_text("Content policy")
    steps.accept_policy(ada)
    ada.get_by_role("link", name="Make a picture").click()

    steps.ask_for(ada, PROMPT, pictures=2, seed=41)
    expect(ada.get_by_role("progressbar")).to_be_visible()
    pictures = steps.drawn(ada)
    expect(pictures).to_have_count(2)
    assert all(steps.is_shown(picture.get_by_role("img")) for picture in pictures.all())

    ada.get_by_role("main").get_by_role("link", name="Your pictures").click()
    request = ada.get_by_role("article").filter(has_text=PROMPT)
    expect(request).to_contain_text("2 pictures")
    request.get_by_role("link").click()
    steps.drawn(ada).last.click()
    expect(steps.title(ada)).to_have_text(PROMPT)
    steps.read(ada, "42")  # the seed of the second picture

    number = ada.url.rsplit("/", 1)[-1]
    steps.read(ada, number)
    files = [steps.download(ada, name, tmp_path) for name in ("PNG", "JPEG", "WebP", "AVIF")]
    assert [file.suffix for file in files] == [".png", ".jpeg", ".webp", ".avif"]
    answers = system.trace(*files)
    assert [(each["verdict"], each["image_id"]) for each in answers] == [("OURS_INTACT", number)] * 4


def test_a_refused_prompt_is_appealed_and_drawn(visit: Visit, system: RunningSystem) -> None:
    bo, staff = steps.sign_in(visit(), system.maker), steps.sign_in(visit(), system.staff)
    prompt = "a naked tree in winter, in a wide field"

    steps.ask_for(bo, prompt)
    expect(steps.title(bo)).to_have_text("We cannot draw this prompt")
    steps.read(bo, "“naked”, which our check counts as sexual content")
    bo.get_by_label("Why should this prompt be allowed?").fill("A tree without leaves.")
    bo.get_by_role("button", name="Ask a person to look at it").click()
    steps.read(bo, "You asked us to look again")

    staff.goto("/")
    staff.get_by_role("link", name="Refusals").click()
    appeal = staff.get_by_role("article").filter(has_text=prompt)
    expect(appeal).to_contain_text("A tree without leaves.")
    appeal.get_by_label("Reason, shown to the person").fill("You are right, trees may be bare.")
    appeal.get_by_role("button", name="Allow this prompt").click()
    expect(appeal).to_contain_text("the refusal was wrong")

    bo.reload()
    steps.read(bo, "You are right, trees may be bare.")
    bo.get_by_role("link", name="prompt").click()
    expect(bo.get_by_label("What should the picture show?")).to_have_value(prompt)
    bo.get_by_role("button", name="Make it").click()
    expect(steps.drawn(bo)).to_have_count(1)
