"""Which image of ours a case is about, where a person has to say it.

The marks in a reported picture may name several images or none, and a report may come without a picture.
"""

import re
import uuid
from dataclasses import dataclass
from typing import Final

from django.db import transaction

from accounts.models import User
from provenance.evidence import Evidence
from provenance.models import RegisteredImage
from provenance.trace_sheet import signals_by_image
from reports import casework
from reports.errors import NoSuchImage, TakeDownStands
from reports.models import Case, Link

_NUMBER: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass(frozen=True)
class NamedImage:
    """An image that the findings name, and which of them do."""

    image: RegisteredImage
    signals: tuple[str, ...]


def named_images(case: Case) -> list[NamedImage]:
    """Returns the published images named by the findings, strongest signal first, without the traced one."""
    if case.inspection is None or not case.inspection.evidence:
        return []
    signals = signals_by_image(Evidence.from_json(case.inspection.evidence))
    images = RegisteredImage.objects.published().select_related("owner").in_bulk(list(signals))
    return [
        NamedImage(images[pk], tuple(names))
        for pk, names in signals.items()
        if pk in images and images[pk] != case.traced_image
    ]


def read_number(typed: str) -> uuid.UUID | None:
    """Returns the image number in what was typed, which may be the address of the image's page."""
    found = _NUMBER.search(typed.lower())
    return uuid.UUID(found[0]) if found else None


def exists(image_id: uuid.UUID) -> bool:
    """True when a published image has this number."""
    return RegisteredImage.objects.published().filter(pk=image_id).exists()


def can_link(case: Case) -> bool:
    """True unless a take-down of `case` stands: what a reinstatement would give back must stay clear."""
    return not case.take_down_stands


@transaction.atomic
def link(case_id: uuid.UUID, image_id: uuid.UUID, *, by: User) -> Link:
    """Writes down that the case is about this image, who said so and when. Nothing is decided by it.

    Raises:
        TakeDownStands: the case has taken an image down.
        NoSuchImage: no published image has this number.
    """
    case = casework.locked(case_id)
    if not can_link(case):
        raise TakeDownStands
    case.image = RegisteredImage.objects.published().filter(pk=image_id).first()
    if case.image is None:
        raise NoSuchImage
    case.save(update_fields=["image"])
    return Link.objects.create(case=case, image=case.image, made_by=by)
