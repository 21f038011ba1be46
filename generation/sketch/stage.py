"""The stage of one picture: its canvas, its light, and where things may stand."""

from dataclasses import dataclass, field
from random import Random

from generation.sketch.canvas import Canvas
from generation.sketch.palette import PAPER, RGB, jitter, mix
from generation.sketch.scene import OUTDOORS, Scene
from generation.sketch.textures import Field

# Sky colours from the zenith to the horizon.
SKIES: dict[str, tuple[RGB, RGB, RGB]] = {
    "day": ((66, 132, 208), (134, 188, 232), (216, 232, 238)),
    "dawn": ((126, 158, 206), (226, 196, 200), (252, 222, 178)),
    "sunset": ((70, 66, 128), (216, 112, 106), (252, 186, 98)),
    "dusk": ((40, 46, 98), (118, 88, 140), (226, 146, 140)),
    "night": ((14, 20, 52), (24, 38, 84), (58, 74, 122)),
}
AMBIENT: dict[str, RGB] = {
    "day": (1.0, 1.0, 1.0),
    "dawn": (1.02, 0.96, 0.94),
    "sunset": (1.0, 0.86, 0.78),
    "dusk": (0.78, 0.72, 0.84),
    "night": (0.60, 0.65, 0.84),
}
GREY_SKY: tuple[RGB, RGB, RGB] = ((116, 126, 140), (164, 172, 182), (204, 208, 210))
STORM_SKY: tuple[RGB, RGB, RGB] = ((52, 58, 74), (88, 94, 108), (150, 154, 158))
# Share of the picture height at which land or water meets the sky: (least, most).
HORIZONS: dict[str, tuple[float, float]] = {
    "meadow": (0.44, 0.58),
    "hills": (0.46, 0.62),
    "mountains": (0.56, 0.68),
    "desert": (0.48, 0.62),
    "forest": (0.5, 0.62),
    "beach": (0.36, 0.48),
    "sea": (0.42, 0.56),
    "lake": (0.46, 0.54),
    "river": (0.42, 0.5),
    "city": (0.78, 0.88),
    "street": (0.6, 0.66),
    "sky": (1.02, 1.04),
}


@dataclass
class Stage:
    """One picture's canvas with the facts that backdrops and things share."""

    canvas: Canvas
    scene: Scene
    r: Random
    horizon: float
    sky: tuple[RGB, RGB, RGB]
    # Rows (nearest the horizon, nearest the viewer) where things stand or float, in units.
    ground: tuple[float, float] = (0.7, 0.9)
    water: tuple[float, float] | None = None
    air: tuple[float, float] = (0.1, 0.4)
    # The tone of the plain ground behind a subject, which things must stand out from.
    backdrop: RGB = (128, 128, 128)
    sun: tuple[float, float] = (0.5, 0.2)
    # Textures of the land, kept so that several layers share one.
    fields: dict[tuple[float, float], Field] = field(default_factory=dict)

    @property
    def haze(self) -> RGB:
        """Colour that distance adds."""
        return self.sky[2]

    def land(self, colour: RGB, far: float) -> RGB:
        """Return a ground colour in this light, ``far`` (0..1) of the way to the horizon."""
        a = self.canvas.ambient
        lit = (colour[0] * a[0], colour[1] * a[1], colour[2] * a[2])
        return mix(mix(lit, PAPER, self.canvas.manner.pale), self.haze, far)


def set_stage(canvas: Canvas, scene: Scene, r: Random) -> Stage:
    """Return the stage for ``scene``: horizon, sky colours and ambient light chosen by ``r``."""
    low, high = HORIZONS.get(scene.setting, (0.6, 0.66))
    horizon = r.uniform(low, high) * canvas.h
    sky = SKIES[scene.time]
    if scene.time in {"day", "dawn"} and scene.weather in {"rain", "fog", "snowfall", "cloudy"}:
        sky = GREY_SKY
    elif scene.weather == "storm":
        sky = STORM_SKY
    shift = r.uniform(-8, 8)
    tones = [jitter((c[0] + shift, c[1], c[2] - shift), r, 6) for c in sky]
    if canvas.manner.pale:
        tones = [mix(tone, PAPER, canvas.manner.pale) for tone in tones]
    stage = Stage(canvas, scene, r, horizon, (tones[0], tones[1], tones[2]))
    if scene.setting in OUTDOORS:
        canvas.ambient = AMBIENT[scene.time]
        if scene.weather in {"storm", "rain"}:
            canvas.ambient = (canvas.ambient[0] * 0.86, canvas.ambient[1] * 0.88, canvas.ambient[2] * 0.92)
        canvas.night = scene.time in {"night", "dusk"}
    stage.sun = (r.uniform(0.14, 0.86) * canvas.w, _sun_height(scene.time, horizon, r))
    if scene.setting in OUTDOORS:
        canvas.light = -1 if stage.sun[0] < canvas.w / 2 else 1
    return stage


def _sun_height(time: str, horizon: float, r: Random) -> float:
    if time in {"sunset", "dawn"}:
        return min(horizon, 0.9) - r.uniform(0.0, 0.09)
    return min(horizon, 0.9) * r.uniform(0.2, 0.42)
