"""The words for places, hours, weather, styles, colours and the like, and what each one means.

Each table maps a meaning to the phrases for it, the plainest first. Phrases are in the singular; the parser
also tries the singular of each word it meets.
"""

Table = dict[str, tuple[str, ...]]


def table(phrases: dict[str, str]) -> Table:
    """Return the table with its comma-separated phrases split."""
    return {meaning: tuple(text.split(", ")) for meaning, text in phrases.items()}


STYLE_WORDS: Table = table(
    {
        "soft": (
            "soft shaded, photo, photograph, photorealistic, realistic, 3d, 3d render, render, "
            "cinematic, clay, digital art, concept art, studio photo, hyperrealistic, photography, "
            "digital painting"
        ),
        "flat": (
            "flat illustration, flat, flat design, flat art, vector, vector art, minimal, minimalist,"
            " minimalistic, poster, paper cut, papercut, cutout, screen print, children's book "
            "illustration, bauhaus, graphic design, risograph, travel poster"
        ),
        "wash": (
            "watercolor, watercolour, watercolor painting, watercolour painting, aquarelle, gouache, ink wash"
        ),
        "oil": (
            "oil painting, oil, oil paint, oils, painting, painted, acrylic, impressionist, "
            "impressionism, van gogh, monet, brush strokes, palette knife, expressionist, impasto, "
            "painterly"
        ),
        "pencil": (
            "pencil drawing, pencil, colored pencil, coloured pencil, pencil sketch, sketch, crayon, "
            "charcoal, chalk, pastel drawing, graphite, hatching, drawing"
        ),
        "mosaic": "mosaic, mosaic of tiles, tiles, stained glass, tile art, roman mosaic",
        "line": (
            "line art, line drawing, ink drawing, pen and ink, ink outline, outline, lineart, "
            "coloring page, doodle"
        ),
        "comic": "comic, comic book, cartoon, pop art, anime, manga, halftone, comic style, sticker",
        "pixel": "pixel art, pixel, 8-bit, 8 bit, 16-bit, 16 bit, retro game, pixelated, voxel",
    }
)
TIME_WORDS: Table = table(
    {
        "day": "in daylight, day, daytime, noon, midday, sunny, sunny day, blue sky, afternoon, daylight",
        "dawn": "at dawn, dawn, sunrise, morning, at sunrise, early morning",
        "sunset": "at sunset, sunset, evening, golden hour, orange sky, sundown",
        "dusk": "at dusk, dusk, twilight, blue hour, nightfall",
        "night": (
            "at night, night, nighttime, midnight, starry night, night sky, starry sky, starry, "
            "moonlit, moonlight, dark sky"
        ),
    }
)
WEATHER_WORDS: Table = table(
    {
        "clear": "under a clear sky, clear sky, clear",
        "cloudy": "under a cloudy sky, cloudy, overcast, grey sky, gray sky, cloudy sky",
        "rain": "in the rain, rain, rainy, raining, drizzle, rainy day",
        "snowfall": "in falling snow, falling snow, snowfall, snowing, snowstorm, blizzard, snowflake",
        "fog": "in the fog, fog, foggy, mist, misty, haze, hazy",
        "storm": "in a storm, storm, stormy, thunderstorm, lightning, thunder",
    }
)
SEASON_WORDS: Table = table(
    {
        "spring": "in spring, spring, blossoming, springtime, cherry blossom, blooming",
        "summer": "in summer, summer, summertime",
        "autumn": "in autumn, autumn, fall, autumnal, in fall, golden leaves",
        "winter": "in winter, winter, snow, snowy, wintry, snow covered, ice, icy, frozen",
    }
)
SETTING_WORDS: Table = table(
    {
        "meadow": (
            "in a meadow, meadow, field, grass, lawn, pasture, garden, park, farm, countryside, "
            "outside, outdoors, prairie, savanna, grassland, orchard, landscape, nature"
        ),
        "hills": "in the hills, hill, hillside, rolling hill, green hill, valley, vineyard",
        "mountains": (
            "in the mountains, mountain, mountain range, alps, peak, cliff, volcano, glacier, canyon"
        ),
        "desert": "in the desert, desert, dune, sahara, sand dune, oasis",
        "forest": "in a forest, forest, wood, woodland, jungle, rainforest, grove, woods",
        "beach": "on a beach, beach, shore, seaside, coast, tropical island, island, sand, tropical, bay",
        "sea": "on the sea, sea, ocean, wave, water, seascape, harbor, harbour, horizon",
        "lake": "by a lake, lake, mountain lake, alpine lake, forest lake, pond, lakeside, fjord, reflection",
        "river": "by a river, river, stream, creek, riverside, canal, waterfall",
        "city": (
            "before a city skyline, city, skyline, city skyline, downtown, metropolis, cityscape, new"
            " york, tokyo, urban"
        ),
        "street": (
            "in a street, street, city street, road, town, village street, alley, neighborhood, "
            "neighbourhood, village"
        ),
        "sky": "in the sky, sky, in the air, in the clouds",
        "space": "in space, space, outer space, galaxy, nebula, universe, cosmos, cosmic, milky way",
        "underwater": (
            "underwater, under water, under the sea, undersea, coral reef, deep sea, aquarium, reef, "
            "ocean floor"
        ),
        "room": (
            "on a table, table, room, indoors, kitchen, shelf, still life, desk, inside a house, "
            "interior, tablecloth"
        ),
    }
)
PATTERN_WORDS: Table = table(
    {
        "stripes": "stripes, stripe, striped, lines, bands",
        "waves": "waves pattern, wavy pattern, wave pattern, wavy lines, wavy",
        "rings": "concentric circles, concentric rings, target, ripples",
        "checks": "checkerboard, chessboard, checkered, chequered, checked, plaid, gingham, checks",
        "dots": "polka dots, dots, dotted, polka dot, spots",
        "blocks": "color blocks, colour blocks, blocks, mondrian, de stijl, patchwork",
        "rays": "rays, sunburst, starburst, sun rays, burst",
        "bubbles": "bubbles, bubble, bokeh, confetti",
        "triangles": "triangle pattern, low poly, geometric pattern, tessellation, kaleidoscope, facets",
        "marble": (
            "marble, swirls, swirling, marbled, fluid art, liquid, abstract, psychedelic, fractal, "
            "abstract art"
        ),
        "gradient": "gradient, color gradient, colour gradient, ombre, blend",
    }
)
COLOUR_WORDS: Table = table(
    {
        "red": "red, crimson, scarlet, ruby, vermilion, maroon, burgundy",
        "orange": "orange, amber, tangerine, coral, ginger, apricot, copper",
        "yellow": "yellow, lemon yellow, blond, blonde, mustard",
        "green": "green, emerald, olive, lime, mint, jade, dark green, light green",
        "blue": "blue, azure, cobalt, sky blue, light blue, sapphire, cerulean",
        "purple": "purple, violet, lavender, lilac, mauve, magenta, indigo, plum colored",
        "pink": "pink, rosy, salmon pink, fuchsia, hot pink, salmon",
        "brown": "brown, chestnut, chocolate, tan, bronze, wooden, sepia",
        "black": "black, ebony, jet black",
        "white": "white, ivory, snow white",
        "gray": "gray, grey, silver, ash, slate",
        "teal": "teal, petrol",
        "gold": "gold, golden",
        "navy": "navy, navy blue, dark blue, midnight blue",
        "turquoise": "turquoise, aqua, cyan, aquamarine",
        "cream": "cream, beige, cream colored, off white, vanilla",
    }
)
SIZE_WORDS: Table = table(
    {
        "small": "small, little, tiny, miniature, baby, short",
        "big": "big, large, huge, giant, enormous, massive, gigantic, great big, tall",
    }
)
PLACE_WORDS: Table = table(
    {
        "centre": (
            "in the centre, in the center, in the middle, centred, centered, at the center, at the centre"
        ),
        "left": "on the left, to the left, left side, at the left, in the left, on left",
        "right": "on the right, to the right, right side, at the right, in the right, on right",
        "top": "at the top, on the top, in the top, up top",
        "bottom": "at the bottom, in the bottom, on the bottom",
        "top left": "in the top left, at the top left, top left, upper left",
        "top right": "in the top right, at the top right, top right, upper right",
        "bottom left": "in the bottom left, at the bottom left, bottom left, lower left",
        "bottom right": "in the bottom right, at the bottom right, bottom right, lower right",
    }
)
LINK_WORDS: Table = table(
    {
        "holding": (
            "holding, carrying, with a bunch of, playing, flying a, holds, eating, reading, offering"
        ),
        "wearing": "wearing, in a hat, wears",
        "riding": "riding, riding on, rides, sitting on, sits on, on the back of",
        "of": "of, with, full of, filled with, containing",
        "left of": "left of, to the left of, on the left of",
        "right of": "right of, to the right of, on the right of",
        "above": "above, over, on top of",
        "below": "below, under, beneath, underneath",
        "inside": "inside, within, in",
        "on": "on, against, on top of a, over a",
        "background": "background, backdrop, ground, backgrounds",
        "wall": "wall",
    }
)
COUNT_WORDS: Table = table(
    {
        "1": "one, single, 1, lone, lonely",
        "2": "two, 2, pair of, couple of, both, twin",
        "3": "three, 3, trio of",
        "4": "four, 4",
        "5": "five, 5, several, some",
        "6": "six, 6, half a dozen",
        "7": "seven, 7, many, lots of, bunch of, flock of, group of",
        "8": "eight, 8",
        "9": "nine, 9, ten, 10, dozen, 12, hundred",
    }
)
