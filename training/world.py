"""The small world that the model is taught: one large thing of one colour on a plain ground.

Narrow on purpose: a small world drawn well is worth more than a large one drawn as blobs.
"""

import hashlib
from dataclasses import dataclass
from random import Random

import numpy as np
from numpy.typing import NDArray

from generation import sketch, small_world
from generation.sketch import captions
from generation.sketch.chance import chance
from generation.sketch.scene import Scene, Thing

KINDS = small_world.KINDS
COLOURS = small_world.COLOURS
PLACES: tuple[str, ...] = tuple(small_world.PLACES)
STYLES: tuple[str, ...] = tuple(small_world.STYLES)
# A fact that the caption does not name.
UNSAID = "unsaid"
SIDE = 512
# Share of the combinations of facts that no training picture shows.
HELD_OUT_SHARE = 0.06
# Share of the captions in which a fact is left unsaid, and then drawn by chance: prompts are often short.
UNSAID_SHARE = {"style": 0.4, "ground": 0.04, "place": 0.5}
_OPENINGS = ("", "", "", "", "", "a picture of ", "an image of ", "draw ", "please draw ")


@dataclass(frozen=True)
class Facts:
    """What a picture shows, each a word of the tables above."""

    kind: str
    colour: str
    ground: str
    place: str
    style: str

    def is_held_out(self) -> bool:
        """Whether no training picture shows this kind, colour, ground and place together."""
        text = f"{self.kind} {self.colour} {self.ground} {self.place}"
        return int.from_bytes(hashlib.sha256(text.encode()).digest()[:4], "big") < HELD_OUT_SHARE * 2**32


@dataclass(frozen=True)
class Example:
    """A picture's facts, its caption, and the facts as far as the caption says them."""

    facts: Facts
    said: Facts
    caption: str
    seed: int

    def draw(self, side: int = SIDE) -> NDArray[np.uint8]:
        """Returns the renderer's picture, uint8 (side, side, 3)."""
        return sketch.draw(_scene(self.facts), seed=self.seed, width=side, height=side)


def example(seed: int, *, held_out: bool = False) -> Example:
    """Returns the example number `seed`; of the combinations kept apart if `held_out`, else of the others."""
    r = chance("world", seed)
    while True:
        colour, ground = r.sample(COLOURS, 2)
        facts = Facts(r.choice(KINDS), colour, ground, r.choice(PLACES), r.choice(STYLES))
        if facts.is_held_out() == held_out:
            break
    return _worded(facts, r, seed, in_full=held_out)


def _worded(facts: Facts, r: Random, seed: int, *, in_full: bool) -> Example:
    def unsaid(fact: str) -> bool:
        return not in_full and r.random() < UNSAID_SHARE[fact]

    place = UNSAID if facts.place == "centre" and unsaid("place") else facts.place
    style = UNSAID if unsaid("style") else facts.style
    ground = UNSAID if unsaid("ground") else facts.ground
    said = Facts(facts.kind, facts.colour, ground, place, style)
    caption = captions.describe(_scene(said, drawn=False), seed=seed)
    if style == UNSAID:
        caption = captions.describe_body(_scene(said, drawn=False), seed=seed)
    return Example(facts, said, r.choice(_OPENINGS) + caption if not in_full else caption, seed)


def _scene(facts: Facts, *, drawn: bool = True) -> Scene:
    """Returns the renderer's scene; the middle one is drawn big without being called so."""
    centred = facts.place in {"centre", UNSAID}
    place = "" if facts.place == UNSAID or (drawn and centred) else facts.place
    size = "big" if drawn and centred else ""
    colours = () if facts.ground == UNSAID else (facts.ground,)
    style = STYLES[0] if facts.style == UNSAID else facts.style
    return Scene("geometric", style, "plain", (Thing(facts.kind, facts.colour, 1, size, place),), colours)
