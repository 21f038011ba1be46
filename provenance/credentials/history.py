"""The history that a file's manifests tell, as plain values for pages, rows and pipes. Pure and light.

A manifest says who signed it, what was done to the picture and what went into it; what went in may have
brought a manifest of its own, and so on back: a tree, told here as a list with the file's own manifest first.
`history_reading.from_report` makes it from the C2PA reader's report.

All text in it is the signer's own, cut short and without control characters: never trusted HTML. `sentence`
alone is ours. Time-stamps and trust are what the reader found, never what a signer claims.
"""

import base64
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, Self

from provenance.credentials.action_sentences import sentence_of
from provenance.credentials.strangers_json import MAX_ENTRIES, dotted, mapping, moment, sequence, text

STATES: Final = ("Trusted", "Valid", "Invalid", "Remote")
TRUST: Final = ("trusted", "unknown", "expired", "broken")
TIME_STAMPS: Final = ("trusted", "untrusted", "broken", "")
RELATIONSHIPS: Final = ("parentOf", "componentOf", "inputTo")

# The longest chains seen have 20 manifests; a page of 100 is no longer read.
MAX_MANIFESTS: Final = 100
# Small JPEGs, all of them on one page and in one row: together at most three quarters of a megabyte.
MAX_THUMBNAILS: Final = 24
MAX_THUMBNAIL_BYTES: Final = 24_000
# The most codes that an ingredient or a manifest keeps; one is enough to be no longer clean.
MAX_CODES: Final = 20

# Characters of crJSON that a row keeps; eight edits by common programs have about 100,000.
MAX_CRJSON: Final = 512 * 1024

_JPEG: Final = b"\xff\xd8\xff"


@dataclass(frozen=True)
class Action:
    """One thing that was done to the picture, in the order in which the signer tells it.

    Attributes:
        name: Such as `c2pa.created`.
        sentence: The same in plain English: ours, never the signer's words.
        description: The signer's own words.
        when: ISO 8601, as claimed.
        software: Name and version of the program.
        source_type: The last part of the IPTC term, such as `trainedAlgorithmicMedia`.
    """

    name: str
    sentence: str
    description: str | None = None
    when: str | None = None
    software: str | None = None
    source_type: str | None = None

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Returns the action of `to_json`; the sentence is made anew, so that it is always ours."""
        fields = mapping(value)
        name, kind = dotted(fields.get("name")) or "unnamed", dotted(fields.get("source_type"))
        return cls(
            name=name,
            sentence=sentence_of(name, kind),
            description=text(fields.get("description")),
            when=_when(fields.get("when")),
            software=text(fields.get("software")),
            source_type=kind,
        )


@dataclass(frozen=True)
class Ingredient:
    """A picture that went in.

    Attributes:
        relationship: `parentOf`, `componentOf` or `inputTo`.
        urn: Its manifest, in `History.manifests` unless that was cut short; None if it brought none.
        thumbnail: Base64 of a JPEG that we encoded ourselves, at most 256 px; empty if there is none.
        failures: Codes of what did not hold when it was taken in, or does not hold any more.
    """

    title: str | None
    relationship: str
    urn: str | None = None
    thumbnail: str = ""
    failures: tuple[str, ...] = ()

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Returns the ingredient of `to_json`."""
        fields = mapping(value)
        return cls(
            title=text(fields.get("title")),
            relationship=_one_of(RELATIONSHIPS, fields.get("relationship"), "componentOf"),
            urn=text(fields.get("urn")),
            thumbnail=_thumbnail(fields.get("thumbnail")),
            failures=codes(fields.get("failures")),
        )


