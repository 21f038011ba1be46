"""Hostile files that somebody signed: what they say is wrong, or too much, or meant for a page."""

import functools
import hashlib
import io
import struct
import subprocess
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from cryptography.x509.oid import ExtendedKeyUsageOID

from provenance import images
from tests import time_stamp_authority
from tests.c2pa_writer import (
    Assertion,
    Authority,
    Manifest,
    Raw,
    bound,
    cbor,
    digest,
    png_chunk,
    self_signed,
    store,
)
from tests.hostile_parts import (
    FORMATS,
    HTML,
    SOURCE_TYPE,
    URN,
    Hostile,
    actions,
    authority,
    boxes,
    file_of,
    ours,
    picture,
    sound,
    with_actions,
    with_bit,
)


def wrong_claims() -> Iterator[Hostile]:
    def one(name: str, state: str, code: str | None, make: Callable[[Assertion], Manifest]) -> Hostile:
        return Hostile(name, file_of(make), state, code)

    edited = actions({"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "digitalCapture"})
    note = Assertion("org.example.note", {"text": "x"})
    invalid = "Invalid"
    mismatch, missing = "assertion.hashedURI.mismatch", "assertion.missing"
    yield one("assertion edited", invalid, mismatch, lambda b: sound(b, written=(edited.boxed(), b.boxed())))
    yield one(
        "assertion left out",
        invalid,
        missing,
        lambda b: sound(b, note, written=(actions().boxed(), b.boxed())),
    )
    yield one(
        "assertion that was not signed",
        "unreadable",
        None,
        lambda b: sound(b, written=(actions().boxed(), b.boxed(), note.boxed())),
    )
    yield one(
        "claim that was not signed",
        invalid,
        "claimSignature.mismatch",
        lambda b: replace(sound(b), signature=lambda cose: cose[:-1] + bytes([cose[-1] ^ 1])),
    )
    yield one(
        "signature by another key",
        invalid,
        "claimSignature.mismatch",
        lambda b: sound(b, credential=replace(ours(), key=self_signed().key)),
    )
    yield one("no binding", "unreadable", None, lambda b: replace(sound(b), assertions=(actions(),)))
    yield one(
        "two bindings",
        invalid,
        "assertion.multipleHardBindings",
        lambda b: sound(b, replace(b, label="c2pa.hash.data__1")),
    )
    yield one(
        "no actions", invalid, "assertion.action.malformed", lambda b: replace(sound(b), assertions=(b,))
    )
    yield one(
        "history without a beginning",
        invalid,
        "assertion.action.malformed",
        lambda b: with_actions(b, {"action": "c2pa.edited"}),
    )
    yield one(
        "history with two beginnings",
        invalid,
        "assertion.action.malformed",
        lambda b: with_actions(
            b,
            {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "digitalArt"},
            {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "digitalArt"},
        ),
    )
    yield one(
        "opened nothing",
        invalid,
        "assertion.action.ingredientMismatch",
        lambda b: with_actions(b, {"action": "c2pa.opened"}),
    )
    yield one(
        "watermark without a name",
        invalid,
        "assertion.action.softBindingMissing",
        lambda b: with_actions(
            b,
            {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "digitalArt"},
            {"action": "c2pa.watermarked.bound"},
        ),
    )
    yield one("unknown hash algorithm", invalid, mismatch, lambda b: sound(b, claim={"alg": "md5"}))
    yield one(
        "assertion of another manifest",
        invalid,
        "assertion.outsideManifest",
        lambda b: sound(
            b, claim={"created_assertions": [actions().reference(), b.reference(f"/c2pa/{URN}9/")]}
        ),
    )
    yield one("no instance", "unreadable", None, lambda b: sound(b, claim={"instanceID": None}))
    yield one("no generator", "unreadable", None, lambda b: sound(b, claim={"claim_generator_info": None}))
    yield one(
        "signature elsewhere",
        invalid,
        "claimSignature.missing",
        lambda b: sound(b, claim={"signature": f"self#jumbf=/c2pa/{URN}9/c2pa.signature"}),
    )
    yield one(
        "takes back its own assertion",
        invalid,
        "assertion.selfRedacted",
        lambda b: sound(
            b,
            note,
            claim={"redacted_assertions": [f"self#jumbf=/c2pa/{URN}1/c2pa.assertions/org.example.note"]},
        ),
    )
    yield one(
        "hash of the wrong length",
        invalid,
        mismatch,
        lambda b: sound(
            b, claim={"created_assertions": [{**actions().reference(), "hash": b"short"}, b.reference()]}
        ),
    )


def ingredient(
    boxed: bytes,
    number: int,
    label: str = "c2pa.ingredient.v3",
    relationship: str = "componentOf",
    failures: tuple[str, ...] = (),
    **more: Any,
) -> Assertion:
    """What a manifest says of another that it took in, with hashes that fit unless `more` changes them."""
    urn = f"{URN}{number}"
    parts = [(at, size) for at, size, kind in boxes(boxed) if kind == b"jumb"]
    at, size = next(
        ((at, size) for at, size in parts if b"c2pa.signature\0" in boxed[at + 8 : at + 60]), (0, 8)
    )
    results = {
        "activeManifest": {
            "success": [],
            "informational": [],
            "failure": [{"code": code, "url": f"self#jumbf=/c2pa/{urn}/c2pa.signature"} for code in failures],
        }
    }
    said = {
        "relationship": relationship,
        "dc:title": "went in",
        "dc:format": "image/png",
        "validationResults": results,
        "instanceID": "xmp.iid:e1adb4b2-1138-42bc-a2d7-f6fa85558f30",
        "activeManifest": {"url": f"self#jumbf=/c2pa/{urn}", "alg": "sha256", "hash": digest(boxed)},
        "claimSignature": {
            "url": f"self#jumbf=/c2pa/{urn}/c2pa.signature",
            "alg": "sha256",
            "hash": digest(boxed[at : at + size]),
        },
    }
    return Assertion(label, {**said, **more})


UNBOUND = Assertion("c2pa.hash.data", {"alg": "sha256", "hash": bytes(32), "pad": b""})


def went_in(number: int, *more: Assertion, **changes: Any) -> bytes:
    """A manifest of a picture that is not here."""
    return sound(UNBOUND, *more, number=number, **changes).boxed()


def ingredients() -> Iterator[Hostile]:
    def one(
        name: str, state: str, code: str | None, others: Callable[[], tuple[bytes, ...]], *said: Assertion
    ) -> Hostile:
        def make(binding: Assertion) -> bytes:
            return store(*others(), sound(binding, *said, number=1).boxed())

        return Hostile(name, bound(make, "PNG", picture("PNG")), state, code)

    other, third = went_in(2), went_in(3)
    yield one("names itself", "unreadable", None, tuple, ingredient(other, 1))
    circle = went_in(2, ingredient(third, 1))
    yield one("names one that names it", "unreadable", None, lambda: (circle,), ingredient(circle, 2))
    self_circle = went_in(2, ingredient(third, 2))
    yield one(
        "names one that names itself", "unreadable", None, lambda: (self_circle,), ingredient(self_circle, 2)
    )
    yield one(
        "names one that is not there", "Invalid", "ingredient.manifest.missing", tuple, ingredient(other, 2)
    )
    changed = other.replace(b"A picture", b"B picture")
    yield one(
        "names one that was changed since",
        "Invalid",
        "ingredient.manifest.mismatch",
        lambda: (changed,),
        ingredient(other, 2),
    )
    yield one(
        "names one that was broken when it came",
        "Invalid",
        "claimSignature.mismatch",
        lambda: (changed,),
        ingredient(changed, 2),
    )
    yield one(
        "was told that one was broken",
        "Trusted",
        "assertion.dataHash.mismatch",
        lambda: (other,),
        ingredient(other, 2, failures=("assertion.dataHash.mismatch",)),
    )
    yield one(
        "hides a failure among successes",
        "Trusted",
        "assertion.dataHash.mismatch",
        lambda: (other,),
        filed_wrongly(other),
    )
    stranger = went_in(2, credential=Authority("Unknown").leaf())
    yield one(
        "took in a stranger's",
        "Valid",
        "signingCredential.untrusted",
        lambda: (stranger,),
        ingredient(stranger, 2),
    )
    yield one(
        "malformed ingredient",
        "unreadable",
        None,
        lambda: (other,),
        Assertion("c2pa.ingredient.v3", {"relationship": 7}),
    )
    two = (
        ingredient(other, 2, relationship="parentOf"),
        ingredient(other, 2, "c2pa.ingredient.v3__1", "parentOf"),
    )
    yield one("two parents", "Invalid", "manifest.multipleParents", lambda: (other,), *two)
    many = [ingredient(other, 2, f"c2pa.ingredient.v3__{index}") for index in range(2000)]
    yield one("2,000 ingredients", "unreadable", None, lambda: (other,), *many)
    yield Hostile("a chain of 300", chained(300, 1), "unreadable")
    yield Hostile("a chain of 150", chained(150, 1), "Trusted")
    yield Hostile("a chain of 20, each named twice", chained(20, 2), "Trusted")


def filed_wrongly(boxed: bytes) -> Assertion:
    entry = {
        "code": "assertion.dataHash.mismatch",
        "url": f"self#jumbf=/c2pa/{URN}2/c2pa.assertions/c2pa.hash.data",
    }
    return ingredient(
        boxed,
        2,
        validationResults={"activeManifest": {"success": [entry], "informational": [], "failure": []}},
    )


def chained(length: int, times: int) -> bytes:
    """A store in which every manifest names the one before it, as often as is said."""

    def named(before: bytes, number: int) -> list[Assertion]:
        labels = ("c2pa.ingredient.v3" + (f"__{index}" if index else "") for index in range(times))
        return [ingredient(before, number, label) for label in labels]

    made = [went_in(1000)]
    for number in range(1001, 1000 + length):
        made.append(went_in(number, *named(made[-1], number - 1)))
    last = 1000 + length

    def make(binding: Assertion) -> bytes:
        return store(*made, sound(binding, *named(made[-1], last - 1), number=last).boxed())

    return bound(make, "PNG", picture("PNG"))


def time_stamps(folder: Path) -> Iterator[Hostile]:
    """The authority of the stamps is one that the reader does not know."""

    def one(name: str, code: str | None, stamp: Callable[[bytes], bytes]) -> Hostile:
        return Hostile(name, file_of(lambda binding: sound(binding, stamp=stamp)), "Trusted", code)

    time_stamp_authority.make_certificates(folder)
    yield one("stamp of garbage", None, lambda signature: b"\x30\x03\x02\x01\x00" * 9)
    yield one("stamp of nothing", None, lambda signature: b"")
    yield one("stamp of noise", None, lambda signature: np.random.default_rng(3).bytes(4000))
    yield one("stamp by an unknown authority", None, lambda signature: token(folder, signature))
    yield one("stamp of something else", None, lambda signature: token(folder, b"something else"))
    yield one("stamp with a bit flipped", None, lambda signature: with_bit(token(folder, signature), -20))


def token(folder: Path, data: bytes) -> bytes:
    """A time-stamp token on the data."""
    query, reply = folder / "query.tsq", folder / "reply.tst"
    digest_of = hashlib.sha256(data).hexdigest()
    run = partial(subprocess.run, check=True, capture_output=True)
    run(["openssl", "ts", "-query", "-digest", digest_of, "-sha256", "-cert", "-out", str(query)])
    configuration = folder / "tsa.cnf"
    configuration.write_text(time_stamp_authority.CONFIGURATION.format(folder=folder))
    run(
        [
            "openssl",
            "ts",
            "-reply",
            "-config",
            str(configuration),
            "-queryfile",
            str(query),
            "-token_out",
            "-out",
            str(reply),
        ]
    )
    return reply.read_bytes()


def certificates() -> Iterator[Hostile]:
    def one(name: str, state: str, code: str, credential: Any) -> Hostile:
        return Hostile(name, file_of(lambda binding: sound(binding, credential=credential)), state, code)

    issue, server = authority().leaf, ExtendedKeyUsageOID.SERVER_AUTH
    yield one(
        "certificate of a stranger", "Valid", "signingCredential.untrusted", Authority("Unknown").leaf()
    )
    yield one("certificate signed by itself", "Valid", "signingCredential.untrusted", self_signed())
    yield one(
        "certificate that has expired", "Invalid", "signingCredential.expired", issue(years=(2020, 2021))
    )
    yield one(
        "certificate that is not valid yet", "Invalid", "signingCredential.expired", issue(years=(2049, 2059))
    )
    yield one("certificate for servers", "Invalid", "signingCredential.invalid", issue(usages=(server,)))
    yield one("certificate for nothing", "Invalid", "signingCredential.invalid", issue(usages=()))
    yield one("certificate that may not sign", "Invalid", "signingCredential.invalid", issue(signs=False))
    yield one("certificate of an authority", "Invalid", "signingCredential.invalid", issue(is_leaf=False))
    long = replace(
        ours(), chain=(*ours().chain, *[self_signed(str(number)).chain[0] for number in range(300)])
    )
    yield one("certificate with 300 more", "Valid", "signingCredential.untrusted", long)
    yield Hostile(
        "certificate of garbage",
        file_of(lambda b: sound(b, signature=lambda cose: cose.replace(ours().der()[0][:200], bytes(200)))),
        "unreadable",
    )
    yield Hostile(
        "signature of garbage",
        file_of(lambda b: sound(b, signature=lambda cose: bytes(len(cose)))),
        "unreadable",
    )
    yield Hostile(
        "signature of nothing", file_of(lambda b: sound(b, signature=lambda cose: b"")), "unreadable"
    )


def elsewhere() -> Iterator[Hostile]:
    for name in FORMATS:
        for address, state, code in (
            ("http://127.0.0.1:9/manifest.c2pa", "Remote", "manifest.inaccessible"),
            ("file:///etc/passwd", "absent", None),
            ("javascript:alert(1)", "absent", None),
        ):
            xmp = (
                '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
                '<rdf:Description rdf:about="" xmlns:dcterms="http://purl.org/dc/terms/"'
                f' dcterms:provenance="{address}"/></rdf:RDF></x:xmpmeta>'
            )
            rgb = np.full((64, 64, 3), 90, np.uint8)
            file = images.encode(rgb, name, xmp=xmp.encode())  # type: ignore[arg-type]
            yield Hostile(f"{name} with its record at {address}", file, state, code)


def texts() -> Iterator[Hostile]:
    def one(
        name: str, make: Callable[[Assertion], Manifest], state: str = "Trusted", code: str | None = None
    ) -> Hostile:
        return Hostile(name, file_of(make), state, code)

    marked = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPE + HTML,
        "description": HTML,
        "when": HTML,
        "softwareAgent": {"name": HTML, "version": HTML},
    }
    odd = {"action": HTML, "digitalSourceType": HTML}
    binding = Assertion("c2pa.soft-binding", {"alg": HTML, "blocks": [{"scope": {}, "value": HTML}]})
    info = {"claim_generator_info": {"name": HTML, "version": HTML}}
    credential = authority().leaf(HTML)
    yield one(
        "HTML in every text",
        lambda b: replace(
            sound(b, title=HTML, claim=info, credential=credential),
            assertions=(actions(marked, odd), binding, b),
        ),
    )
    yield one("a title of 1 MB", lambda b: sound(b, title="x" * 2**20))
    yield one(
        "a title of control characters", lambda b: sound(b, title="a\0b\x1b[2J\u202ec\ud7ff\uffff" * 20)
    )
    yield one(
        "a title that is no UTF-8",
        lambda b: sound(b, claim={"dc:title": Raw(b"\x64\xff\xfe\xc3\x28")}),
        "unreadable",
    )
    yield one("a title that is a number", lambda b: sound(b, claim={"dc:title": 7}))
    yield one("a name of 1 MB", lambda b: sound(b, claim={"claim_generator_info": {"name": "x" * 2**20}}))
    typed = {
        "action": "c2pa.created",
        "digitalSourceType": SOURCE_TYPE + "digitalArt",
        "when": 7,
        "softwareAgent": [1],
        "description": {"a": 1},
    }
    yield one("actions of the wrong types", lambda b: with_actions(b, typed), "unreadable")
    first = {"action": "c2pa.created", "digitalSourceType": SOURCE_TYPE + "digitalArt"}
    edit = {"action": "c2pa.edited"}
    yield one("10,000 actions", lambda b: with_actions(b, first, *[edit] * 10_000))
    long = {"action": "c2pa.edited", "description": "\U0001f600" * 2000}
    yield one("300 actions with 2,000 emoji each", lambda b: with_actions(b, first, *[long] * 300))
    yield one(
        "actions of unknown names",
        lambda b: with_actions(
            b, first, {"action": "org.example.did"}, {"action": "x" * 5000}, {"action": ""}
        ),
        "Invalid",
        "assertion.action.malformed",
    )
    many = [Assertion(f"org.example.note__{number}", {"x": number}) for number in range(5000)]
    yield one("5,000 assertions", lambda b: sound(b, *many), "unreadable")
    large = Assertion("org.example.note", {"x": "y" * 15_000_000})
    yield one("an assertion of 15 MB", lambda b: sound(b, large), "unreadable")


def odd_cbor() -> Iterator[Hostile]:
    """CBOR that an assertion may be, and that claims and actions may not be."""
    refused = {
        "garbage": b"\xff\x00\x1c\x9f\xbf" * 20,
        "nothing": b"",
        "100,000 arrays in each other": b"\x81" * 100_000 + b"\xf6",
        "100,000 open arrays": b"\x9f" * 100_000,
        "100,000 tags": b"\xc1" * 100_000 + b"\xf6",
        "an array of 2^60": b"\x9b\x10" + bytes(7) + b"\xf6",
        "a text of 2^60": b"\x7b\x10" + bytes(7) + b"x",
        "a map of 2^60": b"\xbb\x10" + bytes(7) + b"x",
        "a large number": cbor({"x": 2**64 - 1}),
    }
    taken = {
        "a map with one key twice": b"\xa2\x61a\x01\x61a\x02",
        "a map with numbers for keys": cbor({1: 2}),
        "not a number": cbor({"x": Raw(b"\xf9\x7e\x00")}),
        "endless": cbor({"x": Raw(b"\xf9\x7c\x00")}),
    }
    for name, raw in (refused | taken).items():
        state, code = ("Invalid", "assertion.cbor.invalid") if name in refused else ("Trusted", None)
        note, acts = Assertion("org.example.note", Raw(raw)), Assertion("c2pa.actions.v2", Raw(raw))
        yield Hostile(f"assertion of CBOR: {name}", file_of(partial(sound_with, note)), state, code)
        yield Hostile(f"claim of CBOR: {name}", file_of(partial(sound, claim_cbor=raw)), "unreadable")
        yield Hostile(f"actions of CBOR: {name}", file_of(partial(with_only, acts)), "unreadable")


def sound_with(note: Assertion, binding: Assertion) -> Manifest:
    return sound(binding, note)


def with_only(acts: Assertion, binding: Assertion) -> Manifest:
    return replace(sound(binding), assertions=(acts, binding))


def thumbnails() -> Iterator[Hostile]:
    def one(name: str, data: bytes, media_type: str = "image/png") -> Hostile:
        shown = Assertion("c2pa.thumbnail.claim", data, media_type)
        return Hostile(name, file_of(lambda b: sound(b, shown)), "Trusted")

    yield one("thumbnail of 30,000 x 30,000", blank_png(30_000))
    yield one("thumbnail of 4,000 x 4,000", blank_png(4000))
    yield one("thumbnail of noise", np.random.default_rng(4).bytes(3000))
    yield one("thumbnail of nothing", b"")
    yield one("thumbnail that is cut off", picture("JPEG")[:700], "image/jpeg")
    yield one(
        "thumbnail of SVG",
        f"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'>{HTML}</svg>".encode(),
        "image/svg+xml",
    )
    yield one("thumbnail that says that it is HTML", picture("JPEG"), "text/html")
    many = [Assertion(f"c2pa.thumbnail.ingredient__{n}", blank_png(2000), "image/png") for n in range(40)]
    address = "self#jumbf=c2pa.assertions/"
    named = [
        Assertion(
            f"c2pa.ingredient.v3__{n}",
            {
                "relationship": "componentOf",
                "dc:title": "t",
                "dc:format": "image/png",
                "thumbnail": {"url": address + each.label, "hash": digest(each.boxed())},
            },
        )
        for n, each in enumerate(many)
    ]
    yield Hostile("40 thumbnails of 2,000 x 2,000", file_of(lambda b: sound(b, *many, *named)), "Trusted")


@functools.cache
def blank_png(side: int) -> bytes:
    """A white picture of one bit a pixel: small as a file, and only as a file."""
    packer, rows = zlib.compressobj(9), io.BytesIO()
    row = b"\0" + b"\xff" * ((side + 7) // 8)
    for _ in range(side):
        rows.write(packer.compress(row))
    rows.write(packer.flush())
    header = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + png_chunk(b"IHDR", header)
        + png_chunk(b"IDAT", rows.getvalue())
        + png_chunk(b"IEND", b"")
    )
