"""The bytes that a registered image keeps."""

import struct

import numpy as np
import pytest

from provenance.local_features import extraction


def test_nothing_found_is_no_bytes() -> None:
    flat = np.full((40, 40, 3), 128, np.uint8)
    assert extraction.extract(flat) == b""
    assert len(extraction.decode(b"").words) == 0


def test_bytes_are_read_as_they_are_specified() -> None:
    place = 0x123_456_78_9A
    data = struct.pack("<4sHHI", b"LF1\n", 512, 384, 1) + struct.pack("<QQ", 0xABCDE << 40 | place, 2**64 - 2)
    features = extraction.decode(data)
    assert features.extent == (1.0, 0.75)
    assert (features.words.tolist(), features.places.tolist()) == ([0xABCDE], [place])
    assert features.signatures.tolist() == [2**64 - 2]


@pytest.mark.parametrize("data", [b"LF2\n" + bytes(8), b"LF1\n" + bytes(4) + struct.pack("<I", 3)])
def test_bytes_of_another_kind_or_length_are_a_defect(data: bytes) -> None:
    with pytest.raises(AssertionError):
        extraction.decode(data)
