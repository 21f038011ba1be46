"""Tables and the trade-off picture of benchmarks/watermark.py, from its lines of results."""

import datetime
import statistics
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from benchmarks import watermark_curve
from watermark.attacks import ATTACKS

DOCS = Path(__file__).resolve().parents[1] / "docs"
BEGIN, END = "<!-- watermark:begin -->", "<!-- watermark:end -->"
BASE_SIDE = 512

Line = dict[str, Any]


def merged(lines: Iterable[Line]) -> list[Line]:
    """Returns one line a marked picture; of each codec only the version measured last."""
    lines = list(lines)
    newest = {line["codec"]: line["version"] for line in lines}
    found: dict[tuple[object, ...], Line] = {}
    for line in lines:
        if line["version"] != newest[line["codec"]]:
            continue
        key = tuple(line[name] for name in ("codec", "picture", "side", "strength"))
        earlier = found.get(key, {}).get("attacks", {})
        found[key] = line | {"attacks": earlier | line["attacks"]}
    return list(found.values())


def section(lines: Iterable[Line], memory: Mapping[str, Mapping[str, float]], side: int) -> str:
    """Returns the section of docs/benchmarks.md, Markdown without its markers."""
    lines = merged(lines)
    own = [line for line in lines if line["strength"] == 1]
    names = sorted({line["codec"]: line["name"] for line in own}.items(), key=lambda item: item[0] != "ours")
    base = [line for line in own if line["side"] == BASE_SIDE]
    parts = [
        _introduction(base, curve=any(line["strength"] != 1 for line in lines)),
        _overview(base, names),
        _costs(own, names, memory, side),
        _sizes(own, names),
        _attacks(base, names),
    ]
    if any(line["strength"] != 1 for line in lines):
        parts.append("![Recovery against visibility](images/watermark-tradeoff.svg)")
    return "\n\n".join(part for part in parts if part)


def write(text: str, lines: Iterable[Line]) -> None:
    """Puts `text` into docs/benchmarks.md and draws the trade-off curve beside it."""
    put(text, BEGIN, END)
    lines = merged(lines)
    if any(line["strength"] != 1 for line in lines):
        draw("watermark-tradeoff.svg", watermark_curve.draw(curves(lines)))


def put(text: str, begin: str, end: str) -> None:
    """Replaces what stands between two markers in docs/benchmarks.md; the first time, adds it at the end."""
    path = DOCS / "benchmarks.md"
    page = path.read_text()
    block = f"{begin}\n{text}\n{end}\n"
    if begin in page:
        before, rest = page.split(begin, 1)
        path.write_text(before + block + rest.split(end, 1)[1].lstrip("\n"))
    else:
        path.write_text(page.rstrip("\n") + "\n\n" + block)


def draw(name: str, svg: str) -> None:
    """Writes `svg` into docs/images."""
    (DOCS / "images").mkdir(exist_ok=True)
    (DOCS / "images" / name).write_text(svg)


def curves(lines: Sequence[Line]) -> dict[str, list[tuple[float, float]]]:
    """Returns for each codec its points (mean SSIMULACRA 2, share recovered) by rising strength.

    Every point is of the pictures and attacks that all strengths share.
    """
    base = [line for line in lines if line["side"] == BASE_SIDE and line["marked"]]
    varied = [line for line in base if line["strength"] != 1]
    shared = {line["picture"] for line in varied}
    attacks = set(varied[0]["attacks"]) if varied else set()
    points: dict[str, list[tuple[float, float]]] = {}
    for name in sorted({line["name"] for line in varied}):
        for strength in sorted({line["strength"] for line in base}):
            chosen = [
                line
                for line in base
                if line["name"] == name and line["strength"] == strength and line["picture"] in shared
            ]
            if chosen:
                quality = statistics.mean(line["ssimulacra2"] for line in chosen)
                points.setdefault(name, []).append((quality, _share(chosen, attacks) or 0.0))
    return points


def _introduction(base: Sequence[Line], *, curve: bool) -> str:
    kinds = {kind: len({line["picture"] for line in base if line["kind"] == kind}) for kind in _kinds(base)}
    counted = ", ".join(f"{count} x {kind}" for kind, count in kinds.items())
    count = len({line["picture"] for line in base})
    command = f".venv/bin/python -m benchmarks.watermark --pictures {count}" + " --curve" * curve
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return (
        f"## Watermark: attacks, visibility, cost\n\n`{command}`, then with `--report`, {today}, "
        f"{BASE_SIDE} px: {counted}. "
        "Each codec at its own strength, same pictures, same attacks, one core. Recovered = every bit of the "
        "payload right, read from the damaged pixels alone: 64 bits and a bounded rate of false alarms for "
        "ours; 32 bits for the others, which answer whatever they are shown, so that nothing tells a wrong "
        "answer from a right one."
    )


def _overview(base: Sequence[Line], names: Sequence[tuple[str, str]]) -> str:
    rows = [
        ["pictures", *(str(len(_of(base, codec))) for codec, _ in names)],
        ["recovered, of all attacks", *(_percent(_share(_of(base, codec))) for codec, _ in names)],
    ]
    for label, textured in (("pictures with texture", True), ("pictures without texture", False)):
        shares = [
            _share([line for line in _of(base, codec) if line["textured"] == textured]) for codec, _ in names
        ]
        rows.append([label, *map(_percent, shares)])
    for group in dict.fromkeys(attack.group for attack in ATTACKS.values()):
        chosen = {name for name, attack in ATTACKS.items() if attack.group == group}
        cells = [_percent(_share(_of(base, codec), chosen)) for codec, _ in names]
        rows += [[f"attacks of group {group}", *cells]] if any(cells) else []
    rows.append(["wrong ids reported", *(str(_count(_of(base, codec), "wrong")) for codec, _ in names)])
    text = _table(["", *(name for _, name in names)], rows)
    ratios = [ratio for codec, _ in names if codec != "ours" and (ratio := _ratio(base, codec)) is not None]
    if ratios:
        text += f"\n\nOurs recovers {min(ratios):.2f} times as often as the best of the others."
    return text


