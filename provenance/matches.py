"""Registered images that a suspect may come from: searched by hash and by local features, each confirmed.

A hash finds whole pictures, in 8 orientations, and the photograph within a screenshot or a border. Local
features find parts, turned and rescaled. Both only propose; `provenance.confirmation` decides.
"""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from django.db import connection
from numpy.typing import NDArray
from PIL import Image

from provenance import confirmation, fingerprint, photo_rectangle, registry
from provenance.confirmation import Confirmation
from provenance.fingerprint import LEAST_QUALITY, Look
from provenance.local_features import search
from provenance.local_features.alignment import IDENTITY, Alignment, Candidate
from provenance.models import RegisteredImage
from provenance.orientations import ORIENTATIONS, nearest_orientation

HASH: Final = "hash"
LOCAL_FEATURES: Final = "local features"

# Counting millions of rows takes seconds. Beyond this the planner's estimate, which grows with the table,
# will do for a bound on errors.
_COUNTED: Final = 10_000
_COUNT = """
    SELECT
        (SELECT count(*) FROM (
            SELECT 1 FROM provenance_registeredimage WHERE published_at IS NOT NULL LIMIT %s) AS counted),
        (SELECT reltuples FROM pg_class WHERE oid = 'provenance_registeredimage'::regclass)
"""


@dataclass(frozen=True)
class View:
    """A rectangle of the suspect, its look, and where it lies.

    Attributes:
        placed: Maps the whole suspect, in fractions, to this view.
    """

    look: Look
    placed: Alignment


@dataclass(frozen=True)
class Among:
    """How many images are published, and how many comparisons could have gone wrong by chance."""

    registered: int
    compared: int


@dataclass(frozen=True)
class Match:
    """A registered image that a view of the suspect was confirmed to show.

    Attributes:
        found_at: Where the view was first thought to lie on the image; `fit` has it refined.
        among: What the search had to choose from.
        looked_up: The distance at which the hash look-up found it; None for local features.
    """

    image: RegisteredImage
    method: str
    view: View
    found_at: Alignment
    inliers: int | None
    fit: Confirmation
    among: Among
    looked_up: int | None = None

    @property
    def chance(self) -> float:
        """Bound on the chance that some image fits a stranger's picture as well, as counted at least."""
        of_one = confirmation.chance(self.fit)
        if self.looked_up is not None and not confirmation.agrees_as_a_whole(self.fit):
            of_one = confirmation.chance_of(self.looked_up)
        counted = confirmation.counted_chance(self.among.registered, by_hash=self.inliers is None)
        return min(1.0, max(counted, self.among.compared * of_one))

    @property
    def alignment(self) -> tuple[float, ...]:
        """Maps the whole suspect to the image."""
        return self.fit.alignment.after(self.view.placed).matrix


@dataclass(frozen=True)
class Found:
    """What a search found.

    Attributes:
        matches: Images that the suspect was confirmed to show.
        doubtful: Images that were proposed, of which too little is seen to confirm them, or something else. A
            mark too weak to be read may still tell whether it is that of one of them.
    """

    matches: list[Match]
    doubtful: list[RegisteredImage] = field(default_factory=list)


def views(look: Look) -> list[View]:
    """Returns the whole picture and, in a screenshot or a border, the photograph in it."""
    found = [View(look, IDENTITY)]
    rectangle = photo_rectangle.find(look.small)
    if rectangle is not None:
        top, left, bottom, right = rectangle
        height, width = look.small.shape[:2]
        across, down = width / (right - left), height / (bottom - top)
        placed = Alignment((across, 0.0, -left / (right - left), 0.0, down, -top / (bottom - top)))
        part = np.ascontiguousarray(look.small[top:bottom, left:right])
        found.append(View(fingerprint.look(part), placed))
    return found


