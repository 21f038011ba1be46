"""Files to pixels and pixels to files: the only place where a stranger's file is decoded.

`decode` accepts anything and either returns RGB pixels as a person would see them (upright, on white, in
sRGB, the first frame) or raises `UnreadableImage`. Outside tests it runs inside `provenance.sandbox`: image
parsers are C code, and the bytes are not ours. `sniff` looks at magic bytes only and is safe anywhere.
"""

import io
import struct
import warnings
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import AvifImagePlugin, ExifTags, Image, ImageCms, ImageOps, PngImagePlugin, UnidentifiedImageError

from provenance.errors import UnreadableImage

# A photo of 40 megapixels saved as JPEG at the highest quality is about 20 MB; anything larger is a scan or
# an attempt to fill memory, and a request body of this size still fits in a worker twice.
MAX_BYTES: Final = 25 * 1024 * 1024

# 40 megapixels is above what phones save by default (12-24) and what image models give (1-16). It costs
# 120 MB as RGB, and the sandbox's memory limit is chosen for it.
MAX_PIXELS: Final = 40_000_000

# OpenCV's warps index the source with 16-bit signed numbers, so no side may reach 32,767.
MAX_SIDE: Final = 30_000

# The loaders that may see a stranger's bytes: common on the web, and fuzzed upstream for years. Loaders that
# start other programs (EPS) or are hardly used are left out. JPEG includes MPO, which phones name .jpg.
FORMATS: Final = ("PNG", "JPEG", "WEBP", "GIF", "BMP", "AVIF", "TIFF")

MIME: Final = {
    "PNG": "image/png",
    "JPEG": "image/jpeg",
    "WEBP": "image/webp",
    "GIF": "image/gif",
    "BMP": "image/bmp",
    "AVIF": "image/avif",
    "TIFF": "image/tiff",
}

# At 95 the steps of the luma quantiser are 1 to 12 of 255: finer than in any re-encoding that the watermark
# is built to outlive.
QUALITY: Final = 95

# What AVIF is written with: as near to the pixels as JPEG at 95 in two thirds of its bytes. The speed is the
# last but one: two steps slower take four times as long and save a sixth.
_AVIF_QUALITY: Final = 90
_AVIF_SPEED: Final = 9

# What is published, best first for those who go on working with it.
PublishedFormat = Literal["PNG", "JPEG", "WEBP", "AVIF"]

# One thread: the sandbox forbids starting more, and a stranger's file should not get two cores.
AvifImagePlugin.DEFAULT_MAX_THREADS = 1

# What Pillow's parsers raise on malformed input, seen in its tests and by fuzzing. MemoryError is not here:
# it is a limit of ours and not a fault of the file.
PARSER_ERRORS: Final = (
    OSError, SyntaxError, ValueError, EOFError, LookupError, TypeError, AttributeError, ArithmeticError,
    RuntimeError, NotImplementedError, struct.error,
)  # fmt: skip