def _ratio(base: Sequence[Line], codec: str) -> float | None:
    """Returns how much more often ours is recovered than `codec`, on the pictures that both were given."""
    shared = {line["picture"] for line in _of(base, codec)}
    ours = _share(line for line in _of(base, "ours") if line["picture"] in shared)
    theirs = _share(line for line in _of(base, codec))
    return ours / theirs if ours is not None and theirs else None


def _costs(
    own: Sequence[Line],
    names: Sequence[tuple[str, str]],
    memory: Mapping[str, Mapping[str, float]],
    side: int,
) -> str:
    rows: list[list[str]] = []
    for field, label, worst in (
        ("ssimulacra2", "SSIMULACRA 2, mean / worst", min),
        ("psnr", "PSNR in dB, mean / worst", min),
        ("butteraugli", "Butteraugli, mean / worst", max),
        ("butteraugli_3norm", "Butteraugli 3-norm, mean / worst", max),
    ):
        cells = [_mean_and_worst(_values(_of(own, codec, BASE_SIDE), field), worst) for codec, _ in names]
        rows.append([label, *cells])
    for size in sorted({line["side"] for line in own}):
        embeds = [_values(_of(own, codec, size), "embed_seconds") for codec, _ in names]
        detects = [_detect_seconds(_of(own, codec, size)) for codec, _ in names]
        rows.append([f"marking at {size} px, median", *map(_median_time, embeds)])
        rows.append([f"reading at {size} px, median", *map(_median_time, detects)])
        rows.append(
            [f"reading at {size} px, slowest", *(f"{max(times):.2f} s" if times else "" for times in detects)]
        )
    if memory:
        for step, label in (("embed", "marking"), ("detect", "reading")):
            cells = [f"{memory[codec][step]:.0f} MiB" if codec in memory else "" for codec, _ in names]
            rows.append([f"peak memory of a process, {label} at {side} px", *cells])
        before = [f"{memory[codec]['before']:.0f} MiB" if codec in memory else "" for codec, _ in names]
        rows.append(["the same before marking", *before])
    return _table(["", *(name for _, name in names)], rows)


def _sizes(own: Sequence[Line], names: Sequence[tuple[str, str]]) -> str:
    sizes = sorted({line["side"] for line in own})
    if len(sizes) < 2:
        return ""
    rows = []
    for size in sizes:
        some = {line["picture"] for line in own if line["side"] == size}
        cells = [
            f"{_percent(_share(lines))}, {_mean_and_worst(_values(lines, 'ssimulacra2'), min)}"
            if (lines := _of(own, codec, size))
            else ""
            for codec, _ in names
        ]
        rows.append([f"{size} px ({len(some)} pictures)", *cells])
    return _table(["Recovered, SSIMULACRA 2 mean / worst", *(name for _, name in names)], rows)


def _attacks(base: Sequence[Line], names: Sequence[tuple[str, str]]) -> str:
    rows = []
    kinds = (("texture", True), ("no texture", False))
    for attack in ATTACKS:
        cells = [_fraction(_of(base, codec), attack) for codec, _ in names]
        if not any(cells):
            continue
        for _, textured in kinds:
            cells.append(
                _fraction([line for line in _of(base, "ours") if line["textured"] == textured], attack)
            )
        rows.append([f"`{attack}`", *cells])
    return _table(["Attack", *(name for _, name in names), *(f"ours, {kind}" for kind, _ in kinds)], rows)


def _of(lines: Iterable[Line], codec: str, side: int | None = None) -> list[Line]:
    return [line for line in lines if line["codec"] == codec and side in (None, line["side"])]


def _kinds(lines: Iterable[Line]) -> list[str]:
    return list(dict.fromkeys(line["kind"] for line in lines))


def _outcomes(lines: Iterable[Line], attacks: Iterable[str] | None = None) -> list[str]:
    wanted = None if attacks is None else set(attacks)
    return [
        result["outcome"]
        for line in lines
        for name, result in line["attacks"].items()
        if wanted is None or name in wanted
    ]


def _count(lines: Iterable[Line], outcome: str) -> int:
    return _outcomes(lines).count(outcome)


def _share(lines: Iterable[Line], attacks: Iterable[str] | None = None) -> float | None:
    outcomes = _outcomes(lines, attacks)
    return outcomes.count("recovered") / len(outcomes) if outcomes else None


def _fraction(lines: Iterable[Line], attack: str) -> str:
    outcomes = _outcomes(lines, [attack])
    return f"{outcomes.count('recovered')}/{len(outcomes)}" if outcomes else ""


def _values(lines: Iterable[Line], field: str) -> list[float]:
    return [line[field] for line in lines if line.get(field) is not None]


def _detect_seconds(lines: Iterable[Line]) -> list[float]:
    return [result["seconds"] for line in lines if line["marked"] for result in line["attacks"].values()]


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def _median_time(times: Sequence[float]) -> str:
    return f"{1000 * statistics.median(times):.0f} ms" if times else ""


def _mean_and_worst(values: Sequence[float], worst: Callable[[Sequence[float]], float]) -> str:
    return f"{statistics.mean(values):.2f} / {worst(values):.2f}" if values else "not measured"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *(f"| {' | '.join(row)} |" for row in rows)])
