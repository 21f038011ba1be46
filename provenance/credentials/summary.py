"""What a checked file's Content Credentials come to, for the answer page and the API. Pure: no Django."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance.credentials.history import History
from provenance.credentials.standing import is_about_the_signer, isolated
from provenance.credentials.telling import steps_in_words
from provenance.evidence import ManifestFinding, Presence
from provenance.evidence_lines import TAMPERED

# Of the actions of a record that somebody else signed; the page with all of them is one click away.
_MOST_QUOTED: Final = 3


class Own(StrEnum):
    """What the file itself carries. Stable words: programs read them."""

    NONE = "none"
    OURS = "ours"
    OURS_CHANGED = "ours_changed"
    OTHER = "other"
    BROKEN = "broken"
    ELSEWHERE = "elsewhere"
    UNREADABLE = "unreadable"


@dataclass(frozen=True)
class Summary:
    """A line of the answer.

    Attributes:
        signer: Who signed what the file carries, in the signer's words; None if nobody is named.
        recovered: The record that we published the picture with can be shown.
        sentence: What is to be said beyond the finding on the manifest; may be empty.
        is_whole: The sentence says all that the finding says, and more.
        link: What the link to the page with all of it is called.
    """

    own: Own
    signer: str | None
    recovered: bool
    sentence: str
    link: str
    is_whole: bool = False


def summarise(finding: ManifestFinding, own: History | None, *, recovered: bool) -> Summary:
    """Returns the summary of what was found in the file and whether what we kept can be shown."""
    carried = own_state(finding)
    if recovered:
        link = "See the recovered Content Credentials"
        is_whole = carried is Own.NONE
        return Summary(carried, finding.signer, True, recovered_sentence(carried), link, is_whole)
    said = _quotation(finding, own) if carried is Own.OTHER and own else ""
    link = _LINKS.get(carried, "See these Content Credentials")
    return Summary(carried, finding.signer, False, said, link, is_whole=bool(said))


def recovered_sentence(carried: Own) -> str:
    """Returns what is said where the record that we kept takes the place of what the file carries."""
    return _RECOVERED.get(carried, _DO_NOT_HOLD)


def own_state(finding: ManifestFinding) -> Own:
    """Returns what the file itself carries. An unknown or expired signer does not make a record broken."""
    match finding.presence:
        case Presence.ABSENT:
            return Own.NONE
        case Presence.UNREADABLE:
            return Own.UNREADABLE
        case Presence.PRESENT:
            return _state_of_present(finding)


def _state_of_present(finding: ManifestFinding) -> Own:
    if finding.image_id:
        return Own.OURS if finding.intact else Own.OURS_CHANGED
    if finding.state == "Remote":
        return Own.ELSEWHERE
    is_sound = finding.state != "Invalid" or (
        bool(finding.failures) and all(map(is_about_the_signer, finding.failures))
    )
    return Own.OTHER if is_sound else Own.BROKEN


def _quotation(finding: ManifestFinding, own: History) -> str:
    active = own.manifest(own.active)
    steps = steps_in_words(active)[:_MOST_QUOTED] if active else ()
    if not steps:
        return ""
    who = isolated(finding.signer) if finding.signer else "somebody who gives no name"
    said = ". ".join(steps)
    quoted = f"This file carries Content Credentials by {who}, which say: “{said}.” We do not vouch for that."
    return quoted + (TAMPERED if finding.tampered_ingredient else "")


_DO_NOT_HOLD: Final = (
    "The credentials in the file do not hold for it any more. We kept the ones that the picture was "
    "published with."
)
_RECOVERED: Final = {
    Own.NONE: "The file carries no credentials any more. We kept the ones it was published with.",
    Own.OTHER: "The file carries somebody else’s credentials. We kept the ones it was published with.",
    Own.UNREADABLE: "The credentials in the file cannot be read. We kept the ones it was published with.",
}
_LINKS: Final = {
    Own.NONE: "What it means that there are none",
    Own.ELSEWHERE: "What that means",
    Own.UNREADABLE: "What that means",
}
