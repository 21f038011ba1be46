"""Four questions about a signed record, each answered by itself: signature, bytes, signer, time. Pure.

They are never summed up in one word: a sound signature of a stranger, a good record held against a copy and a
forged one are different things.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

from provenance.credentials import codes
from provenance.credentials.codes import Finding
from provenance.credentials.history import SignedManifest
from provenance.credentials.strangers_json import moment

_SIGNER: Final = frozenset({Finding.SIGNER_UNKNOWN, Finding.EXPIRED})
_RECORD: Final = frozenset({Finding.SIGNATURE_BROKEN, Finding.UNREADABLE})


class Whose(StrEnum):
    """How a record came to be held against the file, as far as we know for certain."""

    OURS = "ours"
    RECOVERED = "recovered"
    OTHER = "other"


class Mark(StrEnum):
    """The sign beside a line: shape and colour, never without its words."""

    HOLDS = "present"
    NEUTRAL = "absent"
    UNKNOWN = "unreadable"
    CHANGED = "changed"
    BROKEN = "broken"


@dataclass(frozen=True)
class Line:
    """One question about a record and its answer; `moment` is the time of the time-stamp."""

    mark: Mark
    title: str
    sentence: str
    moment: datetime | None = None


def lines(manifest: SignedManifest, whose: Whose, *, has_file: bool) -> tuple[Line, ...]:
    """Returns the lines about a manifest; without `has_file` that on bytes is left out.

    Only the file itself is here, not the pictures that went into it.
    """
    signature, signer, time = _signature_line(manifest), _signer_line(manifest, whose), _time_line(manifest)
    return (signature, _bytes_line(manifest, whose), signer, time) if has_file else (signature, signer, time)


def isolated(name: str) -> str:
    """Returns a stranger's words as a quotation that cannot turn the text around them.

    U+2068 and U+2069 isolate it: a name written from right to left stays between its quotation marks.
    """
    return f"“\u2068{name}\u2069”"


def is_about_the_signer(code: str) -> bool:
    """Whether a code only says that the signer is not known, or that the certificate has ended."""
    # The identity that CAWG adds to a record is another person's matter than who signed it.
    return codes.finding(code) in _SIGNER and not code.startswith("cawg.")


def is_about_bytes(code: str) -> bool:
    """Whether a code says that the bytes of a file are others than those that were signed."""
    return codes.finding(code) is Finding.BYTES_CHANGED


def in_utc(text: str | None) -> datetime | None:
    """Returns the time that somebody claims, or None if it is none."""
    claimed = moment(text)
    try:
        return claimed.astimezone(UTC) if claimed else None
    except OverflowError:  # the first or the last hours that there are, in another zone
        return None


def _signature_line(manifest: SignedManifest) -> Line:
    title = "Signature"
    if manifest.trust == "broken":
        return Line(
            Mark.BROKEN, title, "It does not hold: what this record says may not be what its signer wrote."
        )
    if any(codes.finding(code) in _RECORD and not code.startswith("cawg.") for code in manifest.failures):
        return Line(
            Mark.BROKEN, title, "It holds, but the record is not as it should be. What is wrong stands below."
        )
    return Line(Mark.HOLDS, title, "It holds: the record is as its signer wrote it.")


def _bytes_line(manifest: SignedManifest, whose: Whose) -> Line:
    title = "Bytes of the file"
    if manifest.trust == "broken":
        return Line(
            Mark.UNKNOWN, title, "Whether they were changed cannot be told by a record that does not hold."
        )
    if whose is Whose.RECOVERED:
        return Line(
            Mark.CHANGED,
            title,
            "Not those that were signed, as is usual for a copy: saving a picture again changes them.",
        )
    if any(map(is_about_bytes, manifest.failures)):
        text = (
            "Not those that were signed: edited or saved again since, or the record is that of another file."
        )
        return Line(Mark.CHANGED, title, text)
    if manifest.is_partial:
        return Line(
            Mark.UNKNOWN,
            title,
            "What the signature covers is unchanged. The signer left a part of the file out of it, and that "
            "part anybody may have changed: it may be a note, or the picture itself.",
        )
    return Line(Mark.HOLDS, title, "Unchanged since the record was signed.")


def _signer_line(manifest: SignedManifest, whose: Whose) -> Line:
    title, name = "Signer", isolated(manifest.signer) if manifest.signer else "No name is given"
    if manifest.trust == "broken":
        return Line(
            Mark.UNKNOWN, title, f"{name}. Without a signature that holds, anybody may have written that."
        )
    if whose is not Whose.OTHER:
        return Line(Mark.HOLDS, title, f"We signed it, under the name {name}.")
    match manifest.trust:
        case "trusted":
            return Line(
                Mark.HOLDS, title, f"{name}. An authority that this site trusts vouches for that name."
            )
        case "expired":
            return Line(
                Mark.UNKNOWN,
                title,
                f"{name}. The certificate has ended or was taken back, and nothing shows that it was "
                "signed before.",
            )
        case _:
            return Line(
                Mark.NEUTRAL,
                title,
                f"{name}. Signer not known to us. That is no failure: anybody may sign, and we know few of "
                "those who do. It only means that we cannot vouch for the name.",
            )


def _time_line(manifest: SignedManifest) -> Line:
    title, stamped = "Time", in_utc(manifest.signed_at)
    match manifest.time_stamp:
        case "trusted":
            return Line(
                Mark.HOLDS,
                title,
                "An independent time-stamp, from an authority that this site trusts.",
                stamped,
            )
        case "untrusted":
            return Line(
                Mark.NEUTRAL, title, "A time-stamp fits, from an authority that we do not know.", stamped
            )
        case "broken":
            return Line(Mark.BROKEN, title, "It carries a time-stamp that does not hold.")
        case _:
            return Line(Mark.NEUTRAL, title, "No time-stamp: nobody but the signer says when it was signed.")
