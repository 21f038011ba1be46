"""Strangers' files are decoded here, in a process that can do little harm if a file takes it over.

Three processes, because Celery's workers may not have children of their own through multiprocessing, and
starting Python anew for every file would cost half a second:

    worker ──frames──> helper (started once, no secrets, no network) ──fork──> child (one per file)

The helper has the libraries loaded and holds nothing worth stealing: it is a fresh program with an empty
environment. The child can open no file and no socket. The worker starts a new helper if that one dies; the
helper ends when its worker does. This module is the worker's side, `provenance.sandbox_process` the other
two, `provenance.frames` what goes between them. What a child says is checked like any stranger's words.
"""

import atexit
import json
import os
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from provenance import frames, images, manifest_reading
from provenance.credentials.history import MAX_CRJSON, History
from provenance.credentials.strangers_json import storable
from provenance.errors import ProvenanceError, SandboxFailed, UnreadableImage
from provenance.manifest_reading import ManifestReading
from provenance.sandbox_process import WALL_SECONDS

# How much longer the worker waits than the helper does: the time to move 120 MB of pixels twice.
_GRACE_SECONDS: Final = 5.0

_MESSAGES: Final = {
    "timeout": "Looking at this file took too long. Save a smaller copy or take a screenshot, and send that.",
    "crashed": "This file could not be examined. Take a screenshot of the picture and send that.",
}


@dataclass(frozen=True)
class Examination:
    """What one file gave. Each half is a value, an error, or (manifest only) absent: neither.

    `history` is there whenever `manifest_reading` is. `crjson` is None then only if it was too large to keep.
    """

    decoded: images.Decoded | None = None
    image_error: UnreadableImage | None = None
    manifest_reading: ManifestReading | None = None
    manifest_error: ProvenanceError | None = None
    history: History | None = None
    crjson: dict[str, Any] | None = None


