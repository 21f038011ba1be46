"""How well marks outlive attacks, how visible they are, what they cost: ours beside invisible-watermark.

python -m benchmarks.watermark             the whole run; the same line goes on with one that was interrupted
python -m benchmarks.watermark --pictures 3 --attacks jpeg_50,crop_25 --codecs ours,dwtDct --sizes 512
python -m benchmarks.watermark --report    writes the tables into docs/benchmarks.md, measures only memory

Every result is a line of --results (JSON); a later run measures only what is missing there. Each worker stays
on one core, so that times are those of one core for every codec.
"""

import argparse
import functools
import time
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np

from benchmarks import watermark_memory, watermark_queue, watermark_report
from benchmarks.watermark_contenders import NAMES, Contender, contender
from benchmarks.watermark_pictures import PHOTOGRAPHS, Picture, pictures
from benchmarks.watermark_visibility import butteraugli, butteraugli_program
from watermark.attacks import ATTACKS
from watermark.quality import psnr, ssimulacra2

RESULTS = Path("var") / "benchmarks" / "watermark.jsonl"
# Larger sizes cost 4 and 16 times as much, so they get fewer pictures.
PICTURES_AT_LARGE_SIZES = 12
BASE_SIDE = 512
# The trade-off curve: strengths beside each codec's own, on a few pictures and attacks of every group.
STRENGTHS = (0.5, 0.7, 1.4, 2.0)
CURVE_PICTURES = 9
CURVE_ATTACKS = (
    "none", "jpeg_50", "jpeg_15", "webp_30", "resize_35", "crop_25", "rotate_5", "noise_20", "median_5",
    "screenshot", "three_messengers", "perspective_2",
)  # fmt: skip


@dataclass(frozen=True)
class Unit:
    """One picture marked once by one codec, and the attacks on it that are still to be measured."""

    codec: str
    picture: Picture
    side: int
    strength: float
    attacks: tuple[str, ...]

    def key(self, version: str) -> tuple[object, ...]:
        return self.codec, version, self.picture.name, self.side, self.strength


