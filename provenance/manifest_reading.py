"""What a manifest says and how far it holds, made from the C2PA reader's JSON.

Pure: nothing here reads a file or loads the C2PA library, so any process may pass readings around. Everything
in a manifest is a stranger's JSON of any shape; whatever is not what it should be reads as absent.
"""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any, Final, Literal, Self, get_args
from uuid import UUID

from provenance.errors import UnreadableManifest

State = Literal["Trusted", "Valid", "Invalid", "Remote"]

# Our own assertion, the one that names the image.
GENERATION_LABEL: Final = "org.tracery.generation"

# Strangers choose the words and the number of entries in a manifest; pages and rows get at most this much.
_MAX_TEXT: Final = 200
_MAX_ENTRIES: Final = 100

_SIGNED: Final = frozenset({"claimSignature.validated", "assertion.dataHash.match"})
# An expired certificate gives both: its chain is not followed any more.
_ABOUT_THE_SIGNER: Final = frozenset({"signingCredential.expired", "signingCredential.untrusted"})


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
        return _SIGNED.issubset(self.successes) and _ABOUT_THE_SIGNER.issuperset(self.failures)

    @property
    def tampered_ingredient(self) -> bool:
        """Whether a picture that went in had a broken manifest of its own."""
        return any("mismatch" in code for code in self.ingredient_failures)

    def to_json(self) -> str:
        """Returns the reading for a row or a pipe."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Returns the reading of `to_json`.

        Raises:
            ValueError: if the text is of another shape. It may come from a process that was taken over.
        """
        fields = json.loads(text)
        try:
            if fields["state"] not in get_args(State):
                raise ValueError(f"state: expected one of {get_args(State)}, got {fields['state']!r}")
            return cls(
                state=fields["state"],
                urn=_text(fields["urn"]),
                signer=_text(fields["signer"]),
                generator=_text(fields["generator"]),
                signed_at=_time(fields["signed_at"]),
                image_id=_uuid(fields["image_id"]),
                successes=_texts(fields["successes"]),
                failures=_texts(fields["failures"]),
                ingredient_failures=_texts(fields["ingredient_failures"]),
            )
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"not a manifest reading: {error!r}") from error


def from_report(report: dict[str, Any]) -> ManifestReading:
    """Returns the reading of a Reader's report, whose assertions are a stranger's JSON of any shape."""
    urn = str(report.get("active_manifest"))
    manifests = _mapping(report.get("manifests"))
    active = _mapping(manifests.get(urn))
    results = _mapping(report.get("validation_results"))
    signature = _mapping(active.get("signature_info"))
    state = report.get("validation_state")
    return ManifestReading(
        state=state if state in ("Trusted", "Valid") else "Invalid",
        urn=_text(urn),
        signer=_text(signature.get("common_name") or signature.get("issuer")),
        generator=_generator(active),
        signed_at=_time(signature.get("time")),
        image_id=_image_id(active),
        successes=_codes(_mapping(results.get("activeManifest")), "success"),
        failures=_codes(_mapping(results.get("activeManifest")), "failure"),
        ingredient_failures=_texts(list(_ingredient_codes(manifests, results))),
    )


def elsewhere() -> ManifestReading:
    """Returns the reading of a file that only names the address of its manifest, which is not fetched."""
    return ManifestReading(state="Remote")


def unreadable() -> UnreadableManifest:
    """Returns the error of `manifest.read` with its plain message."""
    return UnreadableManifest(
        "unreadable_manifest", "The file's provenance data could not be read, because the file is damaged."
    )


def _assertions(manifest: dict[str, Any], label: str) -> Iterator[dict[str, Any]]:
    """A label that occurs twice gets the suffix `__1`."""
    for entry in _sequence(manifest.get("assertions")):
        found = _mapping(entry).get("label")
        if isinstance(found, str) and found.split("__")[0] == label:
            yield _mapping(_mapping(entry).get("data"))


def _image_id(manifest: dict[str, Any]) -> UUID | None:
    return next((_uuid(data.get("imageId")) for data in _assertions(manifest, GENERATION_LABEL)), None)


def _generator(manifest: dict[str, Any]) -> str | None:
    info = next(map(_mapping, _sequence(manifest.get("claim_generator_info"))), {})
    parts = [part for part in (info.get("name"), info.get("version")) if isinstance(part, str)]
    return _text(" ".join(parts) or manifest.get("claim_generator"))


def _ingredient_codes(manifests: dict[str, Any], results: dict[str, Any]) -> Iterator[str]:
    """Failures recorded when a picture was taken in, and those that changed since."""
    for delta in map(_mapping, _sequence(results.get("ingredientDeltas"))):
        yield from _codes(_mapping(delta.get("validationDeltas")), "failure")
    for manifest in map(_mapping, manifests.values()):
        for ingredient in map(_mapping, _sequence(manifest.get("ingredients"))):
            recorded = _mapping(_mapping(ingredient.get("validation_results")).get("activeManifest"))
            yield from _codes(recorded, "failure")


def _codes(results: dict[str, Any], kind: str) -> tuple[str, ...]:
    return _texts([_mapping(entry).get("code") for entry in _sequence(results.get(kind))])


def _mapping(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _sequence(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str | None:
    """Returns a stranger's words cut short and without control characters, or None if it is no text."""
    if not isinstance(value, str):
        return None
    return "".join(character for character in value[:_MAX_TEXT] if character.isprintable()) or None


def _texts(values: Any) -> tuple[str, ...]:
    """Returns the distinct texts of a list, in order."""
    texts = (_text(value) for value in _sequence(values))
    return tuple(dict.fromkeys(text for text in texts if text))[:_MAX_ENTRIES]


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None


def _time(value: Any) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment if moment is None or moment.tzinfo else moment.replace(tzinfo=UTC)
