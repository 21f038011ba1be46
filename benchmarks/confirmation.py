"""Confirmation on forced wrong pairs: how often is a stranger's picture taken for a registered one?

python -m benchmarks.confirmation --pairs 200000      goes on where an earlier run ended
python -m benchmarks.confirmation --cuts 320          all pairs of ten cuts of each of so many pictures
python -m benchmarks.confirmation --report            writes the figures into docs/benchmarks.md

Every pair is wrong: a damaged copy of one picture, and another picture's thumbnail. Three kinds of alignment
are forced on them in turn: the one that most keypoints agree on (as the search of parts would propose it),
the whole picture in the orientation whose hash is nearest (as the hash look-up would), and a random cut. The
gate is then asked as if enough keypoints had agreed: an accept is a false claim that only they would prevent.
"""

import argparse
import datetime
import json
import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

import cv2
import numpy as np
import pdqhash
import scipy.stats
from numpy.typing import NDArray

from benchmarks import watermark_queue, watermark_report
from benchmarks.watermark_pictures import photographs
from generation import sketch
from provenance import confirmation, images
from provenance.confirmation import LEAST_INLIERS, LEAST_OVERLAP_QUALITY, Confirmation
from provenance.local_features import codebook, extraction, geometry, keypoints, matching
from provenance.local_features.alignment import Alignment
from provenance.local_features.keypoints import Keypoints
from provenance.orientations import ORIENTATIONS
from watermark.attacks import ATTACKS

RESULTS: Final = Path("var") / "benchmarks" / "confirmation.jsonl"
CUTS: Final = RESULTS.with_name("confirmation_cuts.json")
CUTS_A_PICTURE: Final = 10
BEGIN, END = "<!-- confirmation:begin -->", "<!-- confirmation:end -->"
KINDS: Final = ("keypoints", "whole", "random cut")
# Pictures, and how many of them a chunk pairs with one another; the next chunk has some others.
POOL: Final = 480
WINDOW: Final = 120
NEXT: Final = 24
CHUNK: Final = 1000
SIDE: Final = 512
# Drawings that no other measurement uses.
FIRST_SEED: Final = 700_000
NEAREST_PAIRS: Final = 100
FORCED_INLIERS: Final = 3
BITS: Final = 256
# Of the pairs that are compared: the part of the tail that the bound's line is laid through.
TAIL: Final = (1e-6, 1e-4)


@dataclass(frozen=True)
class Registered:
    """What the registry would hold of a picture."""

    name: str
    thumbnail: NDArray[np.uint8]
    pdq: NDArray[np.uint8]
    places: NDArray[np.float32]
    signatures: NDArray[np.uint64]
    extent: tuple[float, float]


@dataclass(frozen=True)
class Suspect:
    """A damaged copy of the picture of that name."""

    name: str
    attack: str
    rgb: NDArray[np.uint8]
    orientations: NDArray[np.uint8]
    upright: Keypoints
    signatures: NDArray[np.uint64]


@cache
def registered(index: int) -> Registered:
    """Returns a registered picture: the same on every machine that has the photographs."""
    name, rgb = _picture(index)
    most = extraction.MOST_KEYPOINTS
    found = keypoints.find(rgb, side=extraction.SIDE, most=most, enough=most)
    return Registered(
        name=name,
        thumbnail=images.thumbnail(rgb, 256),
        pdq=pdqhash.compute(rgb)[0],
        places=_places(found),
        signatures=codebook.load().signatures(found.descriptors),
        extent=found.extent,
    )


@cache
def suspect(index: int) -> Suspect:
    """Returns a copy of the picture of that number, damaged by an attack that the number chooses."""
    name, rgb = _picture(index)
    attack = list(ATTACKS.values())[index * 7 % len(ATTACKS)]
    damaged = images.thumbnail(attack(rgb, attack.generator(name)), 1024)
    found = matching.keypoints_of(damaged)
    hashes, _ = pdqhash.compute_dihedral(damaged)
    signatures = codebook.load().signatures(found.descriptors)
    return Suspect(name, attack.name, damaged, np.array(hashes), found, signatures)


