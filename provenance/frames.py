"""Messages between the processes of the sandbox.

A frame is two lengths (header: 4 bytes, body: 8 bytes, big-endian), a JSON header and a raw body. Nothing is
ever unpickled. A process that was taken over may write anything: lengths are checked before memory is given.
"""

import json
import os
import select
import struct
import time
from typing import Any, Final

from provenance import images

_LENGTHS: Final = struct.Struct(">IQ")
_MAX_HEADER: Final = 4 * 2**20
_MAX_BODY: Final = images.MAX_PIXELS * 3 + 2 * _MAX_HEADER
_CHUNK: Final = 2**20


def send(
    descriptor: int,
    header: dict[str, Any],
    body: list[Any],
    deadline: float | None = None,
) -> None:
    """Writes a frame; the body's parts follow one another. Raises TimeoutError past the deadline."""
    encoded = json.dumps(header).encode()
    lengths = _LENGTHS.pack(len(encoded), sum(len(part) for part in body))
    for part in (lengths + encoded, *body):
        rest = memoryview(part)
        while rest:
            _wait(descriptor, deadline, to_write=True)
            rest = rest[os.write(descriptor, rest[:_CHUNK]) :]


def receive(descriptor: int, deadline: float | None = None) -> tuple[dict[str, Any], memoryview]:
    """Returns header and body of the next frame.

    Raises:
        EOFError: at the end.
        TimeoutError: past the deadline, a time of `time.monotonic`.
        ValueError: on what is no frame.
    """
    header_size, body_size = _checked(_LENGTHS.unpack(_read(descriptor, _LENGTHS.size, deadline)))
    header = json.loads(bytes(_read(descriptor, header_size, deadline)))
    return header, memoryview(_read(descriptor, body_size, deadline))


def split(frame: memoryview) -> tuple[dict[str, Any], memoryview]:
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


def read_to_end(descriptor: int, deadline: float) -> bytearray:
    """Returns all that comes. Raises TimeoutError past the deadline, ValueError if it is too much."""
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
