"""From a scene to the ordered steps that paint it."""

from collections.abc import Callable

from generation.sketch import land, layout, patterns, sky, studio, town, waters
from generation.sketch.palette import RGB, SWATCH, lighter, mix
from generation.sketch.pen import Pen
from generation.sketch.scene import OUTDOORS
from generation.sketch.stage import Stage
from generation.sketch.things import attach, plants
from generation.sketch.things.table import BEHIND_LAND

Step = Callable[[], None]


def steps(stage: Stage) -> list[Step]:
    """Return the painting steps of the stage's scene, the farthest layer first."""
    setting = stage.scene.setting
    if setting == "pattern":
        tones = [SWATCH[name] for name in stage.scene.colours]
        return [lambda: patterns.paint_pattern(stage, tones)]
    if setting not in OUTDOORS:
        return _indoors(stage)
    before, backdrop = _bands(stage)
    placed = layout.place(stage)
    for item in placed:
        if item.thing.kind in {"sun", "moon", "crescent moon"}:
            stage.sun = (item.x, item.y - item.size / 2)
    far = [item for item in placed if item.thing.kind in BEHIND_LAND]
    near = [item for item in placed if item.thing.kind not in BEHIND_LAND]
    done: list[Step] = [
        lambda: sky.paint_sky(stage),
        lambda: sky.paint_clouds(stage),
        lambda: sky.paint_lights(stage),
    ]
    done += [_drawing(stage, item) for item in far]
    done += [*before, *backdrop, *(_drawing(stage, item) for item in near)]
    done.append(lambda: sky.paint_weather(stage))
    return done


def _indoors(stage: Stage) -> list[Step]:
    painter = {"room": studio.paint_room, "space": studio.paint_space, "underwater": studio.paint_deep}
    painter.get(stage.scene.setting, studio.paint_plain)(stage)
    placed = layout.place(stage)
    # The ground is already painted: things are toned to stand out from it.
    done: list[Step] = []
    floors = [item.y for item in placed if item.kind.habitat not in {"air", "sky"}]
    if stage.scene.setting == "plain" and floors:
        level = min(floors) - 0.1
        done.append(lambda: studio.paint_floor(stage, level))
    return done + [_drawing(stage, item) for item in placed]


def things_only(stage: Stage) -> list[Step]:
    """Return the steps that draw the scene's things on what the canvas already shows."""
    return [_drawing(stage, item) for item in layout.place(stage)]


def _drawing(stage: Stage, item: layout.Placed) -> Step:
    def draw() -> None:
        colour = item.colour
        named = item.thing.colour is not None
        pen = Pen(stage.canvas, item.x, item.y, item.size, stage.r, colour, item.flip, named)
        if item.kind.habitat == "water" and stage.water and item.y < stage.water[1] + 0.01:
            waters.reflect(stage, item.x, item.y, item.size * item.kind.wide)
        attach.draw_thing(pen, item.thing, item.kind)

    return draw


def _bands(stage: Stage) -> tuple[list[Step], list[Step]]:
    """Set where things stand in this setting; return the far and the near layers."""
    h, hz = stage.canvas.h, stage.horizon
    stage.air = (0.04, max(hz * 0.62, 0.2))
    stage.ground = (hz + (h - hz) * 0.42, h * 0.95)
    layers: dict[str, Callable[[Stage], tuple[list[Step], list[Step]]]] = {
        "meadow": _meadow, "hills": _hills, "mountains": _mountains, "desert": _desert, "forest": _forest,
        "beach": _beach, "sea": _sea, "lake": _lake, "river": _river, "city": _city, "street": _street,
        "sky": _open_sky,
    }  # fmt: skip
    return layers[stage.scene.setting](stage)


def _grass_tone(stage: Stage) -> RGB:
    tone = land.GRASS[stage.scene.season]
    named = stage.scene.colours
    return mix(SWATCH[named[0]], tone, 0.15) if named else tone


def _blossoms(stage: Stage) -> tuple[RGB, ...]:
    named = [t for t in stage.scene.things if t.kind in {"flower", "tulip", "rose", "sunflower"}]
    tones = tuple(SWATCH[t.colour] for t in named if t.colour)
    if tones:
        return tones
    return tuple(SWATCH[n] for n in stage.r.sample(("red", "yellow", "white", "pink", "purple", "blue"), 2))


def _flowery(stage: Stage, top: float) -> None:
    """Strew flowers: many when the scene is about flowers, a few in spring and summer."""
    about = stage.scene.family == "flowers"
    if about:
        land.paint_blossoms(stage, top, _blossoms(stage), 330)
    elif stage.scene.season in {"", "spring", "summer"} and stage.r.random() < 0.6:
        land.paint_blossoms(stage, top, _blossoms(stage), stage.r.randint(30, 110))


