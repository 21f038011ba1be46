"""A free prompt turned into a scene.

Known words become marks (slot and meaning), longest phrases first; a small reader then attaches colours,
counts and sizes to the noun that follows and places to the noun before. All other words are ignored, and what
the prompt leaves open is chosen by the seed.
"""

import re
import unicodedata
from dataclasses import dataclass, field, replace
from random import Random

from generation.sketch import fill
from generation.sketch.chance import chance
from generation.sketch.scene import MAX_COUNT, Scene, Thing
from generation.sketch.things.attach import CONTAINERS, HELD, rides
from generation.sketch.things.figures import HANDS
from generation.sketch.vocabulary import GROUPS, LEXICON, LONGEST, SINGULARS, UNCOUNTED

# Only this much of a prompt is read; nobody names more things than fit in it.
MAX_CHARACTERS = 2000
MAX_THINGS = 6
HEAP = 4
OPPOSITE = {
    "left of": ("left", "right"),
    "right of": ("right", "left"),
    "above": ("top", "bottom"),
    "below": ("bottom", "top"),
}


@dataclass(frozen=True)
class Mark:
    """A known phrase of the prompt: its slot, its meaning, and whether its last word was a plural."""

    slot: str
    value: str
    plural: bool = False


@dataclass
class Reading:
    """What has been understood so far."""

    r: Random
    things: list[Thing] = field(default_factory=list)
    facts: dict[str, str] = field(default_factory=dict)
    backdrop: list[str] = field(default_factory=list)
    loose: list[str] = field(default_factory=list)
    colour: str | None = None
    count: int | None = None
    size: str = ""
    link: str = ""


def singular(word: str) -> str:
    """Return the singular of an English noun, or the word itself."""
    if word in SINGULARS:
        return SINGULARS[word]
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        return word[:-1]
    return word


def marks(prompt: str) -> list[Mark]:
    """Return the known phrases of ``prompt`` in order."""
    text = unicodedata.normalize("NFKC", prompt[:MAX_CHARACTERS]).lower().replace("-", " ")
    words = re.findall(r"[a-z]+(?:'[a-z]+)?|\d+d?", text)
    found: list[Mark] = []
    at = 0
    while at < len(words):
        step, mark = _longest(words, at)
        if mark is not None:
            found.append(mark)
        at += step
    return found


def _longest(words: list[str], at: int) -> tuple[int, Mark | None]:
    for span in range(min(LONGEST, len(words) - at), 0, -1):
        chunk = words[at : at + span]
        plain = " ".join(chunk)
        one = " ".join([*chunk[:-1], singular(chunk[-1])])
        several = one != plain and chunk[-1] not in UNCOUNTED and (span == 1 or plain not in LEXICON)
        for phrase in (plain, one):
            if phrase in LEXICON:
                return span, Mark(*LEXICON[phrase], plural=several or plain in GROUPS)
    return 1, None


def parse(prompt: str, *, seed: int) -> Scene:
    """Return the scene that ``prompt`` describes; whatever it leaves open follows from ``seed``.

    Never raises on odd input: an empty prompt, other scripts, emoji and numbers yield a varied scene.
    """
    reading = read(prompt, seed=seed)
    return fill.completed(reading.things, reading.facts, reading.backdrop, reading.r)


def read(prompt: str, *, seed: int) -> Reading:
    """Return only what ``prompt`` itself says; nothing that it leaves open is chosen."""
    reading = Reading(chance("parse", prompt[:MAX_CHARACTERS], seed))
    for mark in marks(prompt):
        _READERS[mark.slot](reading, mark)
    _settle(reading)
    return reading


def _settle(reading: Reading) -> None:
    """Give a last colour without a noun, as in "on blue", to the backdrop."""
    if reading.colour:
        (reading.backdrop if reading.link == "on" else reading.loose).append(reading.colour)
    if reading.facts.get("pattern") or not reading.things:
        reading.backdrop = [*reading.loose, *reading.backdrop]


