"""The words for things, and the lexicon that the parser looks every phrase up in."""

from generation.sketch.things.table import KINDS
from generation.sketch.words import (
    COLOUR_WORDS,
    COUNT_WORDS,
    LINK_WORDS,
    PATTERN_WORDS,
    PLACE_WORDS,
    SEASON_WORDS,
    SETTING_WORDS,
    SIZE_WORDS,
    STYLE_WORDS,
    TIME_WORDS,
    WEATHER_WORDS,
    Table,
    table,
)

# Words for a kind besides its own name.
KIND_WORDS: Table = table(
    {
        "tree": "oak, maple, apple tree, leafy tree, willow, elm, beech",
        "bare tree": "dead tree, leafless tree, branch",
        "pine": "pine tree, fir, fir tree, spruce, conifer, christmas tree, evergreen",
        "palm": "palm tree, coconut tree",
        "birch": "birch tree",
        "bush": "shrub, hedge",
        "flower": "blossom, daisy, lily, poppy, wildflower, orchid, bloom, iris, peony, lotus, bouquet",
        "cactus": "cacti, saguaro, succulent",
        "mushroom": "toadstool, fungus",
        "house": "cottage, cabin, home, hut, villa, mansion, farmhouse, bungalow, building",
        "barn": "stable, shed",
        "castle": "palace, fortress",
        "church": "chapel, cathedral, temple",
        "windmill": "mill",
        "tower": "skyscraper, high rise, office building",
        "tent": "camp, teepee",
        "boat": "sailboat, sailing boat, yacht, sailing ship, dinghy, sail",
        "rowboat": "rowing boat, canoe, kayak, raft",
        "ship": "steamship, ferry, cruise ship, tanker, pirate ship",
        "car": "automobile, taxi, truck, vehicle, van, jeep, sports car",
        "train": "locomotive, steam train, railway, tram",
        "bicycle": "bike, cycle, motorcycle",
        "plane": "airplane, aeroplane, aircraft, jet",
        "hot-air balloon": "hot air balloon, airship",
        "rocket": "spaceship, spacecraft, space shuttle, rocket ship, starship",
        "flying saucer": "ufo, alien ship",
        "cat": "kitten, kitty, feline",
        "dog": "puppy, hound, corgi, poodle, labrador, terrier",
        "rabbit": "bunny, hare",
        "bear": "teddy bear, teddy, grizzly, polar bear, koala",
        "mouse": "rat, hamster",
        "panda": "panda bear",
        "lion": "lioness",
        "tiger": "leopard, cheetah",
        "monkey": "ape, chimpanzee, gorilla",
        "frog": "toad",
        "horse": "pony, stallion, donkey",
        "cow": "bull, cattle, ox",
        "sheep": "lamb, goat",
        "pig": "piglet, boar",
        "deer": "stag, reindeer, moose, elk",
        "elephant": "mammoth",
        "dinosaur": "dino, dragon, t rex, lizard, crocodile",
        "bird": "sparrow, robin, parrot, crow, canary, pigeon, bluebird",
        "flying bird": "eagle, gull, seagull, hawk, swallow, dove",
        "duck": "duckling, goose",
        "chicken": "hen, rooster, chick",
        "fish": "goldfish, salmon fish, trout, shark, clownfish",
        "whale": "dolphin, orca",
        "octopus": "squid, jellyfish",
        "crab": "lobster",
        "butterfly": "moth",
        "bee": "bumblebee, wasp",
        "ladybird": "ladybug, beetle",
        "turtle": "tortoise",
        "person": "human, child, kid, figure, dancer, friend, teacher, artist, couple, people, family, crowd",
        "man": "boy, guy, farmer, sailor, knight, father, men, prince, fisherman",
        "woman": "girl, lady, mother, women, princess, ballerina",
        "wizard": "witch, sorcerer, magician",
        "robot": "android, cyborg, droid",
        "face": "portrait, head, selfie",
        "astronaut": "spaceman, cosmonaut",
        "ghost": "spirit, phantom",
        "orange fruit": "oranges, mandarin",
        "apple": "fruit, nectarine",
        "grapes": "grape, bunch of grapes",
        "cherry": "berry, blueberry, raspberry",
        "cake": "birthday cake, pie, cupcake",
        "ice cream": "ice cream cone, icecream, gelato",
        "donut": "doughnut",
        "vase": "pot, jar, flower pot, flowerpot, pitcher, jug",
        "bowl": "basket, plate, dish, fruit bowl",
        "cup": "mug, coffee, tea, cup of coffee, cup of tea, teacup, espresso",
        "teapot": "kettle",
        "bottle": "wine, wine bottle, bottle of wine",
        "candle": "candlelight",
        "lantern": "lamp, light bulb",
        "balloon": "balloons",
        "umbrella": "parasol",
        "hat": "cap, top hat, cowboy hat, party hat, wizard hat, witch hat, santa hat, straw hat, sun hat",
        "ball": "football, basketball, soccer ball, beach ball",
        "gift": "present, gift box, box",
        "chair": "stool, armchair",
        "guitar": "violin, cello, ukulele",
        "circle": "disc, disk, sphere, dot, round",
        "diamond": "rhombus",
        "oval": "ellipse",
        "heart": "love heart",
        "cross": "plus sign, plus",
        "cube": "box shape, dice",
        "ring": "donut shape, torus",
        "moon": "full moon",
        "crescent moon": "new moon, half moon",
        "ringed planet": "planet with a ring, planet with rings, saturn",
        "planet": "earth, mars, jupiter",
        "comet": "meteor, shooting star, asteroid",
    }
)
SLOTS: dict[str, Table] = {
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
    "kind": {kind: (kind, *KIND_WORDS.get(kind, ())) for kind in KINDS},
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
UNCOUNTED = frozenset(
    {"sheep", "fish", "deer", "grapes", "bus", "cactus", "octopus", "cross", "ferris", "moss", "mars"}
)

# Words in the singular for several.
GROUPS = frozenset({"family", "crowd"})


def _lexicon() -> dict[str, tuple[str, str]]:
    words: dict[str, tuple[str, str]] = {}
    for slot, meanings in SLOTS.items():
        for meaning, phrases in meanings.items():
            for phrase in phrases:
                words.setdefault(phrase.replace("-", " "), (slot, meaning))
    for number, phrases in COUNT_WORDS.items():
        for phrase in phrases:
            words.setdefault(phrase, ("count", number))
    # The colour is meant more often than the fruit; "oranges" are always fruit.
    words["orange"] = ("colour", "orange")
    return words


LEXICON: dict[str, tuple[str, str]] = _lexicon()
LONGEST = max(phrase.count(" ") + 1 for phrase in LEXICON)
