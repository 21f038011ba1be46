"""The section of docs/benchmarks.md on tracing, from the lines of benchmarks/tracing.py."""

import datetime
import statistics
from collections import Counter
from collections.abc import Sequence
from typing import Final

from scipy.stats import beta

from benchmarks import watermark_report
from benchmarks.tracing_copies import GROUPS, TARGETS
from benchmarks.watermark_queue import Line

BEGIN: Final = "<!-- tracing:begin -->"
END: Final = "<!-- tracing:end -->"
MODES: Final = ("every signal", "without the watermark")
SURE_PDQ: Final = 31


def section(
    copies: Sequence[Line], strangers: Sequence[Line], lookups: Sequence[Line], times: Sequence[Line]
) -> str:
    """Returns the section, Markdown without its markers."""
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    parts = [
        "## Tracing: the whole cascade\n\n"
        "`.venv/bin/python -m benchmarks.tracing` with `prepare`, `copies`, `strangers`, "
        f"`lookups`, `times`, `report`, {today}. A copy is found if the right image is named, alone or as "
        "one of several that look alike, and not as one that conflicts. PDQ is what one would otherwise "
        f"take: the right hash within {SURE_PDQ} bits, in any orientation."
    ]
    if copies:
        parts += [_groups(copies), _conflicting(copies), _attacks(copies), _times(copies)]
    if strangers:
        parts.append(_strangers(strangers))
    if lookups:
        parts.append(_lookups(lookups))
    if times:
        parts.append(_large(times))
    return "\n\n".join(parts)


def write(text: str) -> None:
    """Puts the section into docs/benchmarks.md."""
    watermark_report.put(text, BEGIN, END)


def highest_rate(claims: int, asked: int) -> float:
    """Returns the upper end of the 95 % interval of a rate (Clopper and Pearson, Biometrika 26, 1934)."""
    return 1.0 if claims == asked else float(beta.ppf(0.975 if claims else 0.95, claims + 1, asked - claims))


def _groups(lines: Sequence[Line]) -> str:
    rows = []
    for group, names in GROUPS.items():
        own = [line for line in lines if line["attack"] in names]
        if not own:
            continue
        found = [_share(own, mode, "found") for mode in MODES]
        wrong = sum(line[mode]["wrong"] for line in own for mode in MODES)
        pdq = sum(line["pdq"] <= SURE_PDQ for line in own) / len(own)
        asked = " / ".join(f"{100 * target:g} %" for target in TARGETS[group])
        rows.append(
            f"| {group} | {len(own)} | {100 * found[0]:.1f} % | {100 * found[1]:.1f} % | {asked} "
            f"| {100 * pdq:.1f} % | {_ratio(found[1], pdq)} | {wrong} |"
        )
    head = "| Copies | n | found | without the watermark | asked | PDQ | ours : PDQ | wrong image |"
    return "\n".join([head, "|---|---|---|---|---|---|---|---|", *rows])


def _conflicting(lines: Sequence[Line]) -> str:
    own = [line["attack"] for line in lines if line[MODES[0]]["verdict"] == "CONFLICTING"]
    which = ", ".join(f"{name} {count}" for name, count in Counter(own).most_common())
    return f"With every signal {len(own)} of {len(lines):,} copies read as conflicting" + (
        f" ({which})." if which else "."
    )


def _attacks(lines: Sequence[Line]) -> str:
    rows = []
    for name in (name for names in GROUPS.values() for name in names):
        own = [line for line in lines if line["attack"] == name]
        if not own:
            continue
        shares = [100 * _share(own, mode, "found") for mode in MODES]
        alone = 100 * _share(own, MODES[1], "alone")
        pdq = 100 * sum(line["pdq"] <= SURE_PDQ for line in own) / len(own)
        rows.append(f"| {name} | {len(own)} | {shares[0]:.1f} | {shares[1]:.1f} | {alone:.1f} | {pdq:.1f} |")
    head = "| Attack | n | found, % | without the watermark | of it, named alone | PDQ |"
    return "\n".join([head, "|---|---|---|---|---|---|", *rows])


def _times(lines: Sequence[Line]) -> str:
    rows = []
    for mode in MODES:
        for by in ("watermark", "hash", "local features", ""):
            took = [line[mode]["seconds"] for line in lines if line[mode]["by"] == by]
            if took:
                spread = sorted(took)
                rows.append(
                    f"| {mode} | {by or 'nothing'} | {len(took)} | {1000 * statistics.median(took):.0f} ms "
                    f"| {1000 * spread[int(0.95 * len(spread))]:.0f} ms |"
                )
    head = "| Asked with | answered by | n | median | 95 % |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _large(lines: Sequence[Line]) -> str:
    rows = []
    for name in (name for name in lines[0] if name != "index"):
        traced = [line[name] for line in lines]
        by = Counter(one["by"] or "nothing" for one in traced).most_common()
        milliseconds = {
            stage: statistics.median(one["milliseconds"].get(stage, 0.0) for one in traced)
            for stage in sorted({stage for one in traced for stage in one["milliseconds"]})
        }
        spread = sorted(one["seconds"] for one in traced)
        stages = ", ".join(f"{stage} {took:.0f}" for stage, took in milliseconds.items() if took >= 1)
        rows.append(
            f"| {name} | {', '.join(f'{what} {count}' for what, count in by)} "
            f"| {1000 * statistics.median(spread):.0f} ms | {1000 * spread[int(0.95 * len(spread))]:.0f} ms "
            f"| {stages} |"
        )
    head = "| JPEG file of 1,024 px | answered by | median | 95 % | medians of the stages, ms |"
    return "\n".join([head, "|---|---|---|---|---|", *rows])


def _strangers(lines: Sequence[Line]) -> str:
    claims = sum(line["verdict"] != "NO_EVIDENCE" for line in lines)
    seconds = statistics.median(line["seconds"] for line in lines)
    return (
        "Pictures that are not registered, whole cascade: "
        f"{_bounded(claims, len(lines), 'a picture')}; median {seconds:.2f} s."
    )


def _lookups(lines: Sequence[Line]) -> str:
    claims, asked, candidates = (
        sum(line[what] for line in lines) for what in ("claims", "lookups", "candidates")
    )
    return (
        f"Hash look-ups of pictures that are not registered: {_bounded(claims, asked, 'a look-up')}; "
        f"{candidates} candidates (64 bits)."
    )


def _bounded(claims: int, asked: int, each: str) -> str:
    return f"{claims} claims in {asked:,} (95 %: at most {highest_rate(claims, asked):.1e} {each})"


def _share(lines: Sequence[Line], mode: str, what: str) -> float:
    return sum(bool(line[mode][what]) for line in lines) / len(lines)


def _ratio(ours: float, theirs: float) -> str:
    return f"{ours / theirs:.2f}" if theirs else "-"
