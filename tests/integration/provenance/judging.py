"""A suspect, examined and judged, and pictures with a mark that is not theirs."""

from collections.abc import Collection

import cv2
import numpy as np

from provenance import fingerprint, inspection, lookalike, matches, verdict
from provenance.evidence import DerivedFinding, Evidence, LookalikeFinding
from provenance.marking_keys import all_keys
from provenance.models import RegisteredImage
from provenance.verdict import Verdict
from tests.suspects import Pixels
from watermark import codec


def judged(data: bytes) -> tuple[Evidence, Verdict]:
    evidence = inspection.inspect(data)
    return evidence, verdict.decide(evidence)


def looks_like(rgb: Pixels, named: Collection[str | None] = ()) -> tuple[LookalikeFinding, DerivedFinding]:
    """What a search by look alone says of a suspect."""
    seen = matches.views(fingerprint.look(rgb))
    found = matches.by_hash(seen).matches or matches.by_local_features(seen).matches
    return lookalike.conclude(seen, found, named)


def marked_as(image: RegisteredImage, rgb: Pixels) -> Pixels:
    """Another picture with this image's watermark, as somebody with our key could make it."""
    return codec.embed(rgb, image.payload, key=all_keys()[0].secret)


def large(rgb: Pixels) -> Pixels:
    """Of 512 x 512 pixels, about, in which a mark is read in a part as well."""
    return np.asarray(cv2.resize(rgb, (624, 416), interpolation=cv2.INTER_CUBIC), np.uint8)
