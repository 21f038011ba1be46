"""The sandbox's helper and its children: what runs as `python -m provenance.sandbox_process`.

The helper is a fresh program with an empty environment, no network, and the libraries loaded. For every
request it forks a child, which gives up memory, CPU time, and the right to open any file or socket, then
decodes and answers through one pipe. The helper kills a child that is late and outlives one that crashes.
`provenance.sandbox` is the worker's side and says why there are three processes.

Where the kernel does not allow a process its own user and network namespaces the helper goes on without: the
child cannot make a socket either way. Not prevented: a child that was taken over may send signals to
processes of the same user.
"""

import contextlib
import ctypes
import os
import resource
import signal
import sys
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from provenance import frames, images, manifest
from provenance.errors import UnreadableImage, UnreadableManifest

# Three times the slowest honest file (a PNG of 40 megapixels with transparency: 5 s on a busy core).
WALL_SECONDS: Final = 15.0

# Measured: 40 megapixels of WebP, turned and with transparency, need 1.12 GiB of address space.
MEMORY_BYTES: Final = 2 * 1024**3

# The same while manifests are read. The libraries take 155 MB of it. A statement of 15 MB, the dearest of the
# hostile files in the tests, still fits.
MANIFEST_MEMORY_BYTES: Final = 512 * 1024**2
# In processor time, so that a busy machine does no harm; with what comes after, under 2 s. A chain of 20
# manifests takes 0.15 s. The library needs 10 s for 5,000 assertions, each of which it looks up among all.
MANIFEST_CPU_SECONDS: Final = 1.5

# What a child's answer holds, None where nothing was asked for or found.
ANSWER: Final = ("image", "image_error", "manifest", "manifest_error", "history", "crjson")

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38

Work = Callable[[dict[str, Any], memoryview], tuple[dict[str, Any], bytes]]


def examine(header: dict[str, Any], body: memoryview) -> tuple[dict[str, Any], bytes]:
    """The child's work: decodes and reads what the request asks for, and returns an answer to send."""
    data, store = bytes(body[: header["size"]]), bytes(body[header["size"] :])
    answer: dict[str, Any] = dict.fromkeys(ANSWER)
    pixels = b""
    if "anchors" in header:
        with _tighter_limits():
            answer.update(_read_manifest(header, data, store if header["has_store"] else None))
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


def _read_manifest(header: dict[str, Any], data: bytes, store: bytes | None) -> dict[str, Any]:
    """The part of the answer that is about the manifest, with the history where it was asked for."""
    try:
        if not header.get("history"):
            reading = manifest.read(data, header["mime"], header["anchors"], store)
            return {"manifest": reading and reading.to_json()}
        told = manifest.read_history(data, header["mime"], header["anchors"], store)
    except UnreadableManifest as error:
        return {"manifest_error": error.code}
    if told is None:
        return {}
    history, crjson = told.history.to_json(), told.crjson
    return {"manifest": told.reading.to_json(), "history": history, "crjson": crjson}


@contextlib.contextmanager
def _tighter_limits() -> Iterator[None]:
    """Keeps a manifest, which needs little, from what a large picture may use.

    Only the soft limits: against bytes that fill memory or spin, while a process that was taken over is held
    by the hard ones. Past the time the process dies, and past the memory too if the library is at work.
    """
    resource.setrlimit(resource.RLIMIT_AS, (MANIFEST_MEMORY_BYTES, MEMORY_BYTES))
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_PROF, MANIFEST_CPU_SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))


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
            header, body = frames.receive(requests)
            status, answer = _run_child(function, header, body, wall_seconds, (requests, answers))
            frames.send(answers, {"status": status}, [answer])
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
        answer = frames.read_to_end(source, deadline)
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
        frames.send(target, answer, [pixels])
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


if __name__ == "__main__":
    serve(sys.argv[1], float(sys.argv[2]))
