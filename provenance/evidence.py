"""What was found in a suspected picture, as plain values. Pure: an auditor reads this without Django.

A finding is PRESENT, ABSENT or UNREADABLE, and "could not be read" is never mixed up with "is not there".
Every finding names the image it points to, if any, and the chance that it is wrong.
"""

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

# Raised whenever a field changes its meaning; rows keep the one they were written with.
VERSION: Final = 1


class Presence(StrEnum):
    PRESENT = "present"
    ABSENT = "absent"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class ManifestFinding:
    """The signed C2PA manifest in the file.

    Attributes:
        state: `Trusted`, `Valid`, `Invalid` or `Remote`, as provenance.manifest reads it; empty if absent.
        image_id: The image of ours whose manifest this is; None if we did not sign it.
        intact: Signed by us, and the file's bytes are the ones that were signed.
        look_distance: PDQ distance between the suspect and the image named, in the best of 8 orientations;
            None if no image is named, or if one of the two has too little detail to compare.
    """

    presence: Presence = Presence.ABSENT
    state: str = ""
    image_id: str | None = None
    intact: bool = False
    signer: str | None = None
    generator: str | None = None
    signed_at: str | None = None
    urn: str | None = None
    failures: tuple[str, ...] = ()
    ingredient_failures: tuple[str, ...] = ()
    look_distance: int | None = None


@dataclass(frozen=True)
class WatermarkFinding:
    """The invisible watermark.

    Attributes:
        image_id: The image whose payload it is; None for a mark made with our key that names no image here.
        p_value: Upper bound on the chance that an unmarked picture gives such a mark.
        keeps_geometry: The mark was read without any change of geometry from a picture no smaller than the
            image named, so the whole picture is there and must look like that image.
        look_distance: As in `ManifestFinding`.
    """

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    payload: str | None = None
    codec: str | None = None
    p_value: float | None = None
    keeps_geometry: bool = False
    look_distance: int | None = None


@dataclass(frozen=True)
class ExactFinding:
    """The file's bytes are those of a file that we published."""

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    format: str | None = None


@dataclass(frozen=True)
class LookalikeFinding:
    """A registered image that looks the same.

    Attributes:
        pdq_distance: Hamming distance of the PDQ hashes, best orientation.
        phash_distance: The second opinion, same orientation.
        pixel_difference: Root mean square difference of the 256-px thumbnails, 0 to 255.
        candidates: How many images of ours look about as alike; above 1 no single one is named.
    """

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    pdq_distance: int | None = None
    phash_distance: int | None = None
    pixel_difference: float | None = None
    quality: int | None = None
    candidates: int = 0
    candidate_ids: tuple[str, ...] = ()


@dataclass(frozen=True)
class Evidence:
    """Everything found in one file."""

    sha256: str = ""
    width: int = 0
    height: int = 0
    format: str = ""
    notes: tuple[str, ...] = ()
    manifest: ManifestFinding = field(default_factory=ManifestFinding)
    watermark: WatermarkFinding = field(default_factory=WatermarkFinding)
    exact: ExactFinding = field(default_factory=ExactFinding)
    lookalike: LookalikeFinding = field(default_factory=LookalikeFinding)
    milliseconds: dict[str, float] = field(default_factory=dict)
    version: int = VERSION

    def to_json(self) -> dict[str, Any]:
        """Returns plain dictionaries, lists, numbers and strings."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> Self:
        """Returns the evidence that `to_json` wrote, also before or after the fields changed.

        The value comes from our own database, perhaps from another version of this program: unknown fields
        are left out, and missing ones read as not looked for.
        """
        nested = {
            name: _restored(kind, value.get(name) or {})
            for name, kind in (
                ("manifest", ManifestFinding),
                ("watermark", WatermarkFinding),
                ("exact", ExactFinding),
                ("lookalike", LookalikeFinding),
            )
        }
        # What was written before versions were is version 0.
        return _restored(cls, {"version": 0, **value, **nested})


def _restored(kind: type[T], value: dict[str, Any]) -> T:
    known = {item.name for item in fields(kind)}
    restored = {name: tuple(item) if isinstance(item, list) else item for name, item in value.items()}
    if "presence" in restored:
        restored["presence"] = _presence(restored["presence"])
    return kind(**{name: item for name, item in restored.items() if name in known})


def _presence(value: object) -> Presence:
    """An unknown word of another version is not "absent"."""
    return next((presence for presence in Presence if presence == value), Presence.UNREADABLE)
