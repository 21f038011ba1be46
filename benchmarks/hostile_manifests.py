"""What hostile manifests cost: time and memory of the sandbox's child, file by file.

    python -m benchmarks.hostile_manifests

Every file of `tests/hostile_manifests.py` is examined as a stranger's upload is, by a child of its own under
the limits of the sandbox: manifest with history and pixels. Time is from the request to the child's end,
memory the child's peak. The target: no file takes over 2 s or 512 MB.
"""

import os
import resource
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from provenance import images, manifest, sandbox_process
from provenance.frames import read_to_end
from tests.hostile_manifests import Hostile, authority, corpus

SECONDS: Final = 2.0
MEGABYTES: Final = 512
_MILLION: Final = 1e6


@dataclass(frozen=True)
class Cost:
    """What one file took; `died` if a limit ended the child."""

    name: str
    wall_seconds: float
    processor_seconds: float
    megabytes: float
    died: bool


def examined(file: Hostile, anchors: str) -> Cost:
    """Examines one file in a child, exactly as the sandbox's helper does."""
    mime = images.MIME.get(images.sniff(file.data) or "", "")
    header = {"decode": True, "anchors": anchors, "mime": mime, "history": True, "has_store": False}
    header["size"] = len(file.data)
    start = time.perf_counter()
    source, target = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(source)
        # Says nothing more: the library's last words at a limit are not the benchmark's.
        os.dup2(target, 2)
        sandbox_process._child(sandbox_process.examine, header, memoryview(file.data), target)
    os.close(target)
    read_to_end(source, time.monotonic() + sandbox_process.WALL_SECONDS)
    os.close(source)
    _, status, usage = os.wait4(pid, 0)
    took = time.perf_counter() - start
    return Cost(file.name, took, usage.ru_utime + usage.ru_stime, _megabytes(usage), status != 0)


def _megabytes(usage: resource.struct_rusage) -> float:
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / _MILLION


def report(costs: list[Cost]) -> None:
    """Prints the dearest files and whether the target is met."""
    print(f"{len(costs)} files, {sum(cost.died for cost in costs)} ended by a limit of time or memory")
    print(f"{'file':60} {'wall s':>8} {'cpu s':>8} {'MB':>8}")
    dearest = sorted(costs, key=lambda cost: -cost.wall_seconds)[:12]
    largest = [cost for cost in sorted(costs, key=lambda cost: -cost.megabytes)[:6] if cost not in dearest]
    for cost in dearest + largest:
        note = "  ended" if cost.died else ""
        numbers = f"{cost.wall_seconds:8.3f} {cost.processor_seconds:8.3f} {cost.megabytes:8.1f}"
        print(f"{cost.name:60} {numbers}{note}")
    median = sorted(cost.wall_seconds for cost in costs)[len(costs) // 2]
    over = [cost.name for cost in costs if cost.wall_seconds > SECONDS or cost.megabytes > MEGABYTES]
    print(f"median {median * 1000:.0f} ms; over {SECONDS:g} s or {MEGABYTES} MB: {over or 'none'}")


def main() -> None:
    images.rehearse()
    manifest.load_library()
    anchors = authority().anchors
    with tempfile.TemporaryDirectory() as folder:
        report([examined(file, anchors) for file in corpus(Path(folder))])


if __name__ == "__main__":
    main()
