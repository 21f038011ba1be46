"""Strangers' files are decoded here, in a process that can do little harm if a file takes it over.

Three processes, because Celery's workers may not have children of their own through multiprocessing, and
starting Python anew for every file would cost half a second:

    worker ──frames──> helper (started once, no secrets, no network) ──fork──> child (one per file)

The helper has the libraries loaded and holds nothing worth stealing: it is a fresh program with an empty
environment. The child gives up memory, CPU time, and the right to open any file or socket, then decodes and
answers through one pipe. The helper kills a child that is late and outlives one that crashes; the worker
starts a new helper if that one dies; the helper ends when its worker does.

A frame is two lengths (header: 4 bytes, body: 8 bytes, big-endian), a JSON header and a raw body. Nothing is
ever unpickled, and what a child says is checked like any stranger's words. Where the kernel does not allow a
process its own user and network namespaces the helper goes on without: the child cannot make a socket either
way. Not prevented: a child that was taken over may send signals to processes of the same user.
"""

import atexit
import contextlib
import ctypes
import json
import os
import resource
import select
import signal
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import numpy as np

from provenance import images, manifest
from provenance.errors import ProvenanceError, SandboxFailed, UnreadableImage, UnreadableManifest

# Three times the slowest honest file (a PNG of 40 megapixels with transparency: 5 s on a busy core).
WALL_SECONDS: Final = 15.0

# Measured: 40 megapixels of WebP, turned and with transparency, need 1.12 GiB of address space.
MEMORY_BYTES: Final = 2 * 1024**3

# How much longer the worker waits than the helper does: the time to move 120 MB of pixels twice.
_GRACE_SECONDS: Final = 5.0

_LENGTHS: Final = struct.Struct(">IQ")
_MAX_HEADER: Final = 4 * 2**20
_MAX_BODY: Final = images.MAX_PIXELS * 3 + 2 * _MAX_HEADER
_CHUNK: Final = 2**20

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

_MESSAGES: Final = {
    "timeout": "Looking at this file took too long. Save a smaller copy or take a screenshot, and send that.",
    "crashed": "This file could not be examined. Take a screenshot of the picture and send that.",
}

Work = Callable[[dict[str, Any], memoryview], tuple[dict[str, Any], bytes]]


@dataclass(frozen=True)
class Examination:
    """What one file gave. Each half is a value, an error, or (manifest only) absent: neither."""

    decoded: images.Decoded | None = None
    image_error: UnreadableImage | None = None
    manifest_reading: manifest.ManifestReading | None = None
    manifest_error: ProvenanceError | None = None


class Sandbox:
    """A helper process and the requests to it, one at a time; safe to share between threads.

    Args:
        wall_seconds: How long one file may take.
        work: `module:function` that the child runs; for tests.
    """

    def __init__(
        self, *, wall_seconds: float = WALL_SECONDS, work: str = "provenance.sandbox:examine"
    ) -> None:
        self._wall_seconds = wall_seconds
        self._work = work
        self._lock = threading.Lock()
        self._helper: subprocess.Popen[bytes] | None = None
        self._owner = 0

    def decode(self, data: bytes) -> images.Decoded:
        """Returns the pixels of a stranger's file, see `images.decode`.

        Raises:
            UnreadableImage: as `images.decode`.
            SandboxFailed: with code `timeout` or `crashed`.
        """
        found = self._ask({"decode": True}, data)
        if found.image_error is not None:
            raise found.image_error
        if found.decoded is None:
            raise _failure("crashed")
        return found.decoded

    def read_manifest(
        self, data: bytes, mime: str, anchors_pem: str, store: bytes | None = None
    ) -> manifest.ManifestReading | None:
        """Returns what the manifest of a stranger's file says, see `manifest.read`.

        Raises:
            UnreadableManifest: as `manifest.read`.
            UnreadableImage: with code `too_many_bytes`.
            SandboxFailed: with code `timeout` or `crashed`.
        """
        found = self._ask({"anchors": anchors_pem, "mime": mime}, data, store)
        if found.manifest_error is not None:
            raise found.manifest_error
        return found.manifest_reading

    def examine(self, data: bytes, anchors_pem: str) -> Examination:
        """Returns pixels and manifest, both from one child.

        If that child fails, the pixels are tried alone: a manifest made to crash readers must not hide the
        watermark. `manifest_error` then says why there is no reading.

        Raises:
            SandboxFailed: with code `timeout` or `crashed`, if the pixels alone fail too.
        """
        if not data or len(data) > images.MAX_BYTES:
            return Examination(image_error=images.unreadable("too_many_bytes" if data else "empty"))
        mime = images.MIME.get(images.sniff(data) or "", "")
        try:
            return self._ask({"decode": True, "anchors": anchors_pem, "mime": mime}, data)
        except SandboxFailed as error:
            alone = self._ask({"decode": True}, data)
            return Examination(alone.decoded, alone.image_error, manifest_error=error)

    def close(self) -> None:
        """Ends the helper. The next request starts another."""
        with self._lock:
            self._discard()

    def _ask(self, header: dict[str, Any], data: bytes, store: bytes | None = None) -> Examination:
        if len(data) > images.MAX_BYTES:
            raise images.unreadable("too_many_bytes")
        asked = {**header, "size": len(data), "has_store": store is not None}
        outcome, body = self._exchange(asked, [data, store or b""])
        if outcome.get("status") != "done":
            raise _failure(str(outcome.get("status")))
        try:
            answer, pixels = _split(body)
            if "failed" in answer:
                raise ValueError(str(answer["failed"]))
            return _examination(answer, pixels)
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
                    _send(helper.stdin.fileno(), header, body, deadline)
                    return _receive(helper.stdout.fileno(), deadline)
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
                [sys.executable, "-m", "provenance.sandbox", self._work, str(self._wall_seconds)],
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