def payload_of(picture: Picture, bits: int) -> int:
    """Returns a payload that looks random and is the same in every run."""
    seed = [ord(letter) for letter in picture.name]
    return int.from_bytes(np.random.default_rng(seed).bytes(bits // 8), "big")


@functools.lru_cache(maxsize=4)
def loaded(name: str) -> Contender:
    return contender(name)


def is_installed(name: str) -> bool:
    """Returns whether a codec can be used here; says so where it cannot."""
    try:
        loaded(name)
    except ImportError as error:
        print(f"{name} is left out: {error}")
        return False
    return True


def measure(unit: Unit) -> dict[str, object]:
    """Returns one line of results: what the mark costs, and what each attack left of it."""
    codec = loaded(unit.codec)
    rgb = unit.picture.load(unit.side)
    payload = payload_of(unit.picture, codec.bits)
    start = time.perf_counter()
    marked = codec.embed(rgb, payload, unit.strength)
    line: dict[str, object] = {
        **{name: value for name, value in asdict(unit).items() if name not in {"attacks", "picture"}},
        **{"version": codec.version, "name": codec.name, "bits": codec.bits},
        **{"picture": unit.picture.name, "kind": unit.picture.kind, "textured": unit.picture.textured},
        "embed_seconds": time.perf_counter() - start,
        "marked": marked is not None,
        "attacks": {},
    }
    if marked is None:
        return line | {"attacks": {name: {"outcome": "missed", "seconds": 0.0} for name in unit.attacks}}
    worst, norm = butteraugli(rgb, marked)
    line |= {"ssimulacra2": ssimulacra2(rgb, marked), "psnr": psnr(rgb, marked)}
    line |= {"butteraugli": worst, "butteraugli_3norm": norm}
    outcomes = {}
    for name in unit.attacks:
        attack = ATTACKS[name]
        copy = attack(marked, attack.generator(unit.picture.name))
        start = time.perf_counter()
        found = codec.detect(copy, unit.strength)
        seconds = time.perf_counter() - start
        outcome = "missed" if found is None else "recovered" if found == payload else "wrong"
        outcomes[name] = {"outcome": outcome, "seconds": round(seconds, 4)}
    return line | {"attacks": outcomes}


def missing(wanted: Iterable[Unit], lines: Iterable[dict[str, object]]) -> list[Unit]:
    """Returns the units that have attacks without a result, with those attacks alone."""
    done: dict[tuple[object, ...], set[str]] = {}
    for line in lines:
        key = tuple(line[name] for name in ("codec", "version", "picture", "side", "strength"))
        attacks = line["attacks"]
        assert isinstance(attacks, dict)
        done.setdefault(key, set()).update(attacks)
    left = []
    for unit in wanted:
        known = done.get(unit.key(loaded(unit.codec).version), set())
        attacks = tuple(name for name in unit.attacks if name not in known)
        if attacks:
            left.append(Unit(unit.codec, unit.picture, unit.side, unit.strength, attacks))
    return left


def plan(arguments: argparse.Namespace) -> Iterator[Unit]:
    """Yields what the options ask for; all codecs of a picture together, so that an early look is fair."""
    for side in arguments.sizes:
        count = arguments.pictures if side == BASE_SIDE else min(arguments.pictures, PICTURES_AT_LARGE_SIZES)
        for picture in pictures(count):
            for name in arguments.codecs:
                yield Unit(name, picture, side, 1.0, tuple(arguments.attacks))
    if arguments.curve:
        for picture in pictures(min(arguments.pictures, CURVE_PICTURES)):
            for name in arguments.codecs:
                for strength in STRENGTHS:
                    yield Unit(name, picture, BASE_SIDE, strength, CURVE_ATTACKS)


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--pictures", type=int, default=33, help=f"at {BASE_SIDE} px (default 33)")
    parser.add_argument("--attacks", type=_names(ATTACKS), default=list(ATTACKS), help="comma-separated")
    parser.add_argument("--codecs", type=_names(NAMES), default=list(NAMES), help="comma-separated")
    parser.add_argument(
        "--sizes", type=lambda text: [int(part) for part in text.split(",")], default=[512, 1024, 2048]
    )
    parser.add_argument("--jobs", type=int, default=1, help="processes, each on one core")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument(
        "--curve", action="store_true", help="also other strengths, for the trade-off picture"
    )
    parser.add_argument("--memory", type=int, default=2048, metavar="SIDE", help="0: not measured")
    parser.add_argument(
        "--report", action="store_true", help="write docs/benchmarks.md from the results so far"
    )
    return parser.parse_args()


def _names(known: Iterable[str]) -> "functools.partial[list[str]]":
    return functools.partial(_split, tuple(known))


def _split(known: tuple[str, ...], text: str) -> list[str]:
    names = text.split(",")
    if unknown := [name for name in names if name not in known]:
        raise argparse.ArgumentTypeError(f"{', '.join(unknown)}: choose from {', '.join(known)}")
    return names


def main() -> None:
    arguments = options()
    if not PHOTOGRAPHS.is_dir():
        print(f"No photographs: {PHOTOGRAPHS.name} is not installed beside the project. Drawings only.")
    if butteraugli_program() is None:
        print("No butteraugli_main on the path: Butteraugli is not measured.")
    arguments.codecs = [name for name in arguments.codecs if is_installed(name)]
    if not arguments.report:
        left = missing(plan(arguments), watermark_queue.read_lines(arguments.results))
        watermark_queue.run(measure, left, arguments.results, arguments.jobs)
    lines = watermark_queue.read_lines(arguments.results)
    peaks = {}
    if arguments.memory:
        peaks = {name: watermark_memory.measure(name, arguments.memory) for name in arguments.codecs}
    section = watermark_report.section(lines, peaks, arguments.memory)
    if arguments.report:
        watermark_report.write(section, lines)
    else:
        print(section)


if __name__ == "__main__":
    main()
