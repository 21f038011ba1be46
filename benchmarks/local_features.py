"""How well parts of pictures are found, and how fast: local features beside what else one would take.

python -m benchmarks.local_features                       100,000 registered images, prints the tables
python -m benchmarks.local_features --distractors 10000 --queries 12 --attacks crop_25,screenshot
python -m benchmarks.local_features --report              also writes them into docs/benchmarks.md

Registered are pictures and distractors. A distractor has keypoints of the pictures, mixed, with 18 % of the
signatures' bits flipped: they crowd into the words that those have, more than other pictures would. Others
are asked about the same copies: PDQ, all 8 orientations, within 31 bits, as its authors publish; and ORB with
every descriptor compared with every other, over the pictures without distractors, which is easier.
"""

import argparse
import tempfile
import time
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import cv2
import faiss
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from benchmarks import local_features_report
from benchmarks.watermark_pictures import KINDS, PHOTOGRAPHS, Picture, pictures
from provenance import fingerprint
from provenance.local_features import extraction, matching, segment, segment_file
from provenance.local_features.extraction import Features
from provenance.local_features.segment import Segment
from watermark.attacks import ATTACKS

ATTACKS_ASKED: Final = (
    "none", "jpeg_15", "resize_25", "crop_75", "crop_50", "crop_25", "crop_10", "crop_25_rescale_jpeg_75",
    "screenshot", "phone_screenshot", "meme", "text_over", "collage", "picture_in_picture", "margin_30_black",
    "flip", "rotate_90", "rotate_15", "print_scan_1.5", "stretch_80", "site_600", "flip_crop_messenger",
    "blur_2", "noise_20",
)  # fmt: skip
REGISTERED: Final = 300
STRANGERS: Final = 90
SIDE: Final = 512
LARGE_SIDE: Final = 1024
FLIPPED: Final = 0.18
PIECE: Final = 10_000
# ORB's matches are within a quarter of its 256 bits; so many make a match that a user would believe.
ORB_FEATURES: Final = 256
ORB_DISTANCE: Final = 64
ORB_LEAST: Final = 8

Pixels = NDArray[np.uint8]


@dataclass
class Counts:
    """What became of the copies of one attack and kind of picture."""

    asked: int = 0
    ours: int = 0
    ours_surely: int = 0
    pdq: int = 0
    orb: int = 0
    inliers: list[int] = field(default_factory=list)


@dataclass
class Times:
    """Seconds of the processor, a query each."""

    ours: list[float] = field(default_factory=list)
    large: list[float] = field(default_factory=list)
    stranger: list[float] = field(default_factory=list)
    pdq: list[float] = field(default_factory=list)
    orb: list[float] = field(default_factory=list)
    extraction: list[float] = field(default_factory=list)


def main() -> None:
    arguments = options()
    cv2.setNumThreads(1)
    faiss.omp_set_num_threads(1)
    if not PHOTOGRAPHS.is_dir():
        print(f"No photographs: {PHOTOGRAPHS.name} is not installed beside the project. Drawings only.")
    chosen = pictures(REGISTERED + STRANGERS)
    registered, strangers = chosen[:REGISTERED], chosen[REGISTERED:]
    times = Times()
    with tempfile.TemporaryDirectory() as folder:
        held = registry(Path(folder), registered, arguments.distractors, times)
        rivals = Rivals(registered)
        found = {
            name: asked(name, registered[: arguments.queries], held, rivals, times)
            for name in tqdm(arguments.attacks, desc="attacks", mininterval=10)
        }
        wrong = [stranger(picture, held, times) for picture in tqdm(strangers, desc="strangers")]
        for picture in registered[: arguments.queries]:
            large_query(picture, held, times)
        size = sum(path.stat().st_size for path in Path(folder).iterdir())
    text = local_features_report.section(found, wrong, times, arguments, held, size)
    print(text)
    if arguments.report:
        local_features_report.write(text)


def registry(folder: Path, registered: Sequence[Picture], distractors: int, times: Times) -> list[Segment]:
    """Returns one segment, mapped from its file, with the pictures and the distractors."""
    real = []
    for number, picture in enumerate(tqdm(registered, desc="registering", mininterval=10)):
        rgb = picture.load(SIDE)
        start = time.process_time()
        data = extraction.extract(rgb)
        times.extraction.append(time.process_time() - start)
        real.append((name_of(number), extraction.decode(data)))
    pool = [features for _, features in real]
    parts = [segment.build(real)]
    for first in tqdm(range(0, distractors, PIECE), desc="distractors", mininterval=10):
        count = min(PIECE, distractors - first)
        parts.append(segment.build(distracting(pool, count, np.random.default_rng([first, 5]))))
    return [segment_file.read(segment_file.write(folder, parts))]


def name_of(number: int) -> uuid.UUID:
    return uuid.UUID(int=number + 1)


