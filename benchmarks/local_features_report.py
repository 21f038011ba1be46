"""The section of docs/benchmarks.md on the search of parts, from what benchmarks/local_features.py found."""

import argparse
import datetime
import os
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from benchmarks import watermark_report
from provenance.local_features import extraction
from provenance.local_features.segment import Segment

if TYPE_CHECKING:
    from benchmarks.local_features import Counts, Times

BEGIN, END = "<!-- local features:begin -->", "<!-- local features:end -->"


def write(text: str) -> None:
    watermark_report.put(text, BEGIN, END)


def section(
    found: "Mapping[str, Mapping[str, Counts]]",
    wrong: Sequence[int],
    times: "Times",
    arguments: argparse.Namespace,
    held: Sequence[Segment],
    size: int,
) -> str:
    """Returns the section, Markdown without its markers."""
    images = sum(segment.images_count for segment in held)
    postings = sum(len(segment.places) for segment in held)
    parts = [
        _introduction(arguments, images, postings),
        _recall(found),
        _ratios(found),
        _strangers(wrong),
        _times(times, images),
        f"{size / images:.0f} bytes an image in the file, {postings / images:.0f} keypoints an image.",
    ]
    return "\n\n".join(parts)


def _introduction(arguments: argparse.Namespace, images: int, postings: int) -> str:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        "## Search of parts\n\n"
        f"`.venv/bin/python -m benchmarks.local_features --distractors {arguments.distractors} "
        f"--queries {arguments.queries} --report`, {today}, features `{extraction.VERSION}`: {images:,} "
        f"registered images ({postings / 1e6:.1f} million keypoints), {arguments.queries} of them attacked; "
        "the three kinds take turns. Found = the right image comes first. Surely = with 10 inliers "
        "or more. The attacked copy alone is searched for, without looking for a picture within it. PDQ "
        "(within 31 bits, 8 orientations) and ORB (256 keypoints, every descriptor compared) search the real "
        "pictures only, without the distractors."
    )


def _recall(found: "Mapping[str, Mapping[str, Counts]]") -> str:
    kinds = list(next(iter(found.values())))
    head = ["Attack", "found", "surely", *(f"{kind}s" for kind in kinds), "median inliers", "PDQ", "ORB"]
    rows = []
    for attack, by_kind in found.items():
        all_of = list(by_kind.values())
        inliers = [value for counts in all_of for value in counts.inliers]
        row = [f"`{attack}`", _share(all_of, "ours"), _share(all_of, "ours_surely")]
        row += [_share([by_kind[kind]], "ours") if kind in by_kind else "" for kind in kinds]
        row += [f"{np.median(inliers):.0f}", _share(all_of, "pdq"), _share(all_of, "orb")]
        rows.append(row)
    return _table(head, rows)


def _ratios(found: "Mapping[str, Mapping[str, Counts]]") -> str:
    every = [counts for by_kind in found.values() for counts in by_kind.values()]
    ours, pdq, orb = (sum(getattr(counts, name) for counts in every) for name in ("ours", "pdq", "orb"))
    asked = sum(counts.asked for counts in every)
    return (
        f"Over all {asked} copies: found {ours / asked:.1%}, PDQ {pdq / asked:.1%}, ORB {orb / asked:.1%}: "
        f"{ours / max(1, pdq):.2f} times as often as PDQ, {ours / max(1, orb):.2f} times as often as ORB."
    )


def _strangers(wrong: Sequence[int]) -> str:
    counts = np.bincount(wrong)
    spread = ", ".join(f"{value} inliers: {count}" for value, count in enumerate(counts) if count)
    return (
        f"{len(wrong)} pictures that are not registered, the most inliers of any candidate: {spread} "
        "(0: no candidate). None is a claim: pixels are compared before."
    )


def _times(times: "Times", images: int) -> str:
    rows = [
        ["registering: keypoints of one image", *_spread(times.extraction)],
        ["query at 1,024 px, registered", *_spread(times.large)],
        ["query at 1,024 px, not registered: every way of looking is tried", *_spread(times.stranger)],
        ["attacked copies", *_spread(times.ours)],
        ["PDQ, real pictures only", *_spread(times.pdq)],
        ["ORB, real pictures only", *_spread(times.orb)],
    ]
    busy = f"{max(0.0, os.getloadavg()[0] - 1):.0f} other programs at work on {os.cpu_count()} processors"
    head = f"Processor time, one core, {images:,} registered, {busy}:"
    return f"{head}\n\n" + _table(["", "median", "95 %"], rows)


def _spread(seconds: Sequence[float]) -> list[str]:
    if not seconds:
        return ["", ""]
    return [f"{1000 * value:.0f} ms" for value in np.percentile(seconds, [50, 95])]


def _share(counts: "Iterable[Counts]", name: str) -> str:
    counts = list(counts)
    return f"{100 * sum(getattr(one, name) for one in counts) / sum(one.asked for one in counts):.0f} %"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
