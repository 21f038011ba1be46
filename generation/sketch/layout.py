"""Where each thing goes and how large it is."""

import math
from dataclasses import dataclass
from random import Random

from generation.sketch import land
from generation.sketch.palette import RGB, SWATCH, apart, jitter
from generation.sketch.pen import Kind
from generation.sketch.scene import OUTDOORS, Thing
from generation.sketch.stage import Stage
from generation.sketch.things.table import BEHIND_LAND, KINDS, SKY_STAR

SIZES = {"small": 0.58, "": 1.0, "big": 1.42}
# Beside things of other kinds, a cat is no longer as tall as a house: share of its height alone.
BESIDE = {
    "houses": 1.0, "trees": 0.95, "animals": 0.5, "figures": 0.46, "flowers": 0.42, "city": 0.62,
    "still life": 0.4, "geometric": 0.5, "boats": 0.8, "sky": 0.6, "space": 0.7,
}  # fmt: skip
ANCHOR = {"left": 0.25, "right": 0.75, "top": 0.26, "bottom": 0.74}


@dataclass(frozen=True)
class Placed:
    """One thing at its place: x and base y in units, height in units."""

    thing: Thing
    kind: Kind
    x: float
    y: float
    size: float
    colour: RGB
    flip: int


def kind_of(thing: Thing, setting: str) -> Kind:
    """Return how ``thing`` is drawn in ``setting``; a star in a sky glows."""
    if thing.kind == "star" and (setting in OUTDOORS or setting == "space"):
        return SKY_STAR
    return KINDS[thing.kind]


def place(stage: Stage) -> list[Placed]:
    """Return every thing of the scene with its place, the far ones first."""
    scene, r = stage.scene, stage.r
    kinds = [(thing, kind_of(thing, scene.setting)) for thing in scene.things]
    if scene.setting not in OUTDOORS:
        return _on_plain(stage, kinds)
    habitats: dict[str, list[tuple[Thing, Kind]]] = {"ground": [], "water": [], "sky": []}
    for thing, kind in kinds:
        habitats[_habitat(stage, kind)].append((thing, kind))
    placed = _across(stage, habitats["sky"], stage.air, r)
    if habitats["water"] and stage.water:
        placed += _across(stage, habitats["water"], stage.water, r)
    placed += _across(stage, habitats["ground"], stage.ground, r)
    return sorted(placed, key=lambda item: item.y)


def _habitat(stage: Stage, kind: Kind) -> str:
    if stage.scene.setting == "sky" or kind.habitat in {"sky", "air"}:
        return "sky"
    if kind.habitat == "water" and stage.water:
        return "water"
    return "ground"


def _tone(stage: Stage, thing: Thing, kind: Kind, r: Random) -> RGB:
    if thing.colour:
        colour = jitter(SWATCH[thing.colour], r, 5)
        return colour if kind.family == "geometric" else apart(colour, stage.backdrop, 26)
    leafy = thing.kind in {"tree", "birch", "bush"} and stage.scene.season
    tones = land.LEAVES[stage.scene.season] if leafy else kind.natural
    return apart(jitter(r.choice(tones), r, 8), stage.backdrop)


def _put(stage: Stage, pair: tuple[Thing, Kind], at: tuple[float, float], size: float) -> Placed:
    thing, kind = pair
    if thing.link == "holding":
        at = (at[0] - 0.14 * size, at[1])
    flip = stage.r.choice((-1, 1))
    if thing.link == "holding" or kind.family in {"geometric", "houses"}:
        flip = 1
    return Placed(thing, kind, at[0], at[1], size, _tone(stage, thing, kind, stage.r), flip)


def _rows(count: int, aspect: float) -> list[int]:
    """Return how many things stand in each row."""
    rows = 1 if count <= max(3, round(3 * aspect)) else max(2, round(math.sqrt(count / aspect)))
    share, rest = divmod(count, rows)
    return [share + (1 if k >= rows - rest else 0) for k in range(rows)]


def _on_plain(stage: Stage, kinds: list[tuple[Thing, Kind]]) -> list[Placed]:
    canvas = stage.canvas
    free = [pair for pair in kinds if not pair[0].place]
    items = [pair for pair in free for _ in range(pair[0].count)]
    placed: list[Placed] = []
    rows = _rows(len(items), canvas.w / canvas.h) if items else []
    # A table's things stand on it; elsewhere they fill the picture.
    top, bottom = (0.06, 0.94) if stage.scene.setting != "room" else (0.2, 0.9)
    high = canvas.h * (bottom - top) / max(len(rows), 1)
    done = 0
    for row, columns in enumerate(rows):
        wide = canvas.w * 0.92 / columns
        floor = canvas.h * top + high * (row + 1)
        for column in range(columns):
            pair = items[done]
            size = _fit(pair, len(items), wide, high, mixed=len(free) > 1)
            x = canvas.w * 0.04 + wide * (column + 0.5)
            placed.append(_put(stage, pair, (x, _base(stage, pair[1], floor, high, size)), size))
            done += 1
    for pair in kinds:
        if pair[0].place:
            placed += _anchored(stage, pair)
    return placed


