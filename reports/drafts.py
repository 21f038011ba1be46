"""Who gets which notice about a decision: unsaved rows, for the preview and for the decision itself."""

from email.utils import parseaddr

from django.conf import settings
from django.urls import reverse

from provenance.models import RegisteredImage
from reports import notices
from reports.models import Case, Decision, Notice


def for_receipt(case: Case) -> list[Notice]:
    """Returns the confirmation, if the reporter left an address."""
    if not case.contact_email:
        return []
    return [_to_reporter(case, Notice.Kind.RECEIPT, notices.receipt(case.number, _addresses()))]


def for_decision(case: Case, decision: Decision, *, on_view: bool, lifted: bool) -> list[Notice]:
    """Returns the notices about `decision`: to the reporter, and to the owner if something changes for them.

    Args:
        case: The case; `traced_image` is the image decided about.
        decision: Its row, which need not be saved.
        on_view: Whether the image is on view afterwards.
        lifted: Whether the decision ends the account's suspension.
    """
    ruling = notices.Ruling(case.number, decision.action, decision.reason, on_view)
    addresses = _addresses()
    drafts = []
    if case.contact_email:
        drafts.append(_to_reporter(case, Notice.Kind.OUTCOME, notices.outcome(ruling, addresses)))
    image = case.traced_image
    if decision.action != Decision.Action.NO_ACTION and image is not None and image.owner is not None:
        account = _account(case, image, decision, lifted=lifted)
        drafts.append(_to_owner(case, image, notices.statement(ruling, account, addresses)))
    return drafts


def _to_reporter(case: Case, kind: Notice.Kind, letter: notices.Letter) -> Notice:
    return Notice(case=case, kind=kind, email=case.contact_email, subject=letter.subject, body=letter.body)


def _to_owner(case: Case, image: RegisteredImage, letter: notices.Letter) -> Notice:
    return Notice(
        case=case,
        kind=Notice.Kind.STATEMENT,
        recipient=image.owner,
        subject=letter.subject,
        body=letter.body,
    )


def _account(case: Case, image: RegisteredImage, decision: Decision, *, lifted: bool) -> notices.Account:
    made_at = image.published_at or image.reserved_at
    return notices.Account(
        image_id=str(image.pk),
        made_on=made_at.date(),
        suspended=decision.suspends_account,
        lifted=lifted,
        matched_by_person=case.links.exists(),
    )


def _addresses() -> notices.Addresses:
    return notices.Addresses(
        product=settings.PRODUCT_NAME,
        status_url=settings.SITE_URL + reverse("reports:status"),
        policy_url=settings.SITE_URL + reverse("accounts:policy"),
        policy_version=settings.POLICY_VERSION,
        support=parseaddr(settings.DEFAULT_FROM_EMAIL)[1],
    )
