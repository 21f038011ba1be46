from django import forms
from django.http import HttpRequest

from accounts.models import User


class WaitlistSignupForm(forms.Form):
    """What we ask at sign-up beside e-mail and password (allauth adds these fields to its own)."""

    purpose = forms.CharField(
        label="What would you like to make?",
        help_text="A sentence or two. A person reads this when they decide on your place.",
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def signup(self, request: HttpRequest, user: User) -> None:
        user.purpose = self.cleaned_data["purpose"]
        user.save(update_fields=["purpose"])


class DecisionForm(forms.Form):
    """What a person of the staff says about a place."""

    APPROVE, DENY = "approve", "deny"

    decision = forms.ChoiceField(choices=((APPROVE, "Give them a place"), (DENY, "Do not admit")))
    reason = forms.CharField(max_length=2000, error_messages={"required": "Please give a reason."})

    @property
    def approves(self) -> bool:
        return bool(self.cleaned_data["decision"] == self.APPROVE)