def examine(header: dict[str, Any], body: memoryview) -> tuple[dict[str, Any], bytes]:
    """The child's work: decodes and reads what the request asks for, and returns an answer to send."""
    data, store = bytes(body[: header["size"]]), bytes(body[header["size"] :])
    answer: dict[str, Any] = {"image": None, "image_error": None, "manifest": None, "manifest_error": None}
    pixels = b""
    if "anchors" in header:
        given = store if header["has_store"] else None
        try:
            reading = manifest.read(data, header["mime"], header["anchors"], given)
            answer["manifest"] = reading and reading.to_json()
        except UnreadableManifest as error:
            answer["manifest_error"] = error.code
    if "decode" in header:
        try:
            decoded = images.decode(data)
        except UnreadableImage as error:
            answer["image_error"] = error.code
        else:
            pixels = decoded.rgb.tobytes()
            fields = {name: getattr(decoded, name) for name in decoded.__dataclass_fields__ if name != "rgb"}
            answer["image"] = fields
    return answer, pixels


def serve(work: str, wall_seconds: float) -> None:
    """The helper's life: requests from standard input, answers to standard output, until the input ends."""
    _isolate()
    requests, answers = os.dup(0), os.dup(1)
    with Path(os.devnull).open() as nothing:
        os.dup2(nothing.fileno(), 0)
    os.dup2(2, 1)  # a stray print must not end up between frames
    module, _, name = work.partition(":")
    function: Work = getattr(import_module(module), name)
    images.rehearse()
    manifest.load_library()
    while True:
        try:
            header, body = _receive(requests)
            status, answer = _run_child(function, header, body, wall_seconds, (requests, answers))
            _send(answers, {"status": status}, [answer])
        except (EOFError, BrokenPipeError):
            return


def _run_child(
    work: Work, header: dict[str, Any], body: memoryview, wall_seconds: float, ours: tuple[int, ...]
) -> tuple[str, bytes | bytearray]:
    """Returns `done` and the child's frame, or what went wrong and nothing."""
    deadline = time.monotonic() + wall_seconds
    source, target = os.pipe()
    pid = os.fork()
    if pid == 0:
        for descriptor in (source, *ours):
            os.close(descriptor)
        _child(work, header, body, target)
    os.close(target)
    status = "crashed"
    try:
        answer = _read_to_end(source, deadline)
        status = "done" if answer else "crashed"
    except TimeoutError:
        answer, status = bytearray(), "timeout"
    except ValueError:
        answer = bytearray()
    finally:
        os.close(source)
        _end(pid)
    return status, answer


def _child(work: Work, header: dict[str, Any], body: memoryview, target: int) -> None:
    """Never returns: an exception here must not run the helper's code a second time."""
    try:
        _limit_this_process()
        try:
            answer, pixels = work(header, body)
        except Exception as error:  # the door of this process: MemoryError at the limit, or a defect
            answer, pixels = {"failed": f"{type(error).__name__}: {error}"[:500]}, b""
        _send(target, answer, [pixels])
    finally:
        os._exit(0)


def _limit_this_process() -> None:
    if sys.platform == "linux":
        libc = ctypes.CDLL(None)
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    os.setpgid(0, 0)
    for kind, limit in (
        (resource.RLIMIT_AS, MEMORY_BYTES),
        (resource.RLIMIT_CPU, int(WALL_SECONDS) + 1),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NPROC, 0),
        # No new descriptor at all: no file, no socket. What is needed was opened by the helper.
        (resource.RLIMIT_NOFILE, 0),
    ):
        resource.setrlimit(kind, (limit, limit))


def _end(pid: int) -> None:
    """Kills what is left of the child and its group, and collects it."""
    for kill in (os.killpg, os.kill):
        with contextlib.suppress(ProcessLookupError):
            kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)