def distracting(
    pool: Sequence[Features], count: int, chance: np.random.Generator
) -> list[tuple[uuid.UUID, Features]]:
    """Returns images made of keypoints of all the pool, words and places mixed apart."""
    words = np.concatenate([features.words for features in pool])
    places = np.concatenate([features.places for features in pool])
    signatures = np.concatenate([features.signatures for features in pool])
    many = extraction.MOST_KEYPOINTS
    made = []
    for _ in range(count):
        drawn = chance.integers(0, len(words), many)
        flips = np.packbits(chance.random((many, 64)) < FLIPPED, axis=1).view(np.uint64).ravel()
        where = places[chance.integers(0, len(places), many)]
        features = Features((1.0, 1.0), words[drawn], where, signatures[drawn] ^ flips)
        made.append((uuid.UUID(bytes=chance.bytes(16)), features))
    return made


class Rivals:
    """PDQ and ORB over the same registered pictures, without distractors."""

    def __init__(self, registered: Sequence[Picture]) -> None:
        self._orb = cv2.ORB_create(nfeatures=ORB_FEATURES)  # type: ignore[attr-defined]
        looks = [picture.load(SIDE) for picture in registered]
        self._pdq = np.array(
            [np.frombuffer(fingerprint.look(rgb).fingerprint.pdq, np.uint8) for rgb in looks]
        )
        described = [self._descriptors(rgb) for rgb in looks]
        self._owner = np.repeat(np.arange(len(described)), [len(rows) for rows in described])
        self._index = faiss.IndexBinaryFlat(256)
        self._index.add(np.concatenate(described))

    def by_pdq(self, rgb: Pixels) -> int | None:
        turned = np.array([np.frombuffer(pdq, np.uint8) for pdq in fingerprint.look(rgb).orientations])
        apart = np.bitwise_count(self._pdq[:, None] ^ turned[None]).sum(axis=2).min(axis=1)
        nearest = int(apart.argmin())
        return nearest if apart[nearest] <= 31 else None

    def by_orb(self, rgb: Pixels) -> int | None:
        descriptors = self._descriptors(rgb)
        if not len(descriptors):
            return None
        distances, nearest = self._index.search(descriptors, 1)
        owners = self._owner[nearest[distances <= ORB_DISTANCE]]
        votes = np.bincount(owners, minlength=1)
        best = int(votes.argmax())
        return best if votes[best] >= ORB_LEAST else None

    def _descriptors(self, rgb: Pixels) -> Pixels:
        grey = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
        _, descriptors = self._orb.detectAndCompute(grey, None)
        return np.zeros((0, 32), np.uint8) if descriptors is None else np.asarray(descriptors, np.uint8)


def asked(
    name: str, queries: Sequence[Picture], held: Sequence[Segment], rivals: Rivals, times: Times
) -> dict[str, Counts]:
    """Returns for each kind of picture what became of the copies damaged by one attack."""
    attack = ATTACKS[name]
    found: dict[str, Counts] = {}
    for number, picture in enumerate(queries):
        counts = found.setdefault(picture.kind, Counts())
        copy = attack(picture.load(SIDE), attack.generator(picture.name))
        counts.asked += 1
        start = time.process_time()
        candidates = matching.find(held, [copy])
        times.ours.append(time.process_time() - start)
        start = time.process_time()
        counts.pdq += rivals.by_pdq(copy) == number
        times.pdq.append(time.process_time() - start)
        start = time.process_time()
        counts.orb += rivals.by_orb(copy) == number
        times.orb.append(time.process_time() - start)
        right = bool(candidates) and candidates[0].image_id == name_of(number)
        counts.ours += right
        counts.ours_surely += right and candidates[0].inliers >= matching.PLENTY
        counts.inliers.append(candidates[0].inliers if right else 0)
    return found


def stranger(picture: Picture, held: Sequence[Segment], times: Times) -> int:
    """Returns the most inliers of any candidate for a picture that is not registered."""
    rgb = enlarged(picture)
    start = time.process_time()
    candidates = matching.find(held, [rgb])
    times.stranger.append(time.process_time() - start)
    return max((candidate.inliers for candidate in candidates), default=0)


def large_query(picture: Picture, held: Sequence[Segment], times: Times) -> None:
    rgb = enlarged(picture)
    start = time.process_time()
    matching.find(held, [rgb])
    times.large.append(time.process_time() - start)


def enlarged(picture: Picture) -> Pixels:
    """Returns the picture at 1,024 px: a drawing drawn so, a photograph enlarged (see `Picture.load`)."""
    if picture.kind != KINDS[0]:
        return picture.load(LARGE_SIDE)
    size = (LARGE_SIDE, LARGE_SIDE)
    return np.asarray(cv2.resize(picture.load(SIDE), size, interpolation=cv2.INTER_CUBIC), np.uint8)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--distractors", type=int, default=100_000)
    parser.add_argument("--queries", type=int, default=30, help="pictures an attack (default 30)")
    parser.add_argument("--attacks", type=_attacks, default=list(ATTACKS_ASKED), help="comma-separated")
    parser.add_argument("--report", action="store_true", help="write docs/benchmarks.md")
    return parser.parse_args()


def _attacks(text: str) -> list[str]:
    names: Iterable[str] = text.split(",")
    if unknown := [name for name in names if name not in ATTACKS]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(ATTACKS)}")
    return list(names)


if __name__ == "__main__":
    main()
