"""From findings to one verdict, as a pure table. There is no verdict "not ours": absence proves nothing.

The rules, first match wins:

1. The bytes are those of a file that we published: OURS_INTACT.
2. Our signature over the very bytes, on a picture that looks like the image it names or that has too little
   detail to compare: OURS_INTACT. If it looks different, one of the two is wrong: CONFLICTING.
3. A mark that was moved to another picture: CONFLICTING. Anyone can put our manifest into another file, so a
   signature of ours that the bytes do not fit was moved, unless a watermark that was not moved or the
   look-alike names that image as well: then the picture was changed. A watermark was moved if what lies where
   the mark says that the image lies shows something else, unless the look-alike names that image as well. (A
   manifest does not vouch for a watermark: whoever moves the one can move the other.)
4. Two signals name different images, or one names an image and several others look alike: CONFLICTING.
5. Any signal names one image: OURS_ALTERED.
6. Several registered images look equally alike and nothing else names one: OURS_ALTERED, no single image.
7. Otherwise NO_EVIDENCE. Images of ours that were made from an upload that may be this very picture are
   listed, and are no evidence that the picture is ours.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from provenance.evidence import Evidence

# Strangers' PDQ distances have mean 128 and standard deviation 8; the smallest in 1.17 million unrelated
# pairs was 84. Above 90 two whole pictures do not show the same thing.
DIFFERENT_LOOK: Final = 90


class VerdictKind(StrEnum):
    OURS_INTACT = "OURS_INTACT"
    OURS_ALTERED = "OURS_ALTERED"
    CONFLICTING = "CONFLICTING"
    NO_EVIDENCE = "NO_EVIDENCE"


@dataclass(frozen=True)
class Verdict:
    """What the evidence says about origin.

    Attributes:
        image_id: The one image of ours that it comes from; None where no single one is named.
        named_ids: Every image that some signal names, without repetition, strongest signal first.
        error_bound: Upper bound on the chance that a picture that has nothing to do with the images named
            gives findings as strong as these together; None without a claim, or where no number can be given.
        derived_ids: Images that were made from an upload that may be this very picture.
    """

    kind: VerdictKind
    image_id: str | None = None
    named_ids: tuple[str, ...] = ()
    error_bound: float | None = None
    derived_ids: tuple[str, ...] = ()


def decide(evidence: Evidence) -> Verdict:
    """Returns the verdict on `evidence`; see the rules above."""
    named, signed, several = _named(evidence), evidence.manifest, evidence.lookalike.candidate_ids
    derived = tuple(i for i in evidence.derived.image_ids if i not in (named or several))
    proven = evidence.exact.image_id or (signed.image_id if signed.intact else None)
    if proven and not _is_contradicted(evidence):
        return Verdict(VerdictKind.OURS_INTACT, proven, named, _error_bound(evidence, (proven,)), derived)
    if proven or _manifest_was_moved(evidence) or _watermark_was_moved(evidence) or len(named) > 1:
        return Verdict(VerdictKind.CONFLICTING, None, named, None, derived)
    if named:
        return Verdict(VerdictKind.OURS_ALTERED, named[0], named, _error_bound(evidence, named), derived)
    if evidence.lookalike.candidates > 1:
        return Verdict(VerdictKind.OURS_ALTERED, None, several, _error_bound(evidence, several), derived)
    return Verdict(VerdictKind.NO_EVIDENCE, derived_ids=derived)


def _is_contradicted(evidence: Evidence) -> bool:
    """Whether nothing but a signature says that the bytes are ours, and the picture looks different."""
    return evidence.exact.image_id is None and looks_different(evidence.manifest.look_distance)


def _named(evidence: Evidence) -> tuple[str, ...]:
    """Image ids in order of strength. Of several look-alikes, the one that something else names counts."""
    ids = [evidence.exact.image_id, evidence.manifest.image_id, evidence.watermark.image_id]
    strong, alike = tuple(dict.fromkeys(i for i in ids if i)), _looks_like(evidence)
    if set(strong) & set(alike) or not (strong or evidence.lookalike.image_id):
        return strong
    return strong + alike


def _looks_like(evidence: Evidence) -> tuple[str, ...]:
    alike = evidence.lookalike
    return alike.candidate_ids or ((alike.image_id,) if alike.image_id else ())


def _manifest_was_moved(evidence: Evidence) -> bool:
    named, mark = evidence.manifest.image_id, evidence.watermark
    if named is None or evidence.manifest.intact:
        return False
    return named not in _looks_like(evidence) and (mark.image_id != named or mark.looks_different)


def _watermark_was_moved(evidence: Evidence) -> bool:
    mark = evidence.watermark
    return mark.image_id is not None and mark.looks_different and mark.image_id not in _looks_like(evidence)


def looks_different(distance: int | None) -> bool:
    """Whether two pictures at this PDQ distance show something else; an unknown distance says nothing."""
    return distance is not None and distance > DIFFERENT_LOOK


def hangs_on_an_uncompared_mark(evidence: Evidence) -> bool:
    """Whether only a watermark names the image, and the picture could not be compared with it."""
    mark = evidence.watermark
    others = (evidence.exact.image_id, evidence.manifest.intact, mark.image_id in _looks_like(evidence))
    return mark.image_id is not None and mark.overlap is None and not any(others)


def _error_bound(evidence: Evidence, named: tuple[str, ...]) -> float | None:
    """Of the findings that name one of `named`, together.

    The bytes, the watermark and the look err independently: the bound on the watermark holds for every
    picture, whatever it looks like, because it is over the key's secret signs. Findings of one sort do not,
    so only the best of each sort counts.
    """
    exact, signed, mark, alike = evidence.exact, evidence.manifest, evidence.watermark, evidence.lookalike
    of_bytes = [(exact.image_id, exact.error_probability), (signed.image_id, signed.error_probability)]
    of_look = [(image_id, alike.error_probability) for image_id in _looks_like(evidence)]
    chances = []
    for sort in (of_bytes, [(mark.image_id, mark.error_probability)], of_look):
        known = [chance for image_id, chance in sort if image_id in named and chance is not None]
        chances += [min(known)] if known else []
    return together(chances) if chances else None


def together(chances: list[float]) -> float:
    """Returns the chance that independent errors have a product as small as `chances` have.

    With x the product of n bounds, that is at most x times the sum over k < n of (-ln x)**k / k!
    (Fisher, Statistical Methods for Research Workers, 4th edition, 1932).
    """
    # Below this a float would be 0, and no error is impossible.
    product = max(math.prod(chances), 1e-300)
    terms = ((-math.log(product)) ** k / math.factorial(k) for k in range(len(chances)))
    return min(1.0, product * math.fsum(terms))
