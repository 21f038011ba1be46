"""Whether copies find the image that they come from, and strangers' pictures none: the whole cascade.

python -m benchmarks.tracing prepare --registered 1000 --distractors 100000
python -m benchmarks.tracing copies --count 80           every attack, with and without the watermark
python -m benchmarks.tracing strangers --count 5000      pictures that are not registered
python -m benchmarks.tracing lookups --count 1000000     the hash tier alone, pictures that are not registered
    with HASH_SEARCH=memory, which proposes every image that PostgreSQL does, and is ten times as fast
python -m benchmarks.tracing times --count 40            JPEG files of 1,024 px, on an idle machine
python -m benchmarks.tracing report                      writes the tables into docs/benchmarks.md

Each goes on where it was interrupted.
"""

import argparse
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from benchmarks import tracing_copies, tracing_registry, tracing_report, watermark_queue
from benchmarks.tracing_copies import ASKED, Copy

RESULTS: Final = Path("var") / "benchmarks"
COPIES, STRANGERS, LOOKUPS, TIMES = (
    RESULTS / f"tracing_{name}.jsonl" for name in ("copies", "strangers", "lookups", "times")
)
EVERY_SIGNAL, NO_WATERMARK = "every signal", "without the watermark"
STEPS: Final = ("prepare", "copies", "strangers", "lookups", "times", "report")
# Look-ups made at a time.
CHUNK: Final = 5_000
# Of one picture.
PARTS: Final = 100
# The gate was set by pictures and chunks of smaller numbers: what is counted comes after them.
FIRST_STRANGER: Final = 6_715
FIRST_CHUNK: Final = 441


def measure_copy(copy: Copy) -> watermark_queue.Line:
    """Returns one line of results: a copy, traced with every signal and without the watermark."""
    data = tracing_copies.file_of(copy)
    line = {"attack": copy.attack, "index": copy.index, "pdq": _pdq_distance(copy)}
    right = str(_row(copy.index).pk)
    return line | {EVERY_SIGNAL: _traced(data, right), NO_WATERMARK: _without_watermark(_traced, data, right)}


def measure_stranger(index: int) -> watermark_queue.Line:
    """Returns one line of results: a picture that is not registered. Whatever it names is a false claim."""
    _connect()
    attack, data = tracing_copies.stranger(index)
    return {"index": index, "attack": attack} | _traced(data, "")


def measure_times(index: int) -> watermark_queue.Line:
    """Returns one line of results: how long files of 1,024 px take, in a process that is warm."""
    _connect()
    from provenance import inspection

    inspection.warm_up()
    files = tracing_copies.large_files(index)
    part = files.pop("part, without the watermark")
    times = {name: _traced(data, "") for name, data in files.items()}
    times["part, without the watermark"] = _without_watermark(_traced, part, "")
    return {"index": index} | times


