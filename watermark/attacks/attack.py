"""What an attack is: deliberate damage to a copy, the same for the same picture and generator."""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
Damage = Callable[[Picture, np.random.Generator], Picture]
Group = Literal[
    "format", "resize", "crop", "rotation", "colour", "noise", "blur", "composition", "social", "perspective"
]


@dataclass(frozen=True)
class Attack:
    """A named way to damage a copy.

    Attributes:
        name: key in `watermark.attacks.ATTACKS`; seeds `generator`, so renaming changes what is cut where.
        group: what kind of damage, for tables.
        damage: the function behind it.
    """

    name: str
    group: Group
    damage: Damage

    def __call__(self, rgb: Picture, rng: np.random.Generator) -> Picture:
        """Returns a damaged copy of `rgb` (uint8, shape (H, W, 3)), perhaps of another size."""
        return np.ascontiguousarray(self.damage(rgb, rng))

    def generator(self, picture: str) -> np.random.Generator:
        """Returns the generator for this attack on the picture of that name: the same on every machine."""
        return np.random.default_rng(zlib.crc32(f"{self.name}|{picture}".encode()))
