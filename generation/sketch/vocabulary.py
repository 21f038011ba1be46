"""The words a prompt may use, and what each one means.

Each table maps a meaning to the phrases for it, the plainest first. Phrases are in the singular; the parser
also tries the singular of each word it meets.
"""

from generation.sketch.things.table import KINDS

STYLE_WORDS: dict[str, tuple[str, ...]] = {
    "soft": (
        "soft shaded", "photo", "photograph", "photorealistic", "realistic", "3d", "3d render", "render", "cinematic",
        "clay", "digital art", "concept art", "studio photo", "hyperrealistic", "photography", "digital painting",
    ),
    "flat": (
        "flat illustration", "flat", "flat design", "flat art", "vector", "vector art", "minimal", "minimalist",
        "minimalistic", "poster", "paper cut", "papercut", "cutout", "screen print", "children's book illustration",
        "bauhaus", "graphic design", "risograph", "travel poster",
    ),
    "wash": ("watercolor", "watercolour", "watercolor painting", "watercolour painting", "aquarelle", "gouache", "ink wash"),
    "oil": (
        "oil painting", "oil", "oil paint", "oils", "painting", "painted", "acrylic", "impressionist", "impressionism",
        "van gogh", "monet", "brush strokes", "palette knife", "expressionist", "impasto", "painterly",
    ),
    "pencil": (
        "pencil drawing", "pencil", "colored pencil", "coloured pencil", "pencil sketch", "sketch", "crayon", "charcoal",
        "chalk", "pastel drawing", "graphite", "hatching", "drawing",
    ),
    "mosaic": ("mosaic", "mosaic of tiles", "tiles", "stained glass", "tile art", "roman mosaic"),
    "line": ("line art", "line drawing", "ink drawing", "pen and ink", "ink outline", "outline", "lineart", "coloring page", "doodle"),
    "comic": ("comic", "comic book", "cartoon", "pop art", "anime", "manga", "halftone", "comic style", "sticker"),
    "pixel": ("pixel art", "pixel", "8-bit", "8 bit", "16-bit", "16 bit", "retro game", "pixelated", "voxel"),
}  # fmt: skip
TIME_WORDS: dict[str, tuple[str, ...]] = {
    "day": ("in daylight", "day", "daytime", "noon", "midday", "sunny", "sunny day", "blue sky", "afternoon", "daylight"),
    "dawn": ("at dawn", "dawn", "sunrise", "morning", "at sunrise", "early morning"),
    "sunset": ("at sunset", "sunset", "evening", "golden hour", "orange sky", "sundown"),
    "dusk": ("at dusk", "dusk", "twilight", "blue hour", "nightfall"),
    "night": ("at night", "night", "nighttime", "midnight", "starry night", "night sky", "starry sky", "starry", "moonlit", "moonlight", "dark sky"),
}  # fmt: skip
WEATHER_WORDS: dict[str, tuple[str, ...]] = {
    "clear": ("under a clear sky", "clear sky", "clear"),
    "cloudy": ("under a cloudy sky", "cloudy", "overcast", "grey sky", "gray sky", "cloudy sky", "clouds"),
    "rain": ("in the rain", "rain", "rainy", "raining", "drizzle", "rainy day"),
    "snowfall": ("in falling snow", "falling snow", "snowfall", "snowing", "snowstorm", "blizzard", "snowflake"),
    "fog": ("in the fog", "fog", "foggy", "mist", "misty", "haze", "hazy"),
    "storm": ("in a storm", "storm", "stormy", "thunderstorm", "lightning", "thunder"),
}
SEASON_WORDS: dict[str, tuple[str, ...]] = {
    "spring": ("in spring", "spring", "blossoming", "springtime", "cherry blossom", "blooming"),
    "summer": ("in summer", "summer", "summertime"),
    "autumn": ("in autumn", "autumn", "fall", "autumnal", "in fall", "golden leaves"),
    "winter": ("in winter", "winter", "snow", "snowy", "wintry", "snow covered", "ice", "icy", "frozen"),
}
SETTING_WORDS: dict[str, tuple[str, ...]] = {
    "meadow": (
        "in a meadow", "meadow", "field", "grass", "lawn", "pasture", "garden", "park", "farm", "countryside", "outside",
        "outdoors", "prairie", "savanna", "grassland", "orchard", "landscape", "nature",
    ),
    "hills": ("in the hills", "hill", "hillside", "rolling hill", "green hill", "valley", "vineyard"),
    "mountains": ("in the mountains", "mountain", "mountain range", "alps", "peak", "cliff", "volcano", "glacier", "canyon"),
    "desert": ("in the desert", "desert", "dune", "sahara", "sand dune", "oasis"),
    "forest": ("in a forest", "forest", "wood", "woodland", "jungle", "rainforest", "grove", "woods"),
    "beach": ("on a beach", "beach", "shore", "seaside", "coast", "tropical island", "island", "sand", "tropical", "bay"),
    "sea": ("on the sea", "sea", "ocean", "wave", "water", "seascape", "harbor", "harbour", "horizon"),
    "lake": ("by a lake", "lake", "pond", "lakeside", "fjord", "reflection"),
    "river": ("by a river", "river", "stream", "creek", "riverside", "canal", "waterfall"),
    "city": ("before a city skyline", "city", "skyline", "city skyline", "downtown", "metropolis", "cityscape", "new york", "tokyo", "urban"),
    "street": ("in a street", "street", "road", "town", "village street", "alley", "neighborhood", "neighbourhood", "village"),
    "sky": ("in the sky", "sky", "flying", "in the air", "in the clouds"),
    "space": ("in space", "space", "outer space", "galaxy", "nebula", "universe", "cosmos", "cosmic", "milky way"),
    "underwater": ("underwater", "under water", "under the sea", "undersea", "coral reef", "deep sea", "aquarium", "reef", "ocean floor"),
    "room": ("on a table", "table", "room", "indoors", "kitchen", "shelf", "still life", "desk", "inside a house", "interior", "tablecloth"),
}  # fmt: skip
PATTERN_WORDS: dict[str, tuple[str, ...]] = {
    "stripes": ("stripes", "stripe", "striped", "lines", "bands"),
    "waves": ("waves pattern", "wavy pattern", "wave pattern", "wavy lines", "wavy"),
    "rings": ("concentric circles", "concentric rings", "rings", "target", "ripples"),
    "checks": ("checkerboard", "chessboard", "checkered", "chequered", "checked", "plaid", "gingham", "checks"),
    "dots": ("polka dots", "dots", "dotted", "polka dot", "spots"),
    "blocks": ("color blocks", "colour blocks", "blocks", "rectangles", "mondrian", "de stijl", "patchwork"),
    "rays": ("rays", "sunburst", "starburst", "sun rays", "burst"),
    "bubbles": ("bubbles", "bubble", "bokeh", "confetti"),
    "triangles": ("triangle pattern", "low poly", "geometric pattern", "tessellation", "kaleidoscope", "facets"),
    "marble": ("marble", "swirls", "swirling", "marbled", "fluid art", "liquid", "abstract", "psychedelic", "fractal", "abstract art"),
    "gradient": ("gradient", "color gradient", "colour gradient", "ombre", "blend"),
}
COLOUR_WORDS: dict[str, tuple[str, ...]] = {
    "red": ("red", "crimson", "scarlet", "ruby", "vermilion", "maroon", "burgundy"),
    "orange": ("orange", "amber", "tangerine", "coral", "ginger", "apricot", "copper"),
    "yellow": ("yellow", "lemon yellow", "blond", "blonde", "mustard"),
    "green": ("green", "emerald", "olive", "lime", "mint", "jade", "dark green", "light green"),
    "blue": ("blue", "azure", "cobalt", "sky blue", "light blue", "sapphire", "cerulean"),
    "purple": ("purple", "violet", "lavender", "lilac", "mauve", "magenta", "indigo", "plum colored"),
    "pink": ("pink", "rosy", "salmon pink", "fuchsia", "hot pink", "salmon"),
    "brown": ("brown", "chestnut", "chocolate", "tan", "bronze", "wooden", "sepia"),
    "black": ("black", "ebony", "jet black"),
    "white": ("white", "ivory", "snow white"),
    "gray": ("gray", "grey", "silver", "ash", "slate"),
    "teal": ("teal", "petrol"),
    "gold": ("gold", "golden"),
    "navy": ("navy", "navy blue", "dark blue", "midnight blue"),
    "turquoise": ("turquoise", "aqua", "cyan", "aquamarine"),
    "cream": ("cream", "beige", "cream colored", "off white", "vanilla"),
}
COUNT_WORDS: dict[int, tuple[str, ...]] = {
    1: ("one", "single", "1", "lone", "lonely"),
    2: ("two", "2", "pair of", "couple of", "both", "twin"),
    3: ("three", "3", "trio of"),
    4: ("four", "4"),
    5: ("five", "5", "several", "some"),
    6: ("six", "6", "half a dozen"),
    7: ("seven", "7", "many", "lots of", "bunch of", "flock of", "group of"),
    8: ("eight", "8"),
    9: ("nine", "9", "ten", "10", "dozen", "12", "hundred"),
}
SIZE_WORDS: dict[str, tuple[str, ...]] = {
    "small": ("small", "little", "tiny", "miniature", "baby", "short"),
    "big": ("big", "large", "huge", "giant", "enormous", "massive", "gigantic", "great big", "tall"),
}
PLACE_WORDS: dict[str, tuple[str, ...]] = {
    "centre": ("in the centre", "in the center", "in the middle", "centred", "centered", "at the center", "at the centre"),
    "left": ("on the left", "to the left", "left side", "at the left", "in the left", "on left"),
    "right": ("on the right", "to the right", "right side", "at the right", "in the right", "on right"),
    "top": ("at the top", "on the top", "in the top", "up top"),
    "bottom": ("at the bottom", "in the bottom", "on the bottom"),
    "top left": ("in the top left", "top left", "upper left"),
    "top right": ("in the top right", "top right", "upper right"),
    "bottom left": ("in the bottom left", "bottom left", "lower left"),
    "bottom right": ("in the bottom right", "bottom right", "lower right"),
}  # fmt: skip
LINK_WORDS: dict[str, tuple[str, ...]] = {
    "holding": ("holding", "carrying", "with a bunch of", "playing", "flying a", "holds", "eating", "reading", "offering"),
    "wearing": ("wearing", "in a hat", "wears"),
    "of": ("of", "with", "full of", "filled with", "containing"),
    "left of": ("left of", "to the left of", "on the left of"),
    "right of": ("right of", "to the right of", "on the right of"),
    "above": ("above", "over", "on top of"),
    "below": ("below", "under", "beneath", "underneath"),
    "inside": ("inside", "within", "in"),
    "on": ("on", "against", "on top of a", "over a"),
    "background": ("background", "backdrop", "ground", "backgrounds"),
    "wall": ("wall",),
}
# Words for a kind besides its own name.
KIND_WORDS: dict[str, tuple[str, ...]] = {
    "tree": ("oak", "maple", "apple tree", "leafy tree", "willow", "elm", "beech"),
    "bare tree": ("dead tree", "leafless tree", "branch"),
    "pine": ("pine tree", "fir", "fir tree", "spruce", "conifer", "christmas tree", "evergreen"),
    "palm": ("palm tree", "coconut tree"),
    "birch": ("birch tree",),
    "bush": ("shrub", "hedge"),
    "flower": ("blossom", "daisy", "lily", "poppy", "wildflower", "orchid", "bloom", "iris", "peony", "lotus", "bouquet"),
    "cactus": ("cacti", "saguaro", "succulent"),
    "mushroom": ("toadstool", "fungus"),
    "house": ("cottage", "cabin", "home", "hut", "villa", "mansion", "farmhouse", "bungalow", "building"),
    "barn": ("stable", "shed"),
    "castle": ("palace", "fortress"),
    "church": ("chapel", "cathedral", "temple"),
    "windmill": ("mill",),
    "tower": ("skyscraper", "high rise", "office building"),
    "tent": ("camp", "teepee"),
    "boat": ("sailboat", "sailing boat", "yacht", "sailing ship", "dinghy", "sail"),
    "rowboat": ("rowing boat", "canoe", "kayak", "raft"),
    "ship": ("steamship", "ferry", "cruise ship", "tanker", "pirate ship"),
    "car": ("automobile", "taxi", "truck", "vehicle", "van", "jeep", "sports car"),
    "train": ("locomotive", "steam train", "railway", "tram"),
    "bicycle": ("bike", "cycle", "motorcycle"),
    "plane": ("airplane", "aeroplane", "aircraft", "jet"),
    "hot-air balloon": ("hot air balloon", "airship"),
    "rocket": ("spaceship", "spacecraft", "space shuttle", "rocket ship", "starship"),
    "flying saucer": ("ufo", "alien ship"),
    "cat": ("kitten", "kitty", "feline"),
    "dog": ("puppy", "hound", "corgi", "poodle", "labrador", "terrier"),
    "rabbit": ("bunny", "hare"),
    "bear": ("teddy bear", "teddy", "grizzly", "polar bear", "koala"),
    "mouse": ("rat", "hamster"),
    "panda": ("panda bear",),
    "lion": ("lioness",),
    "tiger": ("leopard", "cheetah"),
    "monkey": ("ape", "chimpanzee", "gorilla"),
    "frog": ("toad",),
    "horse": ("pony", "stallion", "donkey"),
    "cow": ("bull", "cattle", "ox"),
    "sheep": ("lamb", "goat"),
    "pig": ("piglet", "boar"),
    "deer": ("stag", "reindeer", "moose", "elk"),
    "elephant": ("mammoth",),
    "dinosaur": ("dino", "dragon", "t rex", "lizard", "crocodile"),
    "bird": ("sparrow", "robin", "parrot", "crow", "canary", "pigeon", "bluebird"),
    "flying bird": ("eagle", "gull", "seagull", "hawk", "swallow", "dove"),
    "duck": ("duckling", "goose"),
    "chicken": ("hen", "rooster", "chick"),
    "fish": ("goldfish", "salmon fish", "trout", "shark", "clownfish"),
    "whale": ("dolphin", "orca"),
    "octopus": ("squid", "jellyfish"),
    "crab": ("lobster",),
    "butterfly": ("moth",),
    "bee": ("bumblebee", "wasp"),
    "ladybird": ("ladybug", "beetle"),
    "turtle": ("tortoise",),
    "person": ("people", "human", "child", "kid", "figure", "dancer", "friend", "children", "teacher", "artist", "couple"),
    "man": ("boy", "guy", "farmer", "sailor", "knight", "father", "men", "prince", "fisherman"),
    "woman": ("girl", "lady", "mother", "women", "princess", "ballerina"),
    "wizard": ("witch", "sorcerer", "magician"),
    "robot": ("android", "cyborg", "droid"),
    "face": ("portrait", "head", "selfie"),
    "astronaut": ("spaceman", "cosmonaut"),
    "ghost": ("spirit", "phantom"),
    "orange fruit": ("oranges", "mandarin"),
    "grapes": ("grape", "bunch of grapes"),
    "cherry": ("berry", "blueberry", "raspberry"),
    "cake": ("birthday cake", "pie", "cupcake"),
    "ice cream": ("ice cream cone", "icecream", "gelato"),
    "donut": ("doughnut",),
    "vase": ("pot", "jar", "flower pot", "flowerpot", "pitcher", "jug"),
    "bowl": ("basket", "plate", "dish", "fruit bowl"),
    "cup": ("mug", "coffee", "tea", "cup of coffee", "cup of tea", "teacup", "espresso"),
    "teapot": ("kettle",),
    "bottle": ("wine", "wine bottle", "bottle of wine"),
    "candle": ("candlelight",),
    "lantern": ("lamp", "light bulb"),
    "balloon": ("balloons",),
    "umbrella": ("parasol",),
    "hat": ("cap", "top hat", "cowboy hat", "party hat"),
    "ball": ("football", "basketball", "soccer ball", "beach ball"),
    "gift": ("present", "gift box", "box"),
    "chair": ("stool", "armchair"),
    "guitar": ("violin", "cello", "ukulele"),
    "circle": ("disc", "disk", "sphere", "dot", "round"),
    "diamond": ("rhombus",),
    "oval": ("ellipse",),
    "heart": ("love heart",),
    "cross": ("plus sign", "plus"),
    "cube": ("box shape", "dice"),
    "ring": ("donut shape", "torus"),
    "moon": ("full moon",),
    "crescent moon": ("new moon", "half moon"),
    "ringed planet": ("planet with a ring", "planet with rings", "saturn"),
    "planet": ("earth", "mars", "jupiter"),
    "comet": ("meteor", "shooting star", "asteroid"),
}
SLOTS: dict[str, dict[str, tuple[str, ...]]] = {
    "style": STYLE_WORDS,
    "time": TIME_WORDS,
    "weather": WEATHER_WORDS,
    "season": SEASON_WORDS,
    "setting": SETTING_WORDS,
    "pattern": PATTERN_WORDS,
    "colour": COLOUR_WORDS,
    "size": SIZE_WORDS,
    "place": PLACE_WORDS,
    "link": LINK_WORDS,
    "kind": {kind: (kind.replace(" fruit", ""), *KIND_WORDS.get(kind, ())) for kind in KINDS},
}
# Irregular plurals, as the parser needs the singular.
SINGULARS: dict[str, str] = {
    "mice": "mouse", "geese": "goose", "leaves": "leaf", "wolves": "wolf", "people": "person", "men": "man",
    "women": "woman", "children": "child", "feet": "foot", "cacti": "cactus", "berries": "berry",
    "octopuses": "octopus", "buses": "bus", "foxes": "fox", "torches": "torch", "crosses": "cross",
    "glasses": "glass", "churches": "church", "branches": "branch", "boxes": "box", "peaches": "peach",
    "beaches": "beach", "dishes": "dish", "bushes": "bush", "birches": "birch", "witches": "witch",
    "sketches": "sketch", "tomatoes": "tomato", "mangoes": "mango", "heroes": "hero", "finches": "finch",
}  # fmt: skip
# Words whose form does not tell whether there are several.
UNCOUNTED = frozenset({"sheep", "fish", "deer", "grapes", "bus", "cactus", "octopus", "cross", "ferris", "moss"})


def _lexicon() -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for slot, table in SLOTS.items():
        for meaning, phrases in table.items():
            for phrase in phrases:
                words.setdefault(phrase.replace("-", " "), (slot, meaning))
    for number, phrases in COUNT_WORDS.items():
        for phrase in phrases:
            words.setdefault(phrase, ("count", str(number)))
    # The colour is meant more often than the fruit; "oranges" are always fruit.
    words["orange"] = ("colour", "orange")
    return words


LEXICON: dict[str, tuple[str, str]] = _lexicon()
LONGEST = max(phrase.count(" ") + 1 for phrase in LEXICON)