def _meadow(stage: Stage) -> tuple[list[Step], list[Step]]:
    r, hz, tone = stage.r, stage.horizon, _grass_tone(stage)
    peaks, rows, front = r.random() < 0.5, r.choice((1, 2, 3)), hz + (stage.canvas.h - hz) * 0.24
    far: list[Step] = []
    if peaks:
        far.append(lambda: land.paint_mountains(stage, hz + 0.03, r.uniform(0.1, 0.22), 0.5))
    far.append(lambda: land.paint_hills(stage, front, tone, rows))
    near: list[Step] = [
        lambda: land.paint_ground(stage, land.shore_line(stage, front, 0.02), tone),
        lambda: _copse(stage, front),
        lambda: land.paint_grass(stage, front + 0.03, stage.land(tone, 0.0)),
        lambda: _flowery(stage, front + 0.03),
    ]
    return far, near


def _copse(stage: Stage, y: float) -> None:
    """Plant a few small trees along a line, unless trees are the subject."""
    r = stage.r
    if stage.scene.family == "trees" or r.random() < 0.3:
        return
    name = r.choice(("tree", "pine", "birch"))
    for _ in range(r.randint(2, 6)):
        size = r.uniform(0.08, 0.17)
        leaves = plants.KINDS[name].natural if name == "pine" else land.LEAVES[stage.scene.season]
        tone = mix(r.choice(leaves), stage.haze, 0.16)
        pen = Pen(stage.canvas, r.uniform(0, stage.canvas.w), y + r.uniform(0.0, 0.03), size, r, tone)
        plants.KINDS[name].draw(pen)


def _hills(stage: Stage) -> tuple[list[Step], list[Step]]:
    tone = _grass_tone(stage)
    front = stage.horizon + (stage.canvas.h - stage.horizon) * 0.5
    near: list[Step] = [
        lambda: land.paint_ground(stage, land.shore_line(stage, front, 0.06), tone),
        lambda: _copse(stage, front + 0.04),
        lambda: land.paint_grass(stage, front + 0.08, stage.land(tone, 0.0)),
        lambda: _flowery(stage, front + 0.1),
    ]
    return [lambda: land.paint_hills(stage, front, tone, stage.r.choice((3, 4, 5)))], near


def _mountains(stage: Stage) -> tuple[list[Step], list[Step]]:
    r, hz, tone = stage.r, stage.horizon, _grass_tone(stage)
    far: list[Step] = [
        lambda: land.paint_mountains(stage, hz + 0.02, r.uniform(0.36, 0.48), 0.55),
        lambda: land.paint_mountains(stage, hz + 0.06, r.uniform(0.22, 0.34), 0.26),
        lambda: land.paint_hills(stage, hz + 0.1, mix(tone, (60, 96, 72), 0.5), 2),
    ]
    near: list[Step] = [
        lambda: land.paint_ground(stage, land.shore_line(stage, hz + 0.1, 0.03), tone),
        lambda: land.plant_trees(stage, (hz + 0.1, hz + 0.15), round(6 * stage.canvas.w), ("pine",)),
        lambda: land.paint_grass(stage, hz + 0.14, stage.land(tone, 0.0), 260),
    ]
    return far, near


def _desert(stage: Stage) -> tuple[list[Step], list[Step]]:
    mesa = stage.r.random() < 0.5
    far: list[Step] = [lambda: land.paint_mountains(stage, stage.horizon + 0.02, 0.12, 0.5)] if mesa else []
    return far, [lambda: land.paint_dunes(stage)]


def _forest(stage: Stage) -> tuple[list[Step], list[Step]]:
    hz, tone = stage.horizon, _grass_tone(stage)
    woods = (("tree", "birch"), ("tree", "tree", "bush"), ("tree", "pine"), ("pine",))
    kinds = stage.r.choice(woods[:2] if stage.scene.season in {"autumn", "spring"} else woods)
    count = round(11 * stage.canvas.w)
    far: list[Step] = [lambda: land.paint_hills(stage, hz + 0.05, tone, 2)]
    near: list[Step] = [
        lambda: land.paint_ground(stage, land.shore_line(stage, hz + 0.04, 0.01), tone),
        lambda: land.plant_trees(stage, (hz + 0.06, hz + 0.22), count, kinds),
        lambda: land.paint_grass(stage, hz + 0.1, stage.land(tone, 0.0)),
        lambda: _flowery(stage, hz + 0.16),
    ]
    stage.ground = (hz + 0.28, stage.canvas.h * 0.96)
    return far, near


