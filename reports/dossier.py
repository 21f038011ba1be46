"""What is known about a case, read for the pages that show it. Nothing here changes anything."""

import datetime as dt
import uuid
from dataclasses import dataclass, field
from typing import Final, Literal

from django.db.models import Max, QuerySet

from accounts.models import AccountDecision, User
from provenance.models import Inspection, RegisteredImage
from provenance.verdict import VerdictKind
from reports import casework, drafts, notices, passphrase
from reports.linking import NamedImage, can_link, named_images
from reports.models import Case, CaseQuerySet, Decision, Link, Notice

Tab = Literal["open", "decided"]
_OVERRIDES: Final = "The earlier decision stays in the history; this one overrides it."


@dataclass(frozen=True)
class Event:
    """One line of the timeline that a reporter sees."""

    at: dt.datetime
    title: str
    text: str
    reason: str = ""


@dataclass(frozen=True)
class Dossier:
    """Everything staff see beside the case itself."""

    image: RegisteredImage | None
    owner: User | None
    others: list[Case]
    account_decisions: list[AccountDecision]
    taken_down_before: int
    decisions: list[Decision]
    notices: list[Notice]
    links: list[Link]
    named: list[NamedImage]
    can_link: bool


@dataclass(frozen=True)
class Foresight:
    """What a decision would do, said before it is made."""

    consequences: list[str]
    notices: list[Notice] = field(default_factory=list)


def cases() -> CaseQuerySet:
    """Returns all cases with what their pages read."""
    return Case.objects.select_related("image__owner", "inspection__image__owner")


def queue(tab: Tab, search: str) -> CaseQuerySet:
    """Returns the cases of a tab, or all that match a number or its beginning, whatever their state.

    Open cases are in the order of urgency, decided ones in that of their last decision, newest first.
    """
    # A list shows no picture and no finding, and 25 of each are a lot to carry.
    found = cases().defer(
        "inspection__preview",
        "inspection__evidence",
        "inspection__credentials",
        "inspection__crjson",
        "inspection__image__thumbnail",
        "image__thumbnail",
    )
    if search.strip():
        return found.filter(number__startswith=passphrase.read_number(search).rstrip("-")).order_by(
            "-created_at"
        )
    if tab == "open":
        return found.open().by_urgency()
    return found.decided().annotate(decided_at=Max("decisions__made_at")).order_by("-decided_at", "pk")


def linked_inspection(text: str) -> Inspection | None:
    """Returns the check that a report page was reached from.

    None if `text` names none, or one whose upload was deleted: nobody could look at that picture any more.
    """
    try:
        pk = uuid.UUID(text)
    except ValueError:
        return None
    kept = Inspection.objects.filter(upload_deleted_at__isnull=True)
    return kept.select_related("image").filter(pk=pk).first()


def collect(case: Case) -> Dossier:
    """Returns what staff need to decide `case`."""
    image = case.traced_image
    owner = image.owner if image else None
    return Dossier(
        image=image,
        owner=owner,
        others=list(Case.objects.about(image).exclude(pk=case.pk)) if image else [],
        account_decisions=list(_account_decisions(owner)) if owner else [],
        taken_down_before=_take_downs(owner, besides=case) if owner else 0,
        decisions=list(case.decisions.select_related("made_by").order_by("made_at", "pk")),
        notices=list(case.notices.order_by("created_at", "pk")),
        links=list(case.links.select_related("made_by").order_by("made_at", "pk")),
        named=named_images(case),
        can_link=can_link(case),
    )


def available_actions(case: Case) -> list[Decision.Action]:
    """Returns what can be decided in the present state of `case`."""
    actions = [Decision.Action.NO_ACTION] if case.traced_image is None else list(Decision.Action)
    return [action for action in actions if casework.can_start(case, action)]


def can_suspend(case: Case) -> bool:
    """True when a take-down of `case` could suspend an account that is not suspended yet."""
    owner = case.traced_image.owner if case.traced_image else None
    return owner is not None and not owner.is_suspended and not case.take_down_stands


