"""What the public page says about each signal, one sentence each. Pure: no Django. See provenance.answers."""

from dataclasses import dataclass
from typing import Final

from provenance.credentials.standing import isolated
from provenance.evidence import Evidence, LookalikeFinding, ManifestFinding, Presence, WatermarkFinding

# Said after what the record itself is worth.
TAMPERED: Final = " The record of a picture that went into it does not hold."


@dataclass(frozen=True)
class EvidenceLine:
    """One signal: its stable name, whether it was there, its title, and a sentence about it."""

    signal: str
    presence: str
    title: str
    sentence: str


def lines(evidence: Evidence) -> tuple[EvidenceLine, ...]:
    """Returns a line for each signal, and one for images that were made from an upload if there are any."""
    found = (
        _manifest_line(evidence.manifest),
        _watermark_line(evidence.watermark),
        _lookalike_line(evidence),
    )
    return (*found, _derived_line(evidence)) if evidence.derived.image_ids else found


def _manifest_line(finding: ManifestFinding) -> EvidenceLine:
    match finding.presence:
        case Presence.ABSENT:
            text = "The file carries none. Most apps and sites remove it when a picture is shared."
        case Presence.UNREADABLE:
            text = "The file carries one, but it is damaged and cannot be read."
        case Presence.PRESENT:
            text = _manifest_sentence(finding) + (TAMPERED if finding.tampered_ingredient else "")
    return EvidenceLine("manifest", finding.presence, "Signed record (Content Credentials)", text)


def _manifest_sentence(finding: ManifestFinding) -> str:
    if finding.intact:
        return "Signed by us, and nothing in the file was changed since."
    if finding.image_id:
        return (
            "Signed by us, but not for this file as it is: it was changed after signing, or the record was "
            "copied from another file."
        )
    if finding.state == "Remote":
        return (
            "The file only names an address where a record may be. We do not open addresses found in files."
        )
    if finding.state == "Invalid":
        return (
            "The file carries one that does not hold: the file was changed after signing, or the signature "
            "cannot be confirmed any more."
        )
    # Also with a certificate that we trust: the authority that certifies us certifies others.
    who = isolated(finding.signer) if finding.signer else "someone"
    return f"Signed by {who}, and not for a picture that we published. We do not vouch for what it says."


def _watermark_line(finding: WatermarkFinding) -> EvidenceLine:
    if finding.presence is Presence.ABSENT:
        text = "None of ours was found. Strong changes to a picture can destroy it."
    elif finding.presence is Presence.UNREADABLE:
        text = "This picture could not be searched for one."
    elif finding.image_id is None:
        text = "A mark of ours is in the pixels, but it names no picture that we know."
    else:
        text = "Our mark is in the pixels and names one of our pictures."
    return EvidenceLine("watermark", finding.presence, "Invisible watermark", text)


def _lookalike_line(evidence: Evidence) -> EvidenceLine:
    presence, text = evidence.lookalike.presence, _lookalike_sentence(evidence.lookalike)
    if evidence.exact.presence is Presence.PRESENT:
        presence, text = Presence.PRESENT, "It is, byte for byte, a file that we published."
    elif presence is not Presence.PRESENT and evidence.derived.pdq_distance is not None:
        text = (
            "None that tells where it comes from. It looks like a picture of ours that was made from an "
            "upload, and the upload may look the same."
        )
    elif presence is Presence.ABSENT and evidence.manifest.intact:
        text = "Not as a whole. Parts were not looked for, because the signed record names a picture already."
    elif presence is Presence.ABSENT and evidence.watermark.image_id:
        text = "We did not recognise it by its look, neither as a whole nor in part."
    if presence is not Presence.PRESENT and evidence.lookalike.unsearched:
        text += (
            " Our newest pictures could not be searched for parts yet: check again in a quarter of an hour."
        )
    return EvidenceLine("lookalike", presence, "Look-alike in our registry", text)


def _lookalike_sentence(finding: LookalikeFinding) -> str:
    if finding.presence is Presence.ABSENT:
        return "No picture that we published looks like it."
    if finding.presence is Presence.UNREADABLE:
        return "There is too little in this picture to compare it by."
    if finding.candidates > 1:
        return f"{finding.candidates} of our pictures look like it, too alike to tell which one it is."
    if finding.method == "local features":
        return "It shows one of the pictures that we published, or a part of one."
    return "It looks like one of the pictures that we published."


def _derived_line(evidence: Evidence) -> EvidenceLine:
    finding, count = evidence.derived, len(evidence.derived.image_ids)
    made = "One of our pictures was" if count == 1 else f"{count} of our pictures were"
    if finding.pdq_distance is None:
        text = f"{made} made from an upload that looks like it."
    else:
        text = f"{made} made from an upload. This picture looks like what was made, or like the upload."
    if not (names_an_image(evidence) or evidence.lookalike.candidates):
        text += " That does not mean that this one was made here."
    return EvidenceLine("derived", finding.presence, "Pictures made from one like it", text)


def names_an_image(evidence: Evidence) -> bool:
    """Whether a finding names the one image of ours that the picture comes from."""
    findings = (evidence.exact, evidence.watermark, evidence.lookalike)
    return evidence.manifest.intact or any(finding.image_id for finding in findings)
