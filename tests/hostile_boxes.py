"""Hostile files that were broken or put together wrongly: nothing in them was signed that way."""

import struct
from collections.abc import Iterator

import numpy as np

from provenance import images
from tests.c2pa_writer import (
    Assertion,
    box,
    png_chunk,
    segments,
    store,
    superbox,
    with_store,
)
from tests.hostile_parts import (
    FORMATS,
    HTML,
    URN,
    Hostile,
    boxes,
    cuts,
    picture,
    sound,
    sound_store,
    with_bit,
)


def truncated() -> Iterator[Hostile]:
    for name in FORMATS:
        jumbf = sound_store(name)
        file = with_store(name, picture(name), jumbf)
        # In JPEG the header of the outermost box stands before the rest of the store.
        first = file.index(jumbf[:64])
        for place in cuts(jumbf):
            yield Hostile(
                f"{name} that ends at byte {place} of its store",
                file[: first + place],
                "unreadable",
                None,
                False,
            )
            # JPEG has the header of the store in a place of its own, so that one more cut leaves nothing.
            state = "absent" if place == 0 or (name == "JPEG" and place <= 16) else "unreadable"
            whole = with_store(name, picture(name), jumbf[:place])
            yield Hostile(f"{name} with a store that ends at byte {place}", whole, state)


# Where a flipped bit leaves something to read. What reads as trusted was not signed: the length of a box
# behind which nothing comes, and padding.
FLIPPED_OTHERWISE: dict[tuple[str, str], tuple[str, str | None]] = {
    ("signature", "length"): ("Trusted", None),
    ("manifest description", "content"): ("Invalid", "claimSignature.missing"),
    ("actions", "kind"): ("Invalid", "assertion.missing"),
    ("actions content", "content"): ("Invalid", "assertion.hashedURI.mismatch"),
    ("binding content", "content"): ("Invalid", "assertion.hashedURI.mismatch"),
    ("signature content", "content"): ("Trusted", None),
}


