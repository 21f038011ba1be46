"""What Content Credentials cost: time to sign and verify a picture, and bytes in the file.

python -m benchmarks.c2pa             prints the tables
python -m benchmarks.c2pa --report    writes them into docs/benchmarks.md

Beside it, in the same run on the same files, the C2PA library as it comes: it makes the thumbnail itself, and
checks the signature but not the file. The time is the processor's, all threads together; only where a
time-stamp is fetched (from an authority on this machine, which starts a program for each) is it the clock's.
"""

import argparse
import contextlib
import datetime
import io
import platform
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import c2pa
import numpy as np
from numpy.typing import NDArray

from benchmarks import watermark_report
from benchmarks.watermark_pictures import KINDS, pictures
from provenance import certificates, images, manifest
from provenance.credentials import definition
from provenance.credentials.definition import Parent, Region, Statement, xmp_packet
from provenance.manifest import Signer
from tests import time_stamp_authority
from watermark import codec, signature

BEGIN, END = "<!-- c2pa:begin -->", "<!-- c2pa:end -->"
SIDES: Final = (512, 1024, 2048)
FORMATS: Final[tuple[images.PublishedFormat, ...]] = ("PNG", "JPEG", "WEBP", "AVIF")
# What signing a PNG of this side with its thumbnail, verification included, is asked to cost at most.
ASKED_SIDE, ASKED_MILLISECONDS = 1024, 25
KEY: Final = b"a key of the benchmark of credentials"
_CPUINFO: Final = Path("/proc/cpuinfo")


@dataclass(frozen=True)
class Bench:
    """Who signs in this run.

    Attributes:
        signer: With a time-stamp authority on this machine, to be left out at will.
        anchors: The roots of both.
        repeats: How often each thing is done; the median counts.
    """

    signer: Signer
    anchors: str
    repeats: int

    @property
    def unstamped(self) -> Signer:
        return replace(self.signer, tsa_url=None)


@dataclass(frozen=True)
class Row:
    """Medians over pictures: milliseconds and bytes."""

    file_bytes: int
    thumbnail: float
    ours: float
    reading: float
    peer: float
    added: int
    peer_added: int


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--count", type=int, default=9, help="pictures of each side (default 9)")
    parser.add_argument("--repeats", type=int, default=5, help="of each picture (default 5)")
    parser.add_argument("--report", action="store_true")
    arguments = parser.parse_args()
    with running(arguments.repeats) as bench:
        text = section(bench, arguments.count)
    if arguments.report:
        watermark_report.put(text, BEGIN, END)
    print(text)


@contextlib.contextmanager
def running(repeats: int) -> Iterator[Bench]:
    """Yields certificates of a test authority and a time-stamp authority, made for this run."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        certificates.make_test_authority(folder, common_name="Benchmark")
        with time_stamp_authority.running(folder / "time") as (url, time_anchors):
            signer = Signer(
                (folder / "chain.pem").read_text(), (folder / "signing-key.pem").read_text(), tsa_url=url
            )
            yield Bench(signer, (folder / "root.pem").read_text() + "\n" + time_anchors, repeats)


def section(bench: Bench, count: int) -> str:
    """Returns the section of docs/benchmarks.md, Markdown without its markers."""
    marked = {side: [published(picture.load(side)) for picture in pictures(count)] for side in SIDES}
    rows = {(side, name): row(bench, marked[side], name) for side in SIDES for name in FORMATS}
    asked, today = rows[ASKED_SIDE, "PNG"], datetime.datetime.now(datetime.UTC).date().isoformat()
    return "\n\n".join(
        [
            "## Content Credentials",
            f"`.venv/bin/python -m benchmarks.c2pa --count {count} --repeats {bench.repeats}`, {today}: "
            f"{len(marked[ASKED_SIDE])} pictures of each side ({', '.join(f'{kind}s' for kind in KINDS)}), "
            "marked as published. Milliseconds of processor time, median. Ours: thumbnail, signature and a "
            "full reading of the finished file. The library as it comes: a thumbnail of its own (none in "
            "AVIF, which it cannot decode) and a check of the signature, not of the file. Added: by how "
            "much the file grows.",
            _table(rows),
            f"Asked: at most {ASKED_MILLISECONDS} ms for a PNG of {ASKED_SIDE} px. Measured: "
            f"{asked.ours:.1f} ms, of which {asked.thumbnail:.1f} ms for the thumbnail and "
            f"{asked.reading:.1f} ms for reading. {_hashing(asked)}",
            stamped(bench, marked[ASKED_SIDE][0]),
        ]
    )


def published(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Returns a picture as it is before it is encoded: PNG is larger with a watermark in it."""
    return codec.embed(signature.draw(rgb), 0x0123456789ABCDEF, key=KEY)


def row(bench: Bench, marked: list[NDArray[np.uint8]], name: images.PublishedFormat) -> Row:
    """Returns the medians over pictures in one format."""
    return _medians([one(bench, rgb, name) for rgb in marked])


