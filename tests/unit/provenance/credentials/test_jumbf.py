"""Manifest stores by hand: boxes in the short and the long form, and what is none."""

import struct

import pytest

from provenance.credentials import jumbf

TYPE = bytes.fromhex("63327061001100108000 00AA00389B71".replace(" ", ""))


def box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", 8 + len(content)) + kind + content


def long_box(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I4sQ", 1, kind, 16 + len(content)) + content


def superbox(label: str, *boxes: bytes) -> bytes:
    return box(b"jumb", box(b"jumd", TYPE + b"\x03" + label.encode() + b"\0") + b"".join(boxes))


FIRST = superbox("urn:c2pa:first", box(b"cbor", b"a claim"))
ACTIVE = superbox("urn:c2pa:active", superbox("c2pa.assertions", box(b"json", b"{}")))
STORE = superbox("c2pa", FIRST, ACTIVE)


def test_names_every_manifest_the_active_one_last() -> None:
    found = jumbf.manifests(STORE)
    assert [manifest.urn for manifest in found] == ["urn:c2pa:first", "urn:c2pa:active"]
    assert [manifest.whole for manifest in found] == [FIRST, ACTIVE]


def test_names_what_manifests_are_made_of() -> None:
    assert jumbf.parts(STORE) == {"cbor", "c2pa.assertions"}


def test_the_active_manifest_alone_keeps_its_bytes() -> None:
    assert jumbf.only_active(STORE) == superbox("c2pa", ACTIVE)


def test_a_store_of_one_manifest_stays_as_it_is() -> None:
    assert jumbf.only_active(superbox("c2pa", ACTIVE)) == superbox("c2pa", ACTIVE)


def test_lengths_in_all_three_forms() -> None:
    described = box(b"jumd", TYPE + b"\x03c2pa\0")
    assert jumbf.manifests(long_box(b"jumb", described + FIRST))[0].urn == "urn:c2pa:first"
    to_the_end = b"\0\0\0\0jumb" + described + FIRST + ACTIVE
    assert jumbf.only_active(to_the_end) == superbox("c2pa", ACTIVE)


def test_boxes_that_are_no_manifests_are_passed_over() -> None:
    assert len(jumbf.manifests(superbox("c2pa", box(b"free", b"\0" * 9), ACTIVE))) == 1


@pytest.mark.parametrize(
    "damaged",
    [
        b"",
        b"\0\0\0",
        box(b"json", b"{}"),
        superbox("another", ACTIVE),
        box(b"jumb", b""),
        box(b"jumb", ACTIVE),
        box(b"jumb", box(b"jumd", TYPE + b"\x03c2pa")),
        box(b"jumb", box(b"jumd", TYPE)),
        STORE[:-1],
        STORE[:40],
        struct.pack(">I", 7) + STORE[4:],
        struct.pack(">I", 2**32 - 1) + STORE[4:],
        struct.pack(">I4sQ", 1, b"jumb", 2**63) + STORE[8:],
    ],
)
def test_what_is_no_store_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        jumbf.manifests(damaged)


def test_every_truncation_is_refused() -> None:
    for end in range(1, len(STORE)):
        with pytest.raises(ValueError, match=r".+"):
            jumbf.only_active(STORE[:end])


def test_an_empty_store_has_no_active_manifest() -> None:
    with pytest.raises(ValueError, match="no manifest"):
        jumbf.only_active(superbox("c2pa"))