def measure(chunk: int) -> watermark_queue.Line:
    """Returns one line of results: `CHUNK` wrong pairs."""
    rng = np.random.default_rng(chunk)
    numbers = (chunk * NEXT + rng.integers(WINDOW, size=(CHUNK, 2))) % POOL
    chosen = [(suspect(int(query)), registered(int(image))) for query, image in numbers]
    wrong = [(query, image) for query, image in chosen if query.name != image.name]
    start = time.perf_counter()
    line: watermark_queue.Line = {"chunk": chunk, "pairs": Counter(), "compared": Counter(), "accepted": []}
    histogram = {kind: np.zeros(BITS + 1, int) for kind in KINDS}
    tiles = np.zeros(10, int)
    for number, (query, image) in enumerate(wrong):
        kind = KINDS[number % len(KINDS)]
        line["pairs"][kind] += 1
        fit = confirmation.confirm(query.rgb, image.thumbnail, forced(kind, query, image, rng))
        if fit is None or fit.quality < LEAST_OVERLAP_QUALITY:
            continue
        line["compared"][kind] += 1
        histogram[kind][fit.pdq_distance] += 1
        tiles[fit.agreeing_tiles] += 1
        if confirmation.accepts(fit, LEAST_INLIERS):
            line["accepted"].append(_described(kind, query, image, fit))
    seconds = time.perf_counter() - start
    distances = {
        kind: {str(d): int(n) for d, n in enumerate(counts) if n} for kind, counts in histogram.items()
    }
    return line | {"distances": distances, "tiles": tiles.tolist(), "seconds": round(seconds, 3)}


