"""A small writer of C2PA manifests that writes whatever it is told, right or wrong.

The product signs with the library, which refuses most of what a forger would do: this one has no scruples.
JUMBF (ISO 19566-5) boxes, CBOR (RFC 8949), COSE_Sign1 (RFC 9052) and the containers of PNG, JPEG and WebP, as
the C2PA specification 2.4 puts them together. The same files come out every time. For tests only.
"""

import datetime as dt
import hashlib
import struct
import zlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

CLAIM_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")
_TAIL = bytes.fromhex("00110010800000aa00389b71")
_EMBEDDED_FILE = bytes.fromhex("40cb0c32bb8a489da70b2ad6f47f4369")


class Raw(bytes):
    """CBOR that is written as it is."""


def cbor(value: Any) -> bytes:  # noqa: PLR0911 -- one for each type
    """Returns the CBOR of ints, bytes, texts, lists, maps, booleans and None."""
    if isinstance(value, Raw):
        return bytes(value)
    if value is None or isinstance(value, bool):
        return {None: b"\xf6", True: b"\xf5", False: b"\xf4"}[value]
    if isinstance(value, int):
        return _head(0, value) if value >= 0 else _head(1, -1 - value)
    if isinstance(value, bytes):
        return _head(2, len(value)) + value
    if isinstance(value, str):
        encoded = value.encode()
        return _head(3, len(encoded)) + encoded
    if isinstance(value, dict):
        return _head(5, len(value)) + b"".join(cbor(key) + cbor(each) for key, each in value.items())
    return _head(4, len(value)) + b"".join(cbor(each) for each in value)


def _head(major: int, number: int) -> bytes:
    if number < 24:
        return bytes([major << 5 | number])
    for extra, size in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << 8 * size:
            return bytes([major << 5 | extra]) + number.to_bytes(size, "big")
    raise ValueError(number)


def box(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", 8 + len(payload)) + kind + payload


def superbox(kind: bytes, label: str | bytes, *children: bytes, toggles: int = 3) -> bytes:
    """A JUMBF superbox; `kind` is its four letters, or the whole UUID."""
    name = label if isinstance(label, bytes) else label.encode()
    uuid = kind if len(kind) == 16 else kind + _TAIL
    return box(b"jumb", box(b"jumd", uuid + bytes([toggles]) + name + b"\0") + b"".join(children))


def digest(whole_box: bytes) -> bytes:
    """The hash of a superbox in a hashed URI: its content without the outer header."""
    return hashlib.sha256(whole_box[8:]).digest()


@dataclass(frozen=True)
class Credential:
    """A certificate chain and the key of its first certificate."""

    chain: tuple[x509.Certificate, ...]
    key: ec.EllipticCurvePrivateKey

    def der(self) -> list[bytes]:
        return [each.public_bytes(serialization.Encoding.DER) for each in self.chain]


class Authority:
    """A root that signs leaves of every kind."""

    def __init__(self, name: str) -> None:
        self.key = _key(name)
        self.name = _name(f"{name} root")
        self.root = _certificate(self.name, self.name, self.key, self.key, is_leaf=False)

    @property
    def anchors(self) -> str:
        return self.root.public_bytes(serialization.Encoding.PEM).decode()

    def leaf(self, name: str = "Someone", **wishes: Any) -> Credential:
        key = _key(f"{name} under {self.name.rfc4514_string()}")
        return Credential((_certificate(_name(name), self.name, key, self.key, **wishes),), key)


def self_signed(name: str = "Nobody") -> Credential:
    key = _key(name)
    return Credential((_certificate(_name(name), _name(name), key, key),), key)


def _name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Test organisation"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    issuer_key: ec.EllipticCurvePrivateKey,
    *,
    is_leaf: bool = True,
    years: tuple[int, int] = (2020, 2045),
    usages: Sequence[ObjectIdentifier] = (CLAIM_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION),
    signs: bool = True,
) -> x509.Certificate:
    first, last = (dt.datetime(year, 1, 1, tzinfo=dt.UTC) for year in years)
    usage = dict.fromkeys(("data_encipherment", "key_agreement", "encipher_only", "decipher_only"), False)
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(_number(subject.rfc4514_string()))
        .not_valid_before(first)
        .not_valid_after(last)
        .add_extension(x509.BasicConstraints(ca=not is_leaf, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=is_leaf and signs,
                content_commitment=is_leaf and signs,
                key_encipherment=is_leaf and not signs,
                key_cert_sign=not is_leaf,
                crl_sign=not is_leaf,
                **usage,
            ),
            critical=True,
        )
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()), critical=False
        )
    )
    if is_leaf and usages:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(usages)), critical=False)
    return builder.sign(issuer_key, hashes.SHA256(), ecdsa_deterministic=True)


def _number(name: str) -> int:
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:16], "big") >> 1


def _key(name: str) -> ec.EllipticCurvePrivateKey:
    """A key by its owner's name: nothing here is secret, and the same files come out every time."""
    return ec.derive_private_key(_number("key of " + name), ec.SECP256R1())


@dataclass(frozen=True)
class Assertion:
    """One assertion: CBOR by default, or an embedded file with its media type."""

    label: str
    data: Any
    media_type: str | None = None

    def boxed(self) -> bytes:
        if self.media_type is not None:
            described = box(b"bfdb", b"\0" + self.media_type.encode() + b"\0")
            return superbox(_EMBEDDED_FILE, self.label, described, box(b"bidb", self.data))
        return superbox(b"cbor", self.label, box(b"cbor", cbor(self.data)))

    def reference(self, prefix: str = "") -> dict[str, Any]:
        return {"url": f"self#jumbf={prefix}c2pa.assertions/{self.label}", "hash": digest(self.boxed())}


