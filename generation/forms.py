import unicodedata
from collections.abc import Mapping
from typing import Any

from django import forms

from generation.jobs import SEED_BITS
from generation.models import MAX_IMAGES_PER_JOB, MAX_PROMPT_LENGTH

SIZES = (
    ("512x512", "Square, 512 × 512"),
    ("768x512", "Landscape, 768 × 512"),
    ("512x768", "Portrait, 512 × 768"),
    ("1024x1024", "Large square, 1024 × 1024"),
)


class DrawingForm(forms.Form):
    """What every request for pictures says: a prompt, how many, from which seed."""

    prompt = forms.CharField(
        label="What should the picture show?",
        max_length=MAX_PROMPT_LENGTH,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": "three yellow stars over a dark blue lake, watercolour"}
        ),
        error_messages={
            "required": "Say what the picture should show.",
            "max_length": f"Please use at most {MAX_PROMPT_LENGTH} characters; "
            "this prompt has %(show_value)d.",
        },
    )
    image_count = forms.TypedChoiceField(
        label="How many pictures?",
        choices=[(n, str(n)) for n in range(1, MAX_IMAGES_PER_JOB + 1)],
        coerce=int,
        initial=1,
    )
    seed = forms.IntegerField(
        label="Seed",
        required=False,
        min_value=0,
        max_value=2**SEED_BITS - 1,
        help_text="The same prompt and seed give the same picture. Leave empty for a new one each time.",
    )

    def clean_prompt(self) -> str:
        """Drops control characters (a NUL cannot be stored) and refuses a prompt of nothing but blanks."""
        prompt: str = self.cleaned_data["prompt"]
        visible = "".join(c for c in prompt if c in "\n\t" or unicodedata.category(c) != "Cc").strip()
        if not visible and self.fields["prompt"].required:
            raise forms.ValidationError("Say what the picture should show.")
        return visible

    def asked(self) -> dict[str, Any]:
        """What was asked for, as the functions of generation.jobs take it."""
        return {name: self.cleaned_data[name] for name in ("prompt", "image_count", "seed")}


class PromptForm(DrawingForm):
    """A prompt and how to draw it."""

    size = forms.ChoiceField(label="Size", choices=SIZES, initial=SIZES[0][0])

    @property
    def width_and_height(self) -> tuple[int, int]:
        width, height = self.cleaned_data["size"].split("x")
        return int(width), int(height)


def carried_over(query: Mapping[str, str]) -> dict[str, str]:
    """Returns what a link from an earlier picture fills the form with again."""
    return {name: query[name] for name in ("prompt", "seed", "size", "image_count") if name in query}


class AppealForm(forms.Form):
    appeal = forms.CharField(
        label="Why should this prompt be allowed?",
        help_text="A person reads it together with your prompt.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class AppealAnswerForm(forms.Form):
    refusal = forms.UUIDField(widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label="Decision",
        choices=[("overturned", "Allow this prompt for this person"), ("upheld", "The refusal stands")],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(
        label="Reason, shown to the person", max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