def by_hash(seen: Sequence[View]) -> Found:
    """Returns what the first view that resembles anything as a whole resembles; most copies are upright.

    Images that were near, but not confirmed or too plain to be, are doubtful.
    """
    doubtful: list[RegisteredImage] = []
    for view in seen:
        upright, *turned = view.look.orientations
        for hashes in ([upright], turned):
            tried = list(_by_hash(view, hashes))
            matches = [match for _, match in tried if match is not None]
            if matches:
                return Found(_with_family(matches))
            doubtful += [image for image, _ in tried]
    return Found([], doubtful)


def by_local_features(seen: Sequence[View]) -> Found:
    """Returns the images of which any view shows a part."""
    found = search.search([view.look.small for view in seen])
    rows = RegisteredImage.objects.in_bulk([candidate.image_id for candidate in found])
    among = Among(published_count() if found else 0, compared=len(found) * len(seen))
    matches, doubtful = [], []
    for candidate in found:
        image = rows.get(candidate.image_id)
        if image is None:
            continue
        match = _confirmed_in_any(image, seen, candidate, among)
        if match is not None:
            matches.append(match)
        elif candidate.inliers >= confirmation.LEAST_INLIERS:
            doubtful.append(image)
    return Found(_with_family(matches), doubtful)


def published_count() -> int:
    """Returns how many images are published; above `_COUNTED` an estimate, at least that many."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, [_COUNTED])
        counted, estimated = cursor.fetchone()
    return max(int(counted), int(estimated) if counted == _COUNTED else 0)


def stored_thumbnail(image: RegisteredImage) -> NDArray[np.uint8]:
    """Returns the pixels of the thumbnail that we made of a registered image, uint8 (h, w, 3)."""
    return np.asarray(Image.open(io.BytesIO(bytes(image.thumbnail))).convert("RGB"))


def _by_hash(view: View, hashes: Sequence[bytes]) -> Iterator[tuple[RegisteredImage, Match | None]]:
    found = [image_id for image_id, _ in registry.nearest(hashes)]
    rows = RegisteredImage.objects.in_bulk(found)
    registered = published_count() if found else 0
    among = Among(registered, compared=registered * len(ORIENTATIONS))
    for image in (rows[image_id] for image_id in found if image_id in rows):
        assert image.pdq is not None
        assert image.pdq_quality is not None
        if min(image.pdq_quality, view.look.fingerprint.quality) < LEAST_QUALITY:
            yield image, None
            continue
        orientation, distance = nearest_orientation(image.pdq, view.look)
        match = _confirmed(image, view, orientation.alignment, None, among)
        yield image, replace(match, looked_up=distance) if match is not None else None


def _confirmed(
    image: RegisteredImage, view: View, placed: Alignment, inliers: int | None, among: Among
) -> Match | None:
    fit = confirmation.confirm(view.look.small, stored_thumbnail(image), placed)
    if fit is None or not confirmation.accepts(fit, inliers):
        return None
    method = HASH if inliers is None else LOCAL_FEATURES
    return Match(image, method, view, placed, inliers, fit, among)


def _confirmed_in_any(
    image: RegisteredImage, seen: Sequence[View], candidate: Candidate, among: Among
) -> Match | None:
    """The keypoints may be those of the whole screenshot, and only the photograph in it fits the image."""
    own = seen[candidate.view]
    whole = candidate.alignment.after(own.placed)
    for view in [own, *(view for view in seen if view is not own)]:
        placed = whole.after(view.placed.inverted())
        match = _confirmed(image, view, placed, candidate.inliers, among)
        if match is not None:
            return match
    return None


def _with_family(matches: list[Match]) -> list[Match]:
    """Adds images that resemble the best match, where they fit the suspect as it does.

    Results of one prompt are found together or not at all, only if none is lost at a threshold.
    """
    if not matches:
        return []
    best = min(matches, key=lambda match: match.fit.pixel_difference)
    assert best.image.pdq is not None
    known = {match.image.pk for match in matches}
    near = [image_id for image_id, _ in registry.nearest([best.image.pdq]) if image_id not in known]
    relatives = (
        _confirmed(image, best.view, best.found_at, best.inliers, best.among)
        for image in RegisteredImage.objects.filter(pk__in=near)
    )
    return matches + [match for match in relatives if match is not None]
