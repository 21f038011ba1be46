"""Things that belong to other things: held, worn, or contained."""

from dataclasses import replace

from generation.sketch.palette import SWATCH, apart, jitter
from generation.sketch.pen import Kind, Pen
from generation.sketch.scene import Thing
from generation.sketch.things import figures, objects, portrait
from generation.sketch.things.figures import HANDS
from generation.sketch.things.table import KINDS

# Where a worn hat sits: (x, y, width) in the frame of the wearer.
HEADS: dict[str, tuple[float, float, float]] = {
    "cat": (0.0, 0.86, 0.36),
    "dog": (0.0, 0.86, 0.36),
    "rabbit": (0.0, 0.87, 0.26),
    "bear": (0.0, 0.87, 0.34),
    "panda": (0.0, 0.87, 0.34),
    "fox": (0.0, 0.86, 0.34),
    "mouse": (0.0, 0.87, 0.3),
    "monkey": (0.0, 0.87, 0.34),
    "owl": (0.0, 0.87, 0.4),
    "penguin": (0.0, 0.9, 0.36),
    "frog": (0.0, 0.86, 0.4),
    "horse": (0.5, 0.96, 0.2),
    "robot": (0.0, 0.88, 0.34),
    "face": (0.0, 0.9, 0.58),
    "duck": (0.34, 0.9, 0.36),
    "snowman": (0.0, 0.84, 0.3),
}
CROWN_OF_HEAD = (0.0, 0.92, 0.26)
# How large a held thing is beside its holder, and whether its foot is in the hand.
HELD: dict[str, tuple[float, bool]] = {
    "balloon": (0.56, True), "umbrella": (0.62, True), "flower": (0.42, True), "rose": (0.42, True),
    "tulip": (0.42, True), "sunflower": (0.46, True), "kite": (0.5, True), "lantern": (0.3, False),
}  # fmt: skip
HELD_OTHERWISE = (0.2, False)
CONTAINERS = frozenset(
    {"bowl", "vase", "circle", "square", "triangle", "hexagon", "heart", "diamond", "star", "oval"}
)


# What can be ridden: (height beside the picture's, where the rider's foot is in its frame: x and y).
MOUNTS: dict[str, tuple[float, float, float]] = {
    "horse": (0.72, -0.06, 0.34), "unicorn": (0.72, -0.06, 0.34), "zebra": (0.72, -0.06, 0.34),
    "cow": (0.6, -0.06, 0.36), "elephant": (0.68, -0.1, 0.5), "dinosaur": (0.66, 0.0, 0.3),
    "bicycle": (0.56, -0.06, 0.5), "turtle": (0.44, -0.05, 0.3), "whale": (0.5, 0.0, 0.35),
}  # fmt: skip
RIDER = 0.62


def rides(rider: str, mount: str) -> bool:
    """Return whether a picture can show one kind on the back of the other."""
    return mount in MOUNTS and (rider in HANDS or rider in HEADS) and rider not in MOUNTS


def draw_thing(pen: Pen, thing: Thing, kind: Kind) -> None:
    """Draw ``thing`` and what belongs to it."""
    if thing.link == "of" and thing.other is not None and thing.kind in CONTAINERS:
        _filled(pen, thing, thing.other, kind)
        return
    if thing.kind == "face" and thing.other is not None:
        portrait.draw_portrait(pen, long_hair=thing.other.kind in {"woman", "queen"})
        return
    if thing.link == "riding" and thing.other is not None:
        _ridden(pen, thing.other, kind)
        return
    kind.draw(pen)
    if thing.other is None:
        return
    if thing.link == "holding":
        _held(pen, thing.kind, thing.other)
    elif thing.link == "wearing":
        _worn(pen, thing.kind, thing.other)


def _pen_for(pen: Pen, other: Thing) -> Pen:
    natural = KINDS[other.kind].natural
    colour = SWATCH[other.colour] if other.colour else pen.r.choice(natural)
    return replace(pen, colour=jitter(colour, pen.r, 6), named=other.colour is not None)


def _held(pen: Pen, holder: str, other: Thing) -> None:
    x, y = HANDS.get(holder, (0.2, 0.42))
    share, by_foot = HELD.get(other.kind, HELD_OTHERWISE)
    part = _pen_for(pen, other)
    for k in range(min(other.count, 5)):
        lean = (k - (min(other.count, 5) - 1) / 2) * 0.2
        low = y if by_foot else y - share * 0.5
        KINDS[other.kind].draw(part.moved(x + lean, low + 0.03 * (k % 2), share))


def _ridden(pen: Pen, mount: Thing, rider: Kind) -> None:
    """Draw a rider whose legs are hidden by the mount in front of them."""
    share, x, y = MOUNTS[mount.kind]
    rider.draw(pen.moved(x * share, y * share, RIDER))
    KINDS[mount.kind].draw(_pen_for(pen, mount).moved(0, 0, share))


def _worn(pen: Pen, wearer: str, other: Thing) -> None:
    x, y, width = HEADS.get(wearer, CROWN_OF_HEAD)
    part = _pen_for(pen, other)
    if other.kind == "crown":
        figures.crown(part.moved(x, y, width * 1.9), 0.0, 0.22)
    elif other.kind == "hat":
        objects.draw_hat(part.moved(x, y - 0.03, width))


def _filled(pen: Pen, thing: Thing, other: Thing, kind: Kind) -> None:
    inner = _pen_for(pen, other)
    if thing.kind == "vase":
        pen.shadow(0.8)
        objects.bouquet(pen, min(other.count, 7) if other.count > 1 else 1, inner.colour)
        objects.draw_vase_body(pen)
    elif thing.kind == "bowl":
        objects.bowl_back(pen)
        _pile(inner, other)
        objects.bowl_front(pen)
    else:
        kind.draw(pen)
        inner = replace(inner, colour=apart(inner.colour, pen.colour, 20))
        share = 0.46 if thing.kind != "triangle" else 0.34
        low = 0.5 - share / 2 if thing.kind != "triangle" else 0.18
        KINDS[other.kind].draw(inner.moved(0, low, share))


def _pile(pen: Pen, other: Thing) -> None:
    """Heap fruit in a bowl, the back row first."""
    kind = KINDS[other.kind]
    count = other.count if other.count > 1 else 1
    size = min(0.62, 2.4 / max(count, 3)) / max(kind.wide, 0.8)
    rows = ((0.78, count // 3), (0.58, count - count // 3)) if count > 3 else ((0.56, count),)
    for level, across in rows:
        for k in range(across):
            x = (k - (across - 1) / 2) * min(0.42, 1.2 / max(across, 1))
            part = replace(pen, colour=jitter(pen.colour, pen.r, 14), flip=pen.r.choice((-1, 1)))
            kind.draw(part.moved(x * pen.flip * part.flip, level - 0.1 + pen.r.uniform(0, 0.04), size))
