"""What a job starts from, brought into the worker: the picture, the mask, and what is said of them.

An image of ours is read from its published file. An upload and a mask are strangers' bytes: only the
sandbox's child decodes them. Both are brought to a canvas that generators and the watermark can work on.
"""

from dataclasses import dataclass, replace
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from generation import turning, uploads
from generation.errors import BadMask, EmptyMask, SourceTooNarrow
from generation.models import Job
from provenance import fingerprint, images, sandbox, signing
from provenance.credentials import redaction
from provenance.credentials.definition import Parent, Region
from provenance.errors import SandboxFailed, UnreadableImage
from provenance.models import PublishedFile, RegisteredImage
from provenance.published_files import open_file
from provenance.registry import UploadLook
from provenance.sandbox import Examination
from watermark import signature

# Larger pictures take a diffusion model minutes on a processor; the watermark needs the shorter side.
LONGEST_SIDE: Final = 1024
SHORTEST_SIDE: Final = 256
# Diffusion models work on latents of 8 x 8 pixels, and many of them on pairs of those.
BLOCK: Final = 16
# What a manifest says of a picture that somebody brought: its name could say who they are.
UPLOAD_TITLE: Final = "uploaded picture"
# How far around our visible signature a variation is given other pixels, in pixels.
_SIGNATURE_RIM: Final = 2


@dataclass(frozen=True)
class Material:
    """What a job starts from.

    Attributes:
        rgb: uint8 (H, W, 3), on the canvas.
        mask: bool (H, W), True where to redraw; None for a variation.
        parent: The picture as the manifest names it.
        source_type: What kind of machine made it, or empty for an upload: nobody knows.
        upload: How the upload looks that this is, or that an image of ours was itself made from.
    """

    rgb: NDArray[np.uint8]
    mask: NDArray[np.bool_] | None
    parent: Parent
    source_type: str = ""
    upload: UploadLook | None = None


def load(job: Job) -> Material | None:
    """Returns what a job starts from, or None if it is text to image.

    Raises:
        UploadGone: the upload has been deleted.
        UnreadableImage, SandboxFailed: the upload cannot be decoded.
        SourceTooNarrow: its proportions fit no canvas.
        BadMask, EmptyMask: the mask cannot be decoded, or marks nothing.
    """
    if job.source_image is not None:
        material = of_image(job.source_image, whole=job.flow == Job.Flow.VARIATION)
    elif job.source_upload is not None:
        material = of_upload(uploads.brought(job.source_upload), whole=job.flow == Job.Flow.VARIATION)
    else:
        return None
    if job.flow != Job.Flow.INPAINTING:
        return material
    return with_mask(material, _decoded_mask(bytes(job.mask)))


def of_image(image: RegisteredImage, *, whole: bool) -> Material:
    """Returns an image of ours as material.

    Args:
        whole: All of it will be drawn anew. Then our visible signature is painted over first, or the new
            picture would show an old one moved and blurred below its own.
    """
    data = open_file(PublishedFile.objects.get(image=image, format="PNG"))
    rgb = images.decode(data).rgb
    return Material(
        rgb=canvas(_without_signature(rgb) if whole else rgb),
        mask=None,
        parent=Parent(data, "image/png", f"image {image.pk}"),
        source_type=image.digital_source_type,
        upload=_upload_behind(image),
    )


def _upload_behind(image: RegisteredImage) -> UploadLook | None:
    """What was made from somebody's photograph may still look like it after a second change."""
    if image.source_pdq is None or image.source_phash is None:
        return None
    return UploadLook(bytes(image.source_pdq), bytes(image.source_phash))


def of_upload(data: bytes, *, whole: bool) -> Material:
    """Returns a picture that somebody brought as material; `whole` as in `of_image`.

    Its own Content Credentials travel on into the manifest of what is made from it, whatever is wrong with
    them, but for the pictures and metadata in them; nothing else of the file does. Signing reads them
    outside the sandbox, so only those are taken that the same reader got through in it. A picture without
    any is named by pixels that we encoded.

    Raises:
        UnreadableImage, SandboxFailed, SourceTooNarrow: as `load`.
    """
    shown = turning.as_browsers_show(data)
    examined = _examined(shown)
    assert examined.decoded is not None
    rgb = examined.decoded.rgb
    on_canvas = canvas(rgb)
    found = fingerprint.look(on_canvas).fingerprint
    parent = Parent(images.encode(on_canvas, "PNG"), "image/png", UPLOAD_TITLE)
    # Without crJSON, if it is very large, nobody knows what would have to be left out.
    if examined.crjson is not None and _has_credentials(examined, data, shown):
        was_resized, redacted = on_canvas.shape != rgb.shape, redaction.addresses(examined.crjson)
        parent = Parent(data, examined.decoded.mime, UPLOAD_TITLE, was_resized, parent, redacted)
    material = canvas(_without_signature(rgb)) if whole and signature.is_present(rgb) else on_canvas
    return Material(rgb=material, mask=None, parent=parent, upload=UploadLook(found.pdq, found.phash))