_MESSAGES: Final = {
    "empty": "The file is empty. Choose the picture again, or save it once more and then send it.",
    "too_many_bytes": (
        f"The file is larger than {MAX_BYTES // 2**20} MB. Save a smaller copy, for instance as JPEG, "
        "and send that."
    ),
    "not_an_image": (
        "This is not a picture in a format we can read (PNG, JPEG, WebP, GIF, BMP, TIFF or AVIF). If it "
        "comes from a phone, share it as JPEG or take a screenshot of it, and send that."
    ),
    "too_many_pixels": (
        f"The picture has more than {MAX_PIXELS // 1_000_000} million pixels. Save a smaller copy and "
        "send that."
    ),
    "too_long_side": (
        f"One side of the picture is longer than {MAX_SIDE:,} pixels. Crop or shrink it and send that."
    ),
    "truncated": "The file breaks off before its end. Download or save the picture again, then send that.",
    "damaged": (
        "The file is damaged and cannot be shown. Open it in another program, save a copy or take a "
        "screenshot, and send that."
    ),
    "unsupported_pixels": (
        "The picture stores its colours in a way we cannot read. Save a copy as PNG or JPEG and send that."
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Decoded:
    """A picture as a person would see it.

    Attributes:
        rgb: uint8, shape (height, width, 3), sRGB.
        format: A key of `MIME`.
        mime: The media type of the file as sent.
        width: In pixels, after the file's own orientation was applied.
        height: In pixels, likewise.
        frames: 1, or the number of frames of an animation; `rgb` is the first.
        notes: What was done to the file's pixels, in plain words, in order.
    """

    rgb: NDArray[np.uint8] = field(compare=False, repr=False)
    format: str
    mime: str
    width: int
    height: int
    frames: int
    notes: tuple[str, ...]


def unreadable(code: str) -> UnreadableImage:
    """Returns the error of that code with its plain message."""
    return UnreadableImage(code, _MESSAGES[code])


def sniff(data: bytes) -> str | None:
    """Returns the format that the first bytes claim (a key of `MIME`), or None. Decodes nothing."""
    head = bytes(data[:32])
    if head.startswith(b"RIFF"):
        return "WEBP" if head[8:12] == b"WEBP" else None
    if head[4:8] == b"ftyp":
        return "AVIF" if b"avif" in head[8:] or b"avis" in head[8:] else None
    for magic, name in (
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff", "JPEG"),
        (b"GIF87a", "GIF"),
        (b"GIF89a", "GIF"),
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"BM", "BMP"),
    ):
        if head.startswith(magic):
            return name
    return None


def decode(data: bytes) -> Decoded:
    """Returns the pixels of a file as a person would see them.

    Args:
        data: The file, at most `MAX_BYTES`.

    Raises:
        UnreadableImage: with code `empty`, `too_many_bytes`, `not_an_image`, `too_many_pixels`,
            `too_long_side`, `truncated`, `damaged` or `unsupported_pixels`.
    """
    if not data:
        raise unreadable("empty")
    if len(data) > MAX_BYTES:
        raise unreadable("too_many_bytes")
    with warnings.catch_warnings():
        # Pillow warns on odd but harmless metadata; about its own pixel limit it must not merely warn.
        warnings.simplefilter("ignore")
        warnings.simplefilter("error", Image.DecompressionBombWarning)
        try:
            with Image.open(io.BytesIO(data), formats=FORMATS) as image:
                return _decoded(image)
        except UnidentifiedImageError as error:
            raise unreadable("damaged" if sniff(data) else "not_an_image") from error
        except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
            raise unreadable("too_many_pixels") from error
        except PARSER_ERRORS as error:
            cut_off = isinstance(error, EOFError) or "truncated" in str(error)
            raise unreadable("truncated" if cut_off else "damaged") from error


def encode(
    rgb: NDArray[np.uint8],
    format: PublishedFormat,  # noqa: A002 -- Pillow's word
    *,
    xmp: bytes | None = None,
    quality: int = QUALITY,
    lossless: bool = False,
) -> bytes:
    """Returns the file that we publish.

    PNG is lossless. JPEG and AVIF keep full colour resolution (4:4:4), so that a watermark with a chroma part
    survives; lossy WebP always halves it, and its sharp conversion limits the harm to luma at colour edges.

    Args:
        rgb: uint8, shape (H, W, 3).
        format: The container.
        xmp: A whole XMP packet to embed, see `credentials.definition.xmp_packet`.
        quality: For JPEG and lossy WebP, 1 to 100. AVIF has a scale of its own and is not asked.
        lossless: For WebP; the file is about three times as large.
    """
    image, out = Image.fromarray(rgb), io.BytesIO()
    match format:
        case "PNG":
            info = PngImagePlugin.PngInfo()
            if xmp is not None:
                info.add_itxt("XML:com.adobe.xmp", xmp.decode())
            image.save(out, "PNG", pnginfo=info)
        case "JPEG":
            # Without `optimize`: Pillow's buffer for it is too small for noisy pictures at 4:4:4.
            image.save(out, "JPEG", quality=quality, subsampling=0, xmp=xmp)
        case "WEBP":
            image.save(
                out, "WEBP", lossless=lossless, quality=quality, method=4, use_sharp_yuv=True, xmp=xmp or b""
            )
        case "AVIF":
            image.save(
                out, "AVIF", quality=_AVIF_QUALITY, speed=_AVIF_SPEED, subsampling="4:4:4", xmp=xmp or b""
            )
    return out.getvalue()


def thumbnail(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Returns the picture shrunk so that its longer side is at most `side` pixels; never enlarged."""
    image = Image.fromarray(rgb)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    return np.array(image)


def reduced(rgb: NDArray[np.uint8], side: int) -> NDArray[np.uint8]:
    """Returns what `thumbnail` does, much faster, by means over blocks first: for looking at only."""
    image = Image.fromarray(rgb)
    blocks = max(image.size) // side
    return thumbnail(np.asarray(image.reduce(blocks)) if blocks > 1 else rgb, side)


def rehearse() -> None:
    """Decodes a picture of ours in every format, after which decoding opens no file to import a module."""
    Image.init()
    upright = Image.Exif()
    upright[ExifTags.Base.Orientation] = 6
    for name in FORMATS:
        out = io.BytesIO()
        Image.new("RGB", (8, 8)).save(out, name, exif=upright)
        decode(out.getvalue())


def _decoded(image: Image.Image) -> Decoded:
    """Checks the header against the limits, then decodes. The format's own frame count is believed."""
    width, height = image.size
    if width * height > MAX_PIXELS:
        raise unreadable("too_many_pixels")
    if max(width, height) > MAX_SIDE:
        raise unreadable("too_long_side")
    # The second picture in an MPO is a phone's preview or depth map, not an animation.
    name = "JPEG" if image.format == "MPO" else str(image.format)
    frames = 1 if name == "JPEG" else int(getattr(image, "n_frames", 1))
    notes = [f"only the first of {frames} frames was looked at"] if frames > 1 else []
    image.seek(0)
    image.load()
    rgb = np.array(_flattened(_upright(image, notes), notes))
    return Decoded(
        rgb=rgb,
        format=name,
        mime=MIME[name],
        width=rgb.shape[1],
        height=rgb.shape[0],
        frames=frames,
        notes=tuple(notes),
    )


def _upright(image: Image.Image, notes: list[str]) -> Image.Image:
    try:
        if image.getexif().get(ExifTags.Base.Orientation, 1) == 1:
            return image
        turned = ImageOps.exif_transpose(image)
    except PARSER_ERRORS:
        # Broken EXIF beside sound pixels is common in files that went through several programs.
        notes.append("the file's note on which way is up was unreadable and was ignored")
        return image
    notes.append("turned upright as the file says")
    return turned


def _flattened(image: Image.Image, notes: list[str]) -> Image.Image:
    """Returns the image in RGB mode: alpha on white, deep or indexed colours reduced, profile applied."""
    profile = image.info.get("icc_profile")
    alpha = _alpha(image)
    colours = _to_srgb(_eight_bit(image), profile, notes)
    if alpha is None or alpha.getextrema() == (255, 255):
        return colours
    notes.append("transparent parts were put on white")
    canvas = Image.new("RGB", colours.size, "white")
    canvas.paste(colours, mask=alpha)
    return canvas


def _alpha(image: Image.Image) -> Image.Image | None:
    if not image.has_transparency_data:
        return None
    return (image if "A" in image.getbands() else image.convert("RGBA")).getchannel("A")


def _eight_bit(image: Image.Image) -> Image.Image:
    """Returns mode L, CMYK or RGB without alpha, the modes in which a colour profile can apply."""
    if image.mode.startswith("I"):
        # 16-bit grey: `convert` would clip at 255 instead of scaling.
        deep = np.asarray(image).astype(np.int64)
        return Image.fromarray((deep >> 8).clip(0, 255).astype(np.uint8))
    if image.mode == "F":
        raise unreadable("unsupported_pixels")
    if image.mode in ("1", "L", "LA", "La"):
        return image.convert("L")
    return image if image.mode == "CMYK" else image.convert("RGB")


def _to_srgb(image: Image.Image, profile: bytes | None, notes: list[str]) -> Image.Image:
    if not profile:
        return image.convert("RGB")
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "sRGB" in ImageCms.getProfileDescription(source):
            return image.convert("RGB")
        target = ImageCms.createProfile("sRGB")
        converted = ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, *PARSER_ERRORS):
        notes.append("the file's colour profile was unreadable and was ignored")
        return image.convert("RGB")
    assert converted is not None, "profileToProfile returns None only when it works in place"
    notes.append("colours were converted from the file's own profile")
    return converted
