"""What a prompt leaves open: setting, style, hour and family, chosen to suit what it names."""

from random import Random

from generation.sketch.palette import BRIGHT, COLOURS
from generation.sketch.patterns import PATTERNS
from generation.sketch.scene import OUTDOORS, Scene, Thing
from generation.sketch.things.table import BEHIND_LAND, KINDS

# Styles chosen from when the prompt names none.
TEXTURED = ("soft", "soft", "soft", "oil", "oil", "wash", "wash", "pencil", "flat")
# Tiles and hatching hide what little light there is.
DARK_STYLES = ("soft", "soft", "oil", "oil", "wash")
PLAIN_STYLES = ("soft", "soft", "soft", "flat", "wash", "oil")
GEOMETRIC_STYLES = ("soft", "soft", "flat")
OF_SETTING = {
    "meadow": "hills",
    "hills": "hills",
    "mountains": "hills",
    "desert": "hills",
    "forest": "trees",
    "beach": "water",
    "sea": "water",
    "lake": "water",
    "river": "water",
    "city": "city",
    "street": "city",
    "sky": "sky",
    "space": "space",
    "underwater": "water",
    "room": "still life",
    "pattern": "patterns",
    "plain": "geometric",
}
# Where a thing is set when the prompt does not say; "plain" means before a studio ground.
HOMES: dict[str, tuple[str, ...]] = {
    "sky": ("sky", "meadow", "hills"),
    "trees": ("meadow", "hills", "meadow"),
    "flowers": ("meadow", "plain"),
    "houses": ("meadow", "hills", "lake", "mountains"),
    "boats": ("sea", "lake"),
    "city": ("street",),
    "space": ("space",),
    "still life": ("room",),
    "animals": ("plain", "meadow", "hills"),
    "figures": ("plain", "meadow", "plain"),
    "geometric": ("plain",),
}
HOME_OF: dict[str, tuple[str, ...]] = {
    "fish": ("underwater",),
    "whale": ("sea",),
    "octopus": ("underwater",),
    "crab": ("beach",),
    "duck": ("lake",),
    "swan": ("lake",),
    "penguin": ("meadow",),
    "cactus": ("desert",),
    "palm": ("beach",),
    "lighthouse": ("sea", "beach"),
    "snowman": ("meadow",),
    "astronaut": ("space",),
    "tower": ("city",),
    "bridge": ("river",),
    "face": ("plain",),
    "balloon": ("sky", "plain"),
    "butterfly": ("meadow", "plain"),
    "bee": ("meadow",),
    "sun": ("sea", "hills", "meadow"),
    "moon": ("mountains", "hills", "lake"),
    "crescent moon": ("hills", "lake"),
    "rainbow": ("hills", "meadow"),
    "cloud": ("sky", "hills"),
    "mushroom": ("forest", "plain"),
    "ghost": ("plain",),
    "crown": ("plain",),
    "kite": ("meadow", "hills"),
    "umbrella": ("beach", "plain"),
    "ball": ("plain", "meadow"),
    "chair": ("plain",),
    "guitar": ("plain",),
    "comet": ("hills", "space"),
    "flying bird": ("sky", "sea"),
    "star": ("plain",),
}


# Colours a pattern is known for.
USUAL: dict[str, tuple[str, ...]] = {"blocks": ("red", "yellow", "blue")}
# Families that are outdoors by nature: one such thing takes the whole scene there.
ROOTED = frozenset({"houses", "trees", "boats"})


def family_of(setting: str, things: tuple[Thing, ...]) -> str:
    """Return the family of a scene: that of its first thing, or else of its setting."""
    if things and setting not in {"pattern"}:
        first = next((t for t in things if t.kind not in BEHIND_LAND), None)
        if first is None and setting in OUTDOORS:
            return "sky"
        first = first or things[0]
        if first.kind == "star" and (setting in OUTDOORS or setting == "space"):
            return "sky" if setting != "space" else "space"
        return KINDS[first.kind].family
    return OF_SETTING[setting]


