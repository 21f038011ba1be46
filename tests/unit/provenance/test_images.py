import io
import struct
import zlib

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageCms

from provenance import images
from provenance.errors import UnreadableImage

FORMATS = sorted(images.MIME)


def picture(height: int = 48, width: int = 64) -> NDArray[np.uint8]:
    """A smooth picture, so that lossy formats stay close to it."""
    down, across = np.mgrid[0:height, 0:width]
    channels = (across * 255 // width, down * 255 // height, np.full((height, width), 90))
    return np.stack(channels, axis=-1).astype(np.uint8)


def saved(image: Image.Image, name: str, **options: object) -> bytes:
    out = io.BytesIO()
    image.save(out, name, **options)
    return out.getvalue()


def code_of(data: bytes) -> str:
    with pytest.raises(UnreadableImage) as raised:
        images.decode(data)
    assert raised.value.user_message.endswith("."), "a person must read what to do next"
    return raised.value.code


def png_header(width: int, height: int) -> bytes:
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return (
        b"\x89PNG\r\n\x1a\n" + chunk + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", zlib.crc32(b"IDAT"))
    )


@pytest.mark.parametrize("name", FORMATS)
def test_decodes_and_names_every_allowed_format(name: str) -> None:
    data = saved(Image.fromarray(picture()), name)
    decoded = images.decode(data)
    assert (decoded.format, decoded.mime) == (name, images.MIME[name])
    assert images.sniff(data) == name
    assert (decoded.width, decoded.height, decoded.frames) == (64, 48, 1)
    # GIF has 256 colours; the others are close to or exactly what was saved.
    assert np.abs(decoded.rgb.astype(int) - picture()).mean() < (12 if name == "GIF" else 4)


@pytest.mark.parametrize("name", ["ICO", "PPM", "TGA", "PCX", "EPS"])
def test_refuses_loaders_that_are_not_on_the_list(name: str) -> None:
    assert code_of(saved(Image.fromarray(picture()), name)) == "not_an_image"


def test_names_what_is_wrong() -> None:
    whole = saved(Image.fromarray(picture()), "PNG")
    assert code_of(b"") == "empty"
    assert code_of(b"hello") == "not_an_image"
    assert code_of(bytes(images.MAX_BYTES + 1)) == "too_many_bytes"
    assert code_of(whole[: len(whole) // 2]) == "truncated"
    assert code_of(b"\x89PNG\r\n\x1a\n") == "damaged"
    jpeg = saved(Image.fromarray(picture()), "JPEG")
    assert code_of(jpeg[: len(jpeg) - 200]) == "truncated"


@pytest.mark.parametrize(
    ("width", "height", "code"),
    [
        (10_000, 10_000, "too_many_pixels"),
        (60_000, 60_000, "too_many_pixels"),
        (images.MAX_SIDE + 1, 1, "too_long_side"),
    ],
)
def test_limits_are_checked_in_the_header(width: int, height: int, code: str) -> None:
    # The file holds no pixels at all: had it been decoded, it would be "truncated".
    assert code_of(png_header(width, height)) == code


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 20_000), (20_000, 1)])
def test_narrow_pictures_decode(height: int, width: int) -> None:
    data = saved(Image.new("RGB", (width, height), "red"), "PNG")
    assert images.decode(data).rgb.shape == (height, width, 3)


def test_turns_upright_as_exif_says() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held a quarter turn: rotate clockwise to show
    decoded = images.decode(saved(Image.fromarray(picture()), "PNG", exif=exif))
    assert np.array_equal(decoded.rgb, np.rot90(picture(), -1))
    assert (decoded.width, decoded.height) == (48, 64)
    assert decoded.notes == ("turned upright as the file says",)


def test_transparent_parts_are_put_on_white() -> None:
    rgba = np.dstack([picture(), np.full((48, 64), 255, np.uint8)])
    rgba[:10, :, 3] = 0
    decoded = images.decode(saved(Image.fromarray(rgba), "PNG"))
    assert (decoded.rgb[:10] == 255).all()
    assert np.array_equal(decoded.rgb[10:], picture()[10:])
    assert decoded.notes == ("transparent parts were put on white",)


def test_opaque_alpha_changes_nothing() -> None:
    decoded = images.decode(saved(Image.fromarray(picture()).convert("RGBA"), "PNG"))
    assert np.array_equal(decoded.rgb, picture())
    assert decoded.notes == ()


def test_palette_with_a_transparent_colour() -> None:
    indexed = Image.new("P", (4, 4), 0)
    indexed.putpalette([255, 0, 0, 0, 0, 255])
    indexed.putpixel((0, 0), 1)
    decoded = images.decode(saved(indexed, "PNG", transparency=0))
    assert decoded.rgb[0, 0].tolist() == [0, 0, 255]
    assert decoded.rgb[3, 3].tolist() == [255, 255, 255]


@pytest.mark.parametrize("name", ["PNG", "TIFF"])
def test_sixteen_bit_grey_is_scaled_and_not_clipped(name: str) -> None:
    deep = np.linspace(0, 65_535, 64).astype(np.uint16).reshape(8, 8)
    decoded = images.decode(saved(Image.fromarray(deep), name))
    assert np.array_equal(decoded.rgb[..., 0], (deep >> 8).astype(np.uint8))


def test_cmyk_becomes_rgb() -> None:
    decoded = images.decode(saved(Image.new("CMYK", (8, 8), (0, 255, 255, 0)), "TIFF"))
    assert decoded.rgb[0, 0].tolist() == [255, 0, 0]