@dataclass(frozen=True)
class SignedManifest:
    """One signed statement.

    Attributes:
        signer: Common name in the certificate.
        organisation: Likewise.
        generator: The program that made the statement, as it says itself.
        trust: `trusted` (under our anchors), `unknown`, `expired` (or revoked), or `broken`: what is there is
            not what was signed. Says nothing of the picture's bytes.
        signed_at: ISO 8601, from a time-stamp that fits the signature; whether its authority is one that we
            know is `time_stamp`. None without one.
        time_stamp: `trusted`, `untrusted` (fits, from an authority that we do not know), `broken`, or empty.
        thumbnail: As in `Ingredient`.
        soft_bindings: Names of the algorithms.
        failures: Codes.
        is_partial: The signer left a part of the file besides the record out of what the signature covers.
    """

    urn: str
    title: str | None = None
    signer: str | None = None
    organisation: str | None = None
    generator: str | None = None
    trust: str = "unknown"
    signed_at: str | None = None
    time_stamp: str = ""
    actions: tuple[Action, ...] = ()
    ingredients: tuple[Ingredient, ...] = ()
    thumbnail: str = ""
    soft_bindings: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    is_partial: bool = False

    @classmethod
    def from_json(cls, value: Any) -> Self:
        """Returns the manifest of `to_json`."""
        fields = mapping(value)
        bindings = [dotted(name) for name in sequence(fields.get("soft_bindings"))[:MAX_ENTRIES]]
        return cls(
            urn=text(fields.get("urn")) or "",
            title=text(fields.get("title")),
            signer=text(fields.get("signer")),
            organisation=text(fields.get("organisation")),
            generator=text(fields.get("generator")),
            trust=_one_of(TRUST, fields.get("trust"), "unknown"),
            signed_at=_when(fields.get("signed_at")),
            time_stamp=_one_of(TIME_STAMPS, fields.get("time_stamp"), ""),
            actions=tuple(map(Action.from_json, sequence(fields.get("actions"))[:MAX_ENTRIES])),
            ingredients=tuple(map(Ingredient.from_json, sequence(fields.get("ingredients"))[:MAX_ENTRIES])),
            thumbnail=_thumbnail(fields.get("thumbnail")),
            soft_bindings=tuple(name for name in bindings if name),
            failures=codes(fields.get("failures")),
            is_partial=fields.get("is_partial") is True,
        )


@dataclass(frozen=True)
class History:
    """Everything that a file's manifests say.

    Attributes:
        state: As `ManifestReading.state`.
        active: URN of the file's own manifest, the first of `manifests`.
        manifests: The file's own first, then what went into it, nearest first.
        problems: All failure codes, of the file's own manifest and of what went in, and an unknown signer.
        cut_short: There was more than is told here.
    """

    state: str
    active: str | None = None
    manifests: tuple[SignedManifest, ...] = ()
    problems: tuple[str, ...] = ()
    cut_short: bool = False

    def without_thumbnails(self, urns: frozenset[str] | None = None) -> Self:
        """Returns the history without the small pictures of these manifests, or without any."""

        def is_hidden(urn: str | None) -> bool:
            return urns is None or urn in urns

        manifests = []
        for manifest in self.manifests:
            parts = tuple(
                replace(part, thumbnail="") if is_hidden(part.urn) else part for part in manifest.ingredients
            )
            thumbnail = "" if is_hidden(manifest.urn) else manifest.thumbnail
            manifests.append(replace(manifest, ingredients=parts, thumbnail=thumbnail))
        return replace(self, manifests=tuple(manifests))

    def to_json(self) -> dict[str, Any]:
        """Returns the history for a row or a pipe."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Returns the history of `to_json`.

        Fields that are missing, unknown or of another shape read as absent: rows outlive versions, and what
        comes through a pipe may come from a process that was taken over.
        """
        fields = mapping(value)
        manifests = map(SignedManifest.from_json, sequence(fields.get("manifests"))[:MAX_MANIFESTS])
        return cls(
            state=_one_of(STATES, fields.get("state"), "Invalid"),
            active=text(fields.get("active")),
            manifests=tuple(manifest for manifest in manifests if manifest.urn),
            problems=codes(fields.get("problems"), MAX_ENTRIES),
            cut_short=fields.get("cut_short") is True,
        )

    def manifest(self, urn: str | None) -> SignedManifest | None:
        """Returns the manifest of that name, or None."""
        return next((manifest for manifest in self.manifests if manifest.urn == urn), None)


def codes(values: Any, at_most: int = MAX_CODES) -> tuple[str, ...]:
    """Returns distinct status codes; one that is no dotted word stays as `general.error`, not as nothing."""
    named = (dotted(value) or "general.error" for value in sequence(values)[: 50 * MAX_ENTRIES])
    return tuple(dict.fromkeys(named))[:at_most]


def _one_of(allowed: tuple[str, ...], value: Any, otherwise: str) -> str:
    return value if isinstance(value, str) and value in allowed else otherwise


def _when(value: Any) -> str | None:
    found = moment(text(value))
    return found.isoformat() if found else None


def _thumbnail(value: Any) -> str:
    """Returns the text if it is base64 of something that begins as a JPEG and is small."""
    if not isinstance(value, str) or len(value) > 2 * MAX_THUMBNAIL_BYTES:
        return ""
    try:
        decoded = base64.b64decode(value, validate=True)
    except ValueError:
        return ""
    return value if decoded.startswith(_JPEG) and len(decoded) <= MAX_THUMBNAIL_BYTES else ""
