"""Frames through a pipe, whole and broken."""

import os
import time

import pytest

from provenance import frames


def test_frames_go_through_a_pipe_whole_and_end_with_eof() -> None:
    source, target = os.pipe()
    frames.send(target, {"a": 1}, [b"xy", b"", b"z"])
    os.close(target)
    header, body = frames.receive(source)
    assert (header, bytes(body)) == ({"a": 1}, b"xyz")
    with pytest.raises(EOFError):
        frames.receive(source)
    os.close(source)


@pytest.mark.parametrize("lengths", [(2**31, 0), (2, 2**62)])
def test_lengths_beyond_any_honest_frame_are_refused_before_memory_is_given(lengths: tuple[int, int]) -> None:
    source, target = os.pipe()
    os.write(target, frames._LENGTHS.pack(*lengths) + b"{}")
    os.close(target)
    with pytest.raises(ValueError, match="frame lengths"):
        frames.receive(source)
    os.close(source)


def test_a_silent_pipe_is_given_up_at_the_deadline() -> None:
    source, target = os.pipe()
    with pytest.raises(TimeoutError):
        frames.receive(source, time.monotonic())
    os.close(source)
    os.close(target)