def _isolate() -> None:
    """Shuts this process, which must be single-threaded still, off from network and neighbours.

    In a user namespace of its own a process may not trace the worker, whose memory holds secrets; being
    undumpable keeps the helper from being traced by its children.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) != 0:
        libc.unshare(_CLONE_NEWNET)


def _failure(code: str) -> SandboxFailed:
    known = code if code in _MESSAGES else "crashed"
    return SandboxFailed(known, _MESSAGES[known])


def _examination(answer: dict[str, Any], pixels: memoryview) -> Examination:
    """Returns the child's answer after checking every part of it."""
    code, image, reading = answer["image_error"], answer["image"], answer["manifest"]
    unreadable_manifest = answer["manifest_error"] is not None
    return Examination(
        decoded=_decoded(image, pixels) if image is not None else None,
        image_error=images.unreadable(code) if code is not None else None,
        manifest_reading=manifest.ManifestReading.from_json(reading) if reading is not None else None,
        manifest_error=manifest.unreadable() if unreadable_manifest else None,
    )


def _decoded(image: dict[str, Any], pixels: memoryview) -> images.Decoded:
    width, height, frames = (int(image[name]) for name in ("width", "height", "frames"))
    if min(width, height, frames) < 1 or width * height > images.MAX_PIXELS:
        raise ValueError(f"width, height, frames: got {width}, {height}, {frames}")
    return images.Decoded(
        rgb=np.frombuffer(pixels, np.uint8).reshape(height, width, 3),
        format=str(image["format"]),
        mime=images.MIME[image["format"]],
        width=width,
        height=height,
        frames=frames,
        notes=tuple(str(note) for note in image["notes"]),
    )


def _send(
    descriptor: int,
    header: dict[str, Any],
    body: list[Any],
    deadline: float | None = None,
) -> None:
    encoded = json.dumps(header).encode()
    lengths = _LENGTHS.pack(len(encoded), sum(len(part) for part in body))
    for part in (lengths + encoded, *body):
        rest = memoryview(part)
        while rest:
            _wait(descriptor, deadline, to_write=True)
            rest = rest[os.write(descriptor, rest[:_CHUNK]) :]


def _receive(descriptor: int, deadline: float | None = None) -> tuple[dict[str, Any], memoryview]:
    """Raises EOFError at the end, TimeoutError past the deadline, ValueError on what is no frame."""
    header_size, body_size = _checked(_LENGTHS.unpack(_read(descriptor, _LENGTHS.size, deadline)))
    header = json.loads(bytes(_read(descriptor, header_size, deadline)))
    return header, memoryview(_read(descriptor, body_size, deadline))


def _split(frame: memoryview) -> tuple[dict[str, Any], memoryview]:
    """Returns header and body of a whole frame. Raises ValueError if it is not whole."""
    if len(frame) < _LENGTHS.size:
        raise ValueError(f"frame of {len(frame)} bytes")
    header_size, body_size = _checked(_LENGTHS.unpack_from(frame))
    start = _LENGTHS.size + header_size
    if len(frame) != start + body_size:
        raise ValueError(f"frame: expected {start + body_size} bytes, got {len(frame)}")
    return json.loads(bytes(frame[_LENGTHS.size : start])), frame[start:]


def _checked(lengths: tuple[int, int]) -> tuple[int, int]:
    if lengths[0] > _MAX_HEADER or lengths[1] > _MAX_BODY:
        raise ValueError(f"frame lengths: got {lengths}")
    return lengths


def _read(descriptor: int, size: int, deadline: float | None) -> bytearray:
    """Returns exactly that many bytes, in memory that numpy may write to."""
    buffer = bytearray(size)
    rest = memoryview(buffer)
    while rest:
        _wait(descriptor, deadline)
        count = os.readv(descriptor, [rest])
        if not count:
            raise EOFError
        rest = rest[count:]
    return buffer


def _read_to_end(descriptor: int, deadline: float) -> bytearray:
    buffer = bytearray()
    while True:
        _wait(descriptor, deadline)
        chunk = os.read(descriptor, _CHUNK)
        if not chunk:
            return buffer
        buffer += chunk
        if len(buffer) > _MAX_BODY:
            raise ValueError("the answer is longer than any honest one")


def _wait(descriptor: int, deadline: float | None, *, to_write: bool = False) -> None:
    """Waits until the pipe is ready. Raises TimeoutError past the deadline.

    Without a deadline the read or write that follows blocks by itself; a child may not even poll, since the
    kernel refuses that to a process without the right to any descriptor.
    """
    if deadline is None:
        return
    poller = select.poll()
    poller.register(descriptor, select.POLLOUT if to_write else select.POLLIN)
    if not poller.poll(max(0.0, deadline - time.monotonic()) * 1000):
        raise TimeoutError


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]))
