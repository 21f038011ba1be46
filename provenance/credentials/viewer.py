"""The page of a check that shows Content Credentials: those in the file, and those that we kept.

Nothing of a picture that was withdrawn is shown, whatever the row still holds: withdrawing works at once. And
pictures are shown only as long as uploads are kept: one that a report was filed with stays for staff alone.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.conf import settings
from django.utils import timezone

from provenance import trace_sheet
from provenance.credentials.history import History
from provenance.credentials.kept_manifests import withdrawn_among
from provenance.credentials.standing import Whose
from provenance.credentials.summary import Own, Summary, own_state, recovered_sentence, summarise
from provenance.credentials.telling import Told, tell
from provenance.evidence import Evidence
from provenance.inspection_state import State, state_of
from provenance.models import Inspection, RegisteredImage
from provenance.trace_sheet import Alignment

Of = Literal["own", "recovered"]
BOTH: Final[tuple[Of, Of]] = ("own", "recovered")


@dataclass(frozen=True)
class Section:
    """One history and whether the whole of it can be downloaded."""

    of: Of
    told: Told
    can_be_downloaded: bool


@dataclass(frozen=True)
class Page:
    """Everything that the page says about a finished check.

    Attributes:
        is_withdrawn: The picture was withdrawn; nothing else is to be shown.
        own: What the file carries; None if nothing, or nothing that can be told.
        recovered: What we published the picture with.
        recovered_sentence: Why that is shown.
        has_preview: The suspect can be shown.
        original: The image of ours that the file comes from, to be shown beside it.
        alignment: Where the one lies in the other, if that is known.
    """

    is_withdrawn: bool
    state: Own
    own: Section | None = None
    recovered: Section | None = None
    recovered_sentence: str = ""
    has_preview: bool = False
    original: RegisteredImage | None = None
    alignment: Alignment | None = None


def lay_out(row: Inspection) -> Page | None:
    """Returns the page of a check, or None if it has no findings (not finished, failed, or deleted)."""
    if not _has_findings(row):
        return None
    evidence = Evidence.from_json(row.evidence)
    state = own_state(evidence.manifest)
    if _is_withdrawn(row):
        return Page(is_withdrawn=True, state=state)
    histories = {of: History.from_json(said) for of in BOTH if (said := _said(row, of)) is not None}
    if not _shows_pictures(row):
        histories = {of: history.without_thumbnails() for of, history in histories.items()}
    withdrawn = _withdrawn_within(histories.values())
    whose: dict[Of, Whose] = {
        "own": Whose.OURS if evidence.manifest.image_id else Whose.OTHER,
        "recovered": Whose.RECOVERED,
    }
    sections = {
        of: Section(of, told, _has_crjson(row, of))
        for of, history in histories.items()
        if (told := tell(history, whose[of], withdrawn))
    }
    original = original_of(row) if "recovered" in sections else None
    has_preview = preview_of(row) is not None
    return Page(
        is_withdrawn=False,
        state=state,
        own=sections.get("own"),
        recovered=sections.get("recovered"),
        recovered_sentence=recovered_sentence(state),
        has_preview=has_preview,
        original=original,
        alignment=trace_sheet.alignment(evidence, {str(original.pk): original}) if original else None,
    )


def summary(row: Inspection) -> Summary | None:
    """Returns the line of the answer about credentials, or None if there is no answer."""
    if not _has_findings(row):
        return None
    finding = Evidence.from_json(row.evidence).manifest
    if _is_withdrawn(row):
        return summarise(finding, None, recovered=False)
    own = _said(row, "own")
    # The first is the file's own; the answer is asked for often, and the others may be many.
    spoken = History.from_json({**own, "manifests": own.get("manifests", [])[:1]}) if own else None
    return summarise(finding, spoken, recovered=_said(row, "recovered") is not None)


def downloads(row: Inspection) -> tuple[Of, ...]:
    """Returns which whole records `crjson_of` would give."""
    if not _has_findings(row) or _is_withdrawn(row):
        return ()
    return tuple(of for of in BOTH if _has_crjson(row, of))


def crjson_of(row: Inspection, of: str) -> dict[str, Any] | None:
    """Returns a whole record as crJSON; None if there is none, it was too large, or it may not be shown."""
    said = row.crjson.get(of) if of in downloads(row) else None
    return said if isinstance(said, dict) else None


def preview_of(row: Inspection) -> bytes | None:
    """Returns the suspect as we decoded it, while pictures are shown, unless our picture was withdrawn."""
    if not row.preview or not _shows_pictures(row) or _is_withdrawn(row):
        return None
    return bytes(row.preview)


def original_of(row: Inspection) -> RegisteredImage | None:
    """Returns the one image that a recovered record is of, while pictures are shown and it is on view."""
    image = row.image
    if image is None or not image.is_on_view or not image.thumbnail:
        return None
    return image if _shows_pictures(row) and _said(row, "recovered") is not None else None


def _has_findings(row: Inspection) -> bool:
    return state_of(row) is State.DONE and row.upload_deleted_at is None


def _shows_pictures(row: Inspection) -> bool:
    lifetime = dt.timedelta(hours=settings.UPLOAD_LIFETIME_HOURS)
    return _has_findings(row) and timezone.now() < row.created_at + lifetime


def _said(row: Inspection, of: Of) -> dict[str, Any] | None:
    """What the worker wrote of one history, if anything."""
    said = row.credentials.get(of)
    return said if isinstance(said, dict) else None


def _has_crjson(row: Inspection, of: Of) -> bool:
    """Also not where a picture that went in was withdrawn: it tells the whole history."""
    if not isinstance(row.crjson.get(of), dict):
        return False
    said = _said(row, of)
    return said is None or not _withdrawn_within([History.from_json(said)])


def _is_withdrawn(row: Inspection) -> bool:
    """Whether the picture itself is one that we withdrew, by the verdict or by the record that it carries."""
    if row.image is not None and not row.image.is_on_view:
        return True
    active = {said["active"] for of in BOTH if (said := _said(row, of)) and said.get("active")}
    return bool(active and withdrawn_among(active))


def _withdrawn_within(histories: Iterable[History]) -> frozenset[str]:
    """Manifests of pictures that were withdrawn, among all that these histories name."""
    manifests = [manifest for history in histories for manifest in history.manifests]
    named = {part.urn for manifest in manifests for part in manifest.ingredients if part.urn}
    return withdrawn_among(named | {manifest.urn for manifest in manifests})