def cut_pairs(pictures: int) -> watermark_queue.Line:
    """Returns how near the hashes of cuts from different pictures come: millions of pairs, nothing forced.

    By quality: from `LEAST_OVERLAP_QUALITY` on, and below. Cuts are of 5 % to all of a thumbnail's area.
    """
    rng = np.random.default_rng(0)
    hashes, qualities, owners = [], [], []
    for index in range(pictures):
        thumbnail = images.thumbnail(_picture(index)[1], 256)
        for _ in range(CUTS_A_PICTURE):
            bits, quality = pdqhash.compute(_cut(thumbnail, rng))
            hashes.append(np.packbits(bits))
            qualities.append(quality)
            owners.append(index // 2 % len(photographs()) if index % 2 and photographs() else -index)
    packed, quality, owner = np.array(hashes).view(np.uint64), np.array(qualities), np.array(owners)
    enough, below = np.zeros(BITS + 1, int), np.zeros(BITS + 1, int)
    for number in range(1, len(packed)):
        distances = np.bitwise_count(packed[:number] ^ packed[number]).sum(axis=1)
        strangers = owner[:number] != owner[number]
        readable = np.minimum(quality[:number], quality[number]) >= LEAST_OVERLAP_QUALITY
        enough += np.bincount(distances[strangers & readable], minlength=BITS + 1)
        below += np.bincount(distances[strangers & ~readable], minlength=BITS + 1)
    return {"cuts": len(packed), "enough": enough.tolist(), "below": below.tolist()}


def _cut(thumbnail: NDArray[np.uint8], rng: np.random.Generator) -> NDArray[np.uint8]:
    height, width = thumbnail.shape[:2]
    share = math.sqrt(rng.uniform(confirmation.LEAST_OVERLAP, 1))
    down, across = int(height * share), int(width * share)
    top, left = int(rng.integers(height - down + 1)), int(rng.integers(width - across + 1))
    part = thumbnail[top : top + down, left : left + across]
    return np.asarray(cv2.resize(part, (192, 192), interpolation=cv2.INTER_AREA), np.uint8)


def forced(kind: str, query: Suspect, image: Registered, rng: np.random.Generator) -> Alignment:
    """Returns the best alignment of that kind, or a random one where there is none."""
    found = None
    if kind == "keypoints":
        found = _by_keypoints(query, image)
    elif kind == "whole":
        distances = (query.orientations != image.pdq).sum(axis=1)
        found = ORIENTATIONS[int(distances.argmin())].alignment
    return found or _random_cut(rng)


def _by_keypoints(query: Suspect, image: Registered) -> Alignment | None:
    if min(len(query.signatures), len(image.signatures)) < FORCED_INLIERS:
        return None
    gaps = np.bitwise_count(query.signatures[:, None] ^ image.signatures[None])
    best = np.argpartition(gaps, min(NEAREST_PAIRS, gaps.size) - 1, axis=None)[:NEAREST_PAIRS]
    here, there = np.unravel_index(best, gaps.shape)
    fit = geometry.fit(_places(query.upright)[here], image.places[there], FORCED_INLIERS)
    return geometry.to_fractions(fit.matrix, query.upright.extent, image.extent) if fit else None


def _random_cut(rng: np.random.Generator) -> Alignment:
    """A part of the image of 10 % to all of its area, turned by up to 20 degrees, perhaps mirrored."""
    size, angle = math.sqrt(rng.uniform(0.1, 1)), math.radians(rng.uniform(-20, 20))
    mirror = rng.choice([-1.0, 1.0])
    turn = size * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    linear = turn @ np.diag([mirror, 1.0])
    middle = rng.uniform(size / 2, 1 - size / 2, 2)
    return Alignment.from_array(np.column_stack([linear, middle - linear @ [0.5, 0.5]]))


def _picture(index: int) -> tuple[str, NDArray[np.uint8]]:
    """Photographs and drawings in turn. Numbers as far apart as there are photographs show the same one."""
    known = photographs()
    if index % 2 and known:
        picture = known[index // 2 % len(known)]
        return picture.name, picture.load(SIDE)
    seed = FIRST_SEED + index
    drawn = sketch.draw(sketch.sample_scene(seed), seed=seed, width=SIDE, height=SIDE)
    return f"drawing-{seed}", np.asarray(drawn, np.uint8)


def _places(found: Keypoints) -> NDArray[np.float32]:
    return np.column_stack([found.points, found.sizes, found.angles]).astype(np.float32)


def _described(kind: str, query: Suspect, image: Registered, fit: Confirmation) -> dict[str, object]:
    return {
        "kind": kind,
        "suspect": f"{query.name}, {query.attack}",
        "registered": image.name,
        "pdq": fit.pdq_distance,
        "phash": fit.phash_distance,
        "tiles": fit.agreeing_tiles,
        "overlap": round(fit.overlap, 3),
        "quality": fit.quality,
    }


def upper_bound(accepted: int, pairs: int) -> float:
    """Returns the upper end of the exact two-sided 95 % interval for a rate (Clopper and Pearson, 1934).

    Without a single event only the upper end is unknown, and 3 / n is where its one-sided 95 % lies.
    """
    if accepted == 0:
        return 3 / pairs
    return float(scipy.stats.beta.ppf(0.975, accepted + 1, pairs - accepted))


def tail_line(distances: Counter[int], pairs: int) -> tuple[float, float] | None:
    """Returns (log10 of the share at a distance of 90, bits a decade) of the line through the tail.

    None while there are too few pairs for two points in it.
    """
    counts = np.cumsum([distances[d] for d in range(BITS + 1)])
    shares = counts / pairs
    # PDQ sets half of its bits, so distances are even. What fewer than 5 pairs say is chance.
    inside = [d for d in range(0, BITS + 1, 2) if TAIL[0] <= shares[d] <= TAIL[1] and counts[d] >= 5]
    if len(inside) < 2:
        return None
    slope, start = np.polyfit(inside, np.log10(shares[inside]), 1)
    return float(start + slope * 90), float(1 / slope)


def section(lines: Sequence[watermark_queue.Line]) -> str:
    """Returns the section of docs/benchmarks.md, Markdown without its markers."""
    pairs, compared = _summed(lines, "pairs"), _summed(lines, "compared")
    by_kind = {kind: Counter[int]() for kind in KINDS}
    for line in lines:
        for kind, counts in line["distances"].items():
            by_kind[kind].update({int(distance): count for distance, count in counts.items()})
    every = sum(by_kind.values(), Counter[int]())
    accepted = [found for line in lines for found in line["accepted"]]
    tiles = np.sum([line["tiles"] for line in lines], axis=0)
    total, seconds = sum(pairs.values()), sum(line["seconds"] for line in lines)
    rows = [
        ("wrong pairs", f"{total:,} ({', '.join(f'{kind} {pairs[kind]:,}' for kind in KINDS)})"),
        ("overlapping and detailed enough to compare", f"{sum(compared.values()):,}"),
        ("accepted", str(len(accepted))),
        ("rate of accepts, 95 % upper bound by counting", f"{upper_bound(len(accepted), total):.1e}"),
        *((f"smallest PDQ distances, {kind}", _smallest(by_kind[kind])) for kind in KINDS),
        ("mean and deviation", _moments(every)),
        ("pairs with 1, 2, 3 or more agreeing tiles", f"{tiles[1]}, {tiles[2]}, {tiles[3:].sum()}"),
        ("pairs a second on one core", f"{total / seconds:.0f}"),
    ]
    rows += [(f"accepted: {found['suspect']}", f"{found}") for found in accepted[:10]]
    table = "\n".join(
        ["| Figure | Measured |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)]
    )
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        "## Confirmation: forced wrong pairs\n\n"
        f"`.venv/bin/python -m benchmarks.confirmation --pairs {total}`, then with `--report`, {today}: "
        f"damaged copies of up to {POOL} pictures, photographs and drawings by turns, against others. "
        "The gate is asked as if enough keypoints agreed.\n\n"
        f"{table}\n"
    )


def cuts_section(found: watermark_queue.Line) -> str:
    """Returns what `cut_pairs` found, as a paragraph."""
    words = []
    for name, label in (("enough", "detailed enough"), ("below", "too plain")):
        counts = Counter({distance: count for distance, count in enumerate(found[name]) if count})
        within = sum(count for distance, count in counts.items() if distance <= confirmation.MOST_PDQ)
        words.append(
            f"{sum(counts.values()):,} {label}, smallest distances {_smallest(counts)}; {within} within "
            f"{confirmation.MOST_PDQ}"
        )
    counts = Counter({distance: count for distance, count in enumerate(found["enough"]) if count})
    fitted = tail_line(counts, sum(counts.values()))
    if fitted:
        at_60 = fitted[0] - (90 - confirmation.MOST_PDQ) / fitted[1]
        words.append(
            f"The line through the tail, on which the verdict's bound lies: log10 {fitted[0]:.2f} at 90, "
            f"{fitted[1]:.1f} bits a decade, {10**at_60:.0e} at the gate ({confirmation.MOST_PDQ})"
        )
    return f"\nAll pairs of {found['cuts']:,} cuts of different pictures (`--cuts`): {'. '.join(words)}.\n"


def _summed(lines: Sequence[watermark_queue.Line], name: str) -> Counter[str]:
    return sum((Counter(line[name]) for line in lines), Counter[str]())


def _smallest(distances: Counter[int]) -> str:
    found = sorted(distances)[:6]
    return ", ".join(f"{distance} ({distances[distance]})" for distance in found) or "none"


def _moments(distances: Counter[int]) -> str:
    values = np.repeat(list(distances), list(distances.values()))
    return f"{values.mean():.1f}, {values.std():.1f}" if values.size else "none"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=20_000)
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--cuts", type=int, help="pictures")
    parser.add_argument("--report", action="store_true")
    options = parser.parse_args()
    done = watermark_queue.read_lines(RESULTS)
    if options.cuts:
        CUTS.parent.mkdir(parents=True, exist_ok=True)
        CUTS.write_text(json.dumps(cut_pairs(options.cuts)))
        print(cuts_section(json.loads(CUTS.read_text())))
        return
    if options.report:
        cuts = cuts_section(json.loads(CUTS.read_text())) if CUTS.exists() else ""
        watermark_report.put(section(done) + cuts, BEGIN, END)
        return
    known = {line["chunk"] for line in done}
    chunks = [chunk for chunk in range(math.ceil(options.pairs / CHUNK)) if chunk not in known]
    watermark_queue.run(measure, chunks, RESULTS, options.jobs)
    print(section(watermark_queue.read_lines(RESULTS)))


if __name__ == "__main__":
    main()
