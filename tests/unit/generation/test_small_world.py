"""Which prompts the small model takes, and what it is told."""

import pytest

from generation import small_world
from generation.errors import OutsideSmallWorld


@pytest.mark.parametrize(
    "prompt",
    ["a red circle on a blue background", "A PINK MUG!", "flat illustration: a black star at the top, white"],
)
def test_what_can_be_drawn_is_left_alone(prompt: str) -> None:
    assert small_world.caption(prompt) == prompt


@pytest.mark.parametrize(
    ("prompt", "said"),
    [
        ("a crimson circle on a white background", "a red circle on a white background"),
        (
            "a scarlet cabin on the left on white, photo",
            "a red house on the left on a white background, photo style",
        ),
    ],
)
def test_other_words_for_colours_are_said_in_the_models(prompt: str, said: str) -> None:
    assert small_world.caption(prompt) == said


@pytest.mark.parametrize(
    "prompt",
    [
        "",
        "something beautiful",
        "a cat",
        "two red stars",
        "a circle",
        "a red star in the snow",
        "a red house by the sea",
        "a green triangle left of a yellow square",
        "a red star on a teal background",
        "🙂" * 500,
    ],
)
def test_anything_else_is_refused_with_a_word_on_what_can_be_drawn(prompt: str) -> None:
    with pytest.raises(OutsideSmallWorld) as refusal:
        small_world.caption(prompt)
    assert all(kind in refusal.value.user_message for kind in small_world.KINDS)