@dataclass(frozen=True)
class Manifest:
    """What goes into one manifest.

    Attributes:
        claim: Changes to the claim; a value of None takes a field out.
        claim_cbor: In place of the whole claim.
        signature: Changes the COSE bytes.
        stamp: Returns a time-stamp token for the bytes that stand for the signature.
        written: What stands in the assertion store, if it is to differ from what is signed.
    """

    urn: str
    assertions: tuple[Assertion, ...]
    credential: Credential
    title: str = "A picture"
    claim: dict[str, Any] = field(default_factory=dict)
    claim_cbor: bytes | None = None
    signature: Callable[[bytes], bytes] = lambda cose: cose
    stamp: Callable[[bytes], bytes] | None = None
    written: tuple[bytes, ...] | None = None

    def boxed(self) -> bytes:
        claim = self.claim_cbor if self.claim_cbor is not None else cbor(self._claim())
        written = [each.boxed() for each in self.assertions] if self.written is None else self.written
        return superbox(
            b"c2ma",
            self.urn,
            superbox(b"c2as", "c2pa.assertions", *written),
            superbox(b"c2cl", "c2pa.claim.v2", box(b"cbor", claim)),
            self.signature_box(claim),
        )

    def signature_box(self, claim: bytes) -> bytes:
        cose = self.signature(_cose(claim, self.credential, self.stamp))
        return superbox(b"c2cs", "c2pa.signature", box(b"cbor", cose))

    def _claim(self) -> dict[str, Any]:
        made = {
            "instanceID": "xmp.iid:6909d8f0-6fda-4ea1-8c72-099cd9ed5e01",
            "claim_generator_info": {"name": "Hostile writer", "version": "1"},
            "signature": f"self#jumbf=/c2pa/{self.urn}/c2pa.signature",
            "created_assertions": [each.reference() for each in self.assertions],
            "dc:title": self.title,
            "alg": "sha256",
            **self.claim,
        }
        return {key: value for key, value in made.items() if value is not None}


def _cose(claim: bytes, credential: Credential, stamp: Callable[[bytes], bytes] | None) -> bytes:
    chain = credential.der()
    protected = cbor({1: -7, 33: chain if len(chain) > 1 else chain[0]})
    to_sign = cbor(["Signature1", protected, b"", claim])
    der = credential.key.sign(to_sign, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = utils.decode_dss_signature(der)
    signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
    # Always as long as the first: a time-stamp's length must not move the picture.
    unprotected: dict[str, Any] = {}
    if stamp is not None:
        stamped = cbor(["CounterSignature", protected, b"", cbor(signature)])
        unprotected["sigTst2"] = {"tstTokens": [{"val": stamp(stamped)}]}
    unprotected["pad"] = bytes(max(0, 8000 - len(cbor(unprotected))))
    return b"\xd2" + cbor([protected, unprotected, None, signature])


def store(*manifests: bytes) -> bytes:
    """The store of manifests that are boxed already; the last is the active one."""
    return superbox(b"c2pa", "c2pa", *manifests)


def bound(make: Callable[[Assertion], bytes], name: str, picture: bytes) -> bytes:
    """Returns a picture with a store whose hard binding fits it.

    Args:
        make: Returns the store with the given hard binding in it.
        name: `PNG`, `JPEG` or `WEBP`.
        picture: The file without a store.
    """
    length = len(make(_hard_binding(0, 0, bytes(32))))
    file = with_store(name, picture, make(_hard_binding(*_place(name, picture, bytes(length)), bytes(32))))
    start, size = _place(name, picture, bytes(length))
    fitting = hashlib.sha256(file[:start] + file[start + size :]).digest()
    return with_store(name, picture, make(_hard_binding(start, size, fitting)))


def _hard_binding(start: int, length: int, value: bytes) -> Assertion:
    # Numbers in four bytes, so that the length does not depend on them.
    exclusion = {"start": Raw(b"\x1a" + struct.pack(">I", start)), "length": _four(length)}
    data = {"exclusions": [exclusion], "name": "jumbf manifest", "alg": "sha256", "hash": value}
    return Assertion("c2pa.hash.data", {**data, "pad": bytes(8)})


def _four(number: int) -> Raw:
    return Raw(b"\x1a" + struct.pack(">I", number))


def with_store(name: str, picture: bytes, jumbf: bytes) -> bytes:
    """Returns the file with the store where its format has it."""
    start, _ = _place(name, picture, b"")
    if name == "WEBP":
        body = picture[8:] + _riff_chunk(jumbf)
        return b"RIFF" + struct.pack("<I", len(body)) + body
    added = png_chunk(b"caBX", jumbf) if name == "PNG" else b"".join(segments(jumbf))
    return picture[:start] + added + picture[start:]


def _place(name: str, picture: bytes, jumbf: bytes) -> tuple[int, int]:
    """Start and length of what the store adds to a file."""
    if name == "PNG":
        return 33, len(png_chunk(b"caBX", jumbf))
    if name == "JPEG":
        return 2, sum(len(each) for each in segments(jumbf))
    return len(picture), len(_riff_chunk(jumbf))


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def segments(jumbf: bytes, most: int = 64000) -> Iterator[bytes]:
    """The APP11 segments of a store; each repeats the header of the outermost box."""
    head, rest = jumbf[:8], jumbf[8:]
    for number, at in enumerate(range(0, max(len(rest), 1), most), 1):
        body = b"JP" + struct.pack(">HI", 1, number) + head + rest[at : at + most]
        yield b"\xff\xeb" + struct.pack(">H", len(body) + 2) + body


def _riff_chunk(data: bytes) -> bytes:
    return b"C2PA" + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