def measure_lookups(chunk: int) -> watermark_queue.Line:
    """Returns one line of results: `CHUNK` look-ups of hashes of pictures that are not registered."""
    _connect()
    from provenance import fingerprint, matches, registry

    rng = np.random.default_rng([chunk, 8])
    line = {"chunk": chunk, "lookups": CHUNK, "candidates": 0, "claims": 0, "nearest": 257}
    start = time.perf_counter()
    for _ in range(CHUNK // PARTS):
        parts = _parts(rng)
        # One question for all of them first, which nearly always has no answer.
        if not registry.nearest([pdq for rgb in parts for pdq in _turned_hashes(rgb)]):
            continue
        for look in map(fingerprint.look, parts):
            found = registry.nearest(look.orientations)
            line["candidates"] += len(found)
            line["nearest"] = min([line["nearest"], *(distance for _, distance in found)])
            if found:
                line["claims"] += bool(matches.by_hash(matches.views(look)).matches)
    return line | {"seconds": round(time.perf_counter() - start, 2)}


def _turned_hashes(rgb: Any) -> list[bytes]:
    """Returns what `fingerprint.look` gives as orientations, without the rest of it."""
    import pdqhash

    return [np.packbits(bits.astype(np.uint8)).tobytes() for bits in pdqhash.compute_dihedral(rgb)[0]]


def _parts(rng: np.random.Generator) -> list[Any]:
    """Returns `PARTS` parts of one unregistered picture, small, which is all that a hash sees."""
    known = tracing_registry.strange_photographs()
    if known and rng.random() < 0.5:
        rgb = known[int(rng.integers(len(known)))].load(256)
    else:
        rgb = tracing_registry.drawing(int(rng.integers(2**31, 2**32)), 256, 256)
    parts = []
    for _ in range(PARTS):
        height, width = (int(rng.integers(96, 257)) for _ in range(2))
        y, x = int(rng.integers(0, 257 - height)), int(rng.integers(0, 257 - width))
        part = rgb[y : y + height, x : x + width].astype(np.float32)
        part = (part - 128) * rng.uniform(0.6, 1.4) + 128 + rng.uniform(-30, 30)
        parts.append(np.clip(part, 0, 255).astype(np.uint8))
    return parts


def _traced(data: bytes, right: str) -> dict[str, Any]:
    """Returns what the cascade says of a file, and how long each stage took."""
    from provenance import inspection, verdict

    start = time.perf_counter()
    evidence = inspection.inspect(data)
    said = verdict.decide(evidence)
    seconds = time.perf_counter() - start
    named = [said.image_id] if said.image_id else list(said.named_ids)
    return {
        "verdict": said.kind.value,
        "found": right in named and said.kind is not verdict.VerdictKind.CONFLICTING,
        "alone": said.image_id == right,
        "wrong": bool(named) and right not in named,
        "candidates": len(named),
        "derived": len(said.derived_ids),
        "bound": said.error_bound,
        "by": _strongest(evidence),
        "seconds": round(seconds, 4),
        "milliseconds": evidence.milliseconds,
    }


def _strongest(evidence: Any) -> str:
    if evidence.watermark.image_id:
        return "watermark"
    return str(evidence.lookalike.method) if evidence.lookalike.candidates else ""


def _without_watermark(
    trace: Callable[[bytes, str], dict[str, Any]], data: bytes, right: str
) -> dict[str, Any]:
    """Somebody removed it: no codec is asked."""
    from provenance import detection

    asked = detection.MARKED_WITH
    detection.MARKED_WITH = ()  # type: ignore[misc, assignment]
    try:
        return trace(data, right)
    finally:
        detection.MARKED_WITH = asked  # type: ignore[misc]


def _pdq_distance(copy: Copy) -> int:
    from provenance import fingerprint

    pdq = _row(copy.index).pdq
    turned = fingerprint.look(tracing_copies.pixels_of(copy)).orientations
    return min(fingerprint.distance(pdq, other) for other in turned)


def _row(index: int) -> Any:
    _connect()
    from provenance.models import RegisteredImage

    return RegisteredImage.objects.get(origin_id=tracing_registry.image_id(index))


def _connect() -> None:
    from django.apps import apps

    if not apps.ready:
        tracing_registry.connect()


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("step", choices=STEPS)
    parser.add_argument("--registered", type=int, default=1000)
    parser.add_argument("--distractors", type=int, default=100_000)
    parser.add_argument("--count", type=int, default=80, help="copies of each attack, strangers or look-ups")
    parser.add_argument("--attacks", type=lambda text: tuple(text.split(",")), default=ASKED)
    parser.add_argument("--jobs", type=int, default=1, help="processes, each on one core")
    return parser.parse_args()


def main() -> None:
    given = options()
    if given.step == "prepare":
        tracing_registry.connect()
        tracing_registry.prepare(given.registered, given.distractors)
    elif given.step == "copies":
        known = {(line["attack"], line["index"]) for line in watermark_queue.read_lines(COPIES)}
        asked = tracing_copies.copies(given.attacks, given.count, given.registered)
        left = [copy for copy in asked if (copy.attack, copy.index) not in known]
        watermark_queue.run(measure_copy, left, COPIES, given.jobs)
    elif given.step == "strangers":
        numbers = range(FIRST_STRANGER, FIRST_STRANGER + given.count)
        _go_on(measure_stranger, "index", numbers, STRANGERS, given.jobs)
    elif given.step == "lookups":
        numbers = range(FIRST_CHUNK, FIRST_CHUNK + -(-given.count // CHUNK))
        _go_on(measure_lookups, "chunk", numbers, LOOKUPS, given.jobs)
    elif given.step == "times":
        _go_on(measure_times, "index", tracing_registry.large(given.count), TIMES, given.jobs)
    lines = [watermark_queue.read_lines(path) for path in (COPIES, STRANGERS, LOOKUPS, TIMES)]
    text = tracing_report.section(*lines)
    print(text)
    if given.step == "report":
        tracing_report.write(text)


def _go_on(
    measure: Callable[[int], watermark_queue.Line], key: str, numbers: Sequence[int], results: Path, jobs: int
) -> None:
    """Measures those of `numbers` that no line of `results` has as its `key`."""
    done = {line[key] for line in watermark_queue.read_lines(results)}
    watermark_queue.run(measure, [number for number in numbers if number not in done], results, jobs)


if __name__ == "__main__":
    main()
