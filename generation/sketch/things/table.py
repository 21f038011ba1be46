"""The table of everything that can be drawn by name."""

from generation.sketch.pen import Kind
from generation.sketch.things import (
    buildings,
    craft,
    critters,
    figures,
    fruit,
    heavens,
    herd,
    objects,
    perched,
    pets,
    plants,
    portrait,
    shapes,
)

KINDS: dict[str, Kind] = {
    **plants.KINDS,
    **buildings.KINDS,
    **craft.KINDS,
    **pets.KINDS,
    **perched.KINDS,
    **portrait.KINDS,
    **herd.KINDS,
    **critters.KINDS,
    **figures.KINDS,
    **fruit.KINDS,
    **objects.KINDS,
    **shapes.KINDS,
    # The glowing star of the heavens replaces the paper shape where there is a sky; see ``layout``.
    **{name: kind for name, kind in heavens.KINDS.items() if name != "star"},
}
SKY_STAR: Kind = heavens.KINDS["star"]
# Drawn before the land, so that hills hide their lower parts.
BEHIND_LAND = frozenset(
    {"sun", "moon", "crescent moon", "star", "rainbow", "cloud", "planet", "ringed planet", "comet"}
)