def completed(things: list[Thing], facts: dict[str, str], backdrop: list[str], r: Random) -> Scene:
    """Return the scene with everything that was left open chosen by ``r``."""
    setting = _setting(things, facts, backdrop, r)
    if not things and not facts and not backdrop:
        setting = r.choice(
            ("meadow", "hills", "mountains", "sea", "lake", "river", "forest", "beach", "city", "space")
        )
        # A picture of nothing in particular is brighter by day.
        facts = {"time": r.choice(("day", "dawn", "sunset"))} if setting in OUTDOORS else facts
    if setting == "sea" and len(backdrop) > 1 and not things and "time" not in facts:
        # "Waves in blue and white" is a pattern; a sea has one colour.
        setting, facts = "pattern", {**facts, "pattern": "waves"}
    pattern = facts.get("pattern", "") if setting == "pattern" else ""
    if setting == "pattern" and not pattern:
        pattern = r.choice(tuple(PATTERNS))
    kept = tuple(things) if setting != "pattern" else ()
    time = facts.get("time") or hour(setting, kept, r)
    season = facts.get("season", "")
    if not season and any(t.kind in {"snowman", "penguin"} for t in kept):
        season = "winter"
    weather = facts.get("weather", "clear")
    if setting not in OUTDOORS:
        time, weather, season = "day", "clear", ""
    family = family_of(setting, kept)
    style = facts.get("style") or _style(family, setting, time, r)
    colours = _colours(setting, backdrop or list(USUAL.get(pattern, ())), r)
    if setting == "room" and "table" in facts:
        colours = (*(colours[:1] or (r.choice(("cream", "gray", "teal", "white")),)), facts["table"])
    return Scene(family, style, setting, kept, colours, pattern, time, weather, season)


def _setting(things: list[Thing], facts: dict[str, str], backdrop: list[str], r: Random) -> str:
    if "pattern" in facts and not things:
        return "pattern"
    if "setting" in facts:
        return _agreed(facts["setting"], things)
    aired = bool({"time", "weather", "season"} & set(facts))
    if things:
        return _home(things, r, aired=aired, plain=bool(backdrop))
    if aired:
        return r.choice(("hills", "meadow", "mountains", "lake", "forest"))
    return "pattern" if backdrop else "meadow"


def _home(things: list[Thing], r: Random, *, aired: bool, plain: bool) -> str:
    """Return where things go whose place is not named."""
    first = next((t for t in things if KINDS[t.kind].family in ROOTED), things[0])
    family = KINDS[first.kind].family
    if aired:
        return _outdoor_home(first, family, r)
    if plain:
        return "room" if family == "still life" else "plain"
    return r.choice(HOME_OF.get(first.kind, HOMES[family]))


def _outdoor_home(first: Thing, family: str, r: Random) -> str:
    """Return an outdoor setting for a thing whose hour or weather was named."""
    homes = HOME_OF.get(first.kind, HOMES[family])
    outdoors = [home for home in homes if home in OUTDOORS]
    if first.kind == "star":
        return r.choice(("sky", "hills", "mountains"))
    return r.choice(outdoors or ["meadow", "hills"])


def _agreed(named: str, things: list[Thing]) -> str:
    """Return the named setting, unless the things make it another: a star in the sky is not in a room."""
    if named == "space" and things and all(t.kind in {"moon", "sun"} for t in things):
        return "sky"
    return named


def hour(setting: str, things: tuple[Thing, ...], r: Random) -> str:
    """Return an hour that suits the things: the moon comes at night."""
    kinds = {thing.kind for thing in things}
    if kinds & {"moon", "crescent moon", "ghost", "comet", "lantern"}:
        return "night"
    if kinds & {"sun", "rainbow", "butterfly", "bee", "cloud"}:
        return r.choice(("day", "day", "sunset", "dawn")) if "sun" in kinds else "day"
    if setting == "city":
        return r.choice(("day", "sunset", "night", "dusk"))
    return r.choice(("day", "day", "day", "dawn", "sunset", "sunset", "dusk", "night"))


def _style(family: str, setting: str, time: str, r: Random) -> str:
    if family in {"geometric", "patterns"}:
        return r.choice(GEOMETRIC_STYLES)
    if setting in OUTDOORS and time in {"night", "dusk"}:
        return r.choice(DARK_STYLES)
    return r.choice(TEXTURED if setting in OUTDOORS else PLAIN_STYLES)


def _colours(setting: str, backdrop: list[str], r: Random) -> tuple[str, ...]:
    named = [name for name in backdrop if name in COLOURS]
    if setting == "pattern":
        while len(named) < 2:
            named.append(r.choice([name for name in BRIGHT if name not in named]))
        return tuple(named[:3])
    return tuple(named[:2]) if setting == "room" else tuple(named[:1])