def _fit(pair: tuple[Thing, Kind], count: int, wide: float, high: float, *, mixed: bool) -> float:
    thing, kind = pair
    size = kind.height * SIZES[thing.size] * (1.0 if count == 1 else 1.15 if not mixed else 1.0)
    reach = 1.0 if kind.family != "geometric" or count == 1 else 0.86
    if thing.link == "holding":
        high *= 0.7
    return min(size, high * 0.94 * reach, wide * 0.96 * reach / kind.wide)


def _base(stage: Stage, kind: Kind, floor: float, high: float, size: float) -> float:
    """Return the base line: on the table or floor, or centred for what floats."""
    if stage.scene.setting == "room" and kind.habitat != "sky":
        return max(floor - 0.04, stage.horizon + 0.1 + 0.02 * stage.r.random())
    return floor - (high - size) / 2


def _anchored(stage: Stage, pair: tuple[Thing, Kind]) -> list[Placed]:
    thing, kind = pair
    canvas = stage.canvas
    x, y = canvas.w / 2, canvas.h / 2
    for word in thing.place.split():
        if word in {"left", "right"}:
            x = canvas.w * ANCHOR[word]
        elif word in {"top", "bottom"}:
            y = canvas.h * ANCHOR[word]
    alone = thing.place == "centre" and thing.count == 1
    wide = canvas.w * (0.9 if alone else 0.46) / thing.count
    size = min(kind.height * SIZES[thing.size], canvas.h * (0.8 if alone else 0.44), wide / kind.wide)
    base = y + size / 2
    if stage.scene.setting == "room" and kind.habitat != "sky" and "top" not in thing.place:
        base = stage.horizon + 0.12 * canvas.h
    spread = [(k - (thing.count - 1) / 2) * wide for k in range(thing.count)]
    return [_put(stage, pair, (x + dx, base), size) for dx in spread]


def _across(
    stage: Stage, kinds: list[tuple[Thing, Kind]], band: tuple[float, float], r: Random
) -> list[Placed]:
    """Spread things over the width, each in its own part, at varying depth within ``band``."""
    items = [pair for pair in kinds for _ in range(pair[0].count)]
    if not items:
        return []
    order = list(items)
    if len(kinds) > 1:
        r.shuffle(order)
    families = {KINDS[thing.kind].family for thing in stage.scene.things if thing.kind not in BEHIND_LAND}
    crowd = len(families) > 1
    wide = stage.canvas.w * 0.94 / len(order)
    placed = []
    for k, pair in enumerate(order):
        x = stage.canvas.w * 0.03 + wide * (k + 0.5 + r.uniform(-0.14, 0.14))
        depth = r.uniform(0.2, 0.8) if len(order) > 1 else r.uniform(0.45, 0.8)
        placed.append(_outside(stage, pair, (x, depth, wide), band, crowd=crowd))
    return placed


def _outside(
    stage: Stage,
    pair: tuple[Thing, Kind],
    slot: tuple[float, float, float],
    band: tuple[float, float],
    *,
    crowd: bool,
) -> Placed:
    thing, kind = pair
    canvas = stage.canvas
    x, depth, wide = slot
    if "left" in thing.place:
        x = canvas.w * ANCHOR["left"]
    elif "right" in thing.place:
        x = canvas.w * ANCHOR["right"]
    elif thing.place == "centre" and thing.count == 1:
        x = canvas.w / 2
    if "top" in thing.place:
        depth = 0.1
    elif "bottom" in thing.place:
        depth = 0.9
    y = band[0] + (band[1] - band[0]) * depth
    size = kind.height * SIZES[thing.size] * (BESIDE[kind.family] if crowd else 0.88)
    size *= (0.8 + 0.3 * depth) * stage.r.uniform(0.92, 1.06)
    lap = 1.7 if kind.family in {"trees", "flowers", "sky"} else 1.1
    size = min(size, max(wide * lap / kind.wide, 0.1), canvas.h * 0.8)
    if kind.habitat in {"sky", "air"} or stage.scene.setting == "sky":
        y = max(y, 0.03) + size
    elif y - size < 0.03:
        size = y - 0.03
    half = kind.wide * size / 2
    x = min(max(x, half), max(canvas.w - half, half))
    return _put(stage, pair, (x, y), size)
