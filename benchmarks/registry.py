"""The search by fingerprint among a million images or ten: by indexes, in memory, and by reading every row.

python -m benchmarks.registry --rows 1000000     measures, and adds to --results
python -m benchmarks.registry --report           writes the newest of each size into docs/benchmarks.md

Makes its own PostgreSQL in a temporary folder (0.8 GB a million rows) and asks it with the project's own
code. One query at a time on one core, after some that are not counted. Times are by the clock; beside them
stands the processor time of client and server, which says more where the machine does other work.
"""

import argparse
import datetime
import json
import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from benchmarks import registry_report

if TYPE_CHECKING:
    from benchmarks.registry_table import Hashes

RESULTS = Path("var") / "benchmarks" / "registry.jsonl"
FARTHEST, MOST = 64, 20
WARM_UP = 20
# Random look-ups bring rows and indexes into the buffers, as an hour of use would; 8 orientations at a time.
SECONDS_OF_USE_A_MILLION = 10.0
COPIES_A_DISTANCE = 4
# Reading every row takes equally long whatever is asked, and very long: a few queries say enough.
READ_WHOLE = {1: 4, 8: 2}
INSERT_SECONDS, BATCH = 10.0, 1000
# Indexes and rows of a million images fit.
BUFFERS_MEGABYTES_A_MILLION, LEAST_BUFFERS_MEGABYTES = 700, 512

Line = dict[str, Any]
Find = Callable[[Sequence[bytes]], list[tuple[Any, int]]]
# A damaged hash, its distance, and the hash of the row that it was made from.
Query = tuple[bytes, int, bytes]


def main() -> None:
    arguments = options()
    if arguments.report:
        registry_report.write(arguments.results)
        return
    with tempfile.TemporaryDirectory(prefix="tracery-registry-", dir=arguments.folder) as folder:
        line = in_own_database(Path(folder), arguments.rows)
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    with arguments.results.open("a") as file:
        file.write(json.dumps(line) + "\n")
    print(registry_report.section([line]))


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--rows", type=lambda text: int(float(text)), default=1_000_000)
    parser.add_argument("--folder", type=Path, help="where the temporary folder is made")
    parser.add_argument("--results", type=Path, default=RESULTS)
    parser.add_argument("--report", action="store_true")
    return parser.parse_args()


