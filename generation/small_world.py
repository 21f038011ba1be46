"""What the small built-in model was taught: one thing of one colour on a plain ground.

Anything else would come out as a blob, so it is refused with a word on what can be drawn. A prompt whose
colours are not in the model's words is said again in them; others are left alone, because they are followed
better (of 200 prompts 96 % of the colours, against 91 % if all are said again).
"""

from typing import Final

from generation.errors import OutsideSmallWorld
from generation.sketch import parser

KINDS: Final = (
    "circle", "square", "triangle", "star", "heart", "cross", "ring", "house", "mushroom", "fish", "tree",
    "cup",
)  # fmt: skip
COLOURS: Final = (
    "red", "orange", "yellow", "green", "blue", "purple", "pink", "brown", "black", "white"
)  # fmt: skip
PLACES: Final = {
    "centre": "in the centre", "left": "on the left", "right": "on the right", "top": "at the top",
    "bottom": "at the bottom",
}  # fmt: skip
STYLES: Final = {"soft": "photo style", "flat": "flat illustration style"}


def caption(prompt: str) -> str:
    """Returns `prompt`, or what it asks for in the model's own words.

    Raises:
        OutsideSmallWorld: it asks for nothing, or for more, than the model can draw.
    """
    reading = parser.read(prompt, seed=0)
    if len(reading.things) != 1 or set(reading.facts) - {"style"}:
        raise OutsideSmallWorld
    thing = reading.things[0]
    colours = [thing.colour, *reading.backdrop[:1]]
    if thing.kind not in KINDS or thing.count != 1 or thing.link or not set(colours) <= set(COLOURS):
        raise OutsideSmallWorld
    if set(colours) <= set(prompt.lower().replace(",", " ").split()):
        return prompt
    said = [f"a {thing.colour} {thing.kind}", PLACES.get(thing.place, "")]
    if reading.backdrop:
        said.append(f"on a {reading.backdrop[0]} background")
    style = STYLES.get(str(reading.facts.get("style")), "")
    return " ".join(filter(None, said)) + (f", {style}" if style else "")
