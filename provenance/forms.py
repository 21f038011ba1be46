from django import forms

from provenance import images


class SuspectForm(forms.Form):
    """One picture to check. The file is only stored here; a worker opens it."""

    picture = forms.FileField(
        label="The picture to check",
        help_text="PNG, JPEG, WebP, AVIF, GIF, BMP or TIFF, up to "
        f"{images.MAX_BYTES // 2**20} MB. If a screenshot shows much else, cut that away first.",
        # An empty file gets our own message, which says what to do next.
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
