"""Attacks: what happens to a picture between publishing and coming back. For measuring and for training."""

from collections.abc import Mapping
from types import MappingProxyType

from watermark.attacks import colour, composition, formats, geometry, noise, social
from watermark.attacks.attack import Attack, Group

ATTACKS: Mapping[str, Attack] = MappingProxyType(
    {
        attack.name: attack
        for module in (formats, geometry, colour, noise, composition, social)
        for attack in module.ATTACKS
    }
)

__all__ = ["ATTACKS", "Attack", "Group"]