def one(bench: Bench, rgb: NDArray[np.uint8], name: images.PublishedFormat) -> Row:
    """Returns what one picture costs in one format."""
    data, mime, said = file_of(rgb, name), images.MIME[name], statement()
    thumbnail, small = timed(bench.repeats, lambda: manifest.thumbnail(rgb))
    said = replace(said, thumbnail=small)
    ours, made = timed(bench.repeats, lambda: manifest.sign(data, mime, said, bench.unstamped, bench.anchors))
    reading, _ = timed(bench.repeats, lambda: manifest.read(made.data, mime, bench.anchors))
    peer, theirs = timed(bench.repeats, lambda: as_it_comes(data, mime, said, bench))
    added = len(made.data) - len(data)
    return Row(len(data), thumbnail, thumbnail + ours, reading, peer, added, len(theirs) - len(data))


def as_it_comes(data: bytes, mime: str, said: Statement, bench: Bench) -> bytes:
    """Returns the file signed by the library with the same words and its own defaults."""
    words = definition.definition(said, mime)
    del words["thumbnail"], words["hash_alg"]
    trust = {"trust_anchors": bench.anchors, "trust_config": manifest._EKUS}
    algorithm = c2pa.C2paSigningAlg.ES256
    signer, out = bench.unstamped, io.BytesIO()
    info = c2pa.C2paSignerInfo(algorithm, signer.chain_pem.encode(), signer.key_pem.encode(), None)
    with (
        c2pa.Context.from_dict({"trust": trust}) as context,
        c2pa.Signer.from_info(info) as credential,
        c2pa.Builder(words, context=context) as builder,
    ):
        builder.sign(credential, mime, io.BytesIO(data), out)
    return out.getvalue()


def stamped(bench: Bench, rgb: NDArray[np.uint8]) -> str:
    """Returns what a time-stamp and a source add, as a table."""
    data, said = file_of(rgb, "PNG"), replace(statement(), thumbnail=manifest.thumbnail(rgb))
    first = manifest.sign(data, "image/png", said, bench.unstamped, bench.anchors)
    changed = replace(
        said, flow="inpainting", parent=Parent(first.data, "image/png"), region=Region(64, 64, 200, 200)
    )
    lines = []
    for label, words in (("text to image", said), ("inpainting of a signed PNG", changed)):
        for signer in (bench.unstamped, bench.signer):
            cost, made = timed(
                bench.repeats,
                lambda words=words, signer=signer: manifest.sign(  # type: ignore[misc]
                    data, "image/png", words, signer, bench.anchors
                ),
                time.perf_counter,
            )
            with_stamp = "yes" if signer.tsa_url else "no"
            lines.append(f"| {label} | {with_stamp} | {cost:.1f} | {len(made.data) - len(data):,} |")
    head = f"| PNG of {ASKED_SIDE} px, one picture | time-stamp | ms by the clock | added, bytes |"
    return "\n".join([head, "|---|---|---|---|", *lines])


def file_of(rgb: NDArray[np.uint8], name: images.PublishedFormat) -> bytes:
    said = statement()
    packet = xmp_packet(said.digital_source_type, said.verify_url, said.image_id)
    return images.encode(rgb, name, xmp=packet)


def statement() -> Statement:
    return Statement(
        image_id=UUID(int=7),
        title="Tracery image",
        digital_source_type="trainedAlgorithmicMedia",
        generator_name="a model of the benchmark",
        generator_version="1",
        product_version="0.1.0",
        created_at=datetime.datetime.now(datetime.UTC),
        watermark_alg="org.tracery.tiled.1",
        watermark_value=definition.watermark_value(0x0123456789ABCDEF),
        verify_url="https://tracery.example/verify",
    )


def timed(
    repeats: int, work: Callable[[], Any], clock: Callable[[], float] = time.process_time
) -> tuple[float, Any]:
    """Returns the median milliseconds and the last result."""
    times, result = [], None
    for _ in range(repeats):
        start = clock()
        result = work()
        times.append(1000 * (clock() - start))
    return statistics.median(times), result


def _medians(rows: list[Row]) -> Row:
    values: dict[str, Any] = {
        name: statistics.median(getattr(row, name) for row in rows) for name in Row.__dataclass_fields__
    }
    return Row(**values)


def _table(rows: dict[tuple[int, images.PublishedFormat], Row]) -> str:
    head = "| Side | format | kB | ours, ms | as it comes, ms | ratio | added, bytes | added, as it comes |"
    lines = [head, "|---|---|---|---|---|---|---|---|"]
    for (side, name), found in rows.items():
        ratio = found.ours / found.peer
        lines.append(
            f"| {side} | {name} | {found.file_bytes / 1000:,.0f} | {found.ours:.1f} | {found.peer:.1f} "
            f"| {ratio:.2f} | {found.added:,.0f} | {found.peer_added:,.0f} |"
        )
    return "\n".join(lines)


def _hashing(asked: Row) -> str:
    """Says what the time goes by: the library hashes a file once to sign it and once to read it."""
    flags = _CPUINFO.read_text() if _CPUINFO.is_file() else ""
    instructions = "has" if " sha_ni" in flags else "has no"
    return (
        f"The file ({asked.file_bytes / 1e6:.1f} MB) is hashed with SHA-512 twice, once for each; this "
        f"processor ({platform.machine()}) {instructions} instructions for SHA-256, which the library "
        "takes by itself."
    )


if __name__ == "__main__":
    main()
