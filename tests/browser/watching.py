"""What a browser complains about while nobody looks at its console."""

from playwright.sync_api import ConsoleMessage, Page, Response

# Chromium logs every page that answers 4xx; a page that says what went wrong is not a defect.
_ANSWER_OF_A_PAGE = "Failed to load resource"


class Watcher:
    """Collects errors and warnings of the console, and scripts that failed, of all pages watched."""

    def __init__(self) -> None:
        self.complaints: list[str] = []
        self._pages: set[str] = set()

    def watch(self, page: Page) -> Page:
        page.on("response", self._remember)
        page.on("console", self._read)
        page.on("pageerror", lambda error: self.complaints.append(f"{page.url}: {error}"))
        return page

    def _remember(self, response: Response) -> None:
        if response.request.is_navigation_request():
            self._pages.add(response.url)

    def _read(self, message: ConsoleMessage) -> None:
        address = message.location["url"]
        if message.type not in ("error", "warning"):
            return
        if message.text.startswith(_ANSWER_OF_A_PAGE) and address in self._pages:
            return
        self.complaints.append(f"{address}: {message.text}")
