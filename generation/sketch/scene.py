"""What a picture shows: the value between a prompt and its pixels."""

from dataclasses import dataclass

STYLES: tuple[str, ...] = ("soft", "flat", "wash", "oil", "pencil", "mosaic", "line", "comic", "pixel")
FAMILIES: tuple[str, ...] = (
    "sky",
    "hills",
    "water",
    "trees",
    "flowers",
    "houses",
    "boats",
    "city",
    "space",
    "still life",
    "animals",
    "figures",
    "geometric",
    "patterns",
)
# A count above this is drawn as this many.
MAX_COUNT = 9

TIMES: tuple[str, ...] = ("day", "dawn", "sunset", "dusk", "night")
WEATHERS: tuple[str, ...] = ("clear", "cloudy", "rain", "snowfall", "fog", "storm")
SEASONS: tuple[str, ...] = ("", "spring", "summer", "autumn", "winter")
# "plain" is a studio ground of one colour, "room" a table before a wall.
SETTINGS: tuple[str, ...] = (
    "plain",
    "room",
    "meadow",
    "hills",
    "mountains",
    "desert",
    "forest",
    "beach",
    "sea",
    "lake",
    "river",
    "city",
    "street",
    "sky",
    "space",
    "underwater",
    "pattern",
)
OUTDOORS = frozenset(SETTINGS) - {"plain", "room", "space", "underwater", "pattern"}
PLACES: tuple[str, ...] = (
    "",
    "centre",
    "left",
    "right",
    "top",
    "bottom",
    "top left",
    "top right",
    "bottom left",
    "bottom right",
)


@dataclass(frozen=True)
class Thing:
    """One named object, or several of a kind.

    Attributes:
        kind: a key of the drawing table.
        colour: one of ``COLOURS``, or None for its natural colours.
        count: 1..``MAX_COUNT``.
        size: "small", "" or "big".
        place: one of ``PLACES``.
        link: how ``other`` belongs to this thing: "holding", "wearing", "riding", "of" (contains) or "".
        other: the held, worn, ridden or contained thing.
    """

    kind: str
    colour: str | None = None
    count: int = 1
    size: str = ""
    place: str = ""
    link: str = ""
    other: "Thing | None" = None


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows and how it is painted.

    Attributes:
        family: one of ``FAMILIES``.
        style: one of ``STYLES``.
        setting: one of ``SETTINGS``.
        things: the named objects, most important first.
        colours: colour of the backdrop (plain, room), or of the pattern's parts.
        pattern: name of the pattern when the setting is "pattern".
        time: one of ``TIMES``.
        weather: one of ``WEATHERS``.
        season: one of ``SEASONS``.
    """

    family: str
    style: str
    setting: str
    things: tuple[Thing, ...] = ()
    colours: tuple[str, ...] = ()
    pattern: str = ""
    time: str = "day"
    weather: str = "clear"
    season: str = ""
