"""The registry on which tracing is measured: pictures that are stamped and registered, and distractors.

It has a database, certificates and files of its own, in `var/benchmarks/tracing`. Making it goes on where it
was interrupted.
"""

import os
import secrets
import uuid
from pathlib import Path
from typing import TYPE_CHECKING, Final

import django
import numpy as np
from numpy.typing import NDArray
from PIL import Image
from tqdm import tqdm

from benchmarks.watermark_pictures import PHOTOGRAPHS, Picture, photographs
from config.environment import write_local_secrets
from generation import sketch

if TYPE_CHECKING:
    from provenance.models import RegisteredImage

VAR: Final = Path("var").resolve() / "benchmarks" / "tracing"
PICTURES: Final = VAR / "pictures"
# Every second photograph is registered; the others are strangers' pictures.
EVERY_SECOND: Final = 2
# Drawings that no other measurement uses; strangers' drawings come after them.
FIRST_SEED: Final = 1_200_000
FIRST_STRANGER_SEED: Final = 1_300_000
SIZES: Final = ((512, 512), (768, 512), (512, 512), (512, 768), (1024, 1024))
NAMESPACE: Final = uuid.UUID("5f2a7b1e-4a0d-4f65-9c57-1d1a6a2f9b11")
BATCH: Final = 2_000
THUMBNAILS: Final = 200


def connect() -> None:
    """Starts the benchmark's own database and brings it up to date."""
    VAR.mkdir(parents=True, exist_ok=True)
    os.environ |= {"TRACERY_VAR": str(VAR), "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
    write_local_secrets(VAR)
    django.setup()


def prepare(registered: int, distractors: int) -> None:
    """Stamps and registers pictures up to `registered`, and adds distractors up to that number."""
    from django.conf import settings
    from django.core.management import call_command

    from provenance import certificates
    from provenance.local_features import batches, segment_store

    call_command("migrate", verbosity=0)
    certificates.make_test_authority(Path(settings.SIGNING_DIR), common_name="Tracery benchmark authority")
    PICTURES.mkdir(exist_ok=True)
    for index in tqdm(range(registered), desc="registered", mininterval=10):
        register(index)
    add_distractors(distractors)
    batches.seal(least=1)
    segment_store.maintain()


def image_id(index: int) -> uuid.UUID:
    """Returns the origin by which the registered picture of that number is found again."""
    return uuid.uuid5(NAMESPACE, str(index))


def large(count: int) -> list[int]:
    """Returns the numbers of the first `count` registered pictures of 1,024 px."""
    return [
        index
        for index in range(count * len(SIZES))
        if SIZES[index % len(SIZES)] == (1024, 1024) and index % 8
    ]


def stamped(index: int) -> NDArray[np.uint8]:
    """Returns the pixels of the registered picture of that number, as published."""
    return np.asarray(Image.open(PICTURES / f"{index}.png"))


def register(index: int) -> None:
    """Publishes one picture as the product does, but for the signature, which no copy here keeps."""
    from provenance import fingerprint, lookalike, marking_keys, registry
    from provenance.local_features import extraction
    from watermark import codec

    path = PICTURES / f"{index}.png"
    if path.exists():
        return
    rgb = picture(index)
    key = marking_keys.all_keys()[0]
    origin = registry.Origin(image_id(index), 0, "text-to-image", "benchmark", "1", "algorithmicMedia")
    row = registry.reserve(
        origin,
        width=rgb.shape[1],
        height=rgb.shape[0],
        watermark_codec=codec.DEFAULT_CODEC,
        watermark_key_id=key.id,
    )
    marked = codec.embed(rgb, row.payload, key=key.secret)
    look = fingerprint.look(marked)
    features = registry.LocalFeatures(extraction.VERSION, extraction.extract(marked))
    registry.register(row, look.fingerprint, lookalike.thumbnail(look.small), [], features=features)
    unfinished = path.with_suffix(".unfinished")
    Image.fromarray(marked).save(unfinished, "PNG", compress_level=1)
    unfinished.replace(path)


def picture(index: int) -> NDArray[np.uint8]:
    """Returns the picture of that number before it is stamped: one in eight from a photograph."""
    known = registered_photographs()
    width, height = SIZES[index % len(SIZES)]
    if index % 8 == 0 and index // 8 < len(known):
        rgb = known[index // 8].load(512)
        # Whole, or a large part of it.
        return rgb if index % 16 == 0 else np.ascontiguousarray(rgb[40:490, 20:500])
    return drawing(FIRST_SEED + index, width, height)


def drawing(seed: int, width: int = 512, height: int = 512) -> NDArray[np.uint8]:
    scene = sketch.sample_scene(seed)
    return np.asarray(sketch.draw(scene, seed=seed, width=width, height=height), np.uint8)


def registered_photographs() -> list[Picture]:
    return photographs()[::EVERY_SECOND]


def strange_photographs() -> list[Picture]:
    """Returns the photographs that are not registered; none where the folder is not installed."""
    return photographs()[1::EVERY_SECOND] if PHOTOGRAPHS.is_dir() else []


def add_distractors(count: int) -> None:
    """Adds rows of pictures that nobody asks about, up to `count` of them.

    Their hashes are as random as those of unrelated pictures, their keypoints those of real pictures, mixed
    and with bits flipped, so that words are as crowded as in a registry of this kind; their thumbnails are
    those of other drawings.
    """
    from benchmarks.local_features import distracting
    from provenance.local_features import extraction
    from provenance.models import RegisteredImage

    rows = RegisteredImage.objects
    missing = count - rows.filter(model_name="distractor").count()
    real = rows.exclude(model_name="distractor").values_list("local_features", flat=True)
    if missing <= 0:
        return
    pool = [extraction.decode(bytes(data)) for data in real if data]
    thumbnails = [_small_drawing(FIRST_STRANGER_SEED - 1 - number) for number in range(THUMBNAILS)]
    chance = np.random.default_rng(secrets.randbits(64))
    for first in tqdm(range(0, missing, BATCH), desc="distractors", mininterval=10):
        made = distracting(pool, min(BATCH, missing - first), chance)
        rows.bulk_create(
            _distractor(extraction.encode(features), thumbnails[int(chance.integers(THUMBNAILS))], chance)
            for _, features in made
        )


def _small_drawing(seed: int) -> bytes:
    from provenance import lookalike

    return lookalike.thumbnail(drawing(seed, 256, 256))


def _distractor(features: bytes, thumbnail: bytes, chance: np.random.Generator) -> "RegisteredImage":
    from django.utils import timezone

    from provenance import fingerprint
    from provenance.local_features import extraction
    from provenance.models import RegisteredImage, signed

    return RegisteredImage(
        origin_id=uuid.uuid4(),
        flow="text-to-image",
        model_name="distractor",
        model_version="1",
        digital_source_type="algorithmicMedia",
        width=512,
        height=512,
        watermark_payload=signed(secrets.randbits(64)),
        watermark_codec="tiled",
        watermark_key_id="none",
        fingerprint_version=fingerprint.VERSION,
        pdq=chance.bytes(32),
        pdq_quality=100,
        phash=chance.bytes(32),
        thumbnail=thumbnail,
        local_features=features,
        local_features_version=extraction.VERSION,
        published_at=timezone.now(),
    )