def test_floating_point_pixels_are_refused() -> None:
    assert code_of(saved(Image.new("F", (8, 8), 0.5), "TIFF")) == "unsupported_pixels"


def test_only_the_first_frame_of_an_animation_is_looked_at() -> None:
    frames = [Image.new("RGB", (16, 16), colour) for colour in ("red", "lime", "blue")]
    decoded = images.decode(saved(frames[0], "GIF", save_all=True, append_images=frames[1:]))
    assert decoded.rgb[8, 8].tolist() == [255, 0, 0]
    assert decoded.frames == 3
    assert decoded.notes == ("only the first of 3 frames was looked at",)


def test_a_colour_profile_is_applied() -> None:
    # sRGB with the first two primaries exchanged, under a name of its own: red in the file means green.
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    exchanged = profile.replace(b"rXYZ", b"tmp.").replace(b"gXYZ", b"rXYZ").replace(b"tmp.", b"gXYZ")
    renamed = exchanged.replace("sRGB".encode("utf-16-be"), "ours".encode("utf-16-be"))
    decoded = images.decode(saved(Image.fromarray(picture()), "PNG", icc_profile=renamed))
    assert decoded.notes == ("colours were converted from the file's own profile",)
    assert np.abs(decoded.rgb.astype(int) - picture()[..., [1, 0, 2]]).max() <= 3


def test_srgb_pixels_are_left_exactly_alone() -> None:
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    decoded = images.decode(saved(Image.fromarray(picture()), "PNG", icc_profile=profile))
    assert np.array_equal(decoded.rgb, picture())
    assert decoded.notes == ()


def test_a_broken_colour_profile_is_ignored() -> None:
    decoded = images.decode(saved(Image.fromarray(picture()), "PNG", icc_profile=b"not a profile"))
    assert np.array_equal(decoded.rgb, picture())
    assert decoded.notes == ("the file's colour profile was unreadable and was ignored",)


@pytest.mark.parametrize("name", FORMATS)
def test_cut_or_altered_files_raise_only_our_error(name: str) -> None:
    whole = bytearray(saved(Image.fromarray(picture()), name))
    draw = np.random.default_rng(7)
    outcomes = {"decoded": 0, "refused": 0}
    for _ in range(150):
        data = whole[: draw.integers(1, len(whole) + 1)] if draw.random() < 0.3 else bytearray(whole)
        for position in draw.integers(0, len(data), 6):
            data[position] = draw.integers(0, 256)
        try:
            images.decode(bytes(data))
            outcomes["decoded"] += 1
        except UnreadableImage:
            outcomes["refused"] += 1
    assert outcomes["refused"] > 0


def test_png_and_lossless_webp_are_exact_and_the_others_close() -> None:
    assert np.array_equal(images.decode(images.encode(picture(), "PNG")).rgb, picture())
    assert np.array_equal(images.decode(images.encode(picture(), "WEBP", lossless=True)).rgb, picture())
    for name in ("JPEG", "WEBP", "AVIF"):
        difference = images.decode(images.encode(picture(), name)).rgb.astype(int) - picture()
        assert np.sqrt((difference**2).mean()) < 3, name


def test_jpeg_keeps_full_colour_resolution_even_of_noise() -> None:
    noise = np.random.default_rng(1).integers(0, 256, (256, 256, 3)).astype(np.uint8)
    with Image.open(io.BytesIO(images.encode(noise, "JPEG", xmp=b"<x/>"))) as image:
        assert [layer[1:3] for layer in image.layer] == [(1, 1)] * 3  # type: ignore[attr-defined]


def test_avif_keeps_full_colour_resolution() -> None:
    """One pixel wide stripes of two colours of one lightness: halved, they would come out grey."""
    stripes = np.empty((64, 64, 3), np.uint8)
    stripes[:, ::2], stripes[:, 1::2] = (200, 60, 60), (20, 135, 60)
    found = images.decode(images.encode(stripes, "AVIF")).rgb.astype(int)
    assert np.abs(found - stripes).mean() < 6


@pytest.mark.parametrize("name", ["PNG", "JPEG", "WEBP", "AVIF"])
def test_the_xmp_packet_is_in_the_file(name: str) -> None:
    packet = "<x:xmpmeta xmlns:x='adobe:ns:meta/'>é</x:xmpmeta>".encode()
    data = images.encode(picture(), name, xmp=packet)  # type: ignore[arg-type]
    with Image.open(io.BytesIO(data)) as image:
        assert image.info["xmp"] == packet


def test_thumbnail_shrinks_and_never_enlarges() -> None:
    assert images.thumbnail(picture(480, 640), 256).shape == (192, 256, 3)
    assert np.array_equal(images.thumbnail(picture(), 256), picture())


@pytest.mark.parametrize(
    ("size", "expected"),
    [((480, 640), (192, 256)), ((1000, 300), (256, 77)), ((100, 80), (100, 80)), ((1024, 768), (256, 192))],
)
def test_what_is_reduced_looks_as_a_thumbnail_does(size: tuple[int, int], expected: tuple[int, int]) -> None:
    found, thumbnail = images.reduced(picture(*size), 256), images.thumbnail(picture(*size), 256)
    assert found.shape[:2] == thumbnail.shape[:2] == expected
    assert np.abs(found.astype(int) - thumbnail).mean() < 8


@pytest.mark.parametrize("data", [b"", b"RIFF....WAVE", b"\0\0\0\x18ftypheic\0\0\0\0", b"%PDF-1.7", b"<svg"])
def test_sniff_knows_nothing_else(data: bytes) -> None:
    assert images.sniff(data) is None
