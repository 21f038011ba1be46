"""A check laid out for staff: every number, every image that a signal names, and where one lies in the other.

Nothing here changes anything, and no pixel is decoded: pictures are shown by their own addresses.
"""

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Final

from provenance import public_answer, regions, verdict
from provenance.answers import Answer
from provenance.evidence import Evidence
from provenance.models import Inspection, RegisteredImage
from provenance.regions import Point, Shared
from provenance.verdict import Verdict

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

# Of the larger side of a picture: large enough to read on a phone, small enough to cover little.
_CORNER_RADIUS: Final = 0.035

_TITLES: Final = {
    "exact": "Same bytes as a file of ours",
    "manifest": "Signed manifest",
    "watermark": "Invisible watermark",
    "lookalike": "Look-alike",
    "derived": "Derived from an upload like it",
}
_LABELS: Final = {
    "image_id": "Names image",
    "image_ids": "Names images",
    "candidate_ids": "Candidates, best first",
    "candidates": "Equally alike",
    "pdq_distance": "PDQ distance, of 256",
    "phash_distance": "pHash distance, of 256",
    "look_distance": "PDQ distance to the image named, of 256",
    "source_distance": "PDQ distance to the upload, of 256",
    "pixel_difference": "Difference of pixels, root mean square",
    "quality": "PDQ quality, of 100",
    "inliers": "Keypoints in one geometry",
    "overlap": "Share of the image that is shown",
    "unsearched": "Images not searched for parts yet",
    "alignment": "Alignment, suspect to image",
    "p_value": "p-value, at most",
    "error_probability": "Chance of an error, at most",
    "payload": "Payload",
    "urn": "URN",
}


@dataclass(frozen=True)
class Fact:
    label: str
    value: str
    is_code: bool


@dataclass(frozen=True)
class Signal:
    """One finding with every value in it that says something."""

    title: str
    presence: str
    facts: tuple[Fact, ...]


@dataclass(frozen=True)
class NamedImage:
    """An image of ours and the signals that name it."""

    image: RegisteredImage
    signals: tuple[str, ...]


@dataclass(frozen=True)
class Stage:
    """A stage of the examination; `share` of the slowest one in percent."""

    name: str
    milliseconds: float
    share: int


@dataclass(frozen=True)
class Corner:
    """A numbered corner of an outline, in pixels of its picture."""

    number: int
    x: str
    y: str


@dataclass(frozen=True)
class Outline:
    """What is drawn over a picture of `width` x `height`; `points` as SVG takes them."""

    width: int
    height: int
    points: str
    corners: tuple[Corner, ...]
    radius: str


@dataclass(frozen=True)
class Alignment:
    """The shared part on both pictures, and the registered image laid onto the suspect.

    Attributes:
        onto_suspect: SVG matrix from the pixels of the registered image to those of the suspect.
        is_whole: The registered image is shown completely.
        turned: How it lies in the suspect, in words; empty if upright.
    """

    image: RegisteredImage
    suspect: Outline
    registered: Outline
    onto_suspect: str
    is_whole: bool
    turned: str


@dataclass(frozen=True)
class TraceSheet:
    """Everything about a finished check."""

    evidence: Evidence
    verdict: Verdict
    answer: Answer
    signals: tuple[Signal, ...]
    named: tuple[NamedImage, ...]
    alignment: Alignment | None
    stages: tuple[Stage, ...]
    total_milliseconds: float
    is_copied: bool


def lay_out(row: Inspection) -> TraceSheet | None:
    """Returns the sheet of a check, or None if it has no findings (not finished, failed, or deleted)."""
    if row.status != Inspection.Status.DONE or not row.evidence:
        return None
    evidence = Evidence.from_json(row.evidence)
    named = tuple(_named(evidence))
    return TraceSheet(
        evidence=evidence,
        verdict=verdict.decide(evidence),
        answer=public_answer.of(row, evidence),
        signals=tuple(_signal(name, getattr(evidence, name)) for name in _TITLES),
        named=named,
        alignment=alignment(evidence, {str(item.image.pk): item.image for item in named}),
        stages=_stages(evidence.milliseconds),
        total_milliseconds=round(sum(evidence.milliseconds.values()), 1),
        # A row that no worker has claimed was answered from an earlier check of the same bytes.
        is_copied=row.attempts == 0,
    )


def signals_by_image(evidence: Evidence) -> dict[uuid.UUID, list[str]]:
    """Returns every image that a finding names, strongest signal first, and what names it."""
    alike, derived = evidence.lookalike, evidence.derived
    naming = [
        (evidence.exact.image_id, "the same bytes"),
        (evidence.manifest.image_id, "signed manifest"),
        (evidence.watermark.image_id, "watermark"),
        *((image_id, "looks alike") for image_id in dict.fromkeys((alike.image_id, *alike.candidate_ids))),
        *((image_id, "made from an upload like it") for image_id in derived.image_ids),
    ]
    signals: dict[uuid.UUID, list[str]] = {}
    for image_id, signal in naming:
        if image_id:
            signals.setdefault(uuid.UUID(image_id), []).append(signal)
    return signals