def flipped() -> Iterator[Hostile]:
    jumbf = sound_store()
    named = iter(("store", "manifest", "assertions", "actions", "binding", "claim", "signature"))
    name = ""
    for at, size, kind in boxes(jumbf):
        name = next(named) if kind == b"jumb" else name
        described = name + {b"jumb": "", b"jumd": " description", b"cbor": " content"}[kind]
        parts = [("length", at + 3), ("kind", at + 4)]
        parts += [] if kind == b"jumb" else [("content", at + 8 + (size - 8) // 2)]
        for part, place in parts:
            state, code = FLIPPED_OTHERWISE.get((described, part), ("unreadable", None))
            changed = with_store("PNG", picture("PNG"), with_bit(jumbf, place))
            yield Hostile(f"bit flipped in the {part} of {described}", changed, state, code)
    for what, place, code in (
        ("title", jumbf.index(b"A picture"), "claimSignature.mismatch"),
        (
            "hash in the claim",
            jumbf.index(b"dhashX ", jumbf.index(b"c2pa.claim.v2")) + 9,
            "claimSignature.mismatch",
        ),
        ("signature", len(jumbf) - 1, "claimSignature.mismatch"),
        ("certificate's name", jumbf.index(b"Hostile signer"), "signingCredential.untrusted"),
    ):
        changed = with_store("PNG", picture("PNG"), with_bit(jumbf, place))
        yield Hostile(f"bit flipped in the {what}", changed, "Invalid", code)


def containers() -> Iterator[Hostile]:
    """Bits of the containers; where a store is not found it is as if there were none."""
    png, jpeg, webp = (with_store(name, picture(name), sound_store(name)) for name in FORMATS)
    chunk, app11, last = png.index(b"caBX"), jpeg.index(b"\xff\xeb"), webp.index(b"C2PA")
    yield Hostile("PNG, bit in its magic bytes", with_bit(png, 1), "absent", None, False)
    yield Hostile("PNG, bit in its width", with_bit(png, 19), "Invalid", "assertion.dataHash.mismatch", False)
    yield Hostile("PNG, bit in the length of caBX", with_bit(png, chunk - 1), "unreadable", None, False)
    yield Hostile("PNG, bit in the name of caBX", with_bit(png, chunk), "absent", None, False)
    yield Hostile(
        "PNG, bit in the checksum of caBX",
        with_bit(png, chunk + 4 + len(sound_store())),
        "Trusted",
        None,
        False,
    )
    yield Hostile(
        "PNG, bit in its pixels",
        with_bit(png, png.index(b"IDAT") + 90),
        "Invalid",
        "assertion.dataHash.mismatch",
        False,
    )
    yield Hostile("JPEG, bit in its first marker", with_bit(jpeg, 1), "absent", None, False)
    yield Hostile("JPEG, bit in the marker of APP11", with_bit(jpeg, app11 + 1), "absent")
    yield Hostile("JPEG, bit in the length of APP11", with_bit(jpeg, app11 + 3), "unreadable")
    yield Hostile("JPEG, bit in the identifier of APP11", with_bit(jpeg, app11 + 4), "Trusted")
    yield Hostile("JPEG, bit in the number of APP11", with_bit(jpeg, app11 + 11), "Trusted")
    yield Hostile(
        "JPEG, bit in its pixels", with_bit(jpeg, len(jpeg) - 90), "Invalid", "assertion.dataHash.mismatch"
    )
    yield Hostile("WebP, bit in its magic bytes", with_bit(webp, 1), "absent", None, False)
    yield Hostile(
        "WebP, bit in its length", with_bit(webp, 4), "Invalid", "assertion.dataHash.mismatch", False
    )
    yield Hostile("WebP, bit in the name of C2PA", with_bit(webp, last), "absent")
    yield Hostile("WebP, bit in the length of C2PA", with_bit(webp, last + 4), "unreadable")
    yield Hostile(
        "WebP, bit in its pixels", with_bit(webp, last - 90), "Invalid", "assertion.dataHash.mismatch", False
    )


def swapped() -> Iterator[Hostile]:
    for into in FORMATS:
        for other in FORMATS:
            if into != other:
                file = with_store(into, picture(into), sound_store(other))
                yield Hostile(
                    f"{into} with the store of a {other}", file, "Invalid", "assertion.dataHash.mismatch"
                )
        rgb = np.full((64, 64, 3), 77, np.uint8)
        file = with_store(into, images.encode(rgb, into), sound_store(into))  # type: ignore[arg-type]
        yield Hostile(
            f"{into} with the store of another picture", file, "Invalid", "assertion.dataHash.mismatch"
        )


def doubled() -> Iterator[Hostile]:
    """Several stores, and stores where none belongs."""
    jumbf = sound_store()
    png, jpeg, webp = (with_store(name, picture(name), sound_store(name)) for name in FORMATS)
    chunk = png_chunk(b"caBX", jumbf)
    yield Hostile("PNG with two stores", with_store("PNG", png, jumbf), "unreadable")
    yield Hostile("PNG with a store behind its end", picture("PNG") + chunk, "absent")
    yield Hostile("PNG with a store in a text", with_chunk(png_chunk(b"tEXt", b"c2pa\0" + jumbf)), "absent")
    yield Hostile(
        "JPEG with two stores",
        with_store("JPEG", jpeg, sound_store("JPEG")),
        "Invalid",
        "assertion.dataHash.mismatch",
    )
    yield Hostile(
        "JPEG with a store in APP1",
        picture("JPEG")[:2] + b"\xff\xe1" + struct.pack(">H", len(jumbf) + 2) + jumbf + picture("JPEG")[2:],
        "absent",
    )
    parts = list(segments(sound_store("JPEG"), 3000))
    for said, order, state, code in (
        ("in the wrong order", parts[::-1], "unreadable", None),
        ("twice", parts * 2, "Invalid", "assertion.dataHash.mismatch"),
        ("with a gap", parts[::2], "unreadable", None),
    ):
        file = picture("JPEG")[:2] + b"".join(order) + picture("JPEG")[2:]
        yield Hostile(f"JPEG with segments {said}", file, state, code)
    yield Hostile(
        "WebP with two stores",
        with_store("WEBP", webp, sound_store("WEBP")),
        "Invalid",
        "assertion.dataHash.mismatch",
    )
    yield Hostile("WebP with a store as XMP", webp.replace(b"C2PA", b"XMP "), "absent")


def with_chunk(chunk: bytes) -> bytes:
    return picture("PNG")[:33] + chunk + picture("PNG")[33:]


def odd_boxes() -> Iterator[Hostile]:
    jumbf = sound_store()

    def stored(name: str, data: bytes, state: str = "unreadable", code: str | None = None) -> Hostile:
        return Hostile(name, with_store("PNG", picture("PNG"), data), state, code)

    inner = next(at for at, _, kind in boxes(jumbf) if kind == b"cbor")
    for place, where in ((0, "store"), (inner, "assertion")):
        for length in (0, 1, 7, 0x7FFFFFFF, 0xFFFFFFFF):
            changed = jumbf[:place] + struct.pack(">I", length) + jumbf[place + 4 :]
            # The outermost length is no part of what is signed, and the library stops where the chunk does.
            state = "Trusted" if where == "store" and length > 7 else "unreadable"
            yield stored(f"{where} with length {length:#x}", changed, state)
        for large in (16, 2**40, 2**64 - 1):
            changed = (
                jumbf[:place]
                + struct.pack(">I4sQ", 1, jumbf[place + 4 : place + 8], large)
                + jumbf[place + 8 :]
            )
            kept = where == "store" and large > 16
            state, code = ("Invalid", "assertion.dataHash.mismatch") if kept else ("unreadable", None)
            yield stored(f"{where} with 64-bit length {large:#x}", changed, state, code)
    deep = b""
    for _ in range(10_000):
        deep = superbox(b"c2as", "x", deep)
    yield stored("boxes 10,000 deep", deep)
    yield stored("store with boxes 10,000 deep", store(superbox(b"c2ma", URN + "1", deep)))
    tiny = box(b"free", b"") * 200_000
    yield stored("200,000 empty boxes", store(tiny))
    yield stored(
        "200,000 empty assertions",
        store(superbox(b"c2ma", URN + "1", superbox(b"c2as", "c2pa.assertions", tiny))),
    )
    yield stored("an empty store", store())
    yield stored("a store of nothing", b"", "absent")
    yield stored("a store of zeros", bytes(1000))
    yield stored("a store of 20 MB of zeros", bytes(20_000_000))
    yield stored("a store of noise", np.random.default_rng(2).bytes(5000))
    yield stored("a store of text", HTML.encode() * 50)
    yield stored("a label of 1 MB", store(superbox(b"c2ma", "x" * 2**20)))
    yield stored("a label that is no text", store(superbox(b"c2ma", b"\xff\xfe\xc3\x28")))
    yield stored(
        "a label that does not end", box(b"jumb", box(b"jumd", b"c2pa" + bytes(12) + b"\3" + b"c2pa" * 9))
    )
    yield stored(
        "a manifest that is compressed garbage",
        store(superbox(b"c2cm", URN + "1", box(b"brob", b"cbor" + bytes(2000)))),
    )
    parts = sound_parts()
    for left_out, name in enumerate(("assertions", "claim", "signature")):
        rest = [part for index, part in enumerate(parts) if index != left_out]
        yield stored(f"a manifest without {name}", store(superbox(b"c2ma", URN + "1", *rest)))
        yield stored(
            f"a manifest with two of {name}", store(superbox(b"c2ma", URN + "1", *parts, parts[left_out]))
        )
    yield stored(
        "two manifests of one name",
        store(*[superbox(b"c2ma", URN + "1", *parts)] * 2),
        "Invalid",
        "assertion.dataHash.mismatch",
    )


def sound_parts() -> list[bytes]:
    """The three boxes of a sound manifest, bound to nothing that exists."""
    made = sound(Assertion("c2pa.hash.data", {"alg": "sha256", "hash": bytes(32), "pad": b""})).boxed()
    found = [(at, size) for at, size, kind in boxes(made) if kind == b"jumb"][1:]
    top = [(at, size) for at, size in found if not any(a < at < a + s for a, s in found)]
    return [made[at : at + size] for at, size in top]
