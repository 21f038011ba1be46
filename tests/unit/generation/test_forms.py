import uuid

import pytest

from generation.forms import SIZES, AppealAnswerForm, AppealForm, PromptForm
from generation.models import MAX_IMAGES_PER_JOB, MAX_PROMPT_LENGTH


def filled(**changes: object) -> PromptForm:
    return PromptForm({"prompt": "a red circle", "image_count": "1", "size": "512x512"} | changes)


def test_a_prompt_alone_is_enough() -> None:
    form = filled()
    assert form.is_valid(), form.errors
    assert form.cleaned_data == {"prompt": "a red circle", "image_count": 1, "size": "512x512", "seed": None}


@pytest.mark.parametrize("size", [size for size, _ in SIZES])
def test_every_size_is_two_multiples_of_eight(size: str) -> None:
    """Diffusion models divide the sides by eight."""
    form = filled(size=size)
    assert form.is_valid()
    width, height = form.width_and_height
    assert f"{width}x{height}" == size
    assert (width % 8, height % 8) == (0, 0)


@pytest.mark.parametrize("prompt", ["", "   ", "\n\t ", "\x01\x02", "\x1b \x7f"])
def test_a_prompt_of_nothing_is_refused(prompt: str) -> None:
    form = filled(prompt=prompt)
    assert not form.is_valid()
    assert form.errors["prompt"] == ["Say what the picture should show."]


def test_control_characters_are_dropped_and_line_breaks_stay() -> None:
    form = filled(prompt=" a\x07 red\x1b\ncircle\t. ")
    assert form.is_valid()
    assert form.cleaned_data["prompt"] == "a red\ncircle\t."


def test_a_nul_never_reaches_the_database() -> None:
    form = filled(prompt="a red\x00circle")
    assert not form.is_valid() or "\x00" not in form.cleaned_data["prompt"]


@pytest.mark.parametrize(
    "prompt",
    ["\u202eelcric der a", "\U0001f534 on blue", "Z" + "\u0301" * 400, "\u6771\u4eac", "<b>bold</b>"],
)
def test_odd_unicode_is_kept_as_typed(prompt: str) -> None:
    form = filled(prompt=prompt)
    assert form.is_valid(), form.errors
    assert form.cleaned_data["prompt"] == prompt


def test_the_longest_prompt_passes_and_one_more_is_told_both_numbers() -> None:
    assert filled(prompt="a" * MAX_PROMPT_LENGTH).is_valid()
    form = filled(prompt="a" * 10_000)
    assert not form.is_valid()
    assert "1000" in form.errors["prompt"][0]
    assert "10000" in form.errors["prompt"][0]


@pytest.mark.parametrize("count", ["0", str(MAX_IMAGES_PER_JOB + 1), "-1", "1.5", "", "many", "\u0661"])
def test_a_number_of_pictures_out_of_range_is_refused(count: str) -> None:
    assert "image_count" in filled(image_count=count).errors


@pytest.mark.parametrize("size", ["", "64x64", "4096x4096", "512", "512x512x512", "axb"])
def test_other_sizes_are_refused(size: str) -> None:
    assert "size" in filled(size=size).errors


@pytest.mark.parametrize(("seed", "value"), [("0", 0), ("4294967295", 2**32 - 1), ("", None)])
def test_seeds(seed: str, value: int | None) -> None:
    form = filled(seed=seed)
    assert form.is_valid()
    assert form.cleaned_data["seed"] == value


@pytest.mark.parametrize("seed", ["-1", "4294967296", "1e3", "x", "9" * 500])
def test_a_seed_out_of_32_bits_is_refused(seed: str) -> None:
    assert "seed" in filled(seed=seed).errors


def test_an_appeal_says_something_of_bounded_length() -> None:
    assert AppealForm({"appeal": "It is a history book."}).is_valid()
    assert not AppealForm({"appeal": " "}).is_valid()
    assert not AppealForm({"appeal": "a" * 1001}).is_valid()


def test_an_answer_names_a_refusal_a_known_outcome_and_a_reason() -> None:
    whole = {"refusal": str(uuid.uuid4()), "outcome": "overturned", "answer": "You are right."}
    assert AppealAnswerForm(whole).is_valid()
    for wrong in ({"refusal": "not-a-number"}, {"refusal": ""}, {"outcome": "maybe"}, {"answer": ""}):
        assert not AppealAnswerForm(whole | wrong).is_valid()
