"""Forms that start from a picture: bringing one, selecting a part of it, asking for another take."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from generation import rectangle
from generation.forms import DrawingForm
from generation.jobs import MAX_MASK_BYTES
from provenance import images

# What every browser shows, which the editor needs.
SHOWN_FORMATS = ("PNG", "JPEG", "WEBP")
# More than any picture format needs to say what it is.
_SNIFFED_BYTES = 64
_SIDES = ("left", "top", "width", "height")


def _percent(label: str, *, at_least: int, at_most: int) -> forms.IntegerField:
    return forms.IntegerField(label=label, required=False, min_value=at_least, max_value=at_most)


class UploadForm(forms.Form):
    """A picture of one's own, and the promise that it may be used."""

    picture = forms.FileField(
        label="Your picture",
        help_text=f"PNG, JPEG or WebP, up to {images.MAX_BYTES // 2**20} MB.",
        allow_empty_file=True,  # gets our own message, which says what to do next
        error_messages={"required": "Please choose a picture."},
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg,image/webp"}),
    )
    may_use = forms.BooleanField(
        label="I may use this picture, and it shows nobody who has not agreed to it.",
        error_messages={"required": "Please confirm this. Without it we cannot take the picture."},
    )

    def clean_picture(self) -> "UploadedFile[bytes]":
        # Said here and not only by the store, so that the answer stands beside the field.
        picture: UploadedFile[bytes] = self.cleaned_data["picture"]
        code = None
        if not picture.size:
            code = "empty"
        elif picture.size > images.MAX_BYTES:
            code = "too_many_bytes"
        if code is not None:
            raise forms.ValidationError(images.unreadable(code).user_message)
        if images.sniff(picture.read(_SNIFFED_BYTES)) not in SHOWN_FORMATS:
            raise forms.ValidationError(
                "This is not a PNG, JPEG or WebP picture. Save a copy as one of these, and choose that."
            )
        picture.seek(0)
        return picture


class EditForm(DrawingForm):
    """Which part of a picture to redraw, and what should be there. A painted mask goes before the numbers."""

    mask = forms.FileField(
        required=False,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"hidden": True, "aria-label": "The selected part"}),
    )
    left = _percent("From the left", at_least=0, at_most=99)
    top = _percent("From the top", at_least=0, at_most=99)
    width = _percent("Width", at_least=1, at_most=100)
    height = _percent("Height", at_least=1, at_most=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prompt = self.fields["prompt"]
        prompt.label = "What should be there?"
        prompt.required = False
        prompt.help_text = "Describe the part in English. Leave this empty to fill it from its surroundings."
        prompt.widget.attrs["placeholder"] = "a small red boat"

    @property
    def sides(self) -> list[forms.BoundField]:
        return [self[name] for name in _SIDES]

    def clean_mask(self) -> bytes:
        mask: UploadedFile[bytes] | None = self.cleaned_data["mask"]
        if mask is None or not mask.size:
            return b""
        data = mask.read() if mask.size <= MAX_MASK_BYTES else b""
        if images.sniff(data) != "PNG":
            raise forms.ValidationError("What you painted could not be read. Please paint it once more.")
        return data

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not cleaned.get("mask") and not self.errors.keys() & {"mask", *_SIDES}:
            cleaned["mask"] = self._mask_of_rectangle(cleaned)
        return cleaned

    def _mask_of_rectangle(self, cleaned: dict[str, Any]) -> bytes:
        sides = {name: cleaned[name] for name in _SIDES if cleaned[name] is not None}
        if not sides:
            self.add_error("mask", "Paint over the part to redraw first.")
            return b""
        for name in _SIDES:
            if name not in sides:
                self.add_error(name, "A rectangle needs all four numbers.")
        return b"" if len(sides) < len(_SIDES) else rectangle.mask_of(**sides)

    def asked(self) -> dict[str, Any]:
        return super().asked() | {"mask": self.cleaned_data["mask"]}


class VariationForm(DrawingForm):
    """How many other takes on a picture, and whether words should lead them."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        prompt = self.fields["prompt"]
        prompt.label = "What does the picture show?"
        prompt.widget.attrs["placeholder"] = ""
        prompt.required = False
        prompt.help_text = (
            "Words keep the new pictures closer to what you mean. You may change them, or leave none."
        )
