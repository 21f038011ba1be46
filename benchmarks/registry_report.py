"""The section of docs/benchmarks.md on the search by fingerprint, from the results of registry.py."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks import watermark_queue, watermark_report

BEGIN, END = "<!-- registry:begin -->", "<!-- registry:end -->"
WAYS = {"indexes": "11 band indexes in PostgreSQL", "memory": "scan in memory", "rows": "every row read"}

Line = dict[str, Any]


def write(results: Path) -> None:
    """Puts the newest figures of each size into docs/benchmarks.md."""
    newest = {line["rows"]: line for line in watermark_queue.read_lines(results)}
    watermark_report.put(section([newest[rows] for rows in sorted(newest)]), BEGIN, END)


def section(lines: Sequence[Line]) -> str:
    """Returns the section, Markdown without its markers; `lines` by rising number of rows."""
    commands = " and ".join(f"`--rows {line['rows']}`" for line in lines)
    parts = [
        "## Registry: search by fingerprint",
        f"`OMP_NUM_THREADS=1 .venv/bin/python -m benchmarks.registry` with {commands}, {lines[-1]['date']}. "
        "One query at a time, one core of a machine that did other work: median and 99th percentile by the "
        "clock, in brackets the mean processor time of client and server. All caches warm; PostgreSQL's "
        f"buffers {' and '.join(str(line['buffers_megabytes']) for line in lines)} MB.",
        _times(lines),
        _recall(lines),
        _costs(lines),
    ]
    growth = _growth(lines)
    return "\n\n".join([*parts, growth] if growth else parts)


def _times(lines: Sequence[Line]) -> str:
    rows = []
    for name, label in WAYS.items():
        for orientations in (1, 8):
            cells = []
            for line in lines:
                figures = line[f"{name}_{orientations}"]
                ratio = line[f"rows_{orientations}"]["processor"] / figures["processor"]
                cells.append(
                    f"{figures['p50']:.0f} / {figures['p99']:.0f} ms [{figures['processor']:.0f} ms], "
                    f"x {ratio:.1f}"
                )
            rows.append([label, "one hash" if orientations == 1 else "8 orientations", *cells])
    head = ["Way", "Asked", *(f"{line['rows']:,} images" for line in lines)]
    text = _table(head, rows)
    return text + "\n\nx: how many times less processor time than reading every row takes."


def _recall(lines: Sequence[Line]) -> str:
    rows = []
    for name, label in WAYS.items():
        for span in ("0-31", "32-47", "48-64"):
            cells = []
            for line in lines:
                counts = [line[f"{name}_{orientations}"]["found"][span] for orientations in (1, 8)]
                cells.append(f"{sum(hit for hit, _ in counts)} of {sum(count for _, count in counts)}")
            rows.append([label, span, *cells])
    head = ["Copies found", "Bits flipped", *(f"{line['rows']:,} images" for line in lines)]
    text = _table(head, rows)
    return text + "\n\nThe bits to flip are drawn at random. Reading every row was asked a few times only."


def _costs(lines: Sequence[Line]) -> str:
    rows = [
        ["rows", *(f"{line['megabytes']['rows']:,.0f} MB" for line in lines)],
        ["band indexes", *(f"{line['megabytes']['indexes']:,.0f} MB" for line in lines)],
        ["band indexes and primary key made in", *(f"{line['seconds']['indexes']:.0f} s" for line in lines)],
        ["scan in memory, a process", *(f"{line['megabytes']['memory']:,.0f} MB" for line in lines)],
        ["scan in memory filled in", *(f"{line['seconds']['memory']:.1f} s" for line in lines)],
        [
            "added with all indexes, 1,000 a batch",
            *(f"{line['inserted_per_second']:,.0f} rows/s" for line in lines),
        ],
    ]
    return _table(["", *(f"{line['rows']:,} images" for line in lines)], rows)


def _growth(lines: Sequence[Line]) -> str:
    if len(lines) < 2:
        return ""
    first, last = lines[0]["indexes_1"], lines[-1]["indexes_1"]
    times = lines[-1]["rows"] // lines[0]["rows"]
    return (
        f"With {times} times as many images a look-up by indexes takes "
        f"{last['p50'] / first['p50']:.1f} times as long by the clock and "
        f"{last['processor'] / first['processor']:.1f} times the processor time."
    )


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
