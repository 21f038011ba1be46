"""What a manifest says and how far it holds, made from the C2PA reader's JSON.

Pure: nothing here reads a file or loads the C2PA library, so any process may pass readings around. Everything
in a manifest is a stranger's JSON of any shape; whatever is not what it should be reads as absent.
"""

import json
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final, Literal, Self, get_args
from uuid import UUID

from provenance.credentials import history_reading
from provenance.credentials.codes import Finding, finding
from provenance.credentials.history import codes
from provenance.credentials.strangers_json import MAX_ENTRIES, mapping, moment, sequence, text, texts
from provenance.errors import UnreadableManifest

State = Literal["Trusted", "Valid", "Invalid", "Remote"]

# Our own assertion, the one that names the image.
GENERATION_LABEL: Final = "org.tracery.generation"

_SIGNED: Final = "claimSignature.validated"
# What ties a statement to a file's bytes; the second in files that are made of boxes, such as AVIF.
_TIED: Final = frozenset({"assertion.dataHash.match", "assertion.bmffHash.match"})
# An expired certificate gives both: its chain is not followed any more.
_ABOUT_THE_SIGNER: Final = frozenset({"signingCredential.expired", "signingCredential.untrusted"})
# What tells that a picture that went in, or its own manifest, is not what it was when it was signed.
_TAMPERED: Final = frozenset({Finding.SIGNATURE_BROKEN, Finding.BYTES_CHANGED, Finding.INGREDIENT_BROKEN})


@dataclass(frozen=True)
class ManifestReading:
    """What a file's manifest says and how far it holds. All text is the signer's own: never trusted HTML.

    Attributes:
        state: `Trusted` (sound, signer under our anchors), `Valid` (sound, signer unknown), `Invalid`, or
            `Remote` (the file only names an address, which is not fetched).
        urn: The active manifest.
        signed_at: From a time-stamp authority; None without one.
        image_id: From our own assertion in the active manifest. Anyone can write it; inspections go by what
            we kept when we signed.
        successes: Codes of the active manifest.
        failures: Likewise; an unknown signer counts as one.
        ingredient_failures: Codes of the pictures that went in; a tampered parent shows only here.
    """

    state: State
    urn: str | None = None
    signer: str | None = None
    generator: str | None = None
    signed_at: datetime | None = None
    image_id: UUID | None = None
    successes: tuple[str, ...] = ()
    failures: tuple[str, ...] = ()
    ingredient_failures: tuple[str, ...] = ()

    @property
    def bytes_unchanged(self) -> bool:
        """Whether the statement is whole and the file's bytes are the ones it was made for.

        Says nothing of the signer: a certificate that has expired since, or that nobody vouches for any
        more, does not change a file, though without a time-stamp readers call the whole manifest invalid.
        """
        is_whole = _SIGNED in self.successes and not _TIED.isdisjoint(self.successes)
        return is_whole and _ABOUT_THE_SIGNER.issuperset(self.failures)

    @property
    def tampered_ingredient(self) -> bool:
        """Whether a picture that went in had a broken manifest of its own."""
        return any(finding(code) in _TAMPERED for code in self.ingredient_failures)

    def to_json(self) -> str:
        """Returns the reading for a row or a pipe."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, encoded: str) -> Self:
        """Returns the reading of `to_json`.

        Raises:
            ValueError: if it is of another shape. It may come from a process that was taken over.
        """
        fields = json.loads(encoded)
        try:
            if fields["state"] not in get_args(State):
                raise ValueError(f"state: expected one of {get_args(State)}, got {fields['state']!r}")
            return cls(
                state=fields["state"],
                urn=text(fields["urn"]),
                signer=text(fields["signer"]),
                generator=text(fields["generator"]),
                signed_at=moment(fields["signed_at"]),
                image_id=_uuid(fields["image_id"]),
                successes=texts(fields["successes"]),
                failures=texts(fields["failures"]),
                ingredient_failures=texts(fields["ingredient_failures"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a manifest reading: {error!r}") from error


def from_report(report: dict[str, Any]) -> ManifestReading:
    """Returns the reading of a Reader's report, whose assertions are a stranger's JSON of any shape."""
    urn = str(report.get("active_manifest"))
    active = mapping(mapping(report.get("manifests")).get(urn))
    results = mapping(mapping(report.get("validation_results")).get("activeManifest"))
    signature = mapping(active.get("signature_info"))
    state = report.get("validation_state")
    return ManifestReading(
        state=state if state in ("Trusted", "Valid") else "Invalid",
        urn=text(urn),
        signer=text(signature.get("common_name")) or text(signature.get("issuer")),
        generator=history_reading.generator(active),
        signed_at=moment(signature.get("time")),
        image_id=_image_id(active),
        successes=_codes(results, "success"),
        failures=_codes(results, "failure"),
        ingredient_failures=history_reading.ingredient_failures(report),
    )


def elsewhere() -> ManifestReading:
    """Returns the reading of a file that only names the address of its manifest, which is not fetched."""
    return ManifestReading(state="Remote")


def unreadable() -> UnreadableManifest:
    """Returns the error of `manifest.read` with its plain message."""
    return UnreadableManifest(
        "unreadable_manifest", "The file's provenance data could not be read, because the file is damaged."
    )


def _image_id(manifest: dict[str, Any]) -> UUID | None:
    found = history_reading.assertions(manifest, GENERATION_LABEL)
    return next((_uuid(data.get("imageId")) for data in found), None)


def _codes(results: dict[str, Any], kind: str) -> tuple[str, ...]:
    return codes([mapping(entry).get("code") for entry in sequence(results.get(kind))], MAX_ENTRIES)


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
