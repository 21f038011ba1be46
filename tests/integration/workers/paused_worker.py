"""A real Celery worker that stops for ever at one named step, so that a test can kill it exactly there.

`python -m tests.integration.workers.paused_worker STEP MARKER QUEUE`: at the step it writes the file MARKER
and sleeps. With STEP "none" it is an ordinary worker.
"""

import importlib
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

# Where each step begins, in the order in which a job passes them.
STEPS = {
    "claimed": ("generation.jobs", "ensure_wanted"),
    "generating": ("generation.sketch", "render"),
    "loading": ("generation.sources", "load"),
    "inpainting": ("generation.sketch", "inpaint"),
    "reserving": ("provenance.registry", "reserve"),
    "reserved": ("provenance.stamping", "stamp"),
    "signing": ("provenance.manifest", "sign"),
    "stamped": ("provenance.published_files", "store"),
    "stored": ("provenance.registry", "register"),
    "registering": ("provenance.models", "PublishedFile.objects.bulk_create"),
    "registered": ("generation.jobs", "image_done"),
    "finishing": ("generation.jobs", "finish"),
    "inspecting": ("provenance.inspection", "examine"),
    "judged": ("provenance.verdict", "decide"),
}


def pause_at(step: str, marker: Path) -> None:
    """Replaces the function of that step by one that writes the marker and never goes on."""
    module, path = STEPS[step]
    *owners, name = path.split(".")
    target: Any = importlib.import_module(module)
    for owner in owners:
        target = getattr(target, owner)
    setattr(target, name, _paused(marker))


def _paused(marker: Path) -> Callable[..., None]:
    def wait(*args: Any, **kwargs: Any) -> None:
        marker.write_text(str(os.getpid()))
        time.sleep(600)

    return wait


def main(step: str, marker: str, queue: str) -> None:
    import django

    django.setup()
    if step != "none":
        pause_at(step, Path(marker))
    from config import celery_app

    options = ["--quiet", "worker", "--queues", queue, "--concurrency", "1", "--loglevel", "WARNING"]
    celery_app.worker_main([*options, "--without-gossip", "--without-mingle", "--without-heartbeat"])


if __name__ == "__main__":
    main(*sys.argv[1:])
