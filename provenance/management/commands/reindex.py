import json
import sys
import time
from argparse import ArgumentParser
from collections.abc import Iterable, Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from provenance import reindexing
from provenance.reindexing import PARTS, SEGMENTS, Step

# Without a terminal: a line that often, as logs want it.
SECONDS_BETWEEN_LINES = 10.0


class Command(BaseCommand):
    help = (
        "Makes fingerprints, thumbnails, local features and segments anew from the published files. May be "
        "interrupted and started again at any time."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--only", choices=PARTS, help="only this part")
        parser.add_argument("--all", action="store_true", help="also what is current")
        parser.add_argument("--json", action="store_true", help="a summary as one JSON object")

    def handle(self, *args: Any, **options: Any) -> None:
        parts = {options["only"]} if options["only"] else set(PARTS)
        rows, everything = parts - {SEGMENTS}, bool(options["all"])
        start = time.monotonic()
        summary: dict[str, Any] = {"parts": sorted(parts), "rebuilt": 0, "failed": []}
        if rows:
            steps = reindexing.rebuild_rows(rows, everything=everything)
            try:
                for step in _shown(steps, reindexing.remaining(rows, everything=everything)):
                    _count(step, summary)
            except KeyboardInterrupt:
                done = summary["rebuilt"]
                raise CommandError(
                    f"Stopped after {done} images; start it again to go on.", returncode=130
                ) from None
        if SEGMENTS in parts:
            summary["given_to_segments"] = reindexing.rebuild_segments(everything=everything)
        summary["seconds"] = round(time.monotonic() - start, 1)
        self.stdout.write(json.dumps(summary) if options["json"] else _in_words(summary))
        if summary["failed"]:
            raise CommandError(
                f"{len(summary['failed'])} images could not be rebuilt; the next run tries again."
            )


def _count(step: Step, summary: dict[str, Any]) -> None:
    if step.error:
        summary["failed"].append({"image_id": str(step.image_id), "error": step.error})
    else:
        summary["rebuilt"] += 1


def _shown(steps: Iterable[Step], total: int) -> Iterator[Step]:
    """Yields the steps and shows how far they have come, on standard error."""
    if sys.stderr.isatty():
        yield from tqdm(steps, total=total, unit=" images")
        return
    last = time.monotonic()
    for count, step in enumerate(steps, start=1):
        yield step
        if time.monotonic() - last >= SECONDS_BETWEEN_LINES:
            last = time.monotonic()
            sys.stderr.write(f"{count} of {total} images\n")
            sys.stderr.flush()


def _in_words(summary: dict[str, Any]) -> str:
    lines = [f"{summary['rebuilt']} images rebuilt in {summary['seconds']} s."]
    if "given_to_segments" in summary:
        lines.append(f"{summary['given_to_segments']} images given to segments.")
    lines += [f"{failed['image_id']}: {failed['error']}" for failed in summary["failed"]]
    return "\n".join(lines)