def _read_colour(reading: Reading, mark: Mark) -> None:
    if reading.colour:
        reading.loose.append(reading.colour)
    reading.colour = mark.value


def _read_count(reading: Reading, mark: Mark) -> None:
    reading.count = min(int(mark.value), MAX_COUNT)


def _read_size(reading: Reading, mark: Mark) -> None:
    reading.size = mark.value


def _read_link(reading: Reading, mark: Mark) -> None:
    if mark.value in {"background", "wall"}:
        if reading.colour:
            reading.backdrop.insert(0, reading.colour)
            reading.colour = None
        if mark.value == "wall":
            reading.facts.setdefault("setting", "room")
        reading.link = ""
        return
    if mark.value == "on" and reading.colour:
        reading.loose.append(reading.colour)
        reading.colour = None
    reading.link = mark.value


def _read_place(reading: Reading, mark: Mark) -> None:
    if reading.things:
        reading.things[-1] = replace(reading.things[-1], place=mark.value)


def _read_fact(reading: Reading, mark: Mark) -> None:
    reading.facts.setdefault(mark.slot, mark.value)
    if mark.slot == "setting" and reading.colour:
        if mark.value == "room":
            # "On a brown table" colours the table, not the wall.
            reading.facts.setdefault("table", reading.colour)
        else:
            reading.backdrop.append(reading.colour)
        reading.colour = None


def _read_pattern(reading: Reading, mark: Mark) -> None:
    reading.facts.setdefault("pattern", mark.value)
    if reading.colour:
        reading.loose.append(reading.colour)
        reading.colour = None


def _read_kind(reading: Reading, mark: Mark) -> None:
    count = reading.count or (reading.r.choice((3, 4, 5)) if mark.plural else 1)
    if mark.value == "grapes" and not reading.count:
        count = 1
    thing = Thing(mark.value, reading.colour, count, reading.size)
    if not _joined(reading, thing) and len(reading.things) < MAX_THINGS:
        reading.things.append(thing)
    reading.colour, reading.count, reading.size, reading.link = None, None, "", ""


def _joined(reading: Reading, thing: Thing) -> bool:
    """Attach ``thing`` to the one before when the words between say so."""
    if not reading.things:
        return False
    last = reading.things[-1]
    if last.kind == "face" and reading.link == "of":
        reading.things[-1] = replace(last, colour=thing.colour, link="of", other=thing)
        return True
    held = reading.link == "of" and (
        thing.kind in {"hat", "crown", "balloon"} or (last.kind in HANDS and thing.kind in HELD)
    )
    if reading.link in {"holding", "wearing"} or held:
        link = "wearing" if thing.kind in {"hat", "crown"} else "holding"
        # "Two children with umbrellas": one each.
        each = 1 if last.count > 1 else thing.count
        reading.things[-1] = replace(last, link=link, other=replace(thing, count=each))
    elif reading.link == "riding" and rides(last.kind, thing.kind) and last.other is None:
        reading.things[-1] = replace(last, link="riding", other=replace(thing, count=1))
    elif reading.link == "of" and last.kind in CONTAINERS and last.other is None:
        # A bowl of fruit holds several even where the word is singular.
        count = HEAP if last.kind == "bowl" and reading.count is None and thing.count == 1 else thing.count
        reading.things[-1] = replace(last, link="of", other=replace(thing, count=count))
    elif reading.link == "inside" and thing.kind in CONTAINERS:
        reading.things[-1] = replace(thing, link="of", other=last)
    elif reading.link in OPPOSITE and not last.place:
        first, second = OPPOSITE[reading.link]
        reading.things[-1] = replace(last, place=first)
        reading.things.append(replace(thing, place=second))
    else:
        return False
    return True


_READERS = {
    "colour": _read_colour,
    "count": _read_count,
    "size": _read_size,
    "link": _read_link,
    "place": _read_place,
    "style": _read_fact,
    "time": _read_fact,
    "weather": _read_fact,
    "season": _read_fact,
    "setting": _read_fact,
    "pattern": _read_pattern,
    "kind": _read_kind,
}
