"""The watermark in a suspect, and whether the picture is the one that it names.

A mark can be copied out of one picture into another. So what lies where the mark says that the image lies is
compared with the image: with its thumbnail, or with the published file where that part is small.
"""

import io
from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from provenance import confirmation, detection, fingerprint, mark_placement, matches
from provenance.derived import SAME_LOOK
from provenance.evidence import Presence, WatermarkFinding
from provenance.fingerprint import Look
from provenance.local_features.alignment import IDENTITY
from provenance.mark_placement import Placed
from provenance.marking_keys import all_keys
from provenance.models import PublishedFile, RegisteredImage
from provenance.orientations import nearest_orientation
from provenance.published_files import open_file
from watermark import codec
from watermark.interface import Geometry

# Bits by which a suspect is nearer to an upload than to the image made from it, and the share of their own
# distance: a copy of the image, damaged as it may be, is nearer to the image.
_CLEARLY_NEARER: Final = 8
_CLEARLY_NEARER_SHARE: Final = 0.5


def find(
    rgb: NDArray[np.uint8],
    look: Look,
    expected: Sequence[RegisteredImage],
    doubtful: Sequence[RegisteredImage] = (),
) -> WatermarkFinding:
    """Returns what a mark in a suspect names, and whether the picture fits that.

    Args:
        rgb: The suspect, uint8 (H, W, 3).
        look: Of the suspect.
        expected: Images that the mark probably names: the search is cut short for them.
        doubtful: Images that it may name: it is asked for these first, and then for any.
    """
    keys = [key.secret for key in all_keys()]
    for name in detection.MARKED_WITH:
        found = _detected(rgb, keys, name, expected, doubtful)
        if found is None:
            continue
        image = RegisteredImage.objects.with_payload(found.payload).first()
        placed = _placed(rgb, look, image, found)
        # They are tried one after the other, and each try is a chance to be wrong.
        chance = min(1.0, found.p_value * (len(detection.MARKED_WITH) + bool(doubtful)))
        return WatermarkFinding(
            presence=Presence.PRESENT,
            image_id=str(image.pk) if image else None,
            payload=f"{found.payload:016x}",
            codec=f"{name} {codec.CODECS[name].version}",
            p_value=chance,
            overlap=placed.overlap if placed else None,
            look_distance=placed.distance if placed else None,
            looks_different=_looks_different(placed, look, image),
            error_probability=chance,
        )
    return WatermarkFinding()


def _detected(
    rgb: NDArray[np.uint8],
    keys: Sequence[bytes],
    name: str,
    expected: Sequence[RegisteredImage],
    doubtful: Sequence[RegisteredImage],
) -> codec.Detection | None:
    named = list(dict.fromkeys(image.payload for image in expected or doubtful))
    if named and not codec.CODECS[name].first_rows_suffice:
        found = detection.detect_quickly(rgb, keys=keys, payloads=named)
        if found is not None or expected:
            return found
    return detection.detect(rgb, keys=keys, codec_name=name)


def _looks_different(placed: Placed | None, look: Look, image: RegisteredImage | None) -> bool:
    return placed is not None and (placed.looks_different or _is_rather_the_upload(look, image))


def _is_rather_the_upload(look: Look, image: RegisteredImage | None) -> bool:
    """Whether the image was made from an upload, and the suspect is that, with the mark laid over it."""
    if image is None or image.pdq is None or image.source_pdq is None or image.source_distance is None:
        return False
    _, to_image = nearest_orientation(image.pdq, look)
    _, to_upload = nearest_orientation(image.source_pdq, look)
    clearly = max(_CLEARLY_NEARER, _CLEARLY_NEARER_SHARE * image.source_distance)
    return to_upload <= SAME_LOOK and to_image - to_upload >= clearly


def _placed(
    rgb: NDArray[np.uint8], look: Look, image: RegisteredImage | None, found: codec.Detection
) -> Placed | None:
    """How the picture fits the image that the mark names, where the mark says that it lies."""
    if image is None:
        return None
    if not codec.CODECS[found.codec].first_rows_suffice:
        shrunk = look.small.shape[1] / rgb.shape[1]
        x, y = found.geometry.offset
        geometry = replace(found.geometry, offset=(x * shrunk, y * shrunk))
        return _laid_over(look.small, image, geometry)
    # A positional codec reads from the upper left corner on, so what was added is on the right or below; of
    # a picture that was cut there is less.
    height, width = rgb.shape[:2]
    if height < image.height or width < image.width:
        return None
    part = fingerprint.look(rgb[: image.height, : image.width]).small
    fit = confirmation.confirm(part, matches.stored_thumbnail(image), IDENTITY)
    return mark_placement.judged([fit] if fit else [])


def _laid_over(small: NDArray[np.uint8], image: RegisteredImage, geometry: Geometry) -> Placed | None:
    size = (image.width, image.height)
    found = mark_placement.compare(small, matches.stored_thumbnail(image), size, geometry)
    if found is not None:
        return found
    published = _published_pixels(image)
    if published is None:
        return None
    return mark_placement.compare(small, published, size, geometry, least_overlap=0.0)


def _published_pixels(image: RegisteredImage) -> NDArray[np.uint8] | None:
    """Returns the pixels of the published PNG, uint8 (H, W, 3); None if there is none or storage lost it."""
    file = PublishedFile.objects.filter(image=image, format="PNG").first()
    if file is None:
        return None
    try:
        return np.asarray(Image.open(io.BytesIO(open_file(file))).convert("RGB"))
    except FileNotFoundError:
        return None
