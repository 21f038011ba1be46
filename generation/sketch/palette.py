"""The sixteen colours a prompt can name, and small arithmetic on colours.

A colour is a tuple of three floats, red, green and blue, 0..255.
"""

from random import Random

RGB = tuple[float, float, float]

SWATCH: dict[str, RGB] = {
    "red": (208, 44, 44),
    "orange": (240, 136, 36),
    "yellow": (246, 208, 62),
    "green": (66, 152, 74),
    "blue": (46, 102, 204),
    "purple": (126, 70, 174),
    "pink": (240, 138, 176),
    "brown": (126, 84, 54),
    "black": (36, 36, 42),
    "white": (240, 238, 232),
    "gray": (140, 144, 150),
    "teal": (34, 146, 146),
    "gold": (208, 162, 50),
    "navy": (28, 42, 98),
    "turquoise": (72, 200, 196),
    "cream": (243, 229, 198),
}
COLOURS: tuple[str, ...] = tuple(SWATCH)
BRIGHT = ("red", "orange", "yellow", "green", "blue", "purple", "pink", "teal", "turquoise", "gold")

INK: RGB = (34, 32, 40)
PAPER: RGB = (246, 242, 232)
LEAF: RGB = (74, 136, 66)
BARK: RGB = (104, 76, 54)
GLASS: RGB = (164, 204, 230)
LAMPLIGHT: RGB = (255, 218, 122)


def mix(a: RGB, b: RGB, t: float) -> RGB:
    """Return the colour a fraction ``t`` (0..1) of the way from ``a`` to ``b``."""
    return (a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t, a[2] + (b[2] - a[2]) * t)


def lighter(colour: RGB, t: float = 0.3) -> RGB:
    """Return ``colour`` moved a fraction ``t`` towards white."""
    return mix(colour, (255, 252, 246), t)


def darker(colour: RGB, t: float = 0.3) -> RGB:
    """Return ``colour`` moved a fraction ``t`` towards a cool black."""
    return mix(colour, (22, 20, 36), t)


def times(colour: RGB, factor: RGB) -> RGB:
    """Return the channel-wise product, clipped to 255."""
    return (
        min(colour[0] * factor[0], 255.0),
        min(colour[1] * factor[1], 255.0),
        min(colour[2] * factor[2], 255.0),
    )


def luma(colour: RGB) -> float:
    """Return the brightness 0..255 (ITU-R BT.601 weights)."""
    return 0.299 * colour[0] + 0.587 * colour[1] + 0.114 * colour[2]


def jitter(colour: RGB, r: Random, amount: float = 9.0) -> RGB:
    """Return ``colour`` with a small random shift, so that no two pictures share exact tones."""
    shift = r.uniform(-amount, amount)
    moved = [min(max(part + shift + r.uniform(-amount, amount) * 0.4, 0.0), 255.0) for part in colour]
    return (moved[0], moved[1], moved[2])


def apart(colour: RGB, ground: RGB, gap: float = 42.0) -> RGB:
    """Return ``colour``, made lighter or darker when it would melt into ``ground``."""
    distance = sum(abs(a - b) for a, b in zip(colour, ground, strict=True))
    if distance >= gap * 2:
        return colour
    return lighter(colour, 0.35) if luma(ground) < 128 else darker(colour, 0.35)
