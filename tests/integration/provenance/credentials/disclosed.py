"""All that a file says to whoever looks hard: its bytes, what they unpack to, pictures in its manifests."""

import base64
import io
import json
import re
from collections.abc import Iterator
from typing import Any

import c2pa
from PIL import Image

from provenance import manifest
from tests.integration.provenance.credentials.signed_files import crjson_of

# Byte strings in crJSON, and whatever else looks like a value in base64.
_BASE64 = re.compile(r"[A-Za-z0-9+/]{16,}={0,2}")
_ENCODINGS = ("utf-8", "utf-16-le", "utf-16-be")


def found_in(layers: Iterator[bytes], words: list[str]) -> set[str]:
    """Returns those of the words that stand in any layer, in upper or lower case and any common encoding."""
    lower = [layer.lower() for layer in layers]
    return {
        word
        for word in words
        for encoding in _ENCODINGS
        if any(word.lower().encode(encoding) in layer for layer in lower)
    }


def layers(data: bytes, mime: str, anchors: str) -> Iterator[bytes]:
    """Yields the file, the texts in it after unpacking, and those of each picture in its manifests.

    Args:
        data: The file. If it has no manifest the picture alone is unpacked.
        mime: Its media type.
        anchors: As `manifest.read`.
    """
    yield data
    yield from _of_picture(data)
    if manifest.read(data, mime, anchors) is None:
        return
    with (
        c2pa.Context.from_dict(manifest._settings(anchors)) as context,
        c2pa.Reader(mime, io.BytesIO(data), context=context) as reader,
    ):
        report = json.loads(reader.json())
        for identifier in _thumbnails(report):
            out = io.BytesIO()
            reader.resource_to_stream(identifier, out)
            yield out.getvalue()
            yield from _of_picture(out.getvalue())
    for document in (report, crjson_of(data, mime, anchors)):
        text = json.dumps(document, ensure_ascii=False)
        yield text.encode()
        yield from map(_decoded, _BASE64.findall(text))


def _of_picture(data: bytes) -> Iterator[bytes]:
    """Texts and metadata, compressed or not."""
    with Image.open(io.BytesIO(data)) as image:
        image.load()
        for value in (*image.info.values(), *getattr(image, "text", {}).values()):
            yield value if isinstance(value, bytes) else str(value).encode()
        exif = image.getexif()
        yield json.dumps([_plain(exif), *(_plain(exif.get_ifd(tag)) for tag in exif)], default=str).encode()


def _plain(exif: Any) -> dict[str, Any]:
    return {str(tag): value for tag, value in dict(exif).items()}


def _thumbnails(report: dict[str, Any]) -> set[str]:
    """Identifiers of all pictures in the report, wherever they stand."""
    found = set()
    for entry in report["manifests"].values():
        for holder in (entry, *entry.get("ingredients", [])):
            if "thumbnail" in holder:
                found.add(holder["thumbnail"]["identifier"])
    return found


def _decoded(value: str) -> bytes:
    return base64.b64decode(value[: len(value) // 4 * 4])