def foresee(case: Case, *, action: str, reason: str, suspend_account: bool) -> Foresight:
    """Returns the consequences of a decision and its notices, word for word, without making it."""
    image = case.traced_image
    decision = Decision(case=case, action=action, reason=reason, suspends_account=suspend_account)
    if image is None or action == Decision.Action.NO_ACTION:
        on_view = image is not None and image.is_on_view
        return Foresight(
            ["The case is closed. No image and no account is touched."],
            drafts.for_decision(case, decision, on_view=on_view, lifted=False),
        )
    if action == Decision.Action.TAKE_DOWN:
        return Foresight(
            _take_down_consequences(case, image, suspend_account),
            drafts.for_decision(case, decision, on_view=False, lifted=False),
        )
    held = casework.cases_holding_down(image, besides=case)
    last = case.last_decision
    lifted = (
        last is not None and image.owner is not None and casework.brought_the_suspension(last, image.owner)
    )
    return Foresight(
        _reinstate_consequences(held, lifted),
        drafts.for_decision(case, decision, on_view=not held, lifted=lifted),
    )


def timeline(case: Case) -> list[Event]:
    """Returns the course of a case in plain words for its reporter: nothing about account or staff."""
    events = [Event(case.created_at, "We received your report", "")]
    if case.inspection is not None and case.inspection.finished_at is not None:
        text = _examined(case.inspection)
        events.append(Event(case.inspection.finished_at, "We examined the picture", text))
    last = case.last_decision
    now_on_view = case.traced_image is not None and case.traced_image.is_on_view
    for index, decision in enumerate(case.decisions.order_by("made_at", "pk")):
        title = "We looked again" if index else "We decided"
        on_view = now_on_view if decision == last else None
        text = notices.outcome_sentence(decision.action, on_view=on_view)
        events.append(Event(decision.made_at, title, text, decision.reason))
    return sorted(events, key=lambda event: event.at)


def _examined(inspection: Inspection) -> str:
    if inspection.status == Inspection.Status.FAILED:
        return "We could not read the file. A person will still look at your report."
    if inspection.image is not None:
        return "It leads to an image that was made here."
    if inspection.verdict == VerdictKind.CONFLICTING:
        return "The marks in it contradict each other. A person looks at them."
    if inspection.verdict == VerdictKind.OURS_ALTERED:
        return "Several images made here look like it. A person finds out which one it is."
    if inspection.evidence.get("derived", {}).get("image_ids"):
        return "It looks like an image made here from an upload, or like the upload. A person looks at both."
    return "We found no sign that it was made here. That does not prove that it was not."


def _account_decisions(owner: User) -> QuerySet[AccountDecision]:
    return AccountDecision.objects.filter(user=owner).order_by("-made_at", "-pk")


def _take_downs(owner: User, *, besides: Case) -> int:
    earlier = Decision.objects.filter(action=Decision.Action.TAKE_DOWN, image__owner=owner)
    return earlier.exclude(case=besides).count()


def _take_down_consequences(case: Case, image: RegisteredImage, suspend_account: bool) -> list[str]:
    consequences = [
        "The image leaves view at once: nobody can open or download it here, its maker included. "
        "The registry keeps its record, so that copies are still recognised.",
    ]
    if not image.is_on_view:
        consequences[0] = "The image was withdrawn before and stays so; the case is closed with this reason."
    if image.owner is not None:
        consequences.append(f"The account {image.owner.email} gets a statement of reasons.")
    if suspend_account and image.owner is not None:
        consequences.append(
            f"The account {image.owner.email} is suspended: it cannot make pictures until somebody lifts "
            "that. Its other images stay on view."
        )
    open_others = Case.objects.about(image).open().exclude(pk=case.pk).count()
    if open_others:
        cases_stay = "other open case stays" if open_others == 1 else "other open cases stay"
        consequences.append(f"{open_others} {cases_stay} to be decided about this image.")
    if not case.is_open:
        consequences.append(_OVERRIDES)
    return consequences


def _reinstate_consequences(held: list[Case], lifted: bool) -> list[str]:
    numbers = ", ".join(case.number for case in held)
    consequences = [
        f"The image stays down, because it was also taken down in {numbers}."
        if held
        else "The image is on view again, and its maker can open and download it."
    ]
    if lifted:
        consequences.append("The suspension that this case brought is lifted.")
    consequences.append(_OVERRIDES)
    return consequences
