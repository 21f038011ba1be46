"""A scene put into words, in many ways."""

from random import Random

from generation.sketch import words as v
from generation.sketch.chance import chance
from generation.sketch.scene import OUTDOORS, Scene, Thing

NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
PLURALS: dict[str, str] = {
    "mouse": "mice", "wolf": "wolves", "man": "men", "woman": "women", "person": "people", "sheep": "sheep",
    "fish": "fish", "deer": "deer", "cactus": "cacti", "bus": "buses", "fox": "foxes", "cross": "crosses",
    "church": "churches", "peach": "peaches", "bush": "bushes", "tomato": "tomatoes", "birch": "birches",
    "grapes": "bunches of grapes", "octopus": "octopuses", "orange fruit": "oranges",
}  # fmt: skip
# Synonyms that name exactly this kind, safe for captions; the others the parser only accepts.
SPOKEN: dict[str, tuple[str, ...]] = {
    "cat": ("kitten",),
    "dog": ("puppy",),
    "rabbit": ("bunny",),
    "house": ("cottage", "cabin"),
    "boat": ("sailboat",),
    "bicycle": ("bike",),
    "cup": ("mug",),
    "pine": ("fir tree",),
    "palm": ("palm tree",),
    "castle": ("palace",),
    "plane": ("airplane",),
    "gift": ("present",),
    "ladybird": ("ladybug",),
    "rocket": ("spaceship",),
}
SPOKEN_AS = {"orange fruit": "orange fruit", "star": "star"}


def describe(scene: Scene, *, seed: int) -> str:
    """Return a caption of ``scene`` that names its things, colours, counts, places, setting and style.

    Different seeds give other words and another order; ``parser.parse`` reads every caption back.
    """
    r = chance("caption", seed)
    body = _body(scene, r)
    style = r.choice(v.STYLE_WORDS[scene.style][:2])
    form = r.choice(("{body}, {style}", "{style} of {body}", "{body}, {style} style", "{style}: {body}"))
    return form.format(body=body, style=style)


def describe_body(scene: Scene, *, seed: int) -> str:
    """Return a caption as ``describe`` does, the style left unsaid."""
    return _body(scene, chance("caption", seed))


def _body(scene: Scene, r: Random) -> str:
    parts = [_subject(scene, r)]
    if scene.setting in OUTDOORS:
        parts += _hour(scene, r)
    return " ".join(part for part in parts if part)


def _subject(scene: Scene, r: Random) -> str:
    if scene.setting == "pattern":
        return _pattern(scene, r)
    if not scene.things:
        return _bare(scene, r)
    if len(scene.things) == 1:
        text = noun(scene.things[0], r)
    else:
        joint = r.choice((" and ", " and ", " next to ", " beside "))
        text = joint.join(noun(thing, r) for thing in scene.things)
    return f"{text} {_where(scene, r)}".strip()


def _bare(scene: Scene, r: Random) -> str:
    word = v.SETTING_WORDS[scene.setting][1]
    colour = f"{scene.colours[0]} " if scene.colours else ""
    return r.choice((f"a {colour}{word}", f"{colour}{word} landscape", f"a view of a {colour}{word}"))


def _where(scene: Scene, r: Random) -> str:
    if scene.setting == "plain":
        if not scene.colours:
            return ""
        return r.choice(("on a {0} background", "against a {0} background", "on {0}")).format(
            scene.colours[0]
        )
    if scene.setting == "room":
        wall = f", {scene.colours[0]} {r.choice(('wall', 'background'))}" if scene.colours else ""
        return f"on a table{wall}"
    return v.SETTING_WORDS[scene.setting][0]


def _hour(scene: Scene, r: Random) -> list[str]:
    words = [v.TIME_WORDS[scene.time][0]]
    if scene.weather != "clear":
        words.append(v.WEATHER_WORDS[scene.weather][0])
    if scene.season:
        words.append(v.SEASON_WORDS[scene.season][0])
    r.shuffle(words)
    return words


def noun(thing: Thing, r: Random) -> str:
    """Return the words for a thing: count, size, colour, name, and what it holds or contains."""
    name = r.choice((thing.kind, *SPOKEN.get(thing.kind, ())))
    name = SPOKEN_AS.get(name, name)
    if thing.count > 1:
        name = PLURALS.get(thing.kind) or _plural(name)
    words = [thing.size, thing.colour or "", name]
    text = " ".join(word for word in words if word)
    text = f"{NUMBERS[thing.count]} {text}" if thing.count > 1 else _article(text)
    if thing.other is not None:
        joint = {"holding": " holding ", "wearing": " wearing ", "of": r.choice((" with ", " of "))}[
            thing.link
        ]
        text += joint + noun(thing.other, r)
    if thing.place:
        text += f" {v.PLACE_WORDS[thing.place][0]}"
    return text


def _plural(name: str) -> str:
    if name.endswith("y") and name[-2] not in "aeiou":
        return name[:-1] + "ies"
    return name + "s"


def _article(text: str) -> str:
    return f"an {text}" if text[0] in "aeiou" else f"a {text}"


def _pattern(scene: Scene, r: Random) -> str:
    colours = scene.colours
    listed = ", ".join(colours[:-1]) + f" and {colours[-1]}"
    word = v.PATTERN_WORDS[scene.pattern][0]
    return r.choice((f"{listed} {word}", f"{word} in {listed}", f"a pattern of {listed} {word}"))
