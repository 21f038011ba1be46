"""One running system and one Chromium for all browser tests, and a browser of their own for every visitor."""

import re
import shutil
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.running_system import ROOT, RunningSystem
from tests.browser.watching import Watcher

SCREENSHOTS = ROOT / "var" / "browser-failures"
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
# A picture of 512 pixels takes a few seconds to draw, mark, sign and read back; two cores may be busy.
MOST_SECONDS_TO_WAIT = 45
PARTS = ("gunicorn", "queues generate", "queues inspect", "beat", "postgres")
FAILED = pytest.StashKey[bool]()

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def system() -> Iterator[RunningSystem]:
    """`manage.py run` on a fresh installation; stopped with Ctrl-C, after which nothing of it may be left."""
    # Not pytest's own temporary folder: only its owner may enter that, and run as root, the embedded
    # PostgreSQL works as a user of its own.
    var = Path(tempfile.mkdtemp(prefix="tracery-browser-"))
    running = RunningSystem(var)
    shutil.rmtree(SCREENSHOTS, ignore_errors=True)
    try:
        running.start()
        yield running
        commands = " ".join(running.processes().values())
        assert [part for part in PARTS if part not in commands] == []
        assert running.stop() == 0, running.log.read_text()[-4000:]
        assert running.processes() == {}
    finally:
        running.kill()
        shutil.rmtree(var)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "The browser tests need Chromium; `make test` installs it."
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def visit(chromium: Browser, system: RunningSystem, request: pytest.FixtureRequest) -> Iterator[Visit]:
    """`visit()` is somebody's fresh browser; options are those of Playwright's `new_context`.

    After the test no page may have had an error in its console, a script that failed, or a breach of the
    Content-Security-Policy. A test that failed leaves a picture of every page.
    """
    watcher = Watcher()
    contexts: list[BrowserContext] = []
    expect.set_options(timeout=MOST_SECONDS_TO_WAIT * 1000)

    def visit(**options: object) -> Page:
        context = chromium.new_context(base_url=system.address, **options)  # type: ignore[arg-type]
        context.set_default_timeout(MOST_SECONDS_TO_WAIT * 1000)
        contexts.append(context)
        return watcher.watch(context.new_page())

    yield visit
    if request.node.stash.get(FAILED, False):
        _keep_screenshots(request.node.name, contexts)
    for context in contexts:
        context.close()
    assert watcher.complaints == []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.when == "call" and report.failed:
        item.stash[FAILED] = True
    return report


def _keep_screenshots(test: str, contexts: list[BrowserContext]) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    name = re.sub(r"[^\w-]+", "-", test)
    for number, context in enumerate(contexts):
        for page in context.pages:
            page.screenshot(path=SCREENSHOTS / f"{name}-{number}.png", full_page=True)
