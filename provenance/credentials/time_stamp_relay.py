"""A time limit for the time-stamps that the C2PA library fetches.

The library asks the authority by an HTTP client of its own, which waits for ever. So it is given an address
on this machine instead, for one signature; behind it stands this relay, which asks the real authority
(RFC 3161 over HTTP), waits so long and no longer, and takes so many bytes and no more. At the limit it
answers with an error, and the library gives up at once.
"""

import contextlib
import http.client
import logging
import queue
import secrets
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler
from typing import Any, Final, cast

# What the authority being away means: no picture, or a picture without a stamp (TIME_STAMP_POLICY).
REQUIRE: Final = "require"
PREFER: Final = "prefer"

# A request is one hash, about 60 bytes; an answer brings the authority's certificates, about 6 kB.
_MAX_REQUEST_BYTES: Final = 4096
_MAX_ANSWER_BYTES: Final = 64 * 1024
_QUERY, _REPLY = "application/timestamp-query", "application/timestamp-reply"

logger = logging.getLogger(__name__)


class StampRefused(Exception):
    """The authority gave no answer that could be passed on."""


class Relay:
    """What became of the request for one stamp.

    Attributes:
        asked: Whether the library asked for a stamp.
        failure: Why it got none; None also if what it got was no good.
    """

    def __init__(self, url: str, seconds: float) -> None:
        self.url, self.seconds = url, seconds
        self.asked = False
        self.failure: str | None = None
        self.ending = threading.Event()
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.at = self.listener.getsockname()
        # Others on this machine cannot guess it, and so cannot use the relay.
        self.path = f"/{secrets.token_urlsafe(16)}"

    @property
    def address(self) -> str:
        """The address to give to the library."""
        return f"http://127.0.0.1:{self.at[1]}{self.path}"

    def answer(self) -> None:
        """Answers connections until `ending` is set."""
        # However this ends, nobody is left waiting on a listener that accepts no more.
        with self.listener:
            while True:
                connection, client = self.listener.accept()
                if self.ending.is_set():
                    connection.close()
                    return
                # In a thread of its own, so that a stranger on this machine does not hold the library up.
                threading.Thread(target=self._serve, args=(connection, client), daemon=True).start()

    def _serve(self, connection: socket.socket, client: Any) -> None:
        with connection, contextlib.suppress(OSError):  # it hung up, or said nothing for so long
            connection.settimeout(self.seconds)
            _Handler(connection, client, cast(Any, self))

    def stamp(self, request: bytes) -> bytes:
        """Returns the authority's answer.

        Raises:
            StampRefused: there was none within the limits.
        """
        self.asked = True
        if self.failure:  # asking again does not begin a new time limit
            raise StampRefused(self.failure)
        try:
            return _ask(self.url, request, self.seconds)
        except StampRefused as error:
            self.failure = str(error)
            raise


@contextlib.contextmanager
def relaying(url: str, seconds: float) -> Iterator[Relay]:
    """Yields a relay to the authority for the time of one signature.

    Args:
        url: The authority, `http://` or `https://`. The proxies of the environment are used.
        seconds: The limit, from the library's request to the whole answer.
    """
    relay = Relay(url, seconds)
    thread = threading.Thread(target=relay.answer, daemon=True, name="time-stamp relay")
    thread.start()
    try:
        yield relay
    finally:
        relay.ending.set()
        # Wakes the thread, which waits for a connection.
        with contextlib.suppress(OSError):
            socket.create_connection(relay.at).close()
        thread.join()


def _ask(url: str, request: bytes, seconds: float) -> bytes:
    """Asks in a thread of its own: looking up a name and a slow trickle of bytes know no time limit."""
    answers: queue.SimpleQueue[bytes | StampRefused] = queue.SimpleQueue()
    threading.Thread(
        target=_fetch, args=(url, request, seconds, answers), daemon=True, name="time-stamp request"
    ).start()
    try:
        answer = answers.get(timeout=seconds)
    except queue.Empty:
        raise StampRefused(_late(seconds)) from None
    if isinstance(answer, StampRefused):
        raise answer
    return answer


def _fetch(
    url: str, request: bytes, seconds: float, answers: "queue.SimpleQueue[bytes | StampRefused]"
) -> None:
    until = time.monotonic() + seconds
    asked = urllib.request.Request(url, request, {"Content-Type": _QUERY, "Accept": _REPLY})  # noqa: S310
    try:
        # The address is the operator's, and a system check has seen that it is one of the web.
        with urllib.request.urlopen(asked, timeout=seconds) as response:  # noqa: S310
            answers.put(_limited(response, until))
    except (OSError, http.client.HTTPException, ValueError) as error:
        is_late = isinstance(getattr(error, "reason", error), TimeoutError)
        answers.put(StampRefused(_late(seconds) if is_late else str(error) or type(error).__name__))
    except StampRefused as error:
        answers.put(error)


def _late(seconds: float) -> str:
    return f"no answer within {seconds:g} s"


def _limited(response: http.client.HTTPResponse, until: float) -> bytes:
    body = bytearray()
    while chunk := response.read1(_MAX_ANSWER_BYTES):
        body += chunk
        if len(body) > _MAX_ANSWER_BYTES:
            raise StampRefused(f"an answer above {_MAX_ANSWER_BYTES} bytes")
        if time.monotonic() > until:  # nobody waits any more
            raise StampRefused("an answer that did not end in time")
    return bytes(body)


class _Handler(BaseHTTPRequestHandler):
    server: Relay  # type: ignore[assignment]

    def do_POST(self) -> None:
        length = self.headers.get("Content-Length", "")
        if self.path != self.server.path:
            self.send_error(404)
            return
        if not length.isdecimal() or int(length) > _MAX_REQUEST_BYTES:
            self.send_error(413)
            return
        try:
            stamp = self.server.stamp(self.rfile.read(int(length)))
        except StampRefused:
            self.send_error(504)
            return
        self.send_response(200)
        self.send_header("Content-Type", _REPLY)
        self.send_header("Content-Length", str(len(stamp)))
        self.end_headers()
        self.wfile.write(stamp)

    def log_message(self, *args: object) -> None:
        """Says nothing: who asked for the stamp reports what became of it."""
