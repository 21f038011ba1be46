"""Uploads are shown and decoded without the notes on their orientation that browsers do not heed."""

import io
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from generation import turning
from provenance import images

SIZE = (24, 16)
XMP = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>'
    b"</rdf:RDF></x:xmpmeta>"
)


def quarter_turn() -> Image.Exif:
    exif = Image.Exif()
    exif[0x0112] = 6
    return exif


def xmp_text() -> PngImagePlugin.PngInfo:
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", XMP.decode())
    return info


def picture(name: str, **saved: Any) -> bytes:
    out = io.BytesIO()
    Image.linear_gradient("L").resize(SIZE).convert("RGB").save(out, name, **saved)
    return out.getvalue()


def size(data: bytes) -> tuple[int, int]:
    decoded = images.decode(data)
    return decoded.width, decoded.height


@pytest.mark.parametrize(
    "data",
    [
        picture("PNG", exif=quarter_turn()),
        picture("PNG", pnginfo=xmp_text()),
        picture("WEBP", exif=quarter_turn()),
        picture("WEBP", xmp=XMP, lossless=True),
        picture("JPEG", xmp=XMP),
    ],
)
def test_a_note_that_browsers_read_differently_turns_nothing(data: bytes) -> None:
    assert size(data) == SIZE[::-1]
    shown = turning.as_browsers_show(data)
    assert size(shown) == SIZE
    assert turning.as_browsers_show(shown) == shown
    with Image.open(io.BytesIO(shown)) as opened:
        opened.load()
        assert not opened.getexif()


def test_the_exif_of_a_jpeg_turns_it_everywhere() -> None:
    data = picture("JPEG", exif=quarter_turn())
    assert turning.as_browsers_show(data) == data
    assert size(data) == SIZE[::-1]
    both = picture("JPEG", exif=quarter_turn(), xmp=XMP)
    assert size(turning.as_browsers_show(both)) == SIZE[::-1]


@pytest.mark.parametrize("name", ["PNG", "WEBP", "JPEG", "GIF"])
def test_what_has_no_notes_stays_byte_for_byte(name: str) -> None:
    data = picture(name)
    assert turning.as_browsers_show(data) == data
    assert turning.as_browsers_show(data + b"something after its end") == data + b"something after its end"


@pytest.mark.parametrize("name", ["PNG", "WEBP", "JPEG"])
def test_any_part_of_a_file_comes_back_without_an_error(name: str) -> None:
    data = picture(name, exif=quarter_turn())
    for end in range(len(data)):
        part = turning.as_browsers_show(data[:end])
        assert len(part) <= end
