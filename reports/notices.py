"""The words of every notice, as pure functions from facts to text.

No prompt, no score and nothing about the reporter can get into a notice, because no function here is given
it. A notice to the reporter holds no word that the reporter wrote either: the address is not confirmed, and
the form must not become a way to send one's own text to strangers.
"""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from reports.models import Decision

# How long somebody may object: the Digital Services Act asks for six months at least (Article 20(1)).
OBJECTION_MONTHS: Final = 6


@dataclass(frozen=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True)
class Ruling:
    """What was decided, as both sides may know it.

    Attributes:
        reason: Written by staff for the people concerned.
        on_view: Whether the image is on view once the decision is carried out.
    """

    number: str
    action: str
    reason: str
    on_view: bool


@dataclass(frozen=True)
class Account:
    """What a statement of reasons says about the account and its image.

    Attributes:
        image_id: The image's id in the registry, as the owner's history shows it.
        suspended: The decision suspends the account too.
        lifted: The decision ends the suspension that it overrides.
        matched_by_person: Staff chose the image; otherwise marks in the reported picture led to it.
    """

    image_id: str
    made_on: dt.date
    suspended: bool = False
    lifted: bool = False
    matched_by_person: bool = False


@dataclass(frozen=True)
class Addresses:
    """Where the reader of a notice can go from there."""

    product: str
    status_url: str
    policy_url: str
    policy_version: str
    support: str


def receipt(number: str, addresses: Addresses) -> Letter:
    """Returns the confirmation for a reporter; the passphrase is on paper only and never mailed."""
    return _letter(
        f"We received your report {number}",
        f"Thank you for telling us. Your report has the number {number}.",
        "A person will look at it and decide. We write to this address when that is done. You can see how "
        "things stand at any time, with the case number and the passphrase that you were shown after sending "
        f"the report:\n{addresses.status_url}",
        "The passphrase is not in this message and we cannot look it up.",
        "If you did not send a report to us, somebody gave us your address by mistake. You need not do "
        "anything.",
        addresses.product,
    )


def outcome(ruling: Ruling, addresses: Addresses) -> Letter:
    """Returns what a reporter is told about a decision."""
    return _letter(
        f"We decided about your report {ruling.number}",
        outcome_sentence(ruling.action, on_view=ruling.on_view),
        f"Why:\n{ruling.reason}",
        f"A person made this decision. If you disagree, answer this e-mail or write to {addresses.support} "
        f"within {OBJECTION_MONTHS} months and give the number {ruling.number}. A person will look again.",
        f"The whole course of your report:\n{addresses.status_url}",
        addresses.product,
    )


def statement(ruling: Ruling, account: Account, addresses: Addresses) -> Letter:
    """Returns the statement of reasons for the account that made the image."""
    return _letter(
        f"{_statement_title(ruling.action)} ({ruling.number})",
        _what_happened(ruling, account),
        f"Why:\n{ruling.reason}",
        _account_sentence(account),
        f"Our content policy (version {addresses.policy_version}):\n{addresses.policy_url}",
        _how_we_know(account),
        f"If you think that this is wrong, answer this e-mail or write to {addresses.support} within "
        f"{OBJECTION_MONTHS} months and give the number {ruling.number}. A person will look at it again, and "
        "what was done can be undone. You may also turn to a court or to an out-of-court body.",
        addresses.product,
    )


def outcome_sentence(action: str, *, on_view: bool | None) -> str:
    """Returns in one or two sentences, for the reporter, what a decision means.

    Args:
        action: One of Decision.Action.
        on_view: Whether the image was on view afterwards; None where later decisions have covered that up.
    """
    match action:
        case Decision.Action.TAKE_DOWN:
            return (
                "We took the image down. Nobody can view or download it here any more. Copies that were "
                "saved before can still be recognised as ours; to have them removed, turn to the site that "
                "shows them."
            )
        case Decision.Action.REINSTATE if on_view:
            return "We looked at the case again and put the image back on view."
        case Decision.Action.REINSTATE if on_view is None:
            return "We looked at the case again and took our decision back."
        case Decision.Action.REINSTATE:
            return (
                "We looked at the case again and took our decision back. The image stays down for another "
                "reason."
            )
        case _:
            return "We looked at your report and did not take an image down."


def _what_happened(ruling: Ruling, account: Account) -> str:
    image = f"the image {account.image_id}, which your account made on {account.made_on:%d %B %Y}"
    if ruling.action == Decision.Action.TAKE_DOWN:
        return f"We took down {image}. It can no longer be viewed or downloaded here, by you or by others."
    if ruling.on_view:
        return f"We put back on view {image}. Our earlier decision about it no longer stands."
    return (
        f"We took back one decision about {image}. It stays down for now, because another decision about the "
        "same image still stands."
    )


def _how_we_know(account: Account) -> str:
    if account.matched_by_person:
        return (
            "We looked into this because of a report. A person found that it is about this image, and a "
            "person made the decision."
        )
    return (
        "We looked into this because of a report. Marks in the picture led to your account; that part is "
        "done by a program. A person made the decision."
    )


def _account_sentence(account: Account) -> str:
    if account.suspended:
        return (
            "Your account is suspended: it cannot make new pictures until the suspension is lifted. You can "
            "still sign in and see where you stand."
        )
    return "Your account is no longer suspended." if account.lifted else ""


def _statement_title(action: str) -> str:
    took_down = action == Decision.Action.TAKE_DOWN
    return "We took down an image of yours" if took_down else "We changed a decision about an image of yours"


def _letter(subject: str, *paragraphs: str) -> Letter:
    """Paragraphs are not broken into lines: the reader's mail program does that. Empty ones are left out."""
    return Letter(subject, "\n\n".join(paragraph for paragraph in paragraphs if paragraph) + "\n")
