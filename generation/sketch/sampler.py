"""Random scenes with known facts: training data and test pictures by the thousand."""

from random import Random

from generation.sketch import fill
from generation.sketch.chance import chance
from generation.sketch.palette import BRIGHT, COLOURS
from generation.sketch.patterns import PATTERNS
from generation.sketch.scene import FAMILIES, OUTDOORS, PLACES, SEASONS, STYLES, WEATHERS, Scene, Thing
from generation.sketch.things.table import KINDS

FRUIT = ("apple", "orange fruit", "lemon", "pear", "peach", "cherry", "tomato", "strawberry")
HOLDABLE = ("balloon", "flower", "umbrella", "book", "apple", "lantern")
HOLDERS = ("robot", "man", "woman", "person", "astronaut")


def sample_scene(seed: int) -> Scene:
    """Return a random scene; its fields are the facts (family, things, colours, counts, places, style)."""
    r = chance("sample", seed)
    family = r.choice(FAMILIES)
    if family == "patterns":
        return _pattern(r)
    if family in {"hills", "water"}:
        things: tuple[Thing, ...] = ()
        options = {
            "hills": ("meadow", "hills", "mountains", "desert"),
            "water": ("beach", "sea", "lake", "river"),
        }
        setting = r.choice(options[family])
    else:
        things = _things(family, r)
        setting = _setting(things[0], r)
    return _dressed(r, setting, things)


def _things(family: str, r: Random) -> tuple[Thing, ...]:
    kinds = [name for name, kind in KINDS.items() if kind.family == family]
    kind = r.choice(kinds)
    count = r.choices((1, 2, 3, 4, 5), (6, 2, 2, 1, 1))[0]
    size = r.choice(("", "", "", "small", "big"))
    colour = r.choice((None, *COLOURS, *BRIGHT)) if kind not in {"rainbow", "pizza", "face"} else None
    thing = Thing(kind, colour, count, size if count == 1 else "")
    if kind in HOLDERS and count == 1 and r.random() < 0.4:
        thing = Thing(
            kind, colour, 1, "", "", "holding", Thing(r.choice(HOLDABLE), r.choice((None, *BRIGHT)))
        )
    elif kind in {"bowl", "vase"} and r.random() < 0.7:
        other = Thing(
            "flower" if kind == "vase" else r.choice(FRUIT), r.choice((None, *BRIGHT)), r.randint(2, 5)
        )
        thing = Thing(kind, colour, 1, "", "", "of", other)
    elif family == "geometric" and count == 1 and r.random() < 0.5:
        thing = Thing(kind, colour, 1, size if size != "big" else "", r.choice(PLACES[1:]))
    return (thing, *_second(family, kinds, kind, r))


def _second(family: str, kinds: list[str], kind: str, r: Random) -> tuple[Thing, ...]:
    if r.random() > 0.3:
        return ()
    others = [name for name in kinds if name not in {kind, "rainbow"}]
    if not others or family in {"sky", "space"}:
        return ()
    return (Thing(r.choice(others), r.choice((None, *BRIGHT))),)


def _setting(thing: Thing, r: Random) -> str:
    homes = fill.HOME_OF.get(thing.kind, fill.HOMES[KINDS[thing.kind].family])
    return r.choice(homes)


def _dressed(r: Random, setting: str, things: tuple[Thing, ...]) -> Scene:
    """Return the scene with style, hour, weather, season and backdrop."""
    style = r.choice(STYLES)
    time = weather = season = ""
    if setting in OUTDOORS:
        time = fill.hour(setting, things, r)
        weather = r.choices(WEATHERS, (12, 2, 1, 1, 1, 1))[0]
        season = r.choices(SEASONS, (5, 1, 1, 1, 1))[0]
        if any(thing.kind in {"snowman", "penguin"} for thing in things):
            season = "winter"
    colours: tuple[str, ...] = ()
    if setting in {"plain", "room"}:
        taken = {thing.colour for thing in things}
        colours = (r.choice([name for name in COLOURS if name not in taken]),)
    family = fill.family_of(setting, things)
    return Scene(family, style, setting, things, colours, "", time or "day", weather or "clear", season)


def _pattern(r: Random) -> Scene:
    colours = tuple(r.sample(COLOURS, r.choice((2, 3))))
    return Scene("patterns", r.choice(STYLES), "pattern", (), colours, r.choice(tuple(PATTERNS)))
