"""The answer to a check, for page, API and staff: the words of `answers`, about images as their rows say."""

from collections.abc import Iterable

from provenance import answers
from provenance.answers import Answer
from provenance.evidence import Evidence
from provenance.models import Inspection, RegisteredImage
from provenance.verdict import VerdictKind

Flow = RegisteredImage.Flow


def of(row: Inspection, evidence: Evidence) -> Answer:
    """Returns what everybody may read of a check that has ended; `evidence` is what its row holds."""
    in_part = any(drawn_in_part(image) for image in _comes_from(row, evidence))
    return answers.answer(evidence, VerdictKind(row.verdict), drawn_in_part=in_part)


def drawn_in_part(image: RegisteredImage) -> bool:
    """Whether a machine drew a part of the image, and the rest may be a photograph or somebody's own picture.

    An inpainting without an upload behind it has one of our own pictures there, which a machine drew as well;
    a model's manifest calls both a composite. A variation is drawn anew as a whole. Of what the operator
    stamps we know nothing but what they said.
    """
    if not image.digital_source_type.startswith("composite"):
        return False
    has_upload_behind = image.source_pdq is not None
    return image.flow == Flow.OPERATOR or (image.flow == Flow.INPAINTING and has_upload_behind)


def _comes_from(row: Inspection, evidence: Evidence) -> Iterable[RegisteredImage]:
    if row.image is not None:
        return [row.image]
    if row.verdict != VerdictKind.OURS_ALTERED:
        return []
    candidates = RegisteredImage.objects.filter(pk__in=evidence.lookalike.candidate_ids)
    return candidates.only("flow", "digital_source_type", "source_pdq")
