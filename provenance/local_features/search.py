"""Search of parts: the registered images of which a suspect may show a part."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from provenance.local_features import matching, segment_store
from provenance.local_features.alignment import Alignment, Candidate

__all__ = ["Alignment", "Candidate", "left_out", "search"]


def search(views: Sequence[NDArray[np.uint8]]) -> list[Candidate]:
    """Returns the published images found in any view, withdrawn ones too, best first, at most 10.

    Mirrored and turned copies are found. Every candidate is a guess until it is confirmed.

    Args:
        views: The suspect, and what may be the picture in it: each uint8, shape (H, W, 3).
    """
    return matching.find(segment_store.current(), views)


def left_out() -> int:
    """Returns how many images this process's last search left out: this machine has not indexed them yet."""
    return segment_store.left_out()
