"""Prompts become scenes, and scenes become captions that read back."""

import pytest

from generation.sketch import captions, fill, parser, sample_scene
from generation.sketch.chance import chance
from generation.sketch.scene import FAMILIES, STYLES, Scene, Thing
from generation.sketch.things.table import KINDS


def _first(prompt: str) -> Thing:
    return parser.parse(prompt, seed=1).things[0]


# Prompt; then kind, colour, count of the first thing; then setting, style, time (None: any).
CASES = [
    ("a red circle on a blue background", "circle", "red", 1, "plain", None, None),
    ("three yellow stars at night", "star", "yellow", 3, None, None, "night"),
    ("a small white house by a lake, watercolor", "house", "white", 1, "lake", "wash", None),
    ("two black cats", "cat", "black", 2, None, None, None),
    ("a boat on the sea at sunset, oil painting", "boat", None, 1, "sea", "oil", "sunset"),
    ("purple flowers in a field", "flower", "purple", None, "meadow", None, None),
    ("Seven KITTENS", "cat", None, 7, None, None, None),
    ("4 mice", "mouse", None, 4, None, None, None),
    ("a hot-air balloon", "hot-air balloon", None, 1, None, None, None),
    ("an emerald dragon, pixel art", "dinosaur", "green", 1, None, "pixel", None),
    ("oranges on a table", "orange fruit", None, None, "room", None, None),
    ("a sunflower, line art", "sunflower", None, 1, None, "line", None),
    ("snow on a cabin", "house", None, 1, None, None, None),
    ("please draw me a very nice DOG ok?", "dog", None, 1, None, None, None),
    ("a happy family in the park", "person", None, None, "meadow", None, None),
    ("mars seen from afar", "planet", None, 1, None, None, None),
    ("boats on a mountain lake", "boat", None, None, "lake", None, None),
    ("cars in a city street", "car", None, None, "street", None, None),
]


@pytest.mark.parametrize(("prompt", "kind", "colour", "count", "setting", "style", "time"), CASES)
def test_prompt_is_understood(
    prompt: str,
    kind: str,
    colour: str | None,
    count: int,
    setting: str | None,
    style: str | None,
    time: str | None,
) -> None:
    scene = parser.parse(prompt, seed=1)
    thing = scene.things[0]
    assert (thing.kind, thing.colour) == (kind, colour)
    assert thing.count == count if count else thing.count > 1
    assert setting in {None, scene.setting}
    assert style in {None, scene.style}
    assert time in {None, scene.time}


def test_backdrop_colour_belongs_to_the_ground() -> None:
    assert parser.parse("a red circle on a blue background", seed=1).colours == ("blue",)
    assert parser.parse("a red circle on blue", seed=1).colours == ("blue",)
    assert parser.parse("blue background, a red circle", seed=1).colours == ("blue",)


def test_sizes_and_places_belong_to_their_thing() -> None:
    scene = parser.parse("a big green tree on the left and a tiny dog at the bottom right", seed=1)
    assert scene.things == (
        Thing("tree", "green", 1, "big", "left"),
        Thing("dog", None, 1, "small", "bottom right"),
    )


def test_held_worn_and_contained_things_are_joined() -> None:
    assert _first("a robot holding a red balloon").other == Thing("balloon", "red")
    assert _first("a cat wearing a blue hat").link == "wearing"
    bowl = _first("a bowl of five green apples")
    assert (bowl.kind, bowl.link, bowl.other) == ("bowl", "of", Thing("apple", "green", 5))
    children = _first("two children with umbrellas")
    assert (children.count, children.link, children.other) == (2, "holding", Thing("umbrella"))
    assert _first("a yellow star inside a black circle").kind == "circle"


def test_a_rider_is_joined_to_what_can_be_ridden() -> None:
    rider = _first("an astronaut riding a white horse")
    assert (rider.kind, rider.link, rider.other) == ("astronaut", "riding", Thing("horse", "white"))
    assert [thing.link for thing in parser.parse("a cat riding a teapot", seed=1).things] == ["", ""]
    assert [thing.link for thing in parser.parse("a horse riding a cow", seed=1).things] == ["", ""]


def test_a_named_hat_is_a_hat() -> None:
    scene = parser.parse("a cat wearing a red wizard hat", seed=1)
    assert scene.things == (Thing("cat", link="wearing", other=Thing("hat", "red")),)


def test_relations_become_places() -> None:
    scene = parser.parse("a red heart above a blue square", seed=1)
    assert [thing.place for thing in scene.things] == ["top", "bottom"]


def test_patterns_take_their_colours() -> None:
    scene = parser.parse("green and white stripes", seed=1)
    assert (scene.family, scene.pattern, scene.colours) == ("patterns", "stripes", ("green", "white"))


def test_what_is_not_named_follows_from_the_seed() -> None:
    assert parser.parse("a cat", seed=3) == parser.parse("a cat", seed=3)
    assert len({parser.parse("a cat", seed=seed).style for seed in range(20)}) > 2


def test_counts_are_capped() -> None:
    assert _first("ten birds").count == 9


def test_every_thing_has_a_name_the_parser_knows() -> None:
    for kind in KINDS:
        text = f"{captions.noun(Thing(kind), chance('any'))}, flat"
        assert parser.parse(text, seed=1).things[0].kind == kind, text


def test_samples_cover_families_and_styles() -> None:
    scenes = [sample_scene(seed) for seed in range(300)]
    assert {scene.family for scene in scenes} == set(FAMILIES)
    assert {scene.style for scene in scenes} == set(STYLES)
    assert sample_scene(7) == scenes[7]


def _facts(scene: Scene) -> tuple[object, ...]:
    things = sorted((thing.kind, thing.colour or "", thing.count) for thing in scene.things)
    return scene.family, scene.style, things


def test_captions_read_back() -> None:
    same = 0
    for seed in range(300):
        scene = sample_scene(seed)
        same += _facts(parser.parse(captions.describe(scene, seed=seed), seed=seed)) == _facts(scene)
    assert same >= 0.97 * 300


def test_captions_vary() -> None:
    scene = sample_scene(11)
    assert len({captions.describe(scene, seed=seed) for seed in range(12)}) > 2


def test_every_setting_has_a_family() -> None:
    assert set(fill.OF_SETTING.values()) <= set(FAMILIES)
