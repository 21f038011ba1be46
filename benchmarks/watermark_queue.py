"""Long runs: a line of JSON for each task, several processes, each on a core of its own, resumable."""

import json
import multiprocessing
import os
import sys
import time
from collections.abc import Callable, Sequence
from multiprocessing.queues import SimpleQueue
from pathlib import Path
from typing import Any, TypeVar

import cv2

Line = dict[str, Any]
Task = TypeVar("Task")


def run(measure: Callable[[Task], Line], tasks: Sequence[Task], results: Path, jobs: int) -> None:
    """Appends `measure` of each task to `results`, in `jobs` processes; shows how long it will take."""
    results.parent.mkdir(parents=True, exist_ok=True)
    spawn = multiprocessing.get_context("spawn")
    cores: SimpleQueue[int] = spawn.SimpleQueue()
    available = sorted(os.sched_getaffinity(0))
    for worker in range(jobs):
        cores.put(available[worker % len(available)])
    start = time.monotonic()
    with results.open("a") as file, spawn.Pool(jobs, stay_on_one_core, (cores,)) as pool:
        for count, line in enumerate(pool.imap_unordered(measure, tasks), start=1):
            file.write(json.dumps(line) + "\n")
            file.flush()
            left = (time.monotonic() - start) / count * (len(tasks) - count)
            sys.stderr.write(f"\r{count} of {len(tasks)}, {left / 60:.0f} minutes left    ")
            sys.stderr.flush()
    sys.stderr.write("\n")


def read_lines(path: Path) -> list[Line]:
    """Returns what was measured so far; nothing where there is no file."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def stay_on_one_core(cores: "SimpleQueue[int]") -> None:
    """Pins this worker to a core of its own: a library that starts threads regardless gains nothing."""
    os.sched_setaffinity(0, {cores.get()})
    cv2.setNumThreads(1)