def _beach(stage: Stage) -> tuple[list[Step], list[Step]]:
    h, hz = stage.canvas.h, stage.horizon
    edge = hz + (h - hz) * stage.r.uniform(0.34, 0.5)
    stage.water = (hz + (edge - hz) * 0.25, edge - 0.06)
    stage.ground = (edge + (h - edge) * 0.4, h * 0.95)
    shore = land.shore_line(stage, edge, 0.02)
    far: list[Step] = [lambda: waters.paint_water(stage, h, 0.4), lambda: waters.paint_waves(stage, edge)]
    near: list[Step] = [
        lambda: land.paint_ground(stage, shore, land.SAND),
        lambda: waters.paint_foam(stage, shore),
    ]
    if not any(thing.kind == "palm" for thing in stage.scene.things) and stage.r.random() < 0.6:
        x, tone = stage.r.choice((0.12, 0.88)) * stage.canvas.w, plants.KINDS["palm"].natural[0]
        near.append(lambda: plants.draw_palm(Pen(stage.canvas, x, edge + 0.12, 0.6, stage.r, tone)))
    return far, near


def _sea(stage: Stage) -> tuple[list[Step], list[Step]]:
    h, hz = stage.canvas.h, stage.horizon
    stage.water = (hz + (h - hz) * 0.22, hz + (h - hz) * 0.72)
    stage.ground = stage.water
    island = stage.r.random() < 0.45
    far: list[Step] = [lambda: land.paint_mountains(stage, hz + 0.005, 0.1, 0.55)] if island else []
    return far, [lambda: waters.paint_water(stage, h, 0.15), lambda: waters.paint_waves(stage, h)]


def _lake(stage: Stage) -> tuple[list[Step], list[Step]]:
    h, hz, tone, r = stage.canvas.h, stage.horizon, _grass_tone(stage), stage.r
    edge = hz + (h - hz) * r.uniform(0.5, 0.62)
    stage.water = (hz + (edge - hz) * 0.3, edge - 0.05)
    stage.ground = (edge + (h - edge) * 0.3, h * 0.96)
    shore = land.shore_line(stage, edge, 0.03)
    far: list[Step] = [
        lambda: land.paint_mountains(stage, hz + 0.01, r.uniform(0.16, 0.34), 0.4),
        lambda: _far_shore(stage, tone),
        lambda: waters.paint_water(stage, h, 0.85),
    ]
    near: list[Step] = [
        lambda: land.paint_ground(stage, shore, tone),
        lambda: land.paint_grass(stage, edge + 0.02, stage.land(tone, 0.0), 520),
        lambda: _flowery(stage, edge + 0.04),
    ]
    return far, near


def _far_shore(stage: Stage, tone: RGB) -> None:
    """Line the far bank with hazy trees."""
    line = land.shore_line(stage, stage.horizon - 0.012, 0.006)
    green = stage.land(mix(tone, (50, 90, 66), 0.5), 0.25)
    land.fill_below(stage.canvas, line, (lighter(green, 0.1), green), stage.horizon)
    for _ in range(3):
        land.paint_woods(stage, line, stage.r.uniform(0.025, 0.045), 0.22)


def _river(stage: Stage) -> tuple[list[Step], list[Step]]:
    h, hz, tone = stage.canvas.h, stage.horizon, _grass_tone(stage)
    left = stage.r.random() < 0.5
    stage.water = (hz + (h - hz) * 0.3, hz + (h - hz) * 0.7)
    stage.ground = (hz + (h - hz) * 0.5, h * 0.95)
    far, _ = _hills(stage)
    near: list[Step] = [
        lambda: waters.paint_water(stage, h, 0.7),
        lambda: land.paint_banks(stage, tone, left=left),
        lambda: land.paint_grass(stage, h - 0.14, stage.land(tone, 0.0), 260),
    ]
    return [*far, lambda: _far_shore(stage, tone)], near


def _city(stage: Stage) -> tuple[list[Step], list[Step]]:
    stage.ground = (stage.horizon + 0.05, stage.canvas.h * 0.97)
    return [lambda: town.paint_skyline(stage)], [lambda: town.paint_quay(stage)]


def _street(stage: Stage) -> tuple[list[Step], list[Step]]:
    stage.ground = (stage.horizon + 0.13, stage.canvas.h * 0.95)
    return [lambda: town.paint_street(stage)], []


def _open_sky(stage: Stage) -> tuple[list[Step], list[Step]]:
    stage.air = (0.1, stage.canvas.h * 0.66)
    return [], []
