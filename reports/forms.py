import uuid
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from provenance import images
from provenance.models import Inspection
from reports import casework, dossier, linking
from reports.models import REASON_MAX_LENGTH, Case, Decision

# More than any picture format needs to say what it is.
SNIFFED_BYTES = 4096


class ReportForm(forms.Form):
    """What anybody tells us about a picture; `picture` is asked for only when none was examined yet."""

    reason = forms.ChoiceField(
        label="What is wrong with the picture?",
        choices=Case.Reason.choices,
        widget=forms.RadioSelect,
        error_messages={"required": "Please choose what fits best."},
    )
    explanation = forms.CharField(
        label="Tell us what happened",
        help_text="Who is shown, and why should it not be there? A few sentences are enough.",
        error_messages={"required": "Please tell us in a few words."},
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 5}),
    )
    seen_at = forms.CharField(
        label="Where did you see it?",
        help_text="The address of the page, or a few words such as “sent to me in a chat”.",
        max_length=500,
        required=False,
    )
    picture = forms.FileField(
        label="The picture",
        help_text="Drop, paste or choose it. A screenshot or a cropped copy will do.",
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/*"}),
    )
    contact_email = forms.EmailField(
        label="Your e-mail address",
        help_text="We recommend it: we can tell you what was decided. It is used for nothing else, and the "
        "account behind the picture is never told who reported it.",
        required=False,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    good_faith = forms.BooleanField(
        label="I believe in good faith that what I have written is accurate and complete.",
        error_messages={"required": "Please confirm this, so that we can act on your report."},
    )

    def __init__(self, *args: Any, inspection: Inspection | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.inspection = inspection
        if inspection is not None:
            del self.fields["picture"]

    def clean_picture(self) -> "UploadedFile[Any] | None":
        # Said here and not only by the store, so that what was written stays in the form.
        picture: UploadedFile[Any] | None = self.cleaned_data["picture"]
        if picture is None:
            return None
        problem = None
        if (picture.size or 0) > images.MAX_BYTES:
            problem = images.unreadable("too_many_bytes")
        elif images.sniff(picture.read(SNIFFED_BYTES)) is None:
            problem = images.unreadable("not_an_image")
        picture.seek(0)
        if problem is not None:
            raise forms.ValidationError(problem.user_message)
        return picture

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        brings_it = self.inspection or cleaned.get("picture") or "picture" in self.errors
        if not brings_it and not cleaned.get("seen_at"):
            self.add_error(
                "seen_at",
                "Please say where you saw the picture, or add a copy of it, so that we can find it.",
            )
        return cleaned

    def told(self) -> dict[str, str]:
        """The words of the report, as casework.file_report takes them."""
        names = ("reason", "explanation", "seen_at", "contact_email")
        return {name: self.cleaned_data[name] for name in names}


class StatusForm(forms.Form):
    number = forms.CharField(
        label="Case number", max_length=40, widget=forms.TextInput(attrs={"placeholder": "TR-7K3M-9QXA"})
    )
    # Shown while typing: it is copied from paper, and mistakes should be seen.
    typed_passphrase = forms.CharField(
        label="Passphrase",
        help_text="The five words that you were shown after sending the report.",
        max_length=100,
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        ),
    )


class LinkForm(forms.Form):
    """Which image of ours a case is about, where the marks in the picture do not say it."""

    image = forms.CharField(
        label="Image number",
        help_text="The number of an image of ours, or the address of its page here.",
        error_messages={"required": "Please enter a number."},
        max_length=300,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.case = case

    def clean_image(self) -> uuid.UUID:
        found = linking.read_number(self.cleaned_data["image"])
        if found is None or not linking.exists(found):
            raise forms.ValidationError("No image of ours has this number.")
        if self.case.traced_image is not None and self.case.traced_image.pk == found:
            raise forms.ValidationError("The case leads to this image already.")
        return found


class DecisionForm(forms.Form):
    # What the person saw when they decided; see casework.as_it_stands.
    seen = forms.CharField(widget=forms.HiddenInput, required=False)
    action = forms.ChoiceField(
        label="Decision",
        widget=forms.RadioSelect,
        error_messages={"invalid_choice": "That is not possible in the present state of this case."},
    )
    reason = forms.CharField(
        label="Reason",
        help_text="The reporter and the account both read this. Say which rule applies and why. Do not name "
        "or describe the person who reported.",
        error_messages={"required": "Please give the reason: both sides have a right to it."},
        max_length=REASON_MAX_LENGTH,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    suspend_account = forms.BooleanField(
        label="Also suspend the account",
        help_text="Only together with taking the image down. It cannot make pictures until the suspension is "
        "lifted; its other images stay on view.",
        required=False,
    )

    def __init__(self, *args: Any, case: Case, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.stands = casework.as_it_stands(case)
        self.fields["seen"].initial = self.stands
        actions = dossier.available_actions(case)
        choice = self.fields["action"]
        assert isinstance(choice, forms.ChoiceField)
        choice.choices = [(action.value, action.label) for action in actions]
        if len(actions) == 1:
            choice.initial = actions[0].value
        if not dossier.can_suspend(case):
            del self.fields["suspend_account"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("seen") != self.stands:
            self.data = dict(self.data.items()) | {"seen": self.stands}
            self.add_error(None, "The case has changed since you opened it. Please look at it again.")
        if cleaned.get("suspend_account") and cleaned.get("action") != Decision.Action.TAKE_DOWN:
            self.add_error(
                "suspend_account", "An account can be suspended only when its image is taken down."
            )
        return cleaned

    def choice(self) -> dict[str, Any]:
        """What was chosen, as casework.decide and dossier.foresee take it."""
        return {
            "action": self.cleaned_data["action"],
            "reason": self.cleaned_data["reason"],
            "suspend_account": self.cleaned_data.get("suspend_account", False),
        }