def _has_credentials(examined: Examination, data: bytes, shown: bytes) -> bool:
    """Whether the file brings manifests along that can be read. Those kept elsewhere are not fetched.

    Taking notes out of a file changes the bytes that its manifest is about, so the file as it came is read.
    """
    if examined.manifest_reading is not None and shown != data:
        examined = sandbox.default().examine(data, signing.anchors())
    reading = examined.manifest_reading
    return reading is not None and reading.state != "Remote"


def redrawn(mask: NDArray[np.bool_] | None) -> Region | None:
    """Returns the smallest rectangle around what a mask (bool, (H, W)) marks; None without a mask."""
    if mask is None:
        return None
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    top, left = int(rows[0]), int(columns[0])
    return Region(left, top, int(columns[-1]) + 1 - left, int(rows[-1]) + 1 - top)


def with_mask(material: Material, mask_rgb: NDArray[np.uint8]) -> Material:
    """Returns the material with a mask (uint8 (H, W, 3), white where to redraw), stretched to the canvas.

    Raises:
        EmptyMask: it marks nothing.
    """
    height, width = material.rgb.shape[:2]
    marked = cv2.resize(mask_rgb, (width, height), interpolation=cv2.INTER_NEAREST)
    mask = np.asarray(marked.mean(axis=2) >= 128, np.bool_)
    if not mask.any():
        raise EmptyMask
    return replace(material, mask=mask)


def canvas(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the picture at the nearest size that generators take.

    Raises:
        SourceTooNarrow: the longer side is more than four times the shorter.
    """
    height, width = rgb.shape[:2]
    size = canvas_size(width, height)
    if size == (width, height):
        return rgb
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.LANCZOS), np.uint8)


def canvas_size(width: int, height: int) -> tuple[int, int]:
    """Returns (width, height) of the canvas: at most 1024 and at least 256, multiples of 16.

    Proportions change by at most 3 %, where a side is rounded to a multiple.

    Raises:
        SourceTooNarrow: the longer side is more than four times the shorter.
    """
    shorter, longer = min(width, height), max(width, height)
    if longer * SHORTEST_SIDE > shorter * LONGEST_SIDE:
        raise SourceTooNarrow
    scale = min(LONGEST_SIDE / longer, max(1.0, SHORTEST_SIDE / shorter))
    return _rounded(width * scale), _rounded(height * scale)


def _rounded(side: float) -> int:
    return min(max(round(side / BLOCK) * BLOCK, SHORTEST_SIDE), LONGEST_SIDE)


def decode(data: bytes) -> NDArray[np.uint8]:
    """Returns the pixels of a stranger's file, decoded in the sandbox.

    Raises:
        UnreadableImage, SandboxFailed: it cannot be decoded within the limits.
    """
    decoded = _examined(data).decoded
    assert decoded is not None
    return decoded.rgb


def _examined(data: bytes) -> Examination:
    """Returns what the sandbox gave for a picture that could be decoded; raises as `decode`."""
    examined = sandbox.default().examine(data, signing.anchors())
    if examined.image_error is not None:
        raise examined.image_error
    return examined


def _decoded_mask(data: bytes) -> NDArray[np.uint8]:
    try:
        return decode(data)
    except (UnreadableImage, SandboxFailed) as error:
        raise BadMask from error


def _without_signature(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns the picture with our visible signature filled from around it."""
    height, width = rgb.shape[:2]
    x, y, across, down = signature.region(width, height)
    rim = _SIGNATURE_RIM
    hole = np.zeros((height, width), np.uint8)
    hole[y - rim : y + down + rim, x - rim : x + across + rim] = 1
    return np.asarray(cv2.inpaint(rgb, hole, 4, cv2.INPAINT_TELEA), np.uint8)