class Sandbox:
    """A helper process and the requests to it, one at a time; safe to share between threads.

    Args:
        wall_seconds: How long one file may take.
        work: `module:function` that the child runs; for tests.
    """

    def __init__(
        self, *, wall_seconds: float = WALL_SECONDS, work: str = "provenance.sandbox_process:examine"
    ) -> None:
        self._wall_seconds = wall_seconds
        self._work = work
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def examine(self, data: bytes, anchors_pem: str) -> Examination:
        """Returns pixels and manifest, both from one child.

        If that child fails, the pixels are tried alone: a manifest made to crash readers must not hide the
        watermark. `manifest_error` then says why there is no reading.

        Raises:
            SandboxFailed: with code `timeout` or `crashed`, if the pixels alone fail too.
        """
        if not data or len(data) > images.MAX_BYTES:
            return Examination(image_error=images.unreadable("too_many_bytes" if data else "empty"))
        try:
            asked = {"decode": True, "anchors": anchors_pem, "mime": _mime(data), "history": True}
            return self._ask(asked, data)
        except SandboxFailed as error:
            alone = self._ask({"decode": True}, data)
            return Examination(alone.decoded, alone.image_error, manifest_error=error)

    def read_beside(self, data: bytes, anchors_pem: str, store: bytes) -> ManifestReading | None:
        """Returns what a manifest store that we kept says of a stranger's file, in place of the one in it.

        Raises:
            UnreadableManifest: as `manifest.read`.
            SandboxFailed: with code `timeout` or `crashed`.
        """
        found = self._ask({"anchors": anchors_pem, "mime": _mime(data)}, data, store)
        if found.manifest_error is not None:
            raise found.manifest_error
        return found.manifest_reading

    def history_beside(
        self, data: bytes, anchors_pem: str, store: bytes
    ) -> tuple[History, dict[str, Any] | None] | None:
        """Returns history and crJSON of a manifest store that we kept, held against a stranger's file.

        Raises:
            UnreadableManifest: as `manifest.read`.
            SandboxFailed: with code `timeout` or `crashed`.
        """
        found = self._ask({"anchors": anchors_pem, "mime": _mime(data), "history": True}, data, store)
        if found.manifest_error is not None:
            raise found.manifest_error
        return None if found.history is None else (found.history, found.crjson)

    def close(self) -> None:
        """Ends the helper. The next request starts another."""
        with self._lock:
            self._discard()

    def _ask(self, header: dict[str, Any], data: bytes, store: bytes | None = None) -> Examination:
        assert len(data) <= images.MAX_BYTES
        asked = {**header, "size": len(data), "has_store": store is not None}
        outcome, body = self._exchange(asked, [data, store or b""])
        if outcome.get("status") != "done":
            raise _failure(str(outcome.get("status")))
        try:
            answer, pixels = frames.split(body)
            if "failed" in answer:
                raise ValueError(str(answer["failed"]))
            return _examination(answer, pixels, decode="decode" in header, history="history" in header)
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise _failure("crashed") from error

    def _exchange(self, header: dict[str, Any], body: list[bytes]) -> tuple[dict[str, Any], memoryview]:
        with self._lock:
            for attempt in (1, 2):
                helper = self._running()
                deadline = time.monotonic() + self._wall_seconds + _GRACE_SECONDS
                assert helper.stdin is not None
                assert helper.stdout is not None
                try:
                    frames.send(helper.stdin.fileno(), header, body, deadline)
                    return frames.receive(helper.stdout.fileno(), deadline)
                except (BrokenPipeError, EOFError) as error:
                    # Killed, between requests or by this one: a second try tells which.
                    self._discard()
                    if attempt == 2:
                        raise _failure("crashed") from error
                except BaseException as error:
                    # A late answer must not be taken for the next request's.
                    self._discard()
                    if isinstance(error, TimeoutError):
                        raise _failure("timeout") from error
                    raise
            raise AssertionError("the second attempt returns or raises")

    def _running(self) -> subprocess.Popen[bytes]:
        if self._owner != os.getpid() or (self._helper is not None and self._helper.poll() is not None):
            self._discard()
        if self._helper is None:
            self._owner = os.getpid()
            self._helper = subprocess.Popen(  # noqa: S603 -- our own program, nothing from outside
                [sys.executable, "-m", "provenance.sandbox_process", self._work, str(self._wall_seconds)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                cwd=Path(__file__).resolve().parent.parent,
                env={"LANG": "C.UTF-8", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
                start_new_session=True,
                bufsize=0,
            )
            for pipe in (self._helper.stdin, self._helper.stdout):
                assert pipe is not None
                os.set_blocking(pipe.fileno(), False)
        return self._helper

    def _discard(self) -> None:
        """Ends the helper, or only closes our end of its pipes where a fork gave us another's."""
        helper, self._helper = self._helper, None
        if helper is None:
            return
        if self._owner == os.getpid():
            helper.kill()
            helper.wait()
        else:
            helper.returncode = 0
        for pipe in (helper.stdin, helper.stdout):
            assert pipe is not None
            pipe.close()


_defaults: dict[int, Sandbox] = {}


def default() -> Sandbox:
    """Returns this process's sandbox. A process forked later gets its own, never its parent's pipes."""
    sandbox = _defaults.get(os.getpid())
    if sandbox is None:
        for inherited in _defaults.values():
            inherited._discard()
        _defaults.clear()
        sandbox = _defaults[os.getpid()] = Sandbox()
        atexit.register(sandbox.close)
    return sandbox


def _failure(code: str) -> SandboxFailed:
    known = code if code in _MESSAGES else "crashed"
    return SandboxFailed(known, _MESSAGES[known])


def _mime(data: bytes) -> str:
    return images.MIME.get(images.sniff(data) or "", "")


def _examination(answer: dict[str, Any], pixels: memoryview, *, decode: bool, history: bool) -> Examination:
    """Returns the child's answer after checking every part of it."""
    code, image, reading = answer["image_error"], answer["image"], answer["manifest"]
    if decode and code is None and image is None:
        raise ValueError("neither a picture nor what is wrong with it")
    unreadable_manifest, told = answer["manifest_error"] is not None, answer.get("history")
    if history and (reading is None) != (told is None):
        raise ValueError("a reading without a history, or a history without a reading")
    return Examination(
        decoded=_decoded(image, pixels) if image is not None else None,
        image_error=images.unreadable(code) if code is not None else None,
        manifest_reading=ManifestReading.from_json(reading) if reading is not None else None,
        manifest_error=manifest_reading.unreadable() if unreadable_manifest else None,
        history=_history(told) if told is not None else None,
        crjson=_crjson(answer.get("crjson")),
    )


def _history(value: Any) -> History:
    if not isinstance(value, dict):
        raise TypeError(f"history: expected an object, got {type(value).__name__}")
    return History.from_json(value)


def _crjson(value: Any) -> dict[str, Any] | None:
    """Checks size and shape; what it says is a stranger's either way."""
    if value is None:
        return None
    if not isinstance(value, dict) or len(json.dumps(value)) > MAX_CRJSON:
        raise ValueError("crJSON: expected an object within its limit")
    cleaned: dict[str, Any] = storable(value)
    return cleaned


def _decoded(image: dict[str, Any], pixels: memoryview) -> images.Decoded:
    width, height, count = (int(image[name]) for name in ("width", "height", "frames"))
    if min(width, height, count) < 1 or width * height > images.MAX_PIXELS:
        raise ValueError(f"width, height, frames: got {width}, {height}, {count}")
    return images.Decoded(
        rgb=np.frombuffer(pixels, np.uint8).reshape(height, width, 3),
        format=str(image["format"]),
        mime=images.MIME[image["format"]],
        width=width,
        height=height,
        frames=count,
        notes=tuple(str(note) for note in image["notes"]),
    )
