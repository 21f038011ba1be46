"""What was found in a suspected picture, as plain values. Pure: an auditor reads this without Django.

A finding is PRESENT, ABSENT or UNREADABLE, and "could not be read" is never mixed up with "is not there".
Every finding names the image it points to, if any, and its `error_probability`: an upper bound on the chance
that a picture which has nothing to do with that image gives such a finding; None where there is no number.
"""

from dataclasses import asdict, dataclass, field, fields
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final, Self, TypeVar

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

T = TypeVar("T", bound="DataclassInstance")

# Raised whenever a field changes its meaning; rows keep the one they were written with.
VERSION: Final = 2


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
        tampered_ingredient: The record of something that went into the picture does not hold.
        look_distance: PDQ distance between the suspect and the image named, in the best of 8 orientations;
            None if no image is named, or if both have too little detail to compare.
        error_probability: Of a forged signature; None if the bytes do not fit, since anyone can copy it.
    """

    presence: Presence = Presence.ABSENT
    state: str = ""
    image_id: str | None = None
    intact: bool = False
    tampered_ingredient: bool = False
    signer: str | None = None
    generator: str | None = None
    signed_at: str | None = None
    urn: str | None = None
    failures: tuple[str, ...] = ()
    ingredient_failures: tuple[str, ...] = ()
    look_distance: int | None = None
    error_probability: float | None = None


@dataclass(frozen=True)
class WatermarkFinding:
    """The invisible watermark.

    Attributes:
        image_id: The image whose payload it is; None for a mark made with our key that names no image here.
        p_value: Upper bound on the chance that an unmarked picture gives such a mark.
        overlap: The share of the image named that is in the suspect, by where its mark lies, 0 to 1.
        look_distance: PDQ distance between that share and the suspect laid over it; None if no image is
            named, or if the share is too small or has too little detail to compare.
        looks_different: That share was compared, by its whole and by its quarters, and shows something else.
        error_probability: The same as `p_value`.
    """

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    payload: str | None = None
    codec: str | None = None
    p_value: float | None = None
    overlap: float | None = None
    look_distance: int | None = None
    looks_different: bool = False
    error_probability: float | None = None


@dataclass(frozen=True)
class ExactFinding:
    """The file's bytes are those of a file that we published."""

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    format: str | None = None
    error_probability: float | None = None


@dataclass(frozen=True)
class LookalikeFinding:
    """A registered image that looks the same, wholly or in part.

    Attributes:
        pdq_distance: Hamming distance of the PDQ hashes of what both show, laid over each other.
        phash_distance: The second opinion, same overlap.
        pixel_difference: Root mean square difference of the overlap, brightness and contrast evened out.
        quality: PDQ quality of the overlap, 0 to 100; of the suspect if nothing was found.
        candidates: How many images of ours look about as alike; above 1 no single one is named.
        method: "hash" or "local features", which found it; empty if nothing was found.
        inliers: Keypoints that agree on one alignment; None for a hash.
        overlap: The share of the image that the suspect shows, 0 to 1.
        alignment: Row-major 2 x 3 affine from the whole suspect, in fractions (x / width, y / height), to the
            registered image, in fractions.
        unsearched: How many images were not looked for in part: the machine had not indexed them yet.
        error_probability: For the whole search, so it grows with the number of registered images.
    """

    presence: Presence = Presence.ABSENT
    image_id: str | None = None
    pdq_distance: int | None = None
    phash_distance: int | None = None
    pixel_difference: float | None = None
    quality: int | None = None
    candidates: int = 0
    candidate_ids: tuple[str, ...] = ()
    method: str = ""
    inliers: int | None = None
    overlap: float | None = None
    alignment: tuple[float, ...] | None = None
    error_probability: float | None = None
    unsearched: int = 0


@dataclass(frozen=True)
class DerivedFinding:
    """Images of ours that were made from an upload that may be this very picture.

    What an inpainting or a variation leaves of somebody's own photograph looks like that photograph. So a
    suspect that looks like such an image by look alone is not said to come from us.

    Attributes:
        image_ids: The images that were made from it, nearest first.
        pdq_distance: Between the suspect and the nearest of them, laid over each other; None if only the
            upload looks like the suspect.
        source_distance: Between the suspect and the upload, in the best of 8 orientations.
        method, inliers, overlap, alignment, error_probability: As in `LookalikeFinding`.
    """

    presence: Presence = Presence.ABSENT
    image_ids: tuple[str, ...] = ()
    pdq_distance: int | None = None
    source_distance: int | None = None
    method: str = ""
    inliers: int | None = None
    overlap: float | None = None
    alignment: tuple[float, ...] | None = None
    error_probability: float | None = None


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
    derived: DerivedFinding = field(default_factory=DerivedFinding)
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
                ("derived", DerivedFinding),
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