def _named(evidence: Evidence) -> Iterator[NamedImage]:
    signals = signals_by_image(evidence)
    images = RegisteredImage.objects.published().select_related("owner").in_bulk(list(signals))
    for pk, names in signals.items():
        if pk in images:
            yield NamedImage(images[pk], tuple(names))


def _signal(name: str, finding: "DataclassInstance") -> Signal:
    values = {item.name: getattr(finding, item.name) for item in fields(finding)}
    presence = values.pop("presence")
    facts = tuple(_fact(key, value) for key, value in values.items() if _says_something(value))
    return Signal(_TITLES[name], presence, facts)


def _says_something(value: Any) -> bool:
    return value is not None and value is not False and value not in ("", ())


def _fact(name: str, value: Any) -> Fact:
    label = _LABELS.get(name) or name.replace("_", " ").capitalize()
    is_code = name in ("image_id", "image_ids", "candidate_ids", "payload", "urn", "alignment")
    if isinstance(value, tuple):
        return Fact(label, ", ".join(_written(item) for item in value), is_code)
    return Fact(label, _written(value), is_code)


def _written(value: Any) -> str:
    if value is True:
        return "yes"
    if isinstance(value, float):
        return "0" if value == 0 else f"{value:.1e}" if abs(value) < 1e-3 else f"{value:.4g}"
    return str(value)


def _stages(milliseconds: dict[str, float]) -> tuple[Stage, ...]:
    """Slowest first: PostgreSQL keeps no order in what it stores as JSON."""
    slowest = max(milliseconds.values(), default=0.0) or 1.0
    ranked = sorted(milliseconds.items(), key=lambda item: -item[1])
    return tuple(Stage(name, took, round(100 * took / slowest)) for name, took in ranked)


def alignment(evidence: Evidence, images: dict[str, RegisteredImage]) -> Alignment | None:
    """Returns where one of `images`, by id, lies in the suspect; None if no finding says so.

    Of the look-alike, or else of the image that was derived from an upload like the suspect.
    """
    alike, derived = evidence.lookalike, evidence.derived
    matrix, ids = alike.alignment, (alike.image_id, *alike.candidate_ids)
    if not matrix:
        matrix, ids = derived.alignment, derived.image_ids
    image = next((images[image_id] for image_id in ids if image_id in images), None)
    part = regions.shared(matrix) if matrix and len(matrix) == 6 else None
    if part is None or image is None or not (evidence.width and evidence.height):
        return None
    return Alignment(
        image,
        _outline(part.suspect, evidence.width, evidence.height),
        _outline(part.registered, image.width, image.height),
        _onto_suspect(part, evidence, image),
        is_whole=set(_rounded(part.registered)) == {(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (1.0, 1.0)},
        turned=_turned(part.back),
    )


def _rounded(points: Sequence[Point]) -> list[Point]:
    """To hundredths: an alignment is not more exact, and a whole picture should not miss a pixel's worth."""
    return [(round(x, 2), round(y, 2)) for x, y in points]


def _outline(points: Sequence[Point], width: int, height: int) -> Outline:
    radius = _CORNER_RADIUS * max(width, height)
    placed = [(x * width, y * height) for x, y in points]
    corners = (
        # A number that would be cut off at the border moves inwards.
        Corner(number, f"{_within(x, radius, width):.1f}", f"{_within(y, radius, height):.1f}")
        for number, (x, y) in enumerate(placed, start=1)
    )
    written = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    return Outline(width, height, written, tuple(corners), f"{radius:.1f}")


def _within(place: float, radius: float, length: float) -> float:
    return min(max(place, radius), length - radius) if length > 2 * radius else length / 2


def _onto_suspect(part: Shared, evidence: Evidence, image: RegisteredImage) -> str:
    a, b, c, d, e, f = part.back
    across, down = evidence.width, evidence.height
    # SVG names the columns first.
    numbers = (
        a * across / image.width, d * down / image.width, b * across / image.height, e * down / image.height,
        c * across, f * down,
    )  # fmt: skip
    # Adding zero makes a negative zero positive.
    return f"matrix({' '.join(f'{number + 0.0:.6g}' for number in numbers)})"


def _turned(back: regions.Matrix) -> str:
    """How the registered image lies in the suspect: which way its upper edge runs, and whether mirrored."""
    a, b, _, d, e, _ = back
    mirrored = a * e - b * d < 0
    if abs(a) + abs(e) >= abs(b) + abs(d):
        upright = e > 0
        if mirrored:
            return "mirrored left to right" if upright else "mirrored top to bottom"
        return "" if upright else "turned by half"
    return "mirrored and turned by a quarter" if mirrored else "turned by a quarter"