def in_own_database(folder: Path, rows: int) -> Line:
    """Returns what was measured in a server of its own, whose data lies in `folder` as long as it runs."""
    os.environ.update(
        DJANGO_SETTINGS_MODULE="config.settings",
        TRACERY_VAR=str(folder),
        SECRET_KEY=secrets.token_urlsafe(48),
        WATERMARK_KEYS=secrets.token_urlsafe(48),
    )
    os.environ.pop("DATABASE_URL", None)
    data = folder.resolve() / "pgdata"
    megabytes = max(LEAST_BUFFERS_MEGABYTES, BUFFERS_MEGABYTES_A_MILLION * rows // 1_000_000)
    prepare_server(data, megabytes)
    import django

    django.setup()
    from config import embedded_postgres

    try:
        return measure(rows) | {"buffers_megabytes": megabytes}
    finally:
        embedded_postgres.stop(data)


def prepare_server(data: Path, megabytes: int) -> None:
    """Makes a server's data, so that it gets that much memory for its buffers when the settings start it."""
    script = (
        "import sys; from pathlib import Path; import psycopg; from config import embedded_postgres as e;"
        "d = Path(sys.argv[1]); c = psycopg.connect(e.ensure_running(d), autocommit=True);"
        "c.execute(f\"ALTER SYSTEM SET shared_buffers = '{sys.argv[2]}MB'\");"
        "c.execute(\"ALTER SYSTEM SET max_wal_size = '8GB'\"); c.close(); e.stop(d)"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, str(data), str(megabytes)]
    subprocess.run(command, check=True)


def measure(rows: int) -> Line:
    from benchmarks import registry_table as table
    from provenance.hash_search.memory import MemorySearch
    from provenance.hash_search.postgresql import PostgresqlSearch

    rng = np.random.default_rng(rows)
    seconds: dict[str, float] = {}
    sample = fill(rows, rng, seconds)
    memory, indexed = MemorySearch(), PostgresqlSearch()
    with timed(seconds, "memory"):
        memory.nearest([bytes(32)], distance=0, most=1)
    line: Line = {
        "rows": rows,
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "megabytes": {
            "rows": table.size_of(table.TABLE),
            "indexes": table.size_of(f"{table.TABLE}_pdq_band_%"),
            "memory": rows * 48 / 2**20,
        },
        "seconds": seconds,
    }
    ways: dict[str, Find] = {
        "indexes": lambda hashes: indexed.nearest(hashes, distance=FARTHEST, most=MOST),
        "memory": lambda hashes: memory.nearest(hashes, distance=FARTHEST, most=MOST),
        "rows": lambda hashes: table.every_row(hashes, FARTHEST, MOST),
    }
    queries = planted(sample, rng)
    with timed(seconds, "use"):
        use(ways["indexes"], SECONDS_OF_USE_A_MILLION * rows / 1_000_000, rng)
    for name, find in ways.items():
        for orientations in (1, 8):
            # A look-up of 8 takes several times as long, and says as much with half as many.
            step = 2 if orientations == 8 else 1
            step = len(queries) // READ_WHOLE[orientations] if name == "rows" else step
            line[f"{name}_{orientations}"] = asked(find, queries[::step], orientations, rng)
            print(f"{name}, {orientations}: {line[f'{name}_{orientations}']}", file=sys.stderr)
    line["inserted_per_second"] = inserted_per_second(rng)
    return line


def fill(rows: int, rng: np.random.Generator, seconds: dict[str, float]) -> "Hashes":
    """Fills the table, and returns some of its hashes."""
    from benchmarks import registry_table as table

    table.create()
    sample = []
    with timed(seconds, "load"):
        for first in range(0, rows, table.CHUNK):
            hashes = table.make(min(table.CHUNK, rows - first), rng)
            table.copy_in(hashes, rng)
            sample.append(hashes[rng.choice(len(hashes), min(len(hashes), 400), replace=False)])
    with timed(seconds, "indexes"):
        table.create_indexes()
    return np.concatenate(sample)


def use(find: Find, seconds: float, rng: np.random.Generator) -> None:
    """Looks for strangers for so long."""
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        find([rng.bytes(32) for _ in range(8)])


@contextmanager
def timed(seconds: dict[str, float], name: str) -> Iterator[None]:
    print(name, file=sys.stderr)
    start = time.perf_counter()
    yield
    seconds[name] = time.perf_counter() - start


def planted(sample: "Hashes", rng: np.random.Generator) -> list[Query]:
    """Returns copies at every distance up to `FARTHEST`, in a random order."""
    from benchmarks.registry_table import damaged

    distances = rng.permutation(np.repeat(np.arange(FARTHEST + 1), COPIES_A_DISTANCE))
    chosen = sample[rng.choice(len(sample), len(distances), replace=False)]
    return [
        (damaged(pdq, int(distance), rng), int(distance), pdq.tobytes())
        for pdq, distance in zip(chosen, distances, strict=True)
    ]


def asked(find: Find, queries: Sequence[Query], orientations: int, rng: np.random.Generator) -> Line:
    """Returns times in milliseconds, and how many of the copies were found by their distance."""
    from benchmarks.registry_table import hash_of, server_seconds

    for _ in range(WARM_UP if len(queries) > WARM_UP else 0):
        find([rng.bytes(32) for _ in range(orientations)])
    times = []
    found = {"0-31": [0, 0], "32-47": [0, 0], "48-64": [0, 0]}
    before = server_seconds() + time.process_time()
    for query, distance, original in queries:
        # The copy lies in one of the orientations; the others are strangers.
        hashes = [rng.bytes(32) for _ in range(orientations)]
        hashes[int(rng.integers(orientations))] = query
        start = time.perf_counter()
        answer = find(hashes)
        times.append(1000 * (time.perf_counter() - start))
        hit = any(apart <= distance and hash_of(image) == original for image, apart in answer)
        counts = found["0-31" if distance < 32 else "32-47" if distance < 48 else "48-64"]
        counts[0] += hit
        counts[1] += 1
    spent = server_seconds() + time.process_time() - before
    p50, p99 = np.percentile(times, [50, 99])
    return {
        "queries": len(queries),
        "p50": float(p50),
        "p99": float(p99),
        "processor": 1000 * spent / len(queries),
        "found": found,
    }


def inserted_per_second(rng: np.random.Generator) -> float:
    """Returns how many rows a second batches of a thousand add, each batch committed, with all indexes."""
    from benchmarks import registry_table as table

    count, start = 0, time.perf_counter()
    while time.perf_counter() - start < INSERT_SECONDS:
        table.copy_in(rng.integers(0, 256, (BATCH, 32), np.uint8), rng)
        count += BATCH
    return count / (time.perf_counter() - start)


if __name__ == "__main__":
    main()
